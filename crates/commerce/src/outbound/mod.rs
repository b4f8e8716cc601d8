//! HTTP requests to others: bounded in time and size, without redirects, and only to where the configuration allows.
//!
//! With hyper-util's client and hyper-rustls: the server has all of it but the latter already, and the addresses of a
//! connection can be judged after they were looked up, as they are used.
mod address;
mod client;

pub use address::{NotAllowed, Reach, check_url, is_public};
pub use client::{Answer, Failure, HttpClient, Post};
