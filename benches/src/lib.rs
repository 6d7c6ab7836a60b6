//! dokimos beside other implementations of RSA: whether they agree.

pub mod only;
pub mod random;
pub mod soak;
