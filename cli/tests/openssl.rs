//! With OpenSSL at the other end: it signs and the program attaches and verifies, and the reverse.

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
use serde_json::Value;
use support::{Folder, IMAGE, programs};

/// Payload and signature as they stand in an occurrence, written to the files `payload.out` and `signature.out`.
fn take_apart(folder: &Folder, document: &[u8]) {
    let json: Value = serde_json::from_slice(document).unwrap();
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
    folder.write("payload.out", bytes(&json["attestation"]["serializedPayload"]));
    folder.write("signature.out", bytes(&json["attestation"]["signatures"][0]["signature"]));
}

/// Every padding, hash and salt length that services use, with the options by which OpenSSL makes it.
fn cases(bits: &str) -> Vec<(String, &'static str, Vec<&'static str>)> {
    let mut cases = Vec::new();
    for (hash, number) in [("sha256", "256"), ("sha384", "384"), ("sha512", "512")] {
        cases.push((format!("RSA_SIGN_PKCS1_{bits}_SHA{number}"), hash, vec![]));
        for salt in ["rsa_pss_saltlen:digest", "rsa_pss_saltlen:max", "rsa_pss_saltlen:0", "rsa_pss_saltlen:20"] {
            cases.push((format!("RSA_PSS_{bits}_SHA{number}"), hash, vec!["rsa_padding_mode:pss", salt]));
        }
    }
    cases
}

/// payload → openssl dgst → attach → verify-blob, and the same through `pkeyutl`, which signs a hash as services do.
#[test]
fn openssl_signs_and_the_program_records() {
    if !programs(&["openssl"]) {
        return;
    }
    let folder = Folder::new("openssl-signs");
    for bits in ["2048", "3072", "4096"] {
        folder.tool("openssl", &["genrsa", "-out", "key.pem", bits]);
        folder.tool("openssl", &["pkey", "-in", "key.pem", "-pubout", "-out", "key.pub.pem"]);
        folder.write("payload", folder.run(&["payload", "--image", IMAGE, "--style", "gcloud"]).bytes());
        for (algorithm, hash, options) in cases(bits) {
            let dgst_hash = format!("-{hash}");
            let mut dgst = vec!["dgst", &dgst_hash, "-sign", "key.pem", "-out", "signature.dgst"];
            for option in &options {
                dgst.extend(["-sigopt", option]);
            }
            dgst.push("payload");
            folder.tool("openssl", &dgst);

            let digest = ["payload", "--image", IMAGE, "--style", "gcloud", "--digest", hash];
            let text = folder.run(&digest).succeeds();
            let raw = folder.run(&[&digest[..], &["--raw"]].concat()).bytes();
            assert_eq!(STANDARD.decode(text.trim_end()).unwrap(), raw);
            folder.write("digest", raw);
            let digest_option = format!("digest:{hash}");
            let mut pkeyutl =
                vec!["pkeyutl", "-sign", "-inkey", "key.pem", "-in", "digest", "-out", "signature.pkeyutl"];
            pkeyutl.extend(["-pkeyopt", &digest_option]);
            for option in &options {
                pkeyutl.extend(["-pkeyopt", option]);
            }
            folder.tool("openssl", &pkeyutl);

            for signature in ["signature.dgst", "signature.pkeyutl"] {
                let attach = ["attach", "--payload", "payload", "--signature", signature];
                let key = ["--public-key", "key.pub.pem", "--algorithm", &algorithm];
                let document = folder.run(&[&attach[..], &key].concat()).bytes();
                take_apart(&folder, &document);
                assert_eq!(folder.read("payload.out"), folder.read("payload"), "{algorithm}");
                assert_eq!(folder.read("signature.out"), folder.read(signature), "{algorithm}");
                let verify = ["verify-blob", "--key", "key.pub.pem", "--algorithm", &algorithm];
                let files = ["--signature", signature, "payload"];
                folder.run(&[&verify[..], &files].concat()).succeeds();
            }
        }
    }
}

#[test]
fn the_program_signs_and_openssl_verifies() {
    if !programs(&["openssl"]) {
        return;
    }
    let folder = Folder::new("openssl-verifies");
    for bits in ["2048", "3072", "4096"] {
        folder.make_key(bits, bits);
        for (algorithm, hash, options) in cases(bits) {
            let key = format!("{bits}.pem");
            let mut sign = vec!["sign", "--key", &key, "--algorithm", &algorithm, "--image", IMAGE];
            match options.iter().find_map(|option| option.strip_prefix("rsa_pss_saltlen:")) {
                // The default is the length of the hash.
                None | Some("digest") => {}
                Some(length) => sign.extend(["--salt-length", length]),
            }
            take_apart(&folder, &folder.run(&sign).bytes());
            let (hash, key) = (format!("-{hash}"), format!("{bits}.pub.pem"));
            let mut dgst = vec!["dgst", &hash, "-verify", &key, "-signature", "signature.out"];
            // OpenSSL, too, finds the salt length by itself; the other lengths it is told.
            for option in &options {
                dgst.extend(["-sigopt", option]);
            }
            dgst.push("payload.out");
            assert_eq!(folder.tool("openssl", &dgst), b"Verified OK\n", "{algorithm} {options:?}");
        }
    }
}

/// The commands of the help text, as they stand there.
#[test]
fn the_readers_of_the_help_can_follow_it() {
    if !programs(&["openssl", "sh"]) {
        return;
    }
    let folder = Folder::new("openssl-help");
    let program = env!("CARGO_BIN_EXE_dokimos");
    folder.write("web.tar", "an archive");
    let help = |command: &str| folder.run(&[command, "--help"]).succeeds();
    let examples = |text: &str, last: &str| {
        let (_, examples) = text.split_once("Example").unwrap();
        let end = examples.find(last).map_or(examples.len(), |at| at);
        let (_, lines) = examples[..end].split_once('\n').unwrap();
        lines.replace("registry.example.com/shop/web@sha256:…", IMAGE).replace("dokimos ", &format!("'{program}' "))
    };
    let script = [examples(&help("keygen"), "dokimos sign"), examples(&help("verify-blob"), "no such words")].concat();
    folder.tool("sh", &["-ec", &script]);
    assert!(folder.exists("release.pem") && folder.exists("web.sig"));
    std::fs::remove_file(folder.path().join("web.sig")).unwrap();
    folder.tool("sh", &["-ec", &examples(&help("attach"), "no such words")]);
    assert!(folder.exists("web.json"));
    std::fs::remove_file(folder.path().join("web.json")).unwrap();
    folder.tool("sh", &["-ec", &examples(&help("sign"), "no such words")]);
    assert!(folder.exists("web.json"));
}
