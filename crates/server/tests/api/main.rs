//! The server as its clients see it: a real one on a free port, or the binary itself.
#![allow(clippy::expect_used, clippy::panic)] // helpers are outside of #[test] functions
mod commands;
mod config;
mod connections;
mod cors;
mod drain;
mod event_stream;
mod http;
mod inventory;
mod kept;
mod limits;
mod log;
mod metrics;
mod negotiation;
mod overload;
mod payments;
mod persisted;
mod postgres;
mod sampler;
mod session;
mod socket;
mod socket_client;
mod socket_viewer;
mod support;
mod traces;
