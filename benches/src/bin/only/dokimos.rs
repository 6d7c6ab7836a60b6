//! Verifies with dokimos: for the size of the program, and for its instructions.

use dokimos::PublicKey;
use dokimos_benches::only::Given;
use std::{error::Error, hint::black_box};

fn main() -> Result<(), Box<dyn Error>> {
    let Given { key, message, signature, times } = Given::from_arguments()?;
    let key = PublicKey::from_der(&key, "RSASSA_PKCS1_V1_5_SHA_256".parse()?)?;
    for _ in 0..times {
        black_box(&key).verify(&message, &signature)?;
    }
    Ok(())
}
