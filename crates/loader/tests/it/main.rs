//! The engine through its public interface.

mod basics;
mod support;
