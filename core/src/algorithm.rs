//! Signature algorithms and the names under which the world knows them.

use crate::Hash;
use core::{fmt, str::FromStr};

/// How a key signs: padding, hash, and, where the name says so, the size of the modulus.
///
/// The algorithm belongs to the key and comes from whoever trusts the key. It is never taken from a signature or an
/// attestation, so an attacker cannot choose a weaker one.
///
/// Any spelling in use is read, in upper or lower case, with `-` or `_`:
///
/// | names | from |
/// | --- | --- |
/// | `RSA_PSS_2048_SHA256`, `RSA_SIGN_PSS_2048_SHA256`, `RSA_SIGN_PKCS1_4096_SHA512` | Binary Authorization, Google KMS |
/// | `rsa-pss-2048-sha256`, `rsa-sign-pkcs1-4096-sha512`, `rsa-pss-4096s-ha256` (its misprint) | kritis |
/// | `rsa-sign-pss-2048-sha256` | sigstore's algorithm registry |
/// | `RSA_PKCS1_2048_SHA256` | Google Certificate Authority Service |
/// | `RSA_PSS_SHA_256`, `RSA_PKCS1_SHA_256` | Alibaba KMS |
/// | `RSASSA_PSS_SHA_256`, `RSASSA_PKCS1_V1_5_SHA_256` | AWS KMS |
///
/// The same forms are read with every size (2048, 3072, 4096, 8192) and hash (256, 384, 512) that dokimos supports. A
/// name without a size takes a modulus of any supported size.
///
/// ```
/// use dokimos::{AlgorithmError, SignatureAlgorithm};
///
/// let algorithm: SignatureAlgorithm = "rsa-sign-pss-2048-sha256".parse()?;
/// assert_eq!(algorithm.to_string(), "RSA_PSS_2048_SHA256");
/// assert_eq!("ECDSA_P256_SHA256".parse::<SignatureAlgorithm>(), Err(AlgorithmError::NotSupported));
/// # Ok::<(), AlgorithmError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, core::hash::Hash)]
pub struct SignatureAlgorithm {
    padding: Padding,
    hash: Hash,
    modulus_bits: Option<usize>,
}

impl SignatureAlgorithm {
    /// Every algorithm that dokimos supports, for help texts: the `Display` of each is its canonical name.
    pub fn all() -> impl Iterator<Item = Self> {
        let sizes = || SIZES.into_iter().map(|(_, bits)| Some(bits)).chain([None]);
        [Padding::Pss, Padding::Pkcs1V15].into_iter().flat_map(move |padding| {
            sizes().flat_map(move |modulus_bits| HASHES.map(|(_, hash)| Self { padding, hash, modulus_bits }))
        })
    }

    /// The algorithm with this padding and hash, for a modulus of any supported size.
    #[must_use]
    pub const fn new(padding: Padding, hash: Hash) -> Self {
        Self { padding, hash, modulus_bits: None }
    }

    /// The same algorithm, only for a modulus of so many bits.
    ///
    /// # Errors
    ///
    /// [`AlgorithmError::NotSupported`] for another size than 2048, 3072, 4096 or 8192.
    pub const fn with_modulus_bits(self, bits: usize) -> Result<Self, AlgorithmError> {
        match bits {
            2048 | 3072 | 4096 | 8192 => Ok(Self { modulus_bits: Some(bits), ..self }),
            _ => Err(AlgorithmError::NotSupported),
        }
    }

    /// How the hash is made as long as the modulus.
    #[must_use]
    pub const fn padding(self) -> Padding {
        self.padding
    }

    /// The hash of the message; in PSS also that of the mask generation function.
    #[must_use]
    pub const fn hash(self) -> Hash {
        self.hash
    }

    /// The size that the modulus of the key must have, in bits; `None` if each supported size will do.
    #[must_use]
    pub const fn modulus_bits(self) -> Option<usize> {
        self.modulus_bits
    }
}

impl FromStr for SignatureAlgorithm {
    type Err = AlgorithmError;

    fn from_str(name: &str) -> Result<Self, AlgorithmError> {
        let mut bytes = [0; LONGEST];
        let name = canonical_spelling(name, &mut bytes).ok_or(AlgorithmError::Unknown)?;
        if name == KRITIS_MISPRINT.as_bytes() {
            return Self::new(Padding::Pss, Hash::Sha256).with_modulus_bits(4096);
        }
        if NOT_SUPPORTED.iter().any(|known| known.as_bytes() == name) {
            return Err(AlgorithmError::NotSupported);
        }
        // The names of a form are told apart by what follows it, so that the order of the forms has no meaning.
        let read = |(start, padding, rest): &(&str, _, Rest)| rest.read(name.strip_prefix(start.as_bytes())?, *padding);
        FORMS.iter().find_map(read).unwrap_or(Err(AlgorithmError::Unknown))
    }
}

/// The canonical name: Binary Authorization's where the size is known, as `RSA_PSS_2048_SHA256` and
/// `RSA_SIGN_PKCS1_2048_SHA256`; else that of Alibaba KMS, as `RSA_PSS_SHA_256` and `RSA_PKCS1_SHA_256`.
impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = match self.hash {
            Hash::Sha256 => "256",
            Hash::Sha384 => "384",
            Hash::Sha512 => "512",
        };
        let padding = match (self.padding, self.modulus_bits) {
            (Padding::Pss, _) => "PSS",
            (Padding::Pkcs1V15, Some(_)) => "SIGN_PKCS1",
            (Padding::Pkcs1V15, None) => "PKCS1",
        };
        match self.modulus_bits {
            Some(bits) => write!(f, "RSA_{padding}_{bits}_SHA{hash}"),
            None => write!(f, "RSA_{padding}_SHA_{hash}"),
        }
    }
}

/// How RSA makes a hash as long as the modulus (RFC 8017 section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, core::hash::Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 8017 has these two; a third must be considered wherever this is matched"
)]
pub enum Padding {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1V15,
    /// RSASSA-PSS, with MGF1 of the hash of the message.
    Pss,
}

/// Why a name is not that of an algorithm which dokimos can verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlgorithmError {
    /// The name is known, but dokimos does not verify signatures of that algorithm.
    NotSupported,
    /// The name is not known.
    Unknown,
}

impl AlgorithmError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSupported => "ALGORITHM_NOT_SUPPORTED",
            Self::Unknown => "ALGORITHM_UNKNOWN",
        }
    }
}

impl fmt::Display for AlgorithmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSupported => {
                "the signature algorithm is not supported; \
                 supported are RSA_PSS and RSA_PKCS1 with 2048 to 8192 bits and SHA-256, SHA-384 or SHA-512"
            }
            Self::Unknown => "unknown signature algorithm; names are such as RSA_PSS_2048_SHA256 or RSA_PKCS1_SHA_256",
        })
    }
}

impl core::error::Error for AlgorithmError {}

/// The sizes that stand in names. A key may have others: RSA itself takes every size from 2048 to 8192 bits.
const SIZES: [(&str, usize); 4] = [("2048", 2048), ("3072", 3072), ("4096", 4096), ("8192", 8192)];

const HASHES: [(&str, Hash); 3] = [("256", Hash::Sha256), ("384", Hash::Sha384), ("512", Hash::Sha512)];

/// Bytes of a name that is looked at; the longest known one has 26.
const LONGEST: usize = 40;

/// In upper case, with `_`; `None` if the name is longer than any.
fn canonical_spelling<'b>(name: &str, bytes: &'b mut [u8; LONGEST]) -> Option<&'b [u8]> {
    let bytes = bytes.get_mut(..name.len())?;
    for (to, from) in bytes.iter_mut().zip(name.bytes()) {
        *to = if from == b'-' { b'_' } else { from.to_ascii_uppercase() };
    }
    Some(bytes)
}

/// How the names of each form begin, and what must follow.
const FORMS: [(&str, Padding, Rest); 8] = [
    ("RSA_PSS_", Padding::Pss, Rest::SizeAndHash),
    ("RSA_SIGN_PSS_", Padding::Pss, Rest::SizeAndHash),
    ("RSA_PKCS1_", Padding::Pkcs1V15, Rest::SizeAndHash),
    ("RSA_SIGN_PKCS1_", Padding::Pkcs1V15, Rest::SizeAndHash),
    ("RSA_PSS_", Padding::Pss, Rest::Hash),
    ("RSA_PKCS1_", Padding::Pkcs1V15, Rest::Hash),
    ("RSASSA_PSS_", Padding::Pss, Rest::Hash),
    ("RSASSA_PKCS1_V1_5_", Padding::Pkcs1V15, Rest::Hash),
];

/// What follows the beginning of a name.
enum Rest {
    /// `2048_SHA256`
    SizeAndHash,
    /// `SHA_256`
    Hash,
}

impl Rest {
    /// The algorithm that the rest of a name says; `None` if the name is not of this form.
    fn read(&self, rest: &[u8], padding: Padding) -> Option<Result<SignatureAlgorithm, AlgorithmError>> {
        let (size, hash) = match self {
            Self::SizeAndHash => {
                // Every size has four digits.
                let (size, hash) = rest.split_at_checked(4)?;
                (Some(size), hash.strip_prefix(b"_SHA")?)
            }
            Self::Hash => (None, rest.strip_prefix(b"SHA_")?),
        };
        let modulus_bits = match size {
            None => None,
            // 112 bits of security and less, gone from every service, but still met in old configurations.
            Some(b"1024") => return Some(Err(AlgorithmError::NotSupported)),
            Some(size) => Some(SIZES.iter().find(|(name, _)| name.as_bytes() == size)?.1),
        };
        match HASHES.iter().find(|(name, _)| name.as_bytes() == hash) {
            Some((_, hash)) => Some(Ok(SignatureAlgorithm { padding, hash: *hash, modulus_bits })),
            None if matches!(hash, b"1" | b"224") => Some(Err(AlgorithmError::NotSupported)),
            None => None,
        }
    }
}

/// The string under which kritis reads RSA-PSS with 4096 bits and SHA-256 (grafeas/kritis, signature_algorithm.go).
const KRITIS_MISPRINT: &str = "RSA_PSS_4096S_HA256";

/// Algorithms of Binary Authorization, sigstore and the key management services that dokimos does not verify.
const NOT_SUPPORTED: [&str; 34] = [
    "EC_P256_SHA256",
    "EC_P384_SHA384",
    "EC_SIGN_ED25519",
    "EC_SIGN_P256_SHA256",
    "EC_SIGN_P384_SHA384",
    "EC_SIGN_P521_SHA512",
    "EC_SIGN_SECP256K1_SHA256",
    "ECDSA_P256_SHA256",
    "ECDSA_P384_SHA384",
    "ECDSA_P521_SHA512",
    "ECDSA_SHA2_256_NISTP256",
    "ECDSA_SHA2_384_NISTP384",
    "ECDSA_SHA2_512_NISTP521",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "ED25519",
    "ED25519_PH",
    "ED25519_PH_SHA_512",
    "ED25519_SHA_512",
    "ED25519PH",
    "LMOTS_SHA256",
    "LMS_SHA256",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "ML_DSA_SHAKE_256",
    "PQ_SIGN_ML_DSA_65",
    "PQ_SIGN_SLH_DSA_SHA2_128S",
    "RSA_SIGN_RAW_PKCS1_2048",
    "RSA_SIGN_RAW_PKCS1_3072",
    "RSA_SIGN_RAW_PKCS1_4096",
    "SM2",
    "SM2DSA",
];
