//! Header rewrite.

use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;

proxy_wasm::main! {{
    proxy_wasm::set_http_context(|_, _| Box::new(HeaderRewrite));
}}

struct HeaderRewrite;

impl Context for HeaderRewrite {}

impl HttpContext for HeaderRewrite {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        if let Some(user) = self.get_http_request_header("x-user") {
            self.set_http_request_header("x-out", Some(&format!("u:{user}")));
        }
        self.set_http_request_header("x-secret", None);
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> Action {
        self.add_http_response_header("x-filter", "1");
        Action::Continue
    }
}
