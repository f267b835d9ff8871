//! The host functions that the workloads need, and the memory for what they return.

use std::ptr::addr_of_mut;

#[link(wasm_import_module = "env")]
extern "C" {
    fn proxy_get_header_map_value(
        map: u32,
        name: *const u8,
        size: usize,
        out: *mut *const u8,
        len: *mut usize,
    ) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        max: usize,
        out: *mut *const u8,
        len: *mut usize,
    ) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_size: usize,
        body: *const u8,
        body_size: usize,
        headers: *const u8,
        headers_size: usize,
        grpc_status: i32,
    ) -> u32;
    #[cfg(feature = "w3")]
    fn proxy_get_current_time_nanoseconds(out: *mut u64) -> u32;
}

const ROOM: usize = 60_000;
static mut RETURNED: [u8; ROOM] = [0; ROOM];

/// Where the host puts what it returns: valid until the next call. Larger values are refused.
#[no_mangle]
pub extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    if size > ROOM {
        std::ptr::null_mut()
    } else {
        addr_of_mut!(RETURNED) as *mut u8
    }
}

#[no_mangle]
pub extern "C" fn proxy_abi_version_0_2_1() {}

/// First value of a request header.
pub fn request_header(name: &str) -> Option<&'static [u8]> {
    let (mut out, mut len) = (std::ptr::null(), 0);
    let status =
        unsafe { proxy_get_header_map_value(0, name.as_ptr(), name.len(), &mut out, &mut len) };
    if status != 0 || out.is_null() {
        return None;
    }
    Some(unsafe { std::slice::from_raw_parts(out, len) })
}

/// The plugin's configuration.
pub fn configuration() -> &'static [u8] {
    let (mut out, mut len) = (std::ptr::null(), 0);
    let status = unsafe { proxy_get_buffer_bytes(7, 0, usize::MAX, &mut out, &mut len) };
    if status != 0 || out.is_null() {
        return &[];
    }
    unsafe { std::slice::from_raw_parts(out, len) }
}

/// Answers the request; the callback must return 1 (pause).
pub fn reply(status: u32) {
    let none = std::ptr::null();
    unsafe { proxy_send_local_response(status, none, 0, none, 0, none, 0, -1) };
}

/// Nanoseconds since 1970.
#[cfg(feature = "w3")]
pub fn now() -> u64 {
    let mut out = 0;
    unsafe { proxy_get_current_time_nanoseconds(&mut out) };
    out
}

/// A 64-bit FNV-1a hasher: the keys are configured, not chosen by a client.
#[derive(Default, Clone)]
pub struct Fnv(u64);

impl std::hash::Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ *byte as u64).wrapping_mul(0x100000001b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// Makes `Fnv` hashers for a map.
pub type BuildFnv = std::hash::BuildHasherDefault<Fnv>;
