//! Key ids: opaque, bounded, and the default one.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use dokimos::{KeyId, KeyIdError};
use proptest::prelude::*;

#[test]
fn ids_in_use_are_kept_as_they_are() {
    for id in [
        "ni:///sha-256;oHaUIw-d05XG9aUBfcaXLVnYw1sZS0U5vxx9rqjpSE4",
        "nih:///sha-256;703f68f42aba2c6de30f488a5ea122fef76324679c9bfe1391b5aa1689d658955",
        "openpgp4fpr:74FAF3B861BDA0870C7B6DEF607E48D2A663AEEA",
        "4a2ef103-5aa3-4220-8c1b-5c8a6d0a1e11",
        "//cloudkms.googleapis.com/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        "kritis-authority-key",
        " with spaces ",
        "ключ",
        "x",
    ] {
        let read: KeyId = id.parse().unwrap();
        assert_eq!(read.as_str(), id);
        assert_eq!(read.to_string(), id);
        assert_eq!(read, KeyId::new(id.to_owned()).unwrap());
        let other: KeyId = id.to_uppercase().parse().unwrap();
        assert_eq!(read == other, id == id.to_uppercase(), "{id}");
    }
}

#[test]
fn the_limits() {
    assert_eq!("".parse::<KeyId>(), Err(KeyIdError::Empty));
    assert!(KeyId::new("x".repeat(1024)).is_ok());
    assert_eq!(KeyId::new("x".repeat(1025)), Err(KeyIdError::TooLong { bytes: 1025 }));
    assert_eq!(KeyId::new("é".repeat(513)), Err(KeyIdError::TooLong { bytes: 1026 }));
    for id in ["a\nb", "\0", "id\r\n", "\u{7f}", "\u{85}", "a\tb", "\u{1b}[31m"] {
        assert_eq!(id.parse::<KeyId>(), Err(KeyIdError::ControlCharacter), "{id:?}");
    }
    let errors = [KeyIdError::Empty, KeyIdError::ControlCharacter, KeyIdError::TooLong { bytes: 1025 }];
    let codes: std::collections::HashSet<_> = errors.iter().map(KeyIdError::code).collect();
    assert_eq!(codes.len(), 3);
    assert_eq!(errors[2].to_string(), "the key id has 1025 bytes, more than the limit of 1024");
}

proptest! {
    #[test]
    fn an_id_is_kept_or_refused(id in "(?s).{0,300}") {
        match KeyId::new(id.clone()) {
            Ok(read) => prop_assert_eq!(read.as_str(), &id),
            Err(KeyIdError::Empty) => prop_assert!(id.is_empty()),
            Err(KeyIdError::ControlCharacter) => prop_assert!(id.chars().any(char::is_control)),
            Err(error) => prop_assert!(id.len() > 1024, "{}", error),
        }
    }
}
