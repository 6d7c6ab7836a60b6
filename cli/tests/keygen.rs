//! `dokimos keygen`: what it writes, who may read it, and what it never does.

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

use support::{Folder, programs};

#[test]
fn writes_a_pair_that_signs_and_verifies() {
    let folder = Folder::new("keygen-pair");
    for bits in ["2048", "3072", "4096"] {
        let printed = folder.run(&["keygen", "--bits", bits, "--out", bits]).succeeds();
        let id = folder.run(&["key", "id", &format!("{bits}.pub.pem")]).succeeds();
        let pem = folder.text(&format!("{bits}.pub.pem"));
        let indented: String = pem.lines().map(|line| format!("      {line}\n")).collect();
        assert_eq!(
            printed,
            format!(
                "# private key: {bits}.pem\n# public key: {bits}.pub.pem\n# key id: {id}publicKeys:\n  \
                 - algorithm: RSA_PSS_{bits}_SHA256\n    pem: |\n{indented}"
            )
        );
        assert!(folder.text(&format!("{bits}.pem")).starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let key = dokimos::PublicKey::from_pem(&pem, "RSA_PSS_SHA_256".parse().unwrap()).unwrap();
        assert_eq!(key.modulus_bits().to_string(), bits);
        folder
            .run(&[
                "sign",
                "--key",
                &format!("{bits}.pem"),
                "--algorithm",
                &format!("RSA_PSS_{bits}_SHA256"),
                "--image",
                support::IMAGE,
                "-o",
                &format!("{bits}.json"),
            ])
            .succeeds();
    }
}

#[test]
fn openssl_finds_the_key_sound() {
    if !programs(&["openssl"]) {
        return;
    }
    let folder = Folder::new("keygen-openssl");
    folder.make_key("key", "2048");
    let checked = folder.tool("openssl", &["pkey", "-in", "key.pem", "-check", "-noout"]);
    assert_eq!(String::from_utf8(checked).unwrap(), "Key is valid\n");
    let text = String::from_utf8(folder.tool("openssl", &["pkey", "-in", "key.pem", "-text", "-noout"])).unwrap();
    assert!(text.contains("2048 bit, 2 primes") && text.contains("publicExponent: 65537 "), "{text}");
    assert_eq!(folder.tool("openssl", &["pkey", "-in", "key.pem", "-pubout"]), folder.read("key.pub.pem"));
}

#[test]
fn every_key_is_another() {
    let folder = Folder::new("keygen-other");
    folder.make_key("one", "2048");
    folder.make_key("two", "2048");
    assert_ne!(folder.read("one.pub.pem"), folder.read("two.pub.pem"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_private_key() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("keygen-mode");
    // Under a umask that takes no right away, so that the mode is the program's.
    let program = env!("CARGO_BIN_EXE_dokimos");
    folder.tool("sh", &["-c", &format!("umask 0; exec '{program}' keygen --bits 2048 --out key")]);
    let mode = |file: &str| folder.path().join(file).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("key.pem"), mode("key.pub.pem")), (0o600, 0o666));
}

#[test]
fn overwrites_nothing_and_leaves_nothing_half_done() {
    let folder = Folder::new("keygen-overwrite");
    let keygen = ["keygen", "--bits", "2048", "--out", "key"];
    folder.write("key.pem", "precious");
    folder.run(&keygen).fails(3, "key.pem: exists already and is not overwritten");
    assert_eq!((folder.files(), folder.text("key.pem").as_str()), (vec!["key.pem".to_owned()], "precious"));

    std::fs::remove_file(folder.path().join("key.pem")).unwrap();
    folder.write("key.pub.pem", "precious");
    folder.run(&keygen).fails(3, "key.pub.pem: exists already and is not overwritten");
    assert_eq!((folder.files(), folder.text("key.pub.pem").as_str()), (vec!["key.pub.pem".to_owned()], "precious"));
}

/// The name of the private key just fits into a folder, that of the public key is too long.
#[test]
fn a_public_key_that_cannot_be_written_takes_the_private_key_with_it() {
    let folder = Folder::new("keygen-neither");
    let name = "k".repeat(250);
    folder.write(&format!("{name}.pem"), "this name fits");
    std::fs::remove_file(folder.path().join(format!("{name}.pem"))).unwrap();
    let run = folder.run(&["keygen", "--bits", "2048", "--out", &name]);
    run.fails(3, &format!("{name}.pub.pem: file name too long"));
    assert!(folder.files().is_empty());
}

#[cfg(unix)]
#[test]
fn follows_no_link() {
    let folder = Folder::new("keygen-link");
    std::os::unix::fs::symlink("elsewhere", folder.path().join("key.pem")).unwrap();
    let run = folder.run(&["keygen", "--bits", "2048", "--out", "key"]);
    run.fails(3, "key.pem: exists already and is not overwritten");
    assert_eq!(folder.files(), ["key.pem"]);
}

#[test]
fn says_which_folder_is_missing() {
    let folder = Folder::new("keygen-missing");
    folder.run(&["keygen", "--bits", "2048", "--out", "no/key"]).fails(3, "no/key.pem: no such file or folder");
    assert!(folder.files().is_empty());
}

#[test]
fn the_policy_entry_has_the_algorithm_asked_for() {
    let folder = Folder::new("keygen-algorithm");
    let keygen = |name, algorithm| folder.run(&["keygen", "--bits", "2048", "--out", name, "--algorithm", algorithm]);
    assert!(keygen("a", "rsa-sign-pkcs1-2048-sha256").succeeds().contains("algorithm: RSA_SIGN_PKCS1_2048_SHA256\n"));
    assert!(keygen("b", "RSA_PSS_SHA_512").succeeds().contains("algorithm: RSA_PSS_2048_SHA512\n"));
    keygen("c", "RSA_PSS_4096_SHA256").fails(2, "--algorithm: RSA_PSS_4096_SHA256 is not for a key of 2048 bits");
    assert!(!folder.exists("c.pem"));
}

#[test]
fn sizes_are_those_of_the_help() {
    let folder = Folder::new("keygen-sizes");
    for bits in ["1024", "2047", "8192", "-1", "", "two thousand"] {
        folder.run(&["keygen", "--bits", bits, "--out", "key"]).refuses_usage("");
    }
    folder.run(&["keygen", "--bits", "2048"]).refuses_usage("--out <NAME>");
    assert!(folder.files().is_empty());
}
