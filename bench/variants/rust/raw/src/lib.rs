//! The workloads without an SDK: only the callbacks that are needed, no state per stream, nothing allocated per
//! request. What the host returns lies in one fixed buffer.

mod host;
#[cfg(feature = "w2")]
mod w2;
#[cfg(feature = "w3")]
mod w3;
