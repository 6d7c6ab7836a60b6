//! One signature and many, by everyone.

use crate::measure::{Contender, Measured, alternate};
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{self as aws, KeyPair as _},
};
use dokimos::{
    Hash, PublicKey, SignedMessage,
    internal::{RawKey, count_pkcs1_v15, engines},
    verify_batch,
};
use graviola::signing::rsa::VerifyingKey as Graviola;
use openssl::{
    hash::MessageDigest,
    pkey::{PKey, Public},
    rsa::Padding,
    sign::{RsaPssSaltlen, Verifier as OpenSsl},
};
use rsa::{pkcs8::DecodePublicKey, signature::Verifier};
use sha2::Sha256;

pub(crate) const SIZES: [(usize, KeySize); 3] =
    [(2048, KeySize::Rsa2048), (3072, KeySize::Rsa3072), (4096, KeySize::Rsa4096)];
const MESSAGE: &[u8] = &[b'm'; 300];

/// What one size came to: PKCS#1 v1.5, and PSS.
pub(crate) struct Table {
    pub(crate) bits: usize,
    pkcs1: Vec<Measured>,
    pss: Vec<Measured>,
}

impl Table {
    pub(crate) fn measure((bits, size): (usize, KeySize)) -> Self {
        let pair = KeyPair::generate(size).expect("aws-lc-rs makes a key");
        let sign = |encoding| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &SystemRandom::new(), MESSAGE, &mut signature).expect("aws-lc-rs signs");
            signature
        };
        let pkcs1 = alternate(contenders(&pair, &sign(&aws::RSA_PKCS1_SHA256), false));
        let pss = alternate(contenders(&pair, &sign(&aws::RSA_PSS_SHA256), true));
        Self { bits, pkcs1, pss }
    }

    /// The time of one, PKCS#1 v1.5.
    pub(crate) fn of(&self, name: &str) -> f64 {
        self.pkcs1.iter().find(|measured| measured.name == name).map_or(f64::NAN, |measured| measured.median)
    }

    pub(crate) fn markdown(&self) -> String {
        let base = |measured: &[Measured]| measured.iter().find(|one| one.name == "aws-lc-rs").map(|one| one.median);
        let (pkcs1, pss) = (base(&self.pkcs1), base(&self.pss));
        let mut text = format!(
            "\n### RSA-{}\n| each signature | PKCS#1 v1.5, µs | quartiles | of aws-lc-rs | PSS, µs | quartiles | of aws-lc-rs |\n\
            | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
            self.bits
        );
        let cells = |measured: Option<&Measured>, base: Option<f64>| match (measured, base) {
            (Some(Measured { median, spread: [low, high], .. }), Some(base)) => {
                format!("{median:.1} | {low:.1} to {high:.1} | {:.2}", median / base)
            }
            _ => "| |".into(),
        };
        for one in &self.pkcs1 {
            let other = self.pss.iter().find(|other| other.name == one.name);
            text += &format!("| {} | {} | {} |\n", one.name, cells(Some(one), pkcs1), cells(other, pss));
        }
        text
    }
}

fn contenders<'a>(pair: &KeyPair, signature: &'a [u8], pss: bool) -> Vec<Contender<'a>> {
    let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("aws-lc-rs writes its key");
    let (spki, pkcs1) = (spki.as_ref().to_vec(), pair.public_key().as_ref().to_vec());
    let modulus = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
    let mut all = peers(&spki, &pkcs1, signature, pss);

    let algorithm = if pss { "RSA_PSS_SHA_256" } else { "RSA_PKCS1_SHA_256" }.parse().expect("an algorithm");
    let key = PublicKey::from_der(&spki, algorithm).expect("a key");
    let one = key.clone();
    all.push(Contender::new("dokimos", 1, move || one.verify(MESSAGE, signature).is_ok()));
    all.push(Contender::new("dokimos, from DER", 1, move || {
        PublicKey::from_der(&spki, algorithm).is_ok_and(|key| key.verify(MESSAGE, signature).is_ok())
    }));
    for count in [8, 64, 1024] {
        let key = key.clone();
        all.push(Contender::new(format!("dokimos, batch of {count}"), count, move || {
            let item = SignedMessage { key: &key, message: MESSAGE, signature };
            verify_batch(&vec![item; count]).iter().all(Result::is_ok)
        }));
    }
    for engine in engines() {
        let key = RawKey::new(&modulus, &[1, 0, 1], &engine).expect("a key");
        if engine == "ifma" && !pss {
            let key = key.clone();
            all.push(Contender::new("dokimos, engine ifma, eight at once", 8, move || {
                count_pkcs1_v15(&[(&key, signature); 8], Hash::Sha256, MESSAGE) == 8
            }));
        }
        all.push(Contender::new(format!("dokimos, engine {engine}"), 1, move || {
            if pss {
                key.is_pss(Hash::Sha256, MESSAGE, signature)
            } else {
                key.is_pkcs1_v15(Hash::Sha256, MESSAGE, signature)
            }
        }));
    }
    all
}

fn peers<'a>(spki: &[u8], pkcs1: &[u8], signature: &'a [u8], pss: bool) -> Vec<Contender<'a>> {
    let mut all = Vec::new();

    let key = rsa::PublicKey::from_public_key_der(spki).expect("`rsa` reads the key");
    if pss {
        let key = rsa::pss::VerifyingKey::<Sha256>::new(key);
        let signature = rsa::pss::Signature::try_from(signature).expect("a signature");
        all.push(Contender::new("rsa", 1, move || key.verify(MESSAGE, &signature).is_ok()));
    } else {
        let key = rsa::pkcs1v15::VerifyingKey::<Sha256>::new(key);
        let signature = rsa::pkcs1v15::Signature::try_from(signature).expect("a signature");
        all.push(Contender::new("rsa", 1, move || key.verify(MESSAGE, &signature).is_ok()));
    }

    let key = PKey::public_key_from_der(spki).expect("OpenSSL reads the key");
    all.push(Contender::new("openssl", 1, move || openssl(&key, signature, pss).unwrap_or(false)));

    // ring has no key that is parsed once.
    let algorithm =
        if pss { &ring::signature::RSA_PSS_2048_8192_SHA256 } else { &ring::signature::RSA_PKCS1_2048_8192_SHA256 };
    let der = pkcs1.to_vec();
    all.push(Contender::new("ring, from DER", 1, move || {
        ring::signature::UnparsedPublicKey::new(algorithm, &der).verify(MESSAGE, signature).is_ok()
    }));

    let key = Graviola::from_pkcs1_der(pkcs1).expect("graviola reads the key");
    all.push(Contender::new("graviola", 1, move || {
        let verdict =
            if pss { key.verify_pss_sha256(signature, MESSAGE) } else { key.verify_pkcs1_sha256(signature, MESSAGE) };
        verdict.is_ok()
    }));

    let algorithm = if pss { &aws::RSA_PSS_2048_8192_SHA256 } else { &aws::RSA_PKCS1_2048_8192_SHA256 };
    let key = aws::ParsedPublicKey::new(algorithm, spki).expect("aws-lc-rs reads the key");
    all.push(Contender::new("aws-lc-rs", 1, move || key.verify_sig(MESSAGE, signature).is_ok()));
    let der = spki.to_vec();
    all.push(Contender::new("aws-lc-rs, from DER", 1, move || {
        aws::UnparsedPublicKey::new(algorithm, &der).verify(MESSAGE, signature).is_ok()
    }));
    all
}

fn openssl(key: &PKey<Public>, signature: &[u8], pss: bool) -> Result<bool, openssl::error::ErrorStack> {
    let mut verifier = OpenSsl::new(MessageDigest::sha256(), key)?;
    if pss {
        verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
        verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    verifier.verify_oneshot(signature, MESSAGE)
}
