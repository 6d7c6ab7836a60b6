//! A private RSA key: made, read, and used to sign. For the programs of dokimos; the library holds public keys only.
//!
//! ```
//! use dokimos_private_key::PrivateKey;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let private = PrivateKey::generate(2048)?;
//! let public = private.public("RSA_PSS_2048_SHA256".parse()?)?;
//! let signature = private.sign(&public, b"message")?;
//! assert_eq!(public.verify(b"message", &signature), Ok(()));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![allow(clippy::std_instead_of_core, reason = "the programs need std anyway")]

use dokimos::{Hash, KeyError, Padding, PublicKey, SignatureAlgorithm};
use getrandom::SysRng;
use rsa::{
    Pkcs1v15Sign, Pss,
    pkcs1::{ALGORITHM_OID as RSA_ENCRYPTION, RsaPrivateKeyRef},
    pkcs8::{
        AssociatedOid, EncodePrivateKey, EncodePublicKey, LineEnding, ObjectIdentifier, PrivateKeyInfoRef,
        SecretDocument,
        der::{
            self, Decode, Encode,
            asn1::{AnyRef, BitStringRef},
        },
        spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef},
    },
    sha2::{Digest, Sha256, Sha384, Sha512, digest::FixedOutputReset},
};
use std::str::FromStr;

/// A private key, with the identifier that says what it may be used for.
pub struct PrivateKey {
    rsa: rsa::PrivateKey,
    /// The public half as SubjectPublicKeyInfo in DER. It has the algorithm identifier of the private key, so that a key
    /// which its maker restricted to RSASSA-PSS stays so.
    spki: Vec<u8>,
}

impl PrivateKey {
    /// Makes a key of so many bits with the exponent 65537.
    ///
    /// # Errors
    /// The size is not one for which keys are made, or the operating system gave no random numbers; in words.
    pub fn generate(bits: usize) -> Result<Self, String> {
        let rsa = rsa::PrivateKey::new(&mut SysRng, bits).map_err(|error| format!("cannot be made: {error}"))?;
        let spki = rsa.as_public_key().to_public_key_der().map_err(|_| "cannot be encoded")?.into_vec();
        Ok(Self { rsa, spki })
    }

    /// Reads a PEM block with PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`); text before it is skipped.
    ///
    /// # Errors
    /// What it is instead, in words.
    pub fn from_pem(pem: &[u8]) -> Result<Self, &'static str> {
        const NOT_PEM: &str = "not a private key in PEM";
        let pem = std::str::from_utf8(pem).map_err(|_| NOT_PEM)?;
        let (label, document) = SecretDocument::from_pem(pem).map_err(|_| NOT_PEM)?;
        match label {
            "PRIVATE KEY" => {
                let info = PrivateKeyInfoRef::from_der(document.as_bytes());
                let info = info.map_err(|_| "the private key is not PKCS#8 in DER")?;
                Self::from_pkcs1(info.private_key.as_bytes(), info.algorithm)
            }
            "RSA PRIVATE KEY" => Self::from_pkcs1(document.as_bytes(), rsa_encryption()),
            "ENCRYPTED PRIVATE KEY" => Err("the private key is encrypted; \
                 decrypt it into the standard input: openssl pkey -in FILE | dokimos … -"),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => Err("this is a public key; give the private key"),
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Err("the private key is not an RSA key"),
            _ => Err(NOT_PEM),
        }
    }

    /// Reads PKCS#8 or PKCS#1 in DER.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn from_der(der: &[u8]) -> Result<Self, &'static str> {
        match PrivateKeyInfoRef::from_der(der) {
            Ok(info) => Self::from_pkcs1(info.private_key.as_bytes(), info.algorithm),
            Err(_) => Self::from_pkcs1(der, rsa_encryption()),
        }
    }

    fn from_pkcs1(der: &[u8], algorithm: AlgorithmIdentifierRef<'_>) -> Result<Self, &'static str> {
        if ![RSA_ENCRYPTION, RSASSA_PSS].contains(&algorithm.oid) {
            return Err("the private key is not an RSA key");
        }
        let numbers = RsaPrivateKeyRef::from_der(der).map_err(|_| "the private key is not PKCS#1 in DER")?;
        let spki = spki_of(&numbers, algorithm).map_err(|_| "the private key is not PKCS#1 in DER")?;
        let rsa = rsa::PrivateKey::try_from(numbers);
        let rsa = rsa.map_err(|_| "the numbers of the private key do not fit together, or have an unusual size")?;
        Ok(Self { rsa, spki })
    }

    /// The public half, to be used with the algorithm.
    ///
    /// # Errors
    /// The key is not one for the algorithm.
    pub fn public(&self, algorithm: SignatureAlgorithm) -> Result<PublicKey, KeyError> {
        PublicKey::from_der(&self.spki, algorithm)
    }

    /// The private key in PEM, PKCS#8. The text is wiped from memory when it is dropped.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub fn to_pem(&self) -> Result<impl AsRef<[u8]> + use<>, &'static str> {
        self.rsa.to_pkcs8_pem(LineEnding::LF).map_err(|_| "cannot be encoded")
    }

    /// Signs as the public half, which has the algorithm, will verify it. Blinded, against watchers of the time it takes.
    ///
    /// The salt of an RSASSA-PSS signature is as long as the public half demands; else as long as the hash, as key
    /// management services make it.
    ///
    /// # Errors
    /// The key is too small for the hash or the salt, or the operating system gave no random numbers.
    pub fn sign(&self, public: &PublicKey, message: &[u8]) -> Result<Vec<u8>, rsa::Error> {
        match public.algorithm().hash() {
            Hash::Sha256 => self.sign_with::<Sha256>(public, message),
            Hash::Sha384 => self.sign_with::<Sha384>(public, message),
            Hash::Sha512 => self.sign_with::<Sha512>(public, message),
        }
    }

    fn sign_with<D>(&self, public: &PublicKey, message: &[u8]) -> Result<Vec<u8>, rsa::Error>
    where
        D: Digest + FixedOutputReset + AssociatedOid,
    {
        let hash = D::digest(message);
        match public.algorithm().padding() {
            Padding::Pkcs1V15 => self.rsa.sign_with_rng(&mut SysRng, Pkcs1v15Sign::new::<D>(), &hash),
            Padding::Pss => {
                let salt = public.salt_length().unwrap_or(hash.len());
                self.rsa.sign_with_rng(&mut SysRng, Pss::<D>::new_with_salt(salt), &hash)
            }
        }
    }
}

/// How long the salt of an RSASSA-PSS signature is to be.
#[derive(Clone, Copy, Debug)]
pub enum SaltLength {
    /// As long as the modulus has room for, as kritis makes it.
    Max,
    /// So many bytes.
    Bytes(usize),
}

impl SaltLength {
    /// The same key, with this salt length and no other.
    ///
    /// # Errors
    /// The key's algorithm has no salt, or the key no room for one of this length.
    pub fn of(self, public: PublicKey) -> Result<PublicKey, KeyError> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes,
            Self::Max => {
                let hash = match public.algorithm().hash() {
                    Hash::Sha256 => 32,
                    Hash::Sha384 => 48,
                    Hash::Sha512 => 64,
                };
                // RFC 8017 9.1.1 step 3: emLen ≥ hLen + sLen + 2, with emLen = ceil((modBits - 1) / 8).
                let room = public.modulus_bits().saturating_sub(1).div_ceil(8);
                room.saturating_sub(hash).saturating_sub(2)
            }
        };
        public.with_salt_length(bytes)
    }
}

impl FromStr for SaltLength {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "max" => Ok(Self::Max),
            number => number.parse().map(Self::Bytes).map_err(|_| "neither a number of bytes nor max"),
        }
    }
}

/// A key for RSASSA-PSS only (RFC 8017 A.2.3).
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

/// What a key in PKCS#1 is for: both RSA signature schemes (RFC 8017 A.1).
fn rsa_encryption() -> AlgorithmIdentifierRef<'static> {
    AlgorithmIdentifierRef { oid: RSA_ENCRYPTION, parameters: Some(AnyRef::NULL) }
}

/// The SubjectPublicKeyInfo of a private key's public half (RFC 5280 4.1.2.7).
fn spki_of(numbers: &RsaPrivateKeyRef<'_>, algorithm: AlgorithmIdentifierRef<'_>) -> der::Result<Vec<u8>> {
    let key = numbers.public_key().to_der()?;
    SubjectPublicKeyInfoRef { algorithm, subject_public_key: BitStringRef::from_bytes(&key)? }.to_der()
}
