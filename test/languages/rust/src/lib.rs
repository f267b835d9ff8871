//! The job of `job.ts`, with proxy-wasm from crates.io.

use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel, MetricType, Status};
use std::time::Duration;

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Plugin { greeting: String::new(), ticks: 0 }));
}}

struct Plugin {
    greeting: String,
    ticks: u32,
}

impl Context for Plugin {}

impl RootContext for Plugin {
    fn on_configure(&mut self, _size: usize) -> bool {
        let Some(bytes) = self.get_plugin_configuration() else { return false };
        self.greeting = String::from_utf8_lossy(&bytes).into_owned();
        let Ok(ticks) = hostcalls::define_metric(MetricType::Counter, "job_ticks") else { return false };
        self.ticks = ticks;
        self.set_tick_period(Duration::from_millis(100));
        true
    }

    fn on_tick(&mut self) {
        let _ = hostcalls::increment_metric(self.ticks, 1);
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Filter { greeting: self.greeting.clone(), shouts: false }))
    }
}

struct Filter {
    greeting: String,
    shouts: bool,
}

impl Context for Filter {
    fn on_http_call_response(&mut self, _token: u32, _headers: usize, body: usize, _trailers: usize) {
        let status = self.get_http_call_response_header(":status").unwrap_or_default();
        let body = self.get_http_call_response_body(0, body).unwrap_or_default();
        let answer = format!("{status} {}", String::from_utf8_lossy(&body));
        self.set_http_request_header("x-answer", Some(&answer));
        self.resume_http_request();
    }
}

impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _count: usize, _end: bool) -> Action {
        let Some(user) = self.get_http_request_header("x-user") else {
            self.send_http_response(401, vec![("x-refused", "job")], Some(b"who are you?"));
            return Action::Pause;
        };
        self.set_http_request_header("x-greeting", Some(&format!("{}, {user}", self.greeting)));
        self.set_http_request_header("x-secret", None);
        self.shouts = self.get_http_request_header("x-shout").is_some();
        if self.shouts {
            self.set_http_request_header("content-length", None);
        }
        if self.get_http_request_header("x-ask").is_none() {
            return Action::Continue;
        }
        let headers = vec![(":method", "POST"), (":path", "/ask"), (":authority", "answers")];
        match self.dispatch_http_call("answers", headers, Some(user.as_bytes()), vec![], Duration::from_secs(5)) {
            Ok(_) => Action::Pause,
            Err(_) => Action::Continue,
        }
    }

    fn on_http_request_body(&mut self, size: usize, end: bool) -> Action {
        if !self.shouts {
            return Action::Continue;
        }
        if !end {
            return Action::Pause;
        }
        let body = self.get_http_request_body(0, size).unwrap_or_default();
        self.set_http_request_body(0, size, &body.to_ascii_uppercase());
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _count: usize, _end: bool) -> Action {
        self.add_http_response_header("x-job", "done");
        self.set_http_response_header("x-count", Some(&self.count().to_string()));
        Action::Continue
    }

    fn on_log(&mut self) {
        let status = self.get_http_response_header(":status").unwrap_or_default();
        let _ = hostcalls::log(LogLevel::Info, &format!("job saw {status}"));
    }
}

impl Filter {
    /// Counts the responses of all workers.
    fn count(&self) -> u32 {
        loop {
            let (value, cas) = self.get_shared_data("job_count");
            let number = value.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes) + 1;
            match self.set_shared_data("job_count", Some(&number.to_le_bytes()), cas) {
                Err(Status::CasMismatch) => continue,
                _ => return number,
            }
        }
    }
}
