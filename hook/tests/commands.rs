//! The commands that serve nothing.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt, process::Command};
use support::{Folder, Hook, client::Client, refused, reviews::*, testdata};

#[test]
fn a_certificate_is_one_that_the_service_can_be_reached_with() {
    let folder = Folder::new();
    let out = folder.path("made").display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dokimos-hook"));
    command.args([
        "certificate",
        "--service",
        "hook",
        "--namespace",
        "kube",
        "--name",
        "localhost",
        "--name",
        "127.0.0.1",
    ]);
    let output = command.args(["--out", &out]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let authority = fs::read_to_string(folder.path("made/ca.crt")).unwrap();
    let bundle = String::from_utf8(output.stdout).unwrap();
    let bundle = BASE64_STANDARD.decode(bundle.strip_prefix("caBundle: ").unwrap().trim_end()).unwrap();
    assert_eq!(bundle, authority.as_bytes());
    let mode = fs::metadata(folder.path("made/tls.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // What is there is not overwritten: the running webhook has it.
    let (code, text) = refused(&["certificate", "--out", &out]);
    assert_eq!(code, Some(3));
    assert!(text.contains("tls.key: file exists"), "{text}");

    let hook = Hook::start(&policy(), &[], "");
    for name in ["tls.crt", "tls.key"] {
        hook.folder.write(&format!("tls/{name}"), fs::read(folder.path(&format!("made/{name}"))).unwrap());
    }
    hook.event("certificate-loaded");
    let mut client = support::wait("the certificate", || Client::connect(hook.listen, &authority).ok());
    assert_eq!(client.post("/", &create(deployment("alpine:3.11")).to_string()).status, 200);
    // The names that the API server uses.
    let text = CertificateDer::from_pem_slice(&fs::read(folder.path("made/tls.crt")).unwrap()).unwrap();
    for name in ["hook.kube.svc", "hook.kube.svc.cluster.local", "localhost"] {
        assert!(text.windows(name.len()).any(|part| part == name.as_bytes()), "{name}");
    }
}

#[test]
fn names_that_are_none_give_no_certificate() {
    let folder = Folder::new();
    let out = folder.path("made").display().to_string();
    let (code, text) = refused(&["certificate", "--name", "é", "--out", &out]);
    assert_eq!(code, Some(3), "{text}");
    assert!(!folder.path("made").exists());
    assert_eq!(refused(&["certificate", "--days", "0", "--out", &out]).0, Some(2));
}

#[test]
fn converted_objects_are_a_policy_that_is_read_again() {
    let folder = Folder::new();
    let key = BASE64_STANDARD.encode(testdata("evidence/keys/kms.pub.pem"));
    folder.write(
        "objects/authority.yaml",
        format!(
            "apiVersion: kritis.grafeas.io/v1beta1\nkind: AttestationAuthority\nmetadata: {{ name: aa }}\n\
         spec: {{ noteReference: namespaces/aa, publicKeyData: {key}, publicKeyId: kms-1 }}\n"
        ),
    );
    folder.write(
        "objects/gap.yaml",
        "apiVersion: kritis.grafeas.io/v1beta1\nkind: GenericAttestationPolicy\n\
         metadata: { name: gap }\nspec: { attestationAuthorityNames: [aa] }\n",
    );
    let objects = folder.path("objects").display().to_string();
    let convert = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_dokimos-hook")).arg("convert").args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
    };
    let (code, text) = convert(&[&objects]);
    assert_eq!(code, Some(0), "{text}");
    let policy = dokimos::Policy::from_json(text.as_bytes()).unwrap();
    assert_eq!(policy.keys().next().unwrap().id, "kms-1");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["default"]["evaluation"], "ALWAYS_DENY");

    let config = folder.write("hook.yaml", "kritis: { otherNamespaces: allow }").display().to_string();
    let (_, text) = convert(&[&objects, "--config", &config]);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["default"]["evaluation"], "ALWAYS_ALLOW");

    folder.write(
        "objects/isp.yaml",
        "apiVersion: kritis.grafeas.io/v1beta1\nkind: ImageSecurityPolicy\nmetadata: { name: isp }\n",
    );
    let (code, text) = convert(&[&objects]);
    assert_eq!(code, Some(3));
    assert!(
        text.ends_with(
            "isp.yaml: ImageSecurityPolicy isp: objects of the kind ImageSecurityPolicy are not understood\n"
        ),
        "{text}"
    );
}
