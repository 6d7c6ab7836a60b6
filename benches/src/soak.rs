//! Random cases by every engine, alone and in batches, against two other implementations.
//!
//! | cases | made of | held against |
//! | --- | --- | --- |
//! | numbers | a random odd modulus, an exponent, a random number | the public operation of `rsa` |
//! | signatures | a key that aws-lc-rs made, its signatures as they are and spoiled | the same, and the verdict of aws-lc-rs |

use crate::random::Random;
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{self, KeyPair as _, ParsedPublicKey, RsaEncoding, RsaParameters},
};
use dokimos::{
    Hash,
    internal::{RawKey, engines, recover_batch},
};
use rsa::{BoxedUint, hazmat::rsa_encrypt};
use std::ops::AddAssign;

/// Sizes in bits: those in use, of which aws-lc-rs makes keys; then some that are no multiple of a limb, a digit or a
/// block, and the largest.
pub const SIZES: [usize; 10] = [2048, 3072, 4096, 2049, 2056, 2079, 2311, 4158, 4159, 8192];
/// How many of them are in use.
pub const IN_USE: usize = 3;

/// What was tried. A case that does not come out as it must stops the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// All cases.
    pub cases: u64,
    /// Those with a verdict of aws-lc-rs.
    pub verdicts: u64,
    /// Those that both accept.
    pub accepted: u64,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.cases += other.cases;
        self.verdicts += other.verdicts;
        self.accepted += other.accepted;
    }
}

/// A stream of cases of one size.
pub struct Soak {
    bits: usize,
    random: Random,
    signer: Option<Signer>,
}

impl Soak {
    /// Makes the keys of this size.
    #[must_use]
    pub fn new(bits: usize, seed: u64) -> Self {
        let size = match bits {
            2048 => Some(KeySize::Rsa2048),
            3072 => Some(KeySize::Rsa3072),
            4096 => Some(KeySize::Rsa4096),
            _ => None,
        };
        let mut random = Random::new(seed ^ bits as u64);
        let signer = size.map(|size| Signer::new(size, &mut random));
        Self { bits, random, signer }
    }

    /// Up to twenty cases: by each engine, each alone and all together.
    ///
    /// # Panics
    /// If anything is not as it must be, with all that is needed to see it again.
    pub fn round(&mut self) -> Figures {
        let exponent = match self.random.below(12) {
            0 => 3,
            1 => 17,
            2 => self.random.number() & 0x1_ffff_ffff | 1 << 32 | 1,
            _ => 65537,
        };
        let count = 1 + self.random.below(20);
        let cases: Vec<_> = (0..count).map(|place| self.case(place, exponent)).collect();
        for engine in 0..engines().len() {
            let jobs: Vec<_> = cases.iter().map(|case| (&case.keys[engine], &case.signature[..])).collect();
            for (found, case) in recover_batch(&jobs).iter().zip(&cases) {
                assert_eq!(*found, case.expected, "in a batch of {count}: {case}");
                assert_eq!(case.keys[engine].recover(&case.signature).ok(), case.expected, "alone: {case}");
            }
        }
        let mut figures = Figures { cases: cases.len() as u64, ..Figures::default() };
        for case in &cases {
            if let Some(verdict) = &case.verdict {
                figures.verdicts += 1;
                figures.accepted += u64::from(case.agrees_with(verdict));
            }
        }
        figures
    }

    fn case(&mut self, place: usize, exponent: u64) -> Case {
        match &self.signer {
            Some(signer) if exponent == 65537 && place % 2 == 1 => signer.case(&mut self.random),
            _ => {
                let modulus = self.random.modulus(self.bits);
                let signature = if self.random.below(50) == 0 {
                    self.random.bytes(modulus.len())
                } else {
                    self.random.number_below(&modulus)
                };
                let expected = oracle(&peer(&modulus, exponent), &modulus, &signature);
                let keys = keys(&modulus, exponent);
                Case { keys, modulus, exponent, signature, expected, verdict: None }
            }
        }
    }
}

/// A number or a signature, and what must come of it.
struct Case {
    /// One for each engine.
    keys: Vec<RawKey>,
    modulus: Vec<u8>,
    exponent: u64,
    signature: Vec<u8>,
    /// s^e mod n, as `rsa` has it; nothing where s is no number below n.
    expected: Option<Vec<u8>>,
    verdict: Option<Verdict>,
}

/// What aws-lc-rs says.
struct Verdict {
    scheme: usize,
    message: Vec<u8>,
    accepts: bool,
}

impl Case {
    /// Whether all accept; they must all say the same.
    fn agrees_with(&self, Verdict { scheme, message, accepts }: &Verdict) -> bool {
        let Scheme { hash, pss, .. } = SCHEMES[*scheme];
        for key in &self.keys {
            let found = [key.is_pkcs1_v15(hash, message, &self.signature), key.is_pss(hash, message, &self.signature)];
            let expected = if pss { [false, *accepts] } else { [*accepts, false] };
            assert_eq!(found, expected, "{hash:?}, PSS {pss}, message {message:02x?}: {self}");
        }
        *accepts
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { modulus, exponent, signature, .. } = self;
        write!(f, "modulus {modulus:02x?}, exponent {exponent}, signature {signature:02x?}")
    }
}

struct Scheme {
    hash: Hash,
    pss: bool,
    signs: &'static RsaEncodingOf,
    verifies: &'static RsaParameters,
}

type RsaEncodingOf = dyn RsaEncoding + Sync;

static SCHEMES: [Scheme; 6] = [
    scheme(Hash::Sha256, false, &signature::RSA_PKCS1_SHA256, &signature::RSA_PKCS1_2048_8192_SHA256),
    scheme(Hash::Sha384, false, &signature::RSA_PKCS1_SHA384, &signature::RSA_PKCS1_2048_8192_SHA384),
    scheme(Hash::Sha512, false, &signature::RSA_PKCS1_SHA512, &signature::RSA_PKCS1_2048_8192_SHA512),
    scheme(Hash::Sha256, true, &signature::RSA_PSS_SHA256, &signature::RSA_PSS_2048_8192_SHA256),
    scheme(Hash::Sha384, true, &signature::RSA_PSS_SHA384, &signature::RSA_PSS_2048_8192_SHA384),
    scheme(Hash::Sha512, true, &signature::RSA_PSS_SHA512, &signature::RSA_PSS_2048_8192_SHA512),
];

const fn scheme(hash: Hash, pss: bool, signs: &'static RsaEncodingOf, verifies: &'static RsaParameters) -> Scheme {
    Scheme { hash, pss, signs, verifies }
}

/// A key that aws-lc-rs made, and messages that it signed.
struct Signer {
    modulus: Vec<u8>,
    keys: Vec<RawKey>,
    peer: rsa::PublicKey,
    /// One for each scheme.
    verifiers: Vec<ParsedPublicKey>,
    signed: Vec<Signed>,
}

struct Signed {
    scheme: usize,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// Signing takes thirty times as long as verifying, so each signature is used often, spoiled in many ways.
const SIGNED: usize = 60;

impl Signer {
    fn new(size: KeySize, random: &mut Random) -> Self {
        let pair = KeyPair::generate(size).expect("aws-lc-rs makes a key");
        let modulus = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("aws-lc-rs writes its key");
        let verifiers = SCHEMES
            .iter()
            .map(|scheme| ParsedPublicKey::new(scheme.verifies, der.as_ref()).expect("aws-lc-rs reads what it wrote"));
        let signed = (0..SIGNED).map(|place| {
            let (scheme, length) = (place % SCHEMES.len(), random.below(200));
            let message = random.bytes(length);
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(SCHEMES[scheme].signs, &SystemRandom::new(), &message, &mut signature).expect("aws-lc-rs signs");
            Signed { scheme, message, signature }
        });
        Self {
            keys: keys(&modulus, 65537),
            peer: peer(&modulus, 65537),
            verifiers: verifiers.collect(),
            signed: signed.collect(),
            modulus,
        }
    }

    /// A signature as it is, or spoiled.
    fn case(&self, random: &mut Random) -> Case {
        let Signed { scheme, message, signature } = &self.signed[random.below(SIGNED)];
        let (mut message, mut signature) = (message.clone(), signature.clone());
        let spoiled = random.below(12);
        match spoiled {
            0..=2 => {}
            3..=4 => signature[random.below(self.modulus.len())] ^= 1 << random.below(8),
            5 => signature[random.below(self.modulus.len())] = random.bytes(1)[0],
            // Another's signature, of the same scheme or not.
            6 => signature.clone_from(&self.signed[random.below(SIGNED)].signature),
            // -s: the odd power of it is the negative block.
            7 => signature = difference(&self.modulus, &signature),
            8 => signature = random.number_below(&self.modulus),
            9 => message.push(0),
            // One byte less, or one more.
            10 if random.below(2) == 0 => _ = signature.pop(),
            10 => signature.insert(0, 0),
            // The ends of the range, in it and not.
            _ => {
                let zero = vec![0; self.modulus.len()];
                let one = [&zero[1..], &[1]].concat();
                let below = difference(&self.modulus, &one);
                let ends = [zero, one, below, self.modulus.clone(), vec![0xff; self.modulus.len()]];
                signature.clone_from(&ends[random.below(ends.len())]);
            }
        }
        let accepts = self.verifiers[*scheme].verify_sig(&message, &signature).is_ok();
        assert!(accepts || spoiled > 2, "aws-lc-rs does not accept what it signed: {signature:02x?}");
        let expected = oracle(&self.peer, &self.modulus, &signature);
        let verdict = Some(Verdict { scheme: *scheme, message, accepts });
        Case { keys: self.keys.clone(), modulus: self.modulus.clone(), exponent: 65537, signature, expected, verdict }
    }
}

/// The key in each engine.
fn keys(modulus: &[u8], exponent: u64) -> Vec<RawKey> {
    let bytes = exponent.to_be_bytes();
    let exponent = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    let made = engines().into_iter().map(|engine| RawKey::new(modulus, exponent, &engine));
    made.map(|key| key.unwrap_or_else(|| panic!("the key is refused: {modulus:02x?} {exponent:02x?}"))).collect()
}

fn peer(modulus: &[u8], exponent: u64) -> rsa::PublicKey {
    rsa::PublicKey::new_unchecked(boxed(modulus), BoxedUint::from(exponent))
}

/// s^e mod n by `rsa`, as long as the modulus.
fn oracle(peer: &rsa::PublicKey, modulus: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
    if signature.len() != modulus.len() || signature >= modulus {
        return None;
    }
    let result = rsa_encrypt(peer, &boxed(signature)).expect("`rsa` takes a number below the modulus").to_be_bytes();
    let (surplus, result) = result.split_at(result.len() - modulus.len());
    assert!(surplus.iter().all(|byte| *byte == 0), "`rsa` gives a number longer than the modulus");
    Some(result.to_vec())
}

fn boxed(bytes: &[u8]) -> BoxedUint {
    let bits = u32::try_from(bytes.len() * 8).expect("numbers are short");
    BoxedUint::from_be_slice(bytes, bits).expect("the number has that many bits")
}

/// a - b, for b not above a, as long as both.
fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = false;
    let bytes: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(a, b)| {
            let (byte, under) = a.overflowing_sub(*b);
            let (byte, under_again) = byte.overflowing_sub(u8::from(borrow));
            borrow = under || under_again;
            byte
        })
        .collect();
    bytes.into_iter().rev().collect()
}
