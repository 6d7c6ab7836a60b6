//! Verifies with the crate `rsa`: for the size of the program, and for its instructions.

use dokimos_benches::only::Given;
use rsa::{Pkcs1v15Sign, PublicKey, pkcs8::DecodePublicKey};
use sha2::{Digest, Sha256};
use std::{error::Error, hint::black_box};

fn main() -> Result<(), Box<dyn Error>> {
    let Given { key, message, signature, times } = Given::from_arguments()?;
    let key = PublicKey::from_public_key_der(&key)?;
    for _ in 0..times {
        black_box(&key).verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&message), &signature)?;
    }
    Ok(())
}
