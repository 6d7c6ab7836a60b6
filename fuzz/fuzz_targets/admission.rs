#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dokimos_fuzz::admission(data));
