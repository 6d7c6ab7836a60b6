//! A detached signature in a file, as the many signing programs write it.

use crate::{failure::Failure, input::Source, text};
use dokimos::PublicKey;

/// Reads the signature: its bytes, or base64 text.
///
/// A file that is exactly as long as the modulus is taken for the bytes. The base64 text of a signature is never so short.
pub(crate) fn read(source: &Source, key: &PublicKey) -> Result<Vec<u8>, Failure> {
    let bytes = source.read(MAX_FILE)?;
    let length = key.modulus_bits().div_ceil(8);
    if bytes.len() == length {
        return Ok(bytes);
    }
    text::base64(&bytes).ok_or_else(|| {
        let found = bytes.len();
        Failure::input(
            source,
            format_args!("neither the {length} bytes of a signature nor base64 text, but {found} bytes"),
        )
    })
}

/// The longest file: the base64 text of a signature of 8192 bits has 1,368 bytes, in lines a few more.
const MAX_FILE: usize = 16 * 1024;
