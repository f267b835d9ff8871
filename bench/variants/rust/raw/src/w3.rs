//! Token bucket per tenant, or 429. The configuration is `burst tokens-per-second`.

use crate::host::{configuration, now, reply, request_header, BuildFnv};
use std::collections::HashMap;
use std::ptr::addr_of_mut;

struct Bucket {
    tokens: f64,
    filled_at: u64,
}

#[derive(Default)]
struct Limits {
    buckets: HashMap<Box<[u8]>, Bucket, BuildFnv>,
    burst: f64,
    per_nanosecond: f64,
}

/// The limits. One configuration per VM: the floor keeps no account of which stream belongs to which.
static mut LIMITS: Option<Limits> = None;

fn limits() -> &'static mut Limits {
    unsafe { (*addr_of_mut!(LIMITS)).get_or_insert_with(Default::default) }
}

#[no_mangle]
pub extern "C" fn proxy_on_configure(_plugin: u32, _size: usize) -> u32 {
    let text = std::str::from_utf8(configuration()).unwrap_or("");
    let mut numbers = text
        .split(' ')
        .map(|number| number.parse::<u32>().unwrap_or(0) as f64);
    let burst = numbers.next().unwrap_or(0.0);
    let per_nanosecond = numbers.next().unwrap_or(0.0) / 1e9;
    *limits() = Limits {
        burst,
        per_nanosecond,
        ..Default::default()
    };
    1
}

impl Limits {
    fn take(&mut self, tenant: &[u8], now: u64) -> bool {
        let burst = self.burst;
        let bucket = match self.buckets.get_mut(tenant) {
            Some(bucket) => bucket,
            None => self.buckets.entry(tenant.into()).or_insert(Bucket {
                tokens: burst,
                filled_at: now,
            }),
        };
        let elapsed = now.saturating_sub(bucket.filled_at) as f64;
        bucket.tokens = burst.min(bucket.tokens + elapsed * self.per_nanosecond);
        bucket.filled_at = now;
        let taken = bucket.tokens >= 1.0;
        if taken {
            bucket.tokens -= 1.0;
        }
        taken
    }
}

#[no_mangle]
pub extern "C" fn proxy_on_request_headers(_id: u32, _count: usize, _end: u32) -> u32 {
    match request_header("x-tenant") {
        Some(tenant) if limits().take(tenant, now()) => 0,
        _ => {
            reply(429);
            1
        }
    }
}
