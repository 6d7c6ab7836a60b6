//! The policy: what must be true of an image before it may run.

#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the policy document, which holds patterns, comes with its own change")
)]
mod pattern;
