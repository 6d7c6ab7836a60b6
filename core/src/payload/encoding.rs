//! The encoding that DSSE signs instead of the bare payload (secure-systems-lab/dsse `protocol.md`).

use alloc::{format, string::String};

/// The type under which a simple signing payload is signed when DSSE's encoding is put around it, as `gcloud container
/// binauthz attestations sign-and-create --pae-encode-payload` does; also the media type of cosign's payload.
pub const COSIGN_SIMPLE_SIGNING_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The bytes that DSSE signs for a payload (protocol.md, "PAE"): `DSSEv1`, then length and text of the type and length
/// and bytes of the payload, with one space between each two.
///
/// They come in two parts, so that the payload is hashed where it stands.
///
/// ```
/// use dokimos::PreAuthenticationEncoding;
/// let encoding = PreAuthenticationEncoding::new("http://example.com/HelloWorld", b"hello world");
/// assert_eq!(encoding.parts().concat(), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
/// ```
#[derive(Clone, Debug)]
pub struct PreAuthenticationEncoding<'p> {
    header: String,
    payload: &'p [u8],
}

impl<'p> PreAuthenticationEncoding<'p> {
    /// The encoding of a payload of the type.
    #[must_use]
    pub fn new(payload_type: &str, payload: &'p [u8]) -> Self {
        let header = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
        Self { header, payload }
    }

    /// The two parts: what is signed is the one directly behind the other.
    #[must_use]
    pub fn parts(&self) -> [&[u8]; 2] {
        [self.header.as_bytes(), self.payload]
    }
}
