//! Verifies nothing: what the other programs would have without their library.

use dokimos_benches::only::Given;
use std::{error::Error, hint::black_box};

fn main() -> Result<(), Box<dyn Error>> {
    black_box(Given::from_arguments()?);
    Ok(())
}
