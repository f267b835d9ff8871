//! The workloads with the proxy-wasm SDK, as its users write filters.

#[cfg(feature = "w1")]
mod w1;
#[cfg(feature = "w2")]
mod w2;
#[cfg(feature = "w3")]
mod w3;
#[cfg(feature = "w4")]
mod w4;
