//! `dokimos sign`: what it writes is read and verified by the library, and it signs nothing that it should not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

mod support;

use dokimos::{Attestation, Attestations, Budget, PublicKey, SignatureAlgorithm, SimpleSigning};
use support::{Folder, IMAGE};

/// The one attestation of a document, whose one signature must verify over the message that its payload makes.
fn verified(document: &[u8], key: &PublicKey, message: impl Fn(&[u8]) -> Vec<u8>) -> Attestation {
    let attestations = Attestations::parse(document).unwrap();
    assert_eq!(attestations.len(), 1);
    let attestation = attestations.iter().next().unwrap().clone();
    let [signature] = attestation.signatures() else { panic!("not one signature") };
    let payload = attestation.untrusted_payload().unwrap();
    key.verify(&message(payload), signature.bytes().unwrap()).unwrap();
    attestation
}

fn key(folder: &Folder, file: &str, algorithm: &str) -> PublicKey {
    PublicKey::from_pem(folder.read(file), algorithm.parse::<SignatureAlgorithm>().unwrap()).unwrap()
}

#[test]
fn occurrences_verify_with_every_algorithm() {
    let folder = Folder::new("sign-algorithms");
    let digest = IMAGE.split_once('@').unwrap().1;
    for bits in ["2048", "3072", "4096"] {
        folder.make_key(bits, bits);
        for hash in ["256", "384", "512"] {
            for algorithm in [
                format!("RSA_PSS_{bits}_SHA{hash}"),
                format!("RSA_SIGN_PKCS1_{bits}_SHA{hash}"),
                format!("RSA_PSS_SHA_{hash}"),
                format!("RSASSA_PKCS1_V1_5_SHA_{hash}"),
            ] {
                let key_file = format!("{bits}.pem");
                let run = folder.run(&["sign", "--key", &key_file, "--algorithm", &algorithm, "--image", IMAGE]);
                let key = key(&folder, &format!("{bits}.pub.pem"), &algorithm);
                let attestation = verified(&run.bytes(), &key, <[u8]>::to_vec);
                assert_eq!(attestation.format(), "grafeas/v1");
                assert_eq!(attestation.signatures()[0].key_id(), Some(key.default_id().as_str()));
                assert_eq!(attestation.untrusted_resource(), Some(format!("https://{IMAGE}").as_str()));
                let payload = attestation.untrusted_payload().unwrap();
                let claim = SimpleSigning::parse(payload, &Budget::default()).unwrap();
                assert_eq!(
                    (claim.docker_reference(), claim.manifest_digest()),
                    ("registry.example.com/shop/web", digest)
                );
                assert_eq!(payload, folder.run(&["payload", "--image", IMAGE]).bytes());
            }
        }
    }
}

#[test]
fn the_salt_has_the_length_asked_for() {
    let folder = Folder::new("sign-salt");
    folder.make_key("key", "2048");
    let sign = ["sign", "--key", "key.pem", "--algorithm", "RSA_PSS_2048_SHA256", "--image", IMAGE];
    // RFC 8017 9.1.1: the longest salt has emLen - hLen - 2 bytes, here 256 - 32 - 2.
    for (option, bytes) in [(None, 32), (Some("0"), 0), (Some("20"), 20), (Some("222"), 222), (Some("max"), 222)] {
        let document = match option {
            Some(length) => folder.run(&[&sign[..], &["--salt-length", length]].concat()),
            None => folder.run(&sign),
        };
        let key = key(&folder, "key.pub.pem", "RSA_PSS_2048_SHA256").with_salt_length(bytes).unwrap();
        verified(&document.bytes(), &key, <[u8]>::to_vec);
    }
    let salted = |length| folder.run(&[&sign[..], &["--salt-length", length]].concat());
    let place = "--salt-length";
    salted("223").fails(2, &format!("{place}: a salt of 223 bytes does not fit this key and hash; the longest is 222"));
    salted("many").fails(2, "--salt-length <BYTES>: neither a number of bytes nor max");
    salted("18446744073709551616").fails(2, "--salt-length <BYTES>: neither a number of bytes nor max");
    let pkcs1 = ["sign", "--key", "key.pem", "--algorithm", "RSA_PKCS1_SHA_256", "--image", IMAGE, place, "32"];
    folder.run(&pkcs1).fails(2, "--salt-length: a salt length is given, but only RSASSA-PSS has a salt");
}

#[test]
fn the_encoding_is_signed_and_the_payload_recorded() {
    let folder = Folder::new("sign-pae");
    folder.make_key("key", "2048");
    let sign = ["sign", "--key", "key.pem", "--algorithm", "RSA_PKCS1_SHA_256", "--image", IMAGE];
    let encoding = |payload: &[u8]| {
        let head = format!("DSSEv1 48 application/vnd.dev.cosign.simplesigning.v1+json {} ", payload.len());
        [head.as_bytes(), payload].concat()
    };
    let key = key(&folder, "key.pub.pem", "RSA_PKCS1_SHA_256");
    for style in ["kritis", "gcloud", "cosign", "voucher"] {
        let run = folder.run(&[&sign[..], &["--pae", "--payload-style", style]].concat());
        let attestation = verified(&run.bytes(), &key, encoding);
        let payload = ["payload", "--image", IMAGE, "--style", style];
        assert_eq!(attestation.untrusted_payload(), Some(&*folder.run(&payload).bytes()));
        let encoded = folder.run(&[&payload[..], &["--pae"]].concat()).bytes();
        assert_eq!(encoded, encoding(attestation.untrusted_payload().unwrap()));
    }
}

#[test]
fn a_cosign_record_is_what_cosign_prints() {
    let folder = Folder::new("sign-cosign");
    folder.make_key("key", "2048");
    let sign = ["sign", "--key", "key.pem", "--algorithm", "RSA_PKCS1_SHA_256", "--image", IMAGE, "--format", "cosign"];
    let document = folder.run(&[&sign[..], &["--annotation", "build=417"]].concat()).succeeds();
    assert!(document.starts_with(r#"{"Base64Signature":""#) && document.ends_with("}\n"), "{document}");
    assert_eq!(document.lines().count(), 1);
    let attestation = verified(document.as_bytes(), &key(&folder, "key.pub.pem", "RSA_PKCS1_SHA_256"), <[u8]>::to_vec);
    let payload = ["payload", "--image", IMAGE, "--style", "cosign", "--annotation", "build=417"];
    assert_eq!(attestation.untrusted_payload(), Some(&*folder.run(&payload).bytes()));
    for option in [&["--key-id", "a"][..], &["--note", "projects/p/notes/n"], &["--pae"]] {
        let line = format!("{}: there is no place for it in the format cosign", option[0]);
        folder.run(&[&sign[..], option].concat()).fails(2, &line);
    }
}

#[test]
fn an_occurrence_names_key_and_note() {
    let folder = Folder::new("sign-names");
    folder.make_key("key", "2048");
    let sign = ["sign", "--key", "key.pem", "--algorithm", "RSA_PKCS1_SHA_256", "--image", IMAGE];
    let names = ["--key-id", "4a2ef103 \"x\"", "--note", "projects/p/notes/n"];
    let document = folder.run(&[&sign[..], &names].concat()).succeeds();
    let json: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(json["noteName"], "projects/p/notes/n");
    assert_eq!(json["kind"], "ATTESTATION");
    assert_eq!(json["attestation"]["signatures"][0]["publicKeyId"], "4a2ef103 \"x\"");
    folder.run(&[&sign[..], &["--key-id", ""]].concat()).fails(2, "--key-id <ID>: the key id is empty");
}

#[test]
fn the_private_key_can_come_in_on_the_standard_input() {
    let folder = Folder::new("sign-stdin");
    folder.make_key("key", "2048");
    let sign = ["sign", "--key", "-", "--algorithm", "RSA_PKCS1_SHA_256", "--image", IMAGE];
    let document = folder.run_with_input(&sign, &folder.read("key.pem")).bytes();
    // RSASSA-PKCS1-v1_5 is deterministic.
    let from_file = folder.run(&["sign", "--key", "key.pem", "--algorithm", "RSA_PKCS1_SHA_256", "--image", IMAGE]);
    assert_eq!(document, from_file.bytes());
    folder.run(&sign).fails(3, "standard input: the private key is not PKCS#1 in DER");
}

#[test]
fn nothing_is_signed_that_should_not_be() {
    let folder = Folder::new("sign-refused");
    folder.make_key("key", "2048");
    let sign = |key: &str, algorithm: &str, image: &str| {
        folder.run(&["sign", "--key", key, "--algorithm", algorithm, "--image", image, "-o", "out"])
    };
    let tag = "the image has no digest; name it as REPOSITORY@sha256:…, for a tag can be moved";
    sign("key.pem", "RSA_PSS_SHA_256", "shop/web:1.0").fails(2, &format!("--image <REPOSITORY@DIGEST>: {tag}"));
    sign("key.pub.pem", "RSA_PSS_SHA_256", IMAGE).fails(3, "key.pub.pem: this is a public key; give the private key");
    sign("missing.pem", "RSA_PSS_SHA_256", IMAGE).fails(3, "missing.pem: no such file or folder");
    sign("key.pem", "RSA_PSS_4096_SHA256", IMAGE)
        .fails(3, "key.pem: the modulus has 2048 bits, but the algorithm asks for 4096");
    sign("key.pem", "RSA_PSS_2048_SHA1", IMAGE).fails(
        2,
        "--algorithm <ALGORITHM>: the signature algorithm is not supported; \
         supported are RSA_PSS and RSA_PKCS1 with 2048 to 8192 bits and SHA-256, SHA-384 or SHA-512",
    );
    assert!(!folder.exists("out"));

    folder.write("out", "precious");
    sign("key.pem", "RSA_PSS_SHA_256", IMAGE).fails(3, "out: exists already and is not overwritten");
    assert_eq!(folder.text("out"), "precious");
}
