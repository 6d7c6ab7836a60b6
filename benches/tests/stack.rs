//! A verification stays under 24 KiB of stack, for every size and every kind of arithmetic; eight at once under 32 KiB.
#![allow(unsafe_code, reason = "the stack below a function is read where it was painted before")]

use dokimos::{
    Hash, PublicKey,
    internal::{RawKey, count_pkcs1_v15, engines},
};
use std::{hint::black_box, thread};

const LIMIT: usize = 24 * 1024;
const LIMIT_OF_EIGHT: usize = 32 * 1024;
const PAINTED: usize = 96 * 1024;
const PAINT: u8 = 0xa5;

/// Each size that has its own code, those beside it, and the most that go eight at once: 4158 bits.
const SIZES: [usize; 10] = [2048, 2049, 3072, 3327, 4096, 4158, 4159, 6144, 6655, 8192];

#[test]
fn every_size_by_every_engine() {
    for engine in engines() {
        for bits in SIZES {
            let mut modulus = vec![0xc3; bits.div_ceil(8)];
            modulus[0] = 0xff >> (7 - (bits - 1) % 8);
            let mut signature = vec![0x5a; modulus.len()];
            signature[0] = 0;
            for exponent in [&[3][..], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
                let key = RawKey::new(&modulus, exponent, &engine).unwrap();
                let jobs = vec![(&key, &signature[..]); 8];
                let alone = depth(|| key.is_pkcs1_v15(Hash::Sha512, b"message", &signature));
                let pss = depth(|| key.is_pss(Hash::Sha512, b"message", &signature));
                let eight = depth(|| count_pkcs1_v15(&jobs, Hash::Sha512, b"message"));
                println!("{engine}, {bits} bits, {exponent:?}: {alone}, PSS {pss}, eight {eight}");
                assert!(alone.max(pss) < LIMIT, "{engine}, {bits} bits: {alone}, {pss}");
                assert!(eight < LIMIT_OF_EIGHT, "{engine}, {bits} bits: {eight}");
                // What measures would see it: a verification has at least the encoded message on its stack.
                assert!(alone.min(pss).min(eight) > 1024, "{engine}, {bits} bits: {alone}, {pss}, {eight}");
            }
        }
    }
}

#[test]
fn a_whole_verification() {
    let testdata = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/evidence");
    let pem = std::fs::read(format!("{testdata}/keys/release.pub.pem")).unwrap();
    let document = std::fs::read(format!("{testdata}/release.json")).unwrap();
    let attestations = dokimos::Attestations::parse(&document).unwrap();
    let attestation = attestations.iter().next().unwrap();
    let (message, signature) = (attestation.untrusted_payload().unwrap(), attestation.signatures()[0].bytes().unwrap());
    let key = PublicKey::from_pem(pem, "RSA_PSS_2048_SHA256".parse().unwrap()).unwrap();
    let verify = depth(|| assert_eq!(key.verify(message, signature), Ok(())));
    println!("verify: {verify}");
    assert!(verify < LIMIT, "{verify}");
}

/// The bytes of stack that the call takes.
fn depth<T>(call: impl FnOnce() -> T + Send) -> usize {
    // Not the main stack, which may be short; each call on a new one.
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(4 * PAINTED).spawn_scoped(scope, || {
            let painted = paint();
            black_box(call());
            untouched(painted)
        });
        PAINTED - thread.unwrap().join().unwrap()
    })
}

/// Fills the stack below the caller, and says where that begins.
#[inline(never)]
fn paint() -> usize {
    let mut area = [PAINT; PAINTED];
    black_box(&mut area).as_ptr() as usize
}

/// How many bytes are still as they were painted, from the lowest on.
#[inline(never)]
fn untouched(painted: usize) -> usize {
    (0..PAINTED)
        .take_while(|place| {
            let place = black_box(painted + place) as *const u8;
            // SAFETY: The place is in the stack of this thread, which is mapped to its whole length; nothing else uses
            // it, as it is below the frame of this function or in it.
            unsafe { place.read_volatile() == PAINT }
        })
        .count()
}
