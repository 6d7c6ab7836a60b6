//! The raw layer takes no heap: neither a key from DER nor a verification, with any kind of arithmetic.
#![allow(unsafe_code, reason = "an allocator that counts")]

use dokimos::{
    Attestations, Hash, PublicKey,
    internal::{RawKey, count_pkcs1_v15, engines},
};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    hint::black_box,
};

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which counts for each thread.
struct Counting;

// SAFETY: Every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get().saturating_add(1));
        // SAFETY: The caller keeps the contract of `alloc`, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: As for `alloc`; the memory came from there.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocations of a call.
fn allocations<T>(call: impl FnOnce() -> T) -> usize {
    let before = COUNT.get();
    let result = black_box(call());
    let count = COUNT.get().saturating_sub(before);
    drop(result);
    count
}

#[test]
fn a_key_and_a_verification_take_none() {
    let testdata = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/evidence");
    for (key, document, algorithm) in
        [("release", "release", "RSA_PSS_2048_SHA256"), ("release", "release-pkcs1", "RSA_SIGN_PKCS1_2048_SHA256")]
    {
        let pem = std::fs::read(format!("{testdata}/keys/{key}.pub.pem")).unwrap();
        let document = std::fs::read(format!("{testdata}/{document}.json")).unwrap();
        let attestations = Attestations::parse(&document).unwrap();
        let attestation = attestations.iter().next().unwrap();
        let (message, signature) =
            (attestation.untrusted_payload().unwrap(), attestation.signatures()[0].bytes().unwrap());
        let algorithm = algorithm.parse().unwrap();
        let der = PublicKey::from_pem(pem, algorithm).unwrap().to_spki_der();
        assert_eq!(allocations(|| PublicKey::from_der(&der, algorithm).unwrap()), 0);
        let key = PublicKey::from_der(&der, algorithm).unwrap();
        assert_eq!(allocations(|| assert_eq!(key.verify(message, signature), Ok(()))), 0);
        assert_eq!(allocations(|| assert!(key.verify(b"another", signature).is_err())), 0);
    }
}

#[test]
fn no_engine_takes_any() {
    for engine in engines() {
        for bits in [2048, 3072, 4096, 8192] {
            let (modulus, signature) = (vec![0xc3; bits / 8], vec![0x5a; bits / 8]);
            let key = RawKey::new(&modulus, &[1, 0, 1], &engine).unwrap();
            assert_eq!(allocations(|| key.is_pkcs1_v15(Hash::Sha256, b"message", &signature)), 0, "{engine} {bits}");
            assert_eq!(allocations(|| key.is_pss(Hash::Sha256, b"message", &signature)), 0, "{engine} {bits}");
            // The list of jobs, and nothing for each of them.
            let jobs = vec![(&key, &signature[..]); 64];
            assert_eq!(allocations(|| count_pkcs1_v15(&jobs, Hash::Sha256, b"message")), 1, "{engine} {bits}");
        }
    }
    assert_eq!(allocations(|| vec![0_u8; 100]), 1, "what counts does not count");
}
