//! Verifies with ring: for the size of the program, and for its instructions.

use dokimos_benches::only::Given;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use std::{error::Error, hint::black_box};

/// Of the SubjectPublicKeyInfo of a key of 2,048 bits; ring takes what follows.
const HEAD: usize = 24;

fn main() -> Result<(), Box<dyn Error>> {
    let Given { key, message, signature, times } = Given::from_arguments()?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key[HEAD..]);
    for _ in 0..times {
        black_box(&key).verify(&message, &signature).map_err(|_| "the signature does not verify")?;
    }
    Ok(())
}
