//! The reader of keys held against another that is made of the crates `der` and `spki`: they accept the same bytes, read
//! the same from them, and refuse all others for the same reason.

#[path = "../../../tests/der/mod.rs"]
mod builder;
mod peer;
mod random;

use super::{KeyType, oid, spki::Spki};
use alloc::{format, string::ToString, vec};
use builder::{bits, element, exponent, field, integer, long, sequence};
use proptest::prelude::*;
use random::{Change, Grammar};
use std::{collections::BTreeSet, fs, vec::Vec};

/// Both readers on the same bytes: the code of the error, if it is one.
fn same(der: &[u8]) -> Option<&'static str> {
    let ours = Spki::from_der(der);
    assert_eq!(ours, peer::read(der), "{der:02x?}");
    ours.err().map(|error| error.code())
}

/// Keys, and what is taken for keys, as short as can be: each byte is one that the reader looks at.
fn short() -> Vec<Vec<u8>> {
    let numbers = sequence(&[&integer(&[0, 0xa5, 0x7f]), &exponent()]);
    let key = bits(&numbers);
    let pss = |fields: &[Vec<u8>]| sequence(&[&sequence(&[builder::RSASSA_PSS, &sequence(&[&fields.concat()])]), &key]);
    let (hash, bare) = (builder::hash(builder::SHA256), sequence(&[builder::SHA256]));
    let parameters = |hash: &[u8], mask_hash: &[u8]| [field(0, hash), field(1, &builder::mgf1(mask_hash))].concat();
    vec![
        numbers.clone(),
        sequence(&[&integer(&[0]), &integer(&[0, 0xa5]), &exponent()]),
        sequence(&[&integer(&[1]), &element(4, &[7, 7])]),
        sequence(&[&builder::rsa_encryption(), &key]),
        sequence(&[&sequence(&[builder::RSASSA_PSS]), &key]),
        pss(&[parameters(&hash, &hash), field(2, &integer(&[32])), field(3, &integer(&[1]))]),
        pss(&[parameters(&bare, &hash), field(2, &integer(&[0, 0x80]))]),
        pss(&[parameters(&hash, &bare)]),
        pss(&[parameters(&builder::hash(builder::SHA1), &hash), field(2, &integer(&[1, 0]))]),
        pss(&[parameters(&builder::hash(builder::SHA512), &bare), field(3, &integer(&[2]))]),
        // An elliptic curve, a certificate, an encrypted private key, tags and lengths of several bytes.
        sequence(&[&sequence(&[b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", b"\x06\x03\x2b\x81\x04"]), &key]),
        sequence(&[&sequence(&[&field(0, &integer(&[2])), &integer(&[7])])]),
        sequence(&[&sequence(&[b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d", &sequence(&[])]), &element(4, &[7])]),
        sequence(&[&sequence(&[builder::RSA_ENCRYPTION, b"\xbf\x8f\xff\xff\xff\x7f\x01\x00"]), &key]),
        sequence(&[&sequence(&[builder::RSA_ENCRYPTION, b"\x5f\x81\x00\x00"]), &key]),
        sequence(&[&sequence(&[b"\x06\x08\x2a\x8f\xff\xff\xff\x7f\x80\x01"]), &key]),
        long(0x30, &numbers, 4),
        // Ends just behind 32 bits.
        [b"\x30\x84\xff\xff\xff\xfa", &numbers[2..]].concat(),
        sequence(&[b"\x30\x84\xff\xff\xff\xf8", &builder::rsa_encryption()[2..], &key]),
        sequence(&[&sequence(&[builder::RSA_ENCRYPTION, b"\x05\x84\xff\xff\xff\xea"]), &key]),
        sequence(&[&long(0x02, &[1; 0x80], 1), &exponent()]),
        sequence(&[&builder::rsa_encryption(), &bits(&sequence(&[&long(0x02, &[1; 0x101], 2), &exponent()]))]),
    ]
}

/// The keys of `testdata/keys`.
fn real() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/keys");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let keys: Vec<_> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "der")).collect();
    assert!(keys.len() > 20, "{keys:?}");
    keys.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn each_constant_is_the_identifier_that_it_says() {
    for (bytes, dotted) in [
        (oid::RSA_ENCRYPTION, "1.2.840.113549.1.1.1"),
        (oid::RSASSA_PSS, "1.2.840.113549.1.1.10"),
        (oid::PBES2, "1.2.840.113549.1.5.13"),
        (oid::MGF1, "1.2.840.113549.1.1.8"),
        (oid::SHA1, "1.3.14.3.2.26"),
        (oid::SHA256, "2.16.840.1.101.3.4.2.1"),
        (oid::SHA384, "2.16.840.1.101.3.4.2.2"),
        (oid::SHA512, "2.16.840.1.101.3.4.2.3"),
    ] {
        assert_eq!(::der::asn1::ObjectIdentifier::new(dotted).unwrap().as_bytes(), bytes, "{dotted}");
        assert_eq!(oid::ObjectIdentifier::new(bytes).unwrap().to_string(), dotted);
    }
    for (dotted, name) in [
        ("1.2.840.10040.4.1", Some("DSA")),
        ("1.2.840.10045.2.1", Some("elliptic curve")),
        ("1.2.840.113549.1.1.7", Some("RSAES-OAEP")),
        ("1.3.101.110", Some("X25519")),
        ("1.3.101.112", Some("Ed25519")),
        ("1.3.101.113", Some("Ed448")),
        ("2.16.840.1.101.3.4.3.17", Some("ML-DSA-44")),
        ("2.16.840.1.101.3.4.3.18", Some("ML-DSA-65")),
        ("2.16.840.1.101.3.4.3.19", Some("ML-DSA-87")),
        ("2.16.840.1.101.3.4.3.20", None),
        ("0.0", None),
        ("2.39.4294967295.0", None),
    ] {
        let peer = ::der::asn1::ObjectIdentifier::new(dotted).unwrap();
        let ours = oid::ObjectIdentifier::new(peer.as_bytes()).unwrap();
        assert_eq!((ours.to_string().as_str(), ours.name()), (dotted, name));
        assert_eq!(format!("{:?}", KeyType(ours)), format!("KeyType({peer:?})"));
    }
}

#[test]
fn each_single_change_of_a_short_key_is_judged_alike() {
    let mut seen = BTreeSet::new();
    for key in short() {
        seen.insert(same(&key));
        for place in 0..key.len() {
            seen.insert(same(&key[..place]));
            let mut changed = key.clone();
            let before = changed.remove(place);
            seen.insert(same(&changed));
            changed.insert(place, 0);
            changed.insert(place, before);
            for byte in 0..=255 {
                changed[place] = byte;
                changed[place + 1] = before;
                seen.insert(same(&changed));
                let removed = changed.remove(place + 1);
                seen.insert(same(&changed));
                changed.insert(place + 1, removed);
            }
        }
    }
    let codes = [
        "KEY_IS_CERTIFICATE",
        "KEY_IS_PRIVATE",
        "KEY_NEGATIVE_NUMBER",
        "KEY_NOT_A_KEY",
        "KEY_NOT_DER",
        "KEY_PARAMETERS_NOT_NULL",
        "KEY_PSS_HASH",
        "KEY_PSS_MASK_GENERATION",
        "KEY_PSS_SHA1",
        "KEY_PSS_TRAILER",
        "KEY_TRAILING_BYTES",
        "KEY_TRUNCATED",
        "KEY_TYPE_NOT_SUPPORTED",
    ];
    assert_eq!(seen, [None].into_iter().chain(codes.map(Some)).collect());
}

#[test]
fn keys_that_are_in_use_are_read_alike() {
    let accepted = real().iter().filter(|key| same(key).is_none()).count();
    assert!(accepted > 15, "{accepted}");
}

/// Many at once: a key takes so little time that making a case of each would take most of it.
fn many<T: core::fmt::Debug>(what: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(what, 32)
}

proptest! {
    #[test]
    fn changed_keys_are_judged_alike(changes in many(Change::some())) {
        let (short, real) = (short(), real());
        for (is_short, which, changes) in changes {
            let mut key = which.get(if is_short { &short } else { &real }).clone();
            for change in changes {
                change.apply(&mut key);
                same(&key);
            }
        }
    }

    #[test]
    fn grown_keys_are_judged_alike(choices in many(prop::collection::vec(any::<u8>(), 100))) {
        for choices in choices {
            same(&Grammar::new(&choices).key());
        }
    }

    #[test]
    fn object_identifiers_are_judged_and_written_alike(content in prop::collection::vec(any::<u8>(), 0..42)) {
        let ours = oid::ObjectIdentifier::new(&content).map(|oid| oid.to_string());
        let peer = ::der::asn1::ObjectIdentifier::from_bytes(&content).ok().map(|oid| oid.to_string());
        prop_assert_eq!(ours, peer);
    }
}
