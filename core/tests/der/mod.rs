//! A builder of DER, right or wrong, for the tests of keys: it knows no more than tags and lengths.
#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]

// The library's own tests use it too, and the library has no std.
use std::{vec, vec::Vec};

pub const RSA_ENCRYPTION: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
pub const RSASSA_PSS: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
pub const MGF1: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
pub const SHA1: &[u8] = b"\x06\x05\x2b\x0e\x03\x02\x1a";
pub const SHA224: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04";
pub const SHA256: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
pub const SHA512: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03";
pub const NULL: &[u8] = b"\x05\x00";

pub const PKCS1: &[u8] = include_bytes!("../../../testdata/keys/rsa-2048.pkcs1.der");
pub const SPKI: &[u8] = include_bytes!("../../../testdata/keys/rsa-2048.der");

/// An element with the shortest length.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..0x80 => vec![tag, u8::try_from(length).unwrap()],
        0x80..0x100 => vec![tag, 0x81, u8::try_from(length).unwrap()],
        _ => [&[tag, 0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    [head, content.to_vec()].concat()
}

/// An element whose length is written with this many bytes behind the first.
pub fn long(tag: u8, content: &[u8], bytes: usize) -> Vec<u8> {
    let length = u64::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x80 | u8::try_from(bytes).unwrap()], &length[8 - bytes..], content].concat()
}

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

pub fn integer(bytes: &[u8]) -> Vec<u8> {
    element(0x02, bytes)
}

pub fn bits(bytes: &[u8]) -> Vec<u8> {
    element(0x03, &[&[0], bytes].concat())
}

/// The modulus of the key, 256 bytes.
pub fn modulus() -> Vec<u8> {
    let start = PKCS1.len() - 5 - 256;
    PKCS1[start..start + 256].to_vec()
}

pub fn modulus_integer() -> Vec<u8> {
    integer(&[&[0][..], &modulus()].concat())
}

pub fn exponent() -> Vec<u8> {
    integer(&[1, 0, 1])
}

pub fn pkcs1() -> Vec<u8> {
    sequence(&[&modulus_integer(), &exponent()])
}

pub fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    sequence(&[algorithm, &bits(key)])
}

pub fn rsa_encryption() -> Vec<u8> {
    sequence(&[RSA_ENCRYPTION, NULL])
}

pub fn hash(oid: &[u8]) -> Vec<u8> {
    sequence(&[oid, NULL])
}

pub fn mgf1(hash: &[u8]) -> Vec<u8> {
    sequence(&[MGF1, hash])
}

pub fn field(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xa0 | number, content)
}

/// A PSS key with these fields as its parameters.
pub fn pss(fields: &[Vec<u8>]) -> Vec<u8> {
    spki(&sequence(&[RSASSA_PSS, &sequence(&[&fields.concat()])]), &pkcs1())
}
