//! `dokimos attach`: records only what verifies.

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

use base64::{Engine, engine::general_purpose::STANDARD};
use dokimos::{Attestations, PublicKey};
use rsa::{pkcs8::DecodePrivateKey, sha2::Sha256};
use support::{Folder, IMAGE};

/// A key pair, the payload of an image, and a signature over it that was made elsewhere.
fn signed(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.make_key("key", "2048");
    folder.run(&["payload", "--image", IMAGE, "-o", "payload"]).succeeds();
    let signature = sign(&folder, &folder.read("payload"));
    folder.write("signature", signature);
    folder
}

fn sign(folder: &Folder, message: &[u8]) -> Vec<u8> {
    rsa::PrivateKey::from_pkcs8_pem(&folder.text("key.pem")).unwrap().pkcs1v15_sign::<Sha256>(message).unwrap()
}

const ATTACH: [&str; 9] = [
    "attach",
    "--payload",
    "payload",
    "--signature",
    "signature",
    "--public-key",
    "key.pub.pem",
    "--algorithm",
    "RSA_PKCS1_SHA_256",
];

/// `ATTACH` with one of its values exchanged.
fn with(option: &str, value: &str) -> Vec<String> {
    let at = ATTACH.iter().position(|word| *word == option).unwrap();
    ATTACH.iter().enumerate().map(|(place, word)| if place == at + 1 { value } else { word }.to_owned()).collect()
}

#[test]
fn gives_what_sign_gives() {
    let folder = signed("attach-same");
    let sign = ["sign", "--key", "key.pem", "--algorithm", "RSA_PKCS1_SHA_256", "--image", IMAGE];
    let options = ["--key-id", "kms-1", "--note", "projects/p/notes/n"];
    assert_eq!(folder.run(&ATTACH).succeeds(), folder.run(&sign).succeeds());
    assert_eq!(
        folder.run(&[&ATTACH[..], &options].concat()).succeeds(),
        folder.run(&[&sign[..], &options].concat()).succeeds()
    );
    folder.run(&[&ATTACH[..], &["-o", "attached"]].concat()).succeeds();
    folder.run(&[&sign[..], &["-o", "signed"]].concat()).succeeds();
    assert_eq!(folder.text("attached"), folder.text("signed"));
    folder
        .run(&[&ATTACH[..], &["-o", "attached"]].concat())
        .fails(3, "attached: exists already and is not overwritten");

    let encoded = folder.run(&["payload", "--image", IMAGE, "--pae"]).bytes();
    folder.write("signature", STANDARD.encode(self::sign(&folder, &encoded)));
    assert_eq!(
        folder.run(&[&ATTACH[..], &["--pae"]].concat()).succeeds(),
        folder.run(&[&sign[..], &["--pae"]].concat()).succeeds()
    );
}

#[test]
fn the_formats_hold_payload_and_signature_as_they_are() {
    let folder = signed("attach-formats");
    for (option, format) in [("grafeas", "grafeas/v1"), ("cosign", "cosign")] {
        let document = folder.run(&[&ATTACH[..], &["--format", option]].concat()).bytes();
        let attestations = Attestations::parse(&document).unwrap();
        let attestation = attestations.iter().next().unwrap();
        assert_eq!((attestations.len(), attestation.format()), (1, format));
        assert_eq!(attestation.untrusted_payload(), Some(&*folder.read("payload")));
        assert_eq!(attestation.signatures()[0].bytes(), Ok(&*folder.read("signature")));
    }
    let run = folder.run(&[&ATTACH[..], &["--format", "cosign", "--key-id", "a"]].concat());
    run.fails(2, "--key-id: there is no place for it in the format cosign");
}

#[test]
fn inputs_can_come_in_on_the_standard_input() {
    let folder = signed("attach-stdin");
    let expected = folder.run(&ATTACH).succeeds();
    for (option, file) in [("--payload", "payload"), ("--signature", "signature"), ("--public-key", "key.pub.pem")] {
        let arguments = with(option, "-");
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(folder.run_with_input(&arguments, &folder.read(file)).succeeds(), expected, "{option}");
    }
    let two: Vec<&str> =
        ATTACH.iter().map(|word| if word.contains('.') || *word == "payload" { "-" } else { word }).collect();
    folder.run(&two).fails(2, "-: the standard input can be read for one input only");
}

#[test]
fn a_signature_that_does_not_verify_is_not_recorded() {
    let folder = signed("attach-mismatch");
    folder.make_key("other", "2048");
    folder.write("changed", [&folder.read("payload")[..], b"\n"].concat());
    let run = |option: &str, value: &str| {
        let mut arguments = with(option, value);
        arguments.extend(["-o".to_owned(), "out".to_owned()]);
        let run = folder.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(!folder.exists("out"));
        run
    };
    let mismatch = "signature: the signature does not belong to this key and this message";
    run("--payload", "changed").fails(1, mismatch);
    // The signature is a number that may be too large for another key.
    let other = run("--public-key", "other.pub.pem");
    let too_large = "signature: the signature is not below the modulus of the key";
    let line = if other.stderr.contains(too_large) { too_large } else { mismatch };
    other.fails(1, line);
    run("--algorithm", "RSA_PSS_SHA_256").fails(1, mismatch);
    run("--algorithm", "RSA_PKCS1_SHA_384").fails(1, mismatch);
    // Signed as it is, said to be signed in its encoding; and the reverse.
    folder.run(&[&ATTACH[..], &["--pae"]].concat()).fails(1, mismatch);
    let encoded = folder.run(&["payload", "--image", IMAGE, "--pae"]).bytes();
    folder.write("signature", sign(&folder, &encoded));
    folder.run(&ATTACH).fails(1, mismatch);
}

#[test]
fn what_cannot_be_read_is_told_by_its_name() {
    let folder = signed("attach-unread");
    let run =
        |option: &str, value: &str| folder.run(&with(option, value).iter().map(String::as_str).collect::<Vec<_>>());
    run("--payload", "missing").fails(3, "missing: no such file or folder");
    run("--signature", "missing").fails(3, "missing: no such file or folder");
    run("--public-key", "missing").fails(3, "missing: no such file or folder");
    run("--public-key", "key.pem").fails(3, "key.pem: this is a private key; give the public key");
    run("--algorithm", "RSA_PKCS1_4096_SHA256")
        .fails(3, "key.pub.pem: the modulus has 2048 bits, but the algorithm asks for 4096");
    folder.write("huge", vec![b' '; 40 << 20]);
    let run = run("--payload", "huge");
    assert_eq!(run.code, Some(3));
    assert!(run.stderr.starts_with("dokimos: huge: longer than "), "{run:?}");
}

/// A good signature over something that no verifier would read is not recorded either.
#[test]
fn only_payloads_of_images_are_recorded() {
    let folder = signed("attach-payload");
    let key = PublicKey::from_pem(folder.read("key.pub.pem"), "RSA_PKCS1_SHA_256".parse().unwrap()).unwrap();
    let good = folder.text("payload");
    for payload in [
        "good payload",
        "{}",
        "",
        &good.replace("critical", "Critical"),
        &format!("{good} x"),
        &good.replace("\"type\"", "\"a\""),
    ] {
        folder.write("payload", payload);
        folder.write("signature", sign(&folder, payload.as_bytes()));
        key.verify(payload.as_bytes(), &folder.read("signature")).unwrap();
        let run = folder.run(&ATTACH);
        assert_eq!((run.code, run.stdout.len()), (Some(3), 0), "{run:?}");
        assert!(run.stderr.starts_with("dokimos: payload: ") && run.stderr.lines().count() == 1, "{run:?}");
    }
}
