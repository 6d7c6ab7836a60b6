//! A key that never leaves a hardware module: SoftHSM2 behind PKCS#11 signs, the program records and verifies.

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

use std::{path::PathBuf, process::Command};
use support::{Folder, IMAGE, programs};

/// Where Debian, Fedora and Homebrew put the module.
const MODULES: [&str; 5] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// A token of its own for one test, in the test's folder.
struct Token {
    folder: Folder,
    module: PathBuf,
}

impl Token {
    /// `None`, and a line printed, where the programs are not installed; in CI that is a failure.
    fn new(test: &str) -> Option<Self> {
        let installed = programs(&["softhsm2-util", "pkcs11-tool"]);
        let module = MODULES.iter().map(PathBuf::from).find(|module| module.exists());
        let Some(module) = module.filter(|_| installed) else {
            assert!(std::env::var_os("CI").is_none(), "SoftHSM2 is not installed");
            eprintln!("skipped: SoftHSM2 is not installed");
            return None;
        };
        let folder = Folder::new(test);
        let tokens = folder.path().join("tokens");
        std::fs::create_dir(&tokens).unwrap();
        folder.write("softhsm2.conf", format!("directories.tokendir = {}\n", tokens.display()));
        let token = Self { folder, module };
        token.tool(
            "softhsm2-util",
            &["--init-token", "--free", "--label", "dokimos", "--so-pin", "1234", "--pin", "1234"],
        );
        Some(token)
    }

    fn pkcs11(&self, arguments: &[&str]) {
        let module = self.module.to_str().unwrap();
        let login = ["--module", module, "--token-label", "dokimos", "--login", "--pin", "1234"];
        self.tool("pkcs11-tool", &[&login[..], arguments].concat());
    }

    fn tool(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path());
        let output = command.env("SOFTHSM2_CONF", self.folder.path().join("softhsm2.conf")).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {words}");
    }
}

#[test]
fn signatures_of_a_module_are_recorded_and_verify() {
    let Some(token) = Token::new("softhsm") else { return };
    let folder = &token.folder;
    folder.run(&["payload", "--image", IMAGE, "-o", "payload"]).succeeds();
    for (number, bits) in ["2048", "3072", "4096"].into_iter().enumerate() {
        let id = format!("0{number}");
        token.pkcs11(&["--keypairgen", "--key-type", &format!("rsa:{bits}"), "--id", &id, "--label", bits]);
        // The public key comes out as SubjectPublicKeyInfo in DER.
        let key = format!("{bits}.der");
        token.pkcs11(&["--read-object", "--type", "pubkey", "--id", &id, "--output-file", &key]);
        let entry =
            folder.run(&["key", "import", "--algorithm", "RSA_PSS_SHA_256", "--id", "pkcs11:object=release", &key]);
        assert!(entry.succeeds().contains("id: \"pkcs11:object=release\""));
        for (algorithm, mechanism, hash) in [
            (format!("RSA_SIGN_PKCS1_{bits}_SHA256"), "SHA256-RSA-PKCS", None),
            (format!("RSA_SIGN_PKCS1_{bits}_SHA512"), "SHA512-RSA-PKCS", None),
            (format!("RSA_PSS_{bits}_SHA256"), "SHA256-RSA-PKCS-PSS", None),
            (format!("RSA_PSS_{bits}_SHA512"), "SHA512-RSA-PKCS-PSS", None),
            // The module gets the hash and never sees the payload, as at a key management service.
            (format!("RSA_PSS_{bits}_SHA256"), "RSA-PKCS-PSS", Some(("sha256", "SHA256"))),
            (format!("RSA_PSS_{bits}_SHA384"), "RSA-PKCS-PSS", Some(("sha384", "SHA384"))),
        ] {
            let signature = format!("{bits}.{mechanism}.{}", hash.map_or("payload", |(name, _)| name));
            let mut sign = vec!["--sign", "--id", &id, "--mechanism", mechanism, "--output-file", &signature];
            match hash {
                None => sign.extend(["--input-file", "payload"]),
                Some((name, pkcs11)) => {
                    let digest = ["payload", "--image", IMAGE, "--digest", name, "--raw", "-o", name];
                    if !folder.exists(name) {
                        folder.run(&digest).succeeds();
                    }
                    sign.extend(["--input-file", name, "--hash-algorithm", pkcs11]);
                }
            }
            token.pkcs11(&sign);
            let attach = ["attach", "--payload", "payload", "--signature", &signature, "--public-key", &key];
            let document = format!("{signature}.json");
            let options = ["--algorithm", &algorithm, "--key-id", "pkcs11:object=release", "-o", &document];
            folder.run(&[&attach[..], &options].concat()).succeeds();
            assert!(folder.text(&document).contains(r#""publicKeyId":"pkcs11:object=release""#));
            let verify =
                ["verify-blob", "--key", &key, "--algorithm", &algorithm, "--signature", &signature, "payload"];
            folder.run(&verify).succeeds();
            // The padding belongs to the key: what the module signed is not accepted as anything else.
            let other = if algorithm.contains("PSS") { "RSA_PKCS1_SHA_256" } else { "RSA_PSS_SHA_256" };
            let verify = ["verify-blob", "--key", &key, "--algorithm", other, "--signature", &signature, "payload"];
            folder.run(&verify).fails(1, "payload: the signature does not belong to this key and this message");
        }
    }
}
