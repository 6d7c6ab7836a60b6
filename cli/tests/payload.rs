//! `dokimos payload`: to the byte what other tools sign.

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
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use serde_json::Value;
use support::{Folder, IMAGE, vectors};

const KRITIS_SERVER: &str =
    "gcr.io/kritis-project/kritis-server@sha256:b3f3eccfd27c9864312af3796067e7db28007a1566e1e042c5862eed3ff1b2c8";

#[test]
fn styles_are_those_of_the_tools() {
    let Some(root) = vectors("kritis/payload") else { return };
    let folder = Folder::new("payload-kritis");
    let payload =
        |options: &[&str]| folder.run(&[&["payload", "--image", KRITIS_SERVER][..], options].concat()).bytes();
    for (options, file) in [
        (&[][..], "kritis_signer.json"),
        (&["--style", "kritis"], "kritis_signer.json"),
        (&["--style", "kritis"], "container_test_expected_payload.json"),
        (&["--style", "gcloud"], "gcloud_create_signature_payload.json"),
        (&["--style", "gcloud", "--pae"], "gcloud_pae.bin"),
        (&["--payload-style", "voucher", "--raw"], "voucher_compact.json"),
    ] {
        let golden = std::fs::read(root.join(file)).unwrap();
        assert_eq!(payload(options), golden, "{file}");
        let pae = if file == "gcloud_pae.bin" { &["--pae"][..] } else { &[] };
        let style = options.iter().position(|option| option.contains("style")).map_or("kritis", |at| options[at + 1]);
        let digest = [&["--style", style, "--digest", "sha256"], pae].concat();
        assert_eq!(payload(&digest), (STANDARD.encode(Sha256::digest(&golden)) + "\n").into_bytes(), "{file}");
    }
}

#[test]
fn cosign_payloads_are_those_of_sigstore() {
    let Some(file) = vectors("sigstore/simple-signing/payload-goldens.json") else { return };
    let folder = Folder::new("payload-cosign");
    let goldens: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let goldens: Vec<&str> = goldens["marshal_exact"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(goldens.len(), 4);
    for golden in goldens {
        let parsed: Value = serde_json::from_str(golden).unwrap();
        let name = parsed["critical"]["identity"]["docker-reference"].as_str().unwrap();
        let digest = parsed["critical"]["image"]["docker-manifest-digest"].as_str().unwrap();
        // A name with a tag is what cosign writes with --sign-container-identity.
        let (repository, tag) = name.split_once(":").unwrap_or((name, ""));
        let image = format!("{repository}@{digest}");
        let optional = parsed["optional"].to_string();
        let mut command = vec!["payload", "--style", "cosign", "--image", &image];
        if !tag.is_empty() {
            command.extend(["--identity", name]);
        }
        if optional != "null" {
            command.extend(["--annotations", &optional]);
        }
        assert_eq!(folder.run(&command).succeeds(), golden);
    }
}

#[test]
fn annotations_can_be_given_one_by_one() {
    let folder = Folder::new("payload-annotations");
    let payload = |options: &[&str]| folder.run(&[&["payload", "--image", IMAGE], options].concat());
    let both = payload(&["--style", "cosign", "--annotation", "b=2=\"two\"", "--annotation", "a="]).succeeds();
    assert!(both.ends_with(r#","optional":{"a":"","b":"2=\"two\""}}"#), "{both}");

    let twice = payload(&["--style", "cosign", "--annotation", "a=1", "--annotation", "a=2"]);
    twice.fails(2, "--annotation: a is given twice");
    payload(&["--style", "cosign", "--annotation", "a"])
        .fails(2, "--annotation <NAME=VALUE>: not of the form NAME=VALUE");
    payload(&["--style", "cosign", "--annotation", "=a"])
        .fails(2, "--annotation <NAME=VALUE>: not of the form NAME=VALUE");
    payload(&["--annotation", "a=1"])
        .fails(2, "--annotation: optional: only payloads of the cosign style carry annotations");
    payload(&["--style", "cosign", "--annotations", "[1]"])
        .fails(2, "--annotations: optional: expected an object, found an array");
    payload(&["--style", "cosign", "--annotations", "{}", "--annotation", "a=1"]).refuses_usage("cannot be used with");
}

#[test]
fn the_hash_comes_as_text_or_as_bytes() {
    let folder = Folder::new("payload-hash");
    let payload = |options: &[&str]| folder.run(&[&["payload", "--image", IMAGE], options].concat()).bytes();
    let plain = payload(&[]);
    for (name, hash) in [
        ("sha256", Sha256::digest(&plain).to_vec()),
        ("sha384", Sha384::digest(&plain).to_vec()),
        ("sha512", Sha512::digest(&plain).to_vec()),
    ] {
        assert_eq!(payload(&["--digest", name]), (STANDARD.encode(&hash) + "\n").into_bytes());
        assert_eq!(payload(&["--digest", name, "--raw"]), hash);
    }
    folder
        .run(&["payload", "--image", IMAGE, "--digest", "sha1"])
        .refuses_usage("[possible values: sha256, sha384, sha512]");
}

#[test]
fn names_are_written_in_their_one_form() {
    let folder = Folder::new("payload-names");
    let digest = IMAGE.split_once('@').unwrap().1;
    let payload = |image: &str| folder.run(&["payload", "--image", &format!("{image}@{digest}")]).succeeds();
    let hub = payload("alpine");
    assert!(hub.contains(r#""docker-reference":"docker.io/library/alpine"}"#), "{hub}");
    for name in ["alpine:3.18", "docker.io/alpine", "index.docker.io/library/alpine", "Docker.IO/library/alpine:latest"]
    {
        assert_eq!(payload(name), hub, "{name}");
    }
}

#[test]
fn only_an_image_with_a_digest_has_a_payload() {
    let folder = Folder::new("payload-image");
    let payload = |image| folder.run(&["payload", "--image", image]);
    let tag =
        "--image <REPOSITORY@DIGEST>: the image has no digest; name it as REPOSITORY@sha256:…, for a tag can be moved";
    payload("alpine").fails(2, tag);
    payload("registry.example.com/shop/web:1.0").fails(2, tag);
    let run = payload("registry.example.com/Shop@sha256:00\u{1b}[31m");
    assert_eq!((run.code, run.stdout.is_empty(), run.stderr.lines().count()), (Some(2), true, 1));
    assert!(
        run.stderr.starts_with("dokimos: --image <REPOSITORY@DIGEST>: ") && !run.stderr.contains('\u{1b}'),
        "{run:?}"
    );
    folder.run(&["payload"]).refuses_usage("--image <REPOSITORY@DIGEST>");
}

#[test]
fn a_file_is_made_and_never_overwritten() {
    let folder = Folder::new("payload-file");
    let to_file = ["payload", "--image", IMAGE, "-o", "payload"];
    assert_eq!(folder.run(&to_file).succeeds(), "");
    assert_eq!(folder.read("payload"), folder.run(&["payload", "--image", IMAGE]).bytes());
    folder.write("payload", "precious");
    folder.run(&to_file).fails(3, "payload: exists already and is not overwritten");
    assert_eq!(folder.text("payload"), "precious");
    folder.run(&["payload", "--image", IMAGE, "-o", "no/payload"]).fails(3, "no/payload: no such file or folder");
    assert_eq!(
        folder.run(&["payload", "--image", IMAGE, "-o", "-"]).bytes(),
        folder.run(&["payload", "--image", IMAGE]).bytes()
    );
}
