//! API key: one of the configured ones (one a line), or 401.

use crate::host::{configuration, reply, request_header, BuildFnv};
use std::collections::HashSet;
use std::ptr::addr_of_mut;

/// The keys. One configuration per VM: the floor keeps no account of which stream belongs to which.
static mut KEYS: Option<HashSet<Box<[u8]>, BuildFnv>> = None;

fn keys() -> &'static mut HashSet<Box<[u8]>, BuildFnv> {
    unsafe { (*addr_of_mut!(KEYS)).get_or_insert_with(Default::default) }
}

#[no_mangle]
pub extern "C" fn proxy_on_configure(_plugin: u32, _size: usize) -> u32 {
    *keys() = configuration()
        .split(|byte| *byte == b'\n')
        .map(Box::from)
        .collect();
    1
}

#[no_mangle]
pub extern "C" fn proxy_on_request_headers(_id: u32, _count: usize, _end: u32) -> u32 {
    match request_header("x-api-key") {
        Some(key) if keys().contains(key) => 0,
        _ => {
            reply(401);
            1
        }
    }
}
