//! API key: one of the configured ones (one a line), or 401.

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};
use std::collections::HashSet;
use std::rc::Rc;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(ApiKeyRoot::default()));
}}

#[derive(Default)]
struct ApiKeyRoot {
    keys: Rc<HashSet<String>>,
}

impl Context for ApiKeyRoot {}

impl RootContext for ApiKeyRoot {
    fn on_configure(&mut self, _: usize) -> bool {
        let config = self.get_plugin_configuration().unwrap_or_default();
        let text = String::from_utf8_lossy(&config);
        self.keys = Rc::new(text.lines().map(String::from).collect());
        true
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(ApiKey {
            keys: self.keys.clone(),
        }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct ApiKey {
    keys: Rc<HashSet<String>>,
}

impl Context for ApiKey {}

impl HttpContext for ApiKey {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        match self.get_http_request_header("x-api-key") {
            Some(key) if self.keys.contains(&key) => Action::Continue,
            _ => {
                self.send_http_response(401, vec![], None);
                Action::Pause
            }
        }
    }
}
