//! Token bucket per tenant, or 429. The configuration is `burst tokens-per-second`.

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::SystemTime;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(RateLimitRoot::default()));
}}

struct Bucket {
    tokens: f64,
    filled_at: SystemTime,
}

#[derive(Default)]
struct Limits {
    buckets: HashMap<String, Bucket>,
    burst: f64,
    per_second: f64,
}

impl Limits {
    fn take(&mut self, tenant: String, now: SystemTime) -> bool {
        let burst = self.burst;
        let bucket = self.buckets.entry(tenant).or_insert(Bucket {
            tokens: burst,
            filled_at: now,
        });
        let elapsed = now.duration_since(bucket.filled_at).unwrap_or_default();
        bucket.tokens = burst.min(bucket.tokens + elapsed.as_secs_f64() * self.per_second);
        bucket.filled_at = now;
        let taken = bucket.tokens >= 1.0;
        if taken {
            bucket.tokens -= 1.0;
        }
        taken
    }
}

#[derive(Default)]
struct RateLimitRoot {
    limits: Rc<RefCell<Limits>>,
}

impl Context for RateLimitRoot {}

impl RootContext for RateLimitRoot {
    fn on_configure(&mut self, _: usize) -> bool {
        let config = self.get_plugin_configuration().unwrap_or_default();
        let text = String::from_utf8_lossy(&config);
        let mut numbers = text.split(' ').map(|number| number.parse().unwrap_or(0.0));
        let mut limits = self.limits.borrow_mut();
        limits.burst = numbers.next().unwrap_or(0.0);
        limits.per_second = numbers.next().unwrap_or(0.0);
        true
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(RateLimit {
            limits: self.limits.clone(),
        }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct RateLimit {
    limits: Rc<RefCell<Limits>>,
}

impl Context for RateLimit {}

impl HttpContext for RateLimit {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let now = self.get_current_time();
        let tenant = self.get_http_request_header("x-tenant");
        if tenant.is_some_and(|tenant| self.limits.borrow_mut().take(tenant, now)) {
            return Action::Continue;
        }
        self.send_http_response(429, vec![], None);
        Action::Pause
    }
}
