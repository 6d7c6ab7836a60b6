//! Signing on push with a key that never leaves a hardware module: SoftHSM2 behind PKCS #11.
#![cfg(feature = "pkcs11")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

use axum::{body::Body, http::Request};
use dokimos::{Attestations, PublicKey};
use dokimos_hook::{
    database::Database,
    log::Log,
    signing::{self, Signing},
};
use serde_json::json;
use std::{fs, path::PathBuf, process::Command, sync::Arc};
use tower::ServiceExt;

/// Where Debian, Fedora and Homebrew put the module.
const MODULES: [&str; 5] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// The module and a folder with a fresh token in it. The module finds the token through the environment variable
/// `SOFTHSM2_CONF`, which `scripts/test-rust` sets to a file there.
fn token() -> Option<(PathBuf, PathBuf)> {
    let module = MODULES.iter().map(PathBuf::from).find(|module| module.exists());
    let folder = std::env::var_os("SOFTHSM2_CONF").and_then(|conf| PathBuf::from(conf).parent().map(PathBuf::from));
    let (Some(module), Some(folder)) = (module, folder) else {
        assert!(std::env::var_os("CI").is_none(), "SoftHSM2 or SOFTHSM2_CONF is missing");
        eprintln!("skipped: SoftHSM2 is not installed, or SOFTHSM2_CONF does not say where its tokens are");
        return None;
    };
    let tokens = folder.join("tokens");
    let _ = fs::remove_dir_all(&tokens);
    fs::create_dir_all(&tokens).unwrap();
    fs::write(folder.join("softhsm2.conf"), format!("directories.tokendir = {}\n", tokens.display())).unwrap();
    run("softhsm2-util", &["--init-token", "--free", "--label", "dokimos", "--so-pin", "1234", "--pin", "123456"]);
    Some((module, folder))
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_key_in_a_module_signs_what_is_pushed() {
    let Some((module, folder)) = token() else { return };
    let path = |name: &str| folder.join(name).display().to_string();
    let library = module.display().to_string();
    let login = ["--module", &library, "--token-label", "dokimos", "--login", "--pin", "123456"];
    let pkcs11 = |arguments: &[&str]| run("pkcs11-tool", &[&login[..], arguments].concat());
    for (name, contents) in [("secret", "a secret of the registry"), ("pin", "123456\n")] {
        fs::write(folder.join(name), contents).unwrap();
    }
    pkcs11(&["--keypairgen", "--key-type", "rsa:2048", "--id", "01", "--label", "release"]);
    pkcs11(&["--read-object", "--type", "pubkey", "--id", "01", "--output-file", &path("release.der")]);
    pkcs11(&["--keypairgen", "--key-type", "rsa:2048", "--id", "02", "--label", "twice"]);
    pkcs11(&["--keypairgen", "--key-type", "rsa:2048", "--id", "03", "--label", "twice"]);
    let config = |label: &str, token: &str, pin: &str, algorithm: &str, database: &str| {
        let key = json!({ "pkcs11": { "module": module, "tokenLabel": token, "keyLabel": label, "pinFile": path(pin),
            "publicKey": path("release.pem") } });
        let rule =
            json!({ "name": "all", "images": ["**"], "attestor": "release", "key": key, "algorithm": algorithm });
        let config = json!({ "secretFile": path("secret"), "registry": "registry.example.com", "database": path(database),
            "rules": [rule] });
        Signing::new(serde_json::from_value(config).unwrap(), Log::default(), Arc::default())
    };
    let database = |algorithm: &str| format!("{algorithm}.sqlite");
    for algorithm in
        ["RSA_PSS_2048_SHA256", "RSA_SIGN_PKCS1_2048_SHA256", "RSASSA_PSS_SHA_512", "RSASSA_PKCS1_V1_5_SHA_384"]
    {
        let public = PublicKey::from_der(&fs::read(path("release.der")).unwrap(), algorithm.parse().unwrap()).unwrap();
        fs::write(path("release.pem"), public.to_pem()).unwrap();
        let _ = fs::remove_file(path(&database(algorithm)));
        let signing = config("release", "dokimos", "pin", algorithm, &database(algorithm)).unwrap();
        let digest = format!("sha256:{:064x}", 1);
        let event = json!({ "action": "push", "target": { "repository": "shop/web", "digest": digest,
            "mediaType": "application/vnd.oci.image.manifest.v1+json" } });
        let request = Request::post("/registry/events").header("authorization", "Bearer a secret of the registry");
        let request = request.body(Body::from(json!({ "events": [event] }).to_string())).unwrap();
        assert_eq!(signing::router(Arc::new(signing)).oneshot(request).await.unwrap().status(), 200, "{algorithm}");
        let documents = Database::open(path(&database(algorithm)).as_ref()).unwrap();
        let documents = documents.documents(&digest.parse().unwrap(), 9).unwrap();
        let attestations = Attestations::parse(documents.first().unwrap().1.as_bytes()).unwrap();
        let attestation = attestations.iter().next().unwrap();
        let signature = attestation.signatures().first().unwrap().bytes().unwrap();
        assert_eq!(public.verify(attestation.untrusted_payload().unwrap(), signature), Ok(()), "{algorithm}");
    }
    let algorithm = "RSA_PSS_2048_SHA256";
    for (label, token, pin, error) in [
        ("absent", "dokimos", "pin", r#"0 private keys have the label "absent", one is needed"#),
        ("twice", "dokimos", "pin", r#"2 private keys have the label "twice", one is needed"#),
        ("release", "absent", "pin", r#"0 tokens have the label "absent", one is needed"#),
    ] {
        let found = config(label, token, pin, algorithm, "unused.sqlite").unwrap_err();
        assert_eq!(found, format!("signing.rules[0].key.pkcs11: {error}"));
    }
}
