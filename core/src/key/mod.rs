//! Public keys: how they are read, what they may verify, and how they are named.
//!
//! | file | what it is |
//! | --- | --- |
//! | `mod` | [`PublicKey`] and verification with one key |
//! | `batch` | [`verify_batch`]: many signatures at once |
//! | `error` | [`KeyError`]: why a key is not accepted |
//! | `id` | [`KeyId`]: the name of a key |
//! | `oid` | object identifiers |
//! | `pem` | the text form, RFC 7468 |
//! | `pss` | the parameters of an RSASSA-PSS key, RFC 4055 |
//! | `reader` | a reader of DER |
//! | `spki` | the binary forms: SubjectPublicKeyInfo and PKCS#1, read and written |
//! | `writer` | a writer of DER |

#[cfg(feature = "alloc")]
mod batch;
mod error;
#[cfg(feature = "alloc")]
mod id;
mod oid;
#[cfg(test)]
#[cfg(feature = "alloc")]
mod oracle;
#[cfg(feature = "alloc")]
mod pem;
mod pss;
mod reader;
mod spki;
#[cfg(test)]
#[cfg(feature = "alloc")]
mod tests;
mod writer;

#[cfg(feature = "alloc")]
pub use batch::{SignedMessage, verify_batch};
pub use error::{KeyError, KeyType};
#[cfg(feature = "alloc")]
pub use id::{KeyId, KeyIdError};
#[cfg(feature = "alloc")]
pub use pem::PemError;

use crate::{
    Hash, Padding, SignatureAlgorithm, SignatureError,
    hash::HashValue,
    rsa::{EncodedMessage, RsaPublicKey, SaltLength},
};
#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
use core::fmt;
use pss::Restriction;
use spki::{Encoded, Form, Spki};

/// An RSA public key with the one algorithm that it verifies.
///
/// Reading a key checks it and prepares it for verification, so read it once and use it often.
///
/// Accepted are SubjectPublicKeyInfo (`-----BEGIN PUBLIC KEY-----`, RFC 5280) and PKCS#1 (`-----BEGIN RSA PUBLIC
/// KEY-----`, RFC 8017), in strict DER: there is exactly one encoding of each key, and no other is read.
///
/// A key of the type `id-RSASSA-PSS` (RFC 4055) verifies only RSASSA-PSS, and if it has parameters only with their hash
/// and salt length. RFC 4055 calls that salt length a minimum for the one that a signature states. The signatures read
/// here state none, so there is nothing to compare but the salt itself, and it must have exactly that length: what
/// signers make by default, and what BoringSSL demands.
///
/// ```
/// use dokimos::PublicKey;
///
/// # let der = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/keys/rsa-2048.der"))?;
/// let key = PublicKey::from_der(&der, "RSA_SIGN_PKCS1_2048_SHA256".parse()?)?;
/// assert_eq!(key.modulus_bits(), 2048);
/// assert!(key.verify(b"message", &[0; 256]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Two keys are equal if their SubjectPublicKeyInfo is, whatever algorithm each was declared to have.
#[derive(Clone)]
pub struct PublicKey {
    rsa: RsaPublicKey,
    algorithm: SignatureAlgorithm,
    restriction: Restriction,
    salt: SaltLength,
    fingerprint: [u8; 32],
}

impl PublicKey {
    /// Reads a key in DER, SubjectPublicKeyInfo or PKCS#1, told apart by their structure. Needs no heap.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if this is no such key, if it is too weak or too expensive, or if it may not be used with the
    /// algorithm.
    pub fn from_der(der: &[u8], algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        Self::read(der, None, algorithm)
    }

    /// Reads a key in PEM: `PUBLIC KEY` or `RSA PUBLIC KEY`.
    ///
    /// Published key files often begin with a remark, so text before the block is skipped. Behind it only white space
    /// may stand: in a file with two keys, which of them is trusted must not be a guess.
    ///
    /// # Errors
    ///
    /// [`KeyError`], as [`from_der`](Self::from_der), or [`KeyError::Pem`] if the text is no such block.
    #[cfg(feature = "alloc")]
    pub fn from_pem(pem: impl AsRef<[u8]>, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        let block = pem::Block::parse(pem.as_ref())?;
        Self::read(&block.der, Some(block.form), algorithm)
    }

    /// Reads a key in DER, which has this form if one is given: that of the PEM block around it.
    #[cfg_attr(not(feature = "alloc"), expect(unused_variables, reason = "no form is given where PEM is not read"))]
    fn read(der: &[u8], form: Option<Form>, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        let spki = Spki::from_der(der)?;
        #[cfg(feature = "alloc")]
        if form.is_some_and(|form| form != spki.form) {
            return Err(PemError::ContentDiffers.into());
        }
        let rsa = RsaPublicKey::new(spki.modulus, spki.exponent)?;
        if let Some(expected) = algorithm.modulus_bits()
            && expected != rsa.modulus_bits()
        {
            return Err(KeyError::ModulusSize { expected, found: rsa.modulus_bits() });
        }
        let salt = spki.restriction.salt_length(algorithm)?;
        check_salt_length(&rsa, algorithm, salt)?;
        let encoded = Encoded::new(&rsa, &spki.restriction);
        // The reader is strict; this makes it so beyond doubt: what was understood has no other encoding than this one.
        if encoded.bytes(spki.form) != der {
            return Err(KeyError::NotDer);
        }
        let fingerprint = Hash::Sha256.digest(&[encoded.bytes(Form::Spki)]);
        let fingerprint = fingerprint.as_ref().try_into().map_err(|_| KeyError::NotDer)?;
        Ok(Self { rsa, algorithm, restriction: spki.restriction, salt, fingerprint })
    }

    /// The same key, accepting only RSASSA-PSS signatures whose salt has this many bytes.
    ///
    /// Without it, and without parameters in the key, a salt of any length is accepted: signers use the length of the
    /// hash (key management services) or the longest there is (kritis), and it is the signer who is served by a salt.
    ///
    /// # Errors
    ///
    /// If the algorithm has no salt, if the modulus has no room for one of this length, or if the key itself names
    /// another length.
    pub fn with_salt_length(mut self, bytes: usize) -> Result<Self, KeyError> {
        if self.algorithm.padding() != Padding::Pss {
            return Err(KeyError::SaltWithoutPss);
        }
        if let Restriction::Pss(Some(parameters)) = self.restriction
            && parameters.salt_length != bytes
        {
            return Err(KeyError::SaltLengthConflict { key: parameters.salt_length, given: bytes });
        }
        self.salt = SaltLength::Exactly(bytes);
        check_salt_length(&self.rsa, self.algorithm, self.salt)?;
        Ok(self)
    }

    /// The algorithm that the key was declared to have.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The size of the modulus, in bits.
    #[must_use]
    pub fn modulus_bits(&self) -> usize {
        self.rsa.modulus_bits()
    }

    /// The length of each signature of this key, in bytes: that of the modulus.
    #[must_use]
    pub fn signature_len(&self) -> usize {
        self.rsa.modulus_len()
    }

    /// The length that the salt of an RSASSA-PSS signature must have, in bytes, if the key or the policy fixes it.
    #[must_use]
    pub fn salt_length(&self) -> Option<usize> {
        match self.salt {
            SaltLength::Exactly(bytes) => Some(bytes),
            SaltLength::Recovered => None,
        }
    }

    /// The SHA-256 of the key's SubjectPublicKeyInfo in DER; for a PKCS#1 key, of the one that it stands for.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// The id under which a key is known that was given no other: `ni:///sha-256;` and the fingerprint in base64url
    /// (RFC 6920), as in kritis and Binary Authorization.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn default_id(&self) -> KeyId {
        KeyId::of_fingerprint(&self.fingerprint)
    }

    /// The key as SubjectPublicKeyInfo in DER.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_spki_der(&self) -> Vec<u8> {
        Encoded::new(&self.rsa, &self.restriction).bytes(Form::Spki).to_vec()
    }

    /// The key in PEM, as a `PUBLIC KEY`.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write(&self.to_spki_der())
    }

    /// Verifies the signature of a message. Needs no heap.
    ///
    /// # Errors
    ///
    /// [`SignatureError`] unless the signature was made over exactly this message, with the private half of this key,
    /// and with this key's algorithm.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        self.verify_parts(&[message], signature)
    }

    /// Verifies the signature of the message that the parts make one behind the other.
    pub(crate) fn verify_parts(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let encoded = self.recover(signature)?;
        if self.accepts(&encoded, &self.digest(message)) { Ok(()) } else { Err(SignatureError::Mismatch) }
    }

    /// What the signature holds; to be judged by [`accepts`](Self::accepts).
    pub(crate) fn recover(&self, signature: &[u8]) -> Result<EncodedMessage, SignatureError> {
        self.rsa.recover(signature)
    }

    /// The hash of the message that the parts make, by the key's algorithm.
    pub(crate) fn digest(&self, message: &[&[u8]]) -> HashValue {
        self.algorithm.hash().digest(message)
    }

    /// Whether the encoded message is one of this hash value under the key's algorithm.
    pub(crate) fn accepts(&self, encoded: &EncodedMessage, value: &HashValue) -> bool {
        match self.algorithm.padding() {
            Padding::Pkcs1V15 => encoded.is_pkcs1_v15(self.algorithm.hash(), value),
            Padding::Pss => encoded.is_pss(self.algorithm.hash(), value, self.salt),
        }
    }

    /// For a diagnosis only: how the message was signed, if it was signed by this key, but not as the key's algorithm
    /// and salt length demand. Never a reason to accept it.
    #[cfg(feature = "alloc")]
    pub(crate) fn signed_otherwise(&self, encoded: &EncodedMessage, message: &[&[u8]]) -> Option<SignedOtherwise> {
        [Hash::Sha256, Hash::Sha384, Hash::Sha512].into_iter().find_map(|hash| {
            let value = hash.digest(message);
            let padding = if encoded.is_pkcs1_v15(hash, &value) {
                Padding::Pkcs1V15
            } else if encoded.is_pss(hash, &value, SaltLength::Recovered) {
                Padding::Pss
            } else {
                return None;
            };
            let found = SignatureAlgorithm::new(padding, hash);
            if found != SignatureAlgorithm::new(self.algorithm.padding(), self.algorithm.hash()) {
                Some(SignedOtherwise::Algorithm(found))
            } else if self.accepts(encoded, &value) {
                None
            } else {
                Some(SignedOtherwise::SaltLength)
            }
        })
    }

    /// The key as the RSA layer knows it, for recovering many signatures at once.
    #[cfg(feature = "alloc")]
    pub(crate) fn rsa(&self) -> &RsaPublicKey {
        &self.rsa
    }

    /// The modulus, big-endian. Who holds the private half of a key can sign for every key with the same modulus, so
    /// where different signers are counted, different moduli must be.
    #[cfg(feature = "alloc")]
    pub(crate) fn modulus(&self) -> &[u8] {
        self.rsa.modulus()
    }
}

/// How a signature was made that the key's algorithm does not accept.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignedOtherwise {
    /// With another padding or another hash.
    Algorithm(SignatureAlgorithm),
    /// With a salt of another length than the key or the policy fixes.
    SaltLength,
}

/// Whether a salt of this length fits: emLen ≥ hLen + sLen + 2, with emLen = ceil((modBits - 1) / 8) (RFC 8017 9.1.1).
fn check_salt_length(rsa: &RsaPublicKey, algorithm: SignatureAlgorithm, salt: SaltLength) -> Result<(), KeyError> {
    let em_len = rsa.modulus_bits().saturating_sub(1).div_ceil(8);
    let maximum = em_len.saturating_sub(algorithm.hash().len()).saturating_sub(2);
    match salt {
        SaltLength::Exactly(found) if found > maximum => Err(KeyError::SaltLengthTooLarge { found, maximum }),
        _ => Ok(()),
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

impl Eq for PublicKey {}

impl core::hash::Hash for PublicKey {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {} bits, sha-256 ", self.algorithm, self.modulus_bits())?;
        self.fingerprint.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}
