// The WASI functions the SDK uses; Envoy exports them in the module this file is named after.

export declare function random_get(bytes: usize, size: usize): u32;
export declare function clock_time_get(clock: u32, precision: u64, timeOut: usize): u32;
export declare function environ_sizes_get(countOut: usize, sizeOut: usize): u32;
export declare function environ_get(addressesOut: usize, textOut: usize): u32;
