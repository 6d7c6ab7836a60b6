//! `dokimos verify-blob`: detached signatures of other tools, in the forms in which they hand them over.

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

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD},
};
use serde_json::Value;
use support::{Folder, testdata, vectors};

const MISMATCH: &str = "the signature does not belong to this key and this message";

/// A key pair `key`, the file `message`, and the raw signature `raw` over it, made without the program's help.
fn signed(test: &str) -> (Folder, Vec<u8>) {
    use rsa::{pkcs8::DecodePrivateKey, sha2::Sha256};
    let folder = Folder::new(test);
    folder.make_key("key", "2048");
    folder.write("message", b"a message\n\0");
    let private = rsa::PrivateKey::from_pkcs8_pem(&folder.text("key.pem")).unwrap();
    let signature = private.pkcs1v15_sign::<Sha256>(b"a message\n\0").unwrap();
    folder.write("raw", &signature);
    (folder, signature)
}

fn command<'a>(key: &'a str, algorithm: &'a str, signature: &'a str, file: &'a str) -> [&'a str; 8] {
    ["verify-blob", "--key", key, "--algorithm", algorithm, "--signature", signature, file]
}

#[test]
fn a_signature_may_be_bytes_or_base64() {
    let (folder, signature) = signed("blob-forms");
    let id = folder.run(&["key", "id", "key.pub.pem"]).succeeds();
    let standard = STANDARD.encode(&signature);
    let wrapped: Vec<&str> = standard.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    folder.write("standard", &standard);
    folder.write("newline", format!("{standard}\n"));
    folder.write("crlf", format!("{standard}\r\n"));
    folder.write("wrapped", format!("{}\n", wrapped.join("\n")));
    folder.write("url-safe", URL_SAFE.encode(&signature));
    folder.write("no-padding", URL_SAFE_NO_PAD.encode(&signature));
    for file in ["raw", "standard", "newline", "crlf", "wrapped", "url-safe", "no-padding"] {
        let run = folder.run(&command("key.pub.pem", "RSA_SIGN_PKCS1_2048_SHA256", file, "message"));
        assert_eq!(run.succeeds(), format!("verified {id}"), "{file}");
    }
    let from_stdin = folder.run_with_input(&command("key.pub.pem", "RSA_PKCS1_SHA_256", "-", "message"), &signature);
    assert_eq!(from_stdin.succeeds(), format!("verified {id}"));
    let from_stdin = folder.run_with_input(&command("key.pub.pem", "RSA_PKCS1_SHA_256", "raw", "-"), b"a message\n\0");
    assert_eq!(from_stdin.succeeds(), format!("verified {id}"));
}

#[test]
fn what_does_not_verify_is_told_from_what_cannot_be_read() {
    let (folder, signature) = signed("blob-refused");
    folder.make_key("other", "2048");
    folder.write("changed", b"a message\n\x01");
    let mut flipped = signature.clone();
    flipped[255] ^= 1;
    folder.write("flipped", flipped);
    folder.write("short.txt", STANDARD.encode(&signature[1..]));
    folder.write("long.txt", STANDARD.encode([&[0], &signature[..]].concat()));
    folder.write("zero", [0; 256]);
    folder.write("ones", [0xff; 256]);
    let run = |key, algorithm, signature, file| folder.run(&command(key, algorithm, signature, file));
    let algorithm = "RSA_PKCS1_SHA_256";
    run("key.pub.pem", algorithm, "raw", "message").succeeds();
    for (key, algorithm, signature, file) in [
        ("key.pub.pem", algorithm, "raw", "changed"),
        ("key.pub.pem", algorithm, "flipped", "message"),
        ("key.pub.pem", algorithm, "zero", "message"),
        ("key.pub.pem", algorithm, "ones", "message"),
        ("key.pub.pem", algorithm, "short.txt", "message"),
        ("key.pub.pem", algorithm, "long.txt", "message"),
        ("other.pub.pem", algorithm, "raw", "message"),
        ("key.pub.pem", "RSA_PKCS1_SHA_512", "raw", "message"),
        ("key.pub.pem", "RSA_PSS_SHA_256", "raw", "message"),
    ] {
        let run = run(key, algorithm, signature, file);
        assert_eq!((run.code, run.stdout.is_empty(), run.stderr.lines().count()), (Some(1), true, 1), "{run:?}");
        assert!(run.stderr.starts_with(&format!("dokimos: {file}: the signature ")), "{run:?}");
    }

    folder.write("empty", "");
    folder.write("cut", &signature[..255]);
    folder.write("text", "no base64!");
    folder.write("bits", "QR==");
    folder.write("huge", vec![b'A'; 20_000]);
    let unread = |bytes: usize| format!("neither the 256 bytes of a signature nor base64 text, but {bytes} bytes");
    for (key, signature, file, line) in [
        ("missing", "raw", "message", "missing: no such file or folder".to_owned()),
        ("key.pem", "raw", "message", "key.pem: this is a private key; give the public key".to_owned()),
        ("key.pub.pem", "missing", "message", "missing: no such file or folder".to_owned()),
        ("key.pub.pem", "raw", "missing", "missing: no such file or folder".to_owned()),
        ("key.pub.pem", "raw", ".", ".: is a folder, not a file".to_owned()),
        ("key.pub.pem", "empty", "message", format!("empty: {}", unread(0))),
        ("key.pub.pem", "cut", "message", format!("cut: {}", unread(255))),
        ("key.pub.pem", "text", "message", format!("text: {}", unread(10))),
        ("key.pub.pem", "bits", "message", format!("bits: {}", unread(4))),
        ("key.pub.pem", "huge", "message", "huge: longer than 16384 bytes".to_owned()),
    ] {
        run(key, algorithm, signature, file).fails(3, &line);
    }
    run("key.pub.pem", algorithm, "-", "-").fails(2, "-: the standard input can be read for one input only");
    run("-", algorithm, "raw", "-").fails(2, "-: the standard input can be read for one input only");
    folder.run(&["verify-blob", "--key", "key.pub.pem", "--signature", "raw", "message"]).refuses_usage("--algorithm");
}

#[test]
fn an_empty_message_is_a_message() {
    let (folder, _) = signed("blob-empty");
    folder.write("empty", "");
    let run = folder.run(&command("key.pub.pem", "RSA_PKCS1_SHA_256", "raw", "empty"));
    run.fails(1, &format!("empty: {MISMATCH}"));
}

#[test]
fn signatures_of_kritis_verify() {
    let Some(path) = vectors("kritis/pkix/verify_detached.json") else { return };
    let folder = Folder::new("blob-kritis");
    let root = path.parent().unwrap().parent().unwrap();
    let cases: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut verified = 0;
    for case in cases["vectors"].as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap();
        folder.write("message", text("payload_utf8"));
        folder.write("signature", text("signature_base64url"));
        let algorithm = text("algorithm");
        let run = |key: &str, signature: &str| folder.run(&command(key, algorithm, signature, "message"));
        match text("expect") {
            "valid" => {
                let key = root.join(text("public_key"));
                let (key, raw) = (key.to_str().unwrap(), root.join(text("signature_file")));
                if algorithm.starts_with("ecdsa") {
                    let run = run(key, "signature");
                    assert!(run.code == Some(2) && run.stderr.contains("is not supported"), "{run:?}");
                    continue;
                }
                let expected = format!("verified {}\n", text("public_key_id"));
                assert_eq!(run(key, "signature").succeeds(), expected);
                assert_eq!(run(key, raw.to_str().unwrap()).succeeds(), expected);
                verified += 1;
            }
            _ => {
                folder.write("key", text("public_key_text"));
                let run = run("key", "signature");
                assert_eq!(run.code, Some(3), "{run:?}");
                assert!(run.stderr.starts_with("dokimos: key: "), "{run:?}");
            }
        }
    }
    assert_eq!(verified, 8);
}

#[test]
fn signatures_of_sigstore_verify() {
    let Some(root) = vectors("sigstore") else { return };
    let folder = Folder::new("blob-sigstore");
    let file = |name: &str| root.join(name).to_str().unwrap().to_owned();
    let suse = |algorithm| {
        let key = file("simple-signing/suse-toolbox/suse-container-key.pub.pem");
        let signature = file("simple-signing/suse-toolbox/signature.b64");
        let payload = file("simple-signing/suse-toolbox/payload.json");
        folder.run(&command(&key, algorithm, &signature, &payload))
    };
    suse("rsa-sign-pkcs1-2048-sha256").succeeds();
    assert_eq!(suse("rsa-sign-pss-2048-sha256").code, Some(1));
    for (algorithm, signature) in [("RSA_PKCS1_SHA_256", "pkcs1v15-sha256"), ("RSA_PSS_SHA_256", "pss-sha256")] {
        let key = file("raw-rsa/sigstore-rsa2048.pub.pem");
        let (right, message) = (file(&format!("raw-rsa/{signature}.sig.b64")), file("raw-rsa/message.bin"));
        folder.run(&command(&key, algorithm, &right, &message)).succeeds();
    }
}

/// Signatures that OpenSSL and python `cryptography` made, with every size, hash and salt length.
#[test]
fn signatures_of_two_other_tools_verify() {
    let folder = Folder::new("blob-tools");
    let signatures: Value = serde_json::from_slice(&std::fs::read(testdata("keys/signatures.json")).unwrap()).unwrap();
    // Keys that fix the salt length are the library's to test.
    let free = |case: &&Value| case["key"].as_str().unwrap().starts_with("rsa-");
    let signatures: Vec<&Value> = signatures["signatures"].as_array().unwrap().iter().filter(free).collect();
    assert!(signatures.len() > 20);
    for case in signatures {
        let text = |name: &str| case[name].as_str().unwrap();
        folder.write("signature", text("signature"));
        let key = testdata(&format!("keys/{}.pem", text("key")));
        let algorithm = format!("RSA_{}_SHA_{}", text("padding").to_uppercase(), &text("hash")[3..]);
        let run = folder.run(&command(&key, &algorithm, "signature", &testdata("keys/message.txt")));
        assert_eq!(run.code, Some(0), "{case}: {run:?}");
    }
}
