// The WASI functions the SDK uses; Envoy exports them in the module this file is named after.

export declare function random_get(bytes: usize, size: usize): u32;
