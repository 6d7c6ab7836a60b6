#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dokimos_fuzz::policy_yaml(data));
