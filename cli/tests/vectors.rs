//! Published signatures through the program, as a user would verify them: keys by `dokimos key import`, into a policy,
//! into `dokimos verify`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{fs, path::Path};
use support::{Folder, Run, vectors};

impl Folder {
    /// Writes policy.yaml, which requires an attestor with the keys in the files; `dokimos policy check` approves of it.
    fn write_policy(&self, algorithm: &str, keys: &[&Path]) {
        let mut arguments = vec!["key", "import", "--algorithm", algorithm];
        arguments.extend(keys.iter().map(|key| key.to_str().unwrap()));
        let entry = self.run(&arguments).succeeds();
        let indented: String = entry.lines().map(|line| format!("    {line}\n")).collect();
        let policy = format!(
            "apiVersion: dokimos.dev/v1\nkind: Policy\nattestors:\n  - name: signer\n{indented}\
             default:\n  evaluation: REQUIRE_ATTESTATION\n  require: signer\n"
        );
        self.write("policy.yaml", policy);
        self.run(&["policy", "check", "--strict", "policy.yaml"]).ends(0);
    }

    fn verify(&self, image: &str, evidence: &[&str]) -> Run {
        self.run(&[&["verify", "-o", "json", image, "--policy", "policy.yaml"], evidence].concat())
    }
}

/// The reason of a report, which must fit the exit code.
#[track_caller]
fn reason(run: Run) -> String {
    assert_eq!(run.stderr, "");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let allowed = report["decision"] == "ALLOW";
    assert_eq!(run.code, Some(if allowed { 0 } else { 1 }), "{report}");
    let code = report["reason"]["code"].as_str().unwrap();
    assert_eq!(allowed, code == "ATTESTED", "{report}");
    code.to_owned()
}

#[test]
fn occurrences_of_kritis_are_allowed_by_its_published_keys() {
    let Some(kritis) = vectors("kritis") else { return };
    let folder = Folder::new("vectors-kritis");
    let key = |name: &str| kritis.join("pkix").join(name);
    let image =
        "gcr.io/kritis-project/kritis-server@sha256:b3f3eccfd27c9864312af3796067e7db28007a1566e1e042c5862eed3ff1b2c8";
    let occurrence = |name: &str| kritis.join("occurrence").join(name).to_str().unwrap().to_owned();
    let pkix = ["v1_attestation.json", "v1_attestation_pae.json", "v1beta1_generic.json"];

    let published = [key("e2e_rsa2048PubKey2.pub.pem"), key("rsa2048PubKey.pub.pem")];
    let published: Vec<&Path> = published.iter().map(AsRef::as_ref).collect();
    folder.write_policy("rsa-sign-pkcs1-2048-sha256", &published);
    for file in pkix {
        assert_eq!(reason(folder.verify(image, &["--attestations", &occurrence(file)])), "ATTESTED", "{file}");
        let other = image.replace("kritis-server", "kritis-client");
        let run = folder.verify(&other, &["--attestations", &occurrence(file)]);
        assert_eq!(reason(run), "REPOSITORY_MISMATCH", "{file}");
        let other = image.replace("b3f3ecc", "b3f3ecd");
        assert_eq!(reason(folder.verify(&other, &["--attestations", &occurrence(file)])), "DIGEST_MISMATCH", "{file}");
    }
    let pgp = occurrence("v1beta1_pgp.json");
    assert_eq!(reason(folder.verify(image, &["--attestations", &pgp])), "UNSUPPORTED_FORMAT");
    // Beside another it is no hindrance.
    let run = folder.verify(image, &["--attestations", &pgp, "--attestations", &occurrence(pkix[0])]);
    assert_eq!(reason(run), "ATTESTED");
    // The whole folder.
    let all = kritis.join("occurrence");
    assert_eq!(reason(folder.verify(image, &["--attestations", all.to_str().unwrap()])), "ATTESTED");

    folder.write_policy("RSA_PSS_2048_SHA256", &published);
    for file in pkix {
        let run = folder.verify(image, &["--attestations", &occurrence(file)]);
        assert_eq!(reason(run), "ALGORITHM_MISMATCH", "{file}");
    }
    folder.write_policy("rsa-sign-pkcs1-3072-sha256", &[&key("rsa3072PubKey.pub.pem")]);
    for file in pkix {
        assert_eq!(reason(folder.verify(image, &["--attestations", &occurrence(file)])), "UNKNOWN_KEY", "{file}");
    }
}

#[test]
fn payloads_of_kritis_are_allowed_with_the_signature_beside_them() {
    let Some(kritis) = vectors("kritis") else { return };
    let folder = Folder::new("vectors-payloads");
    folder.write_policy("RSA_SIGN_PKCS1_2048_SHA256", &[&kritis.join("pkix/rsa2048PubKey.pub.pem")]);
    let manifest: Value = serde_json::from_slice(&fs::read(kritis.join("payload/manifest.json")).unwrap()).unwrap();
    let image = manifest["image"].as_str().unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), 3);
    for file in files {
        let path = |member: &str| kritis.join("payload").join(file[member].as_str().unwrap());
        let (payload, signature) = (path("file"), path("pkcs1_sha256_sig"));
        let arguments = ["--payload", payload.to_str().unwrap(), "--signature", signature.to_str().unwrap()];
        assert_eq!(reason(folder.verify(image, &arguments)), "ATTESTED", "{file}");
        let other = kritis.join("payload/manifest.json");
        let arguments = ["--payload", other.to_str().unwrap(), "--signature", signature.to_str().unwrap()];
        assert_eq!(reason(folder.verify(image, &arguments)), "BAD_SIGNATURE", "{file}");
    }
}

#[test]
fn a_production_image_of_suse_is_allowed_and_nothing_like_it() {
    let Some(suse) = vectors("sigstore/simple-signing/suse-toolbox") else { return };
    let folder = Folder::new("vectors-suse");
    let key = suse.join("suse-container-key.pub.pem");
    let (payload, signature) = (suse.join("payload.json"), suse.join("signature.b64"));
    let detached = ["--payload", payload.to_str().unwrap(), "--signature", signature.to_str().unwrap()];
    let record = json!({
        "Base64Signature": fs::read_to_string(&signature).unwrap().trim(),
        "Payload": STANDARD.encode(fs::read(&payload).unwrap()),
    });
    folder.write("cosign.json", record.to_string());
    let digest = "sha256:356631f7603526a0af827741f5fe005acf19b7ef7705a34241a91c2d47a6db5e";
    let image = format!("registry.suse.com/suse/sle-micro/5.0/toolbox@{digest}");
    let images = [
        (image.clone(), "ATTESTED"),
        (image.replace("toolbox@", "toolbox:latest@"), "ATTESTED"),
        (image.replace("5.0/toolbox", "5.1/toolbox"), "REPOSITORY_MISMATCH"),
        (image.replace("registry.suse.com", "registry.suse.com.example.org"), "REPOSITORY_MISMATCH"),
        (image.replace("356631f", "356631e"), "DIGEST_MISMATCH"),
        ("registry.suse.com/suse/sle-micro/5.0/toolbox:latest".to_owned(), "TAG_REFERENCE"),
    ];
    folder.write_policy("RSA_SIGN_PKCS1_2048_SHA256", &[&key]);
    for (image, code) in &images {
        assert_eq!(reason(folder.verify(image, &detached)), *code, "{image}");
        assert_eq!(reason(folder.verify(image, &["--attestations", "cosign.json"])), *code, "{image}");
    }
    // The same key, told to sign in another way.
    for algorithm in ["RSA_PSS_2048_SHA256", "RSA_SIGN_PKCS1_2048_SHA512"] {
        folder.write_policy(algorithm, &[&key]);
        assert_eq!(reason(folder.verify(&image, &detached)), "ALGORITHM_MISMATCH", "{algorithm}");
    }
    // Another key of the same size.
    folder.make_key("other", "2048");
    folder.write_policy("RSA_SIGN_PKCS1_2048_SHA256", &[&folder.path().join("other.pub.pem")]);
    assert_eq!(reason(folder.verify(&image, &detached)), "BAD_SIGNATURE");
}

/// A case of `sigstore/minted/simple`, and what is answered.
struct Minted {
    name: &'static str,
    /// In what `cosign download signature` prints, by a policy that states RSA_SIGN_PKCS1_2048_SHA256 for the key.
    cosign: &'static str,
    /// The same in two files.
    detached: &'static str,
    /// In what `cosign download signature` prints, by a policy that states for the key how the case was signed.
    as_signed: &'static str,
    /// Where one of these differs from `expect_containers_image_strict`: why.
    difference: &'static str,
}

const ANY_ALGORITHM: &str =
    "containers/image knows one algorithm; here the policy states it for each key, and another is refused";

#[rustfmt::skip]
const MINTED: [Minted; 19] = [
    Minted { name: "ok-pkcs1", cosign: "ATTESTED", detached: "ATTESTED", as_signed: "ATTESTED", difference: "" },
    Minted { name: "ok-pkcs1-sha512", cosign: "ALGORITHM_MISMATCH", detached: "ALGORITHM_MISMATCH", as_signed: "ATTESTED", difference: ANY_ALGORITHM },
    Minted { name: "ok-pss-salt32", cosign: "ALGORITHM_MISMATCH", detached: "ALGORITHM_MISMATCH", as_signed: "ATTESTED", difference: ANY_ALGORITHM },
    Minted { name: "ok-pss-saltmax", cosign: "ALGORITHM_MISMATCH", detached: "ALGORITHM_MISMATCH", as_signed: "ATTESTED", difference: ANY_ALGORITHM },
    Minted { name: "ok-pss-salt0", cosign: "ALGORITHM_MISMATCH", detached: "ALGORITHM_MISMATCH", as_signed: "ATTESTED", difference: ANY_ALGORITHM },
    Minted { name: "wrong-digest", cosign: "DIGEST_MISMATCH", detached: "DIGEST_MISMATCH", as_signed: "DIGEST_MISMATCH", difference: "" },
    Minted {
        name: "atomic-type", cosign: "ATTESTED", detached: "ATTESTED", as_signed: "ATTESTED",
        difference: "kritis signs with this type, so the type does not tell who may read the payload",
    },
    Minted { name: "other-reference", cosign: "REPOSITORY_MISMATCH", detached: "REPOSITORY_MISMATCH", as_signed: "REPOSITORY_MISMATCH", difference: "" },
    Minted { name: "unknown-critical-member", cosign: "PAYLOAD_UNREADABLE", detached: "PAYLOAD_UNREADABLE", as_signed: "PAYLOAD_UNREADABLE", difference: "" },
    Minted { name: "duplicate-digest-last-good", cosign: "PAYLOAD_UNREADABLE", detached: "PAYLOAD_UNREADABLE", as_signed: "PAYLOAD_UNREADABLE", difference: "" },
    Minted { name: "case-folded-member", cosign: "PAYLOAD_UNREADABLE", detached: "PAYLOAD_UNREADABLE", as_signed: "PAYLOAD_UNREADABLE", difference: "" },
    Minted { name: "annotations", cosign: "ATTESTED", detached: "ATTESTED", as_signed: "ATTESTED", difference: "" },
    Minted {
        name: "optional-missing", cosign: "ATTESTED", detached: "ATTESTED", as_signed: "ATTESTED",
        difference: "kritis and gcloud write no `optional`, and nothing is decided by it",
    },
    Minted {
        name: "sig-urlsafe-b64", cosign: "ATTESTATION_UNREADABLE", detached: "ATTESTED", as_signed: "ATTESTATION_UNREADABLE",
        difference: "a signature in a file of its own may have either alphabet, as signing services write it; \
                     the field of cosign's format has one",
    },
    Minted { name: "sig-trailing-newline", cosign: "ATTESTED", detached: "ATTESTED", as_signed: "ATTESTED", difference: "" },
    Minted { name: "azure-asn1-wrapped", cosign: "BAD_SIGNATURE", detached: "BAD_SIGNATURE", as_signed: "BAD_SIGNATURE", difference: "" },
    Minted { name: "sig-truncated", cosign: "BAD_SIGNATURE", detached: "BAD_SIGNATURE", as_signed: "BAD_SIGNATURE", difference: "" },
    Minted { name: "sig-leading-zero-extended", cosign: "BAD_SIGNATURE", detached: "BAD_SIGNATURE", as_signed: "BAD_SIGNATURE", difference: "" },
    Minted { name: "payload-trailing-space", cosign: "BAD_SIGNATURE", detached: "BAD_SIGNATURE", as_signed: "BAD_SIGNATURE", difference: "" },
];

#[test]
fn the_minted_cases_are_answered_as_listed() {
    let Some(minted) = vectors("sigstore/minted") else { return };
    let folder = Folder::new("vectors-minted");
    let key = minted.join("key.pub.pem");
    let simple = minted.join("simple");
    let cases: Value = serde_json::from_slice(&fs::read(simple.join("cases.json")).unwrap()).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    assert_eq!(cases.len(), MINTED.len());
    for (case, expected) in cases.iter().zip(MINTED) {
        let text = |member: &str| case[member].as_str().unwrap();
        let name = expected.name;
        assert_eq!(text("name"), name);
        let image = format!("{}@{}", text("image"), text("digest"));
        let payload = simple.join(format!("{name}.payload"));
        let signature = simple.join(format!("{name}.sig.b64"));
        let record = json!({
            "Base64Signature": fs::read_to_string(&signature).unwrap(),
            "Payload": STANDARD.encode(fs::read(&payload).unwrap()),
        });
        folder.write("cosign.json", record.to_string());

        folder.write_policy("RSA_SIGN_PKCS1_2048_SHA256", &[&key]);
        let cosign = reason(folder.verify(&image, &["--attestations", "cosign.json"]));
        let arguments = ["--payload", payload.to_str().unwrap(), "--signature", signature.to_str().unwrap()];
        let detached = reason(folder.verify(&image, &arguments));
        folder.write_policy(algorithm(text("scheme")), &[&key]);
        let as_signed = reason(folder.verify(&image, &["--attestations", "cosign.json"]));
        assert_eq!(
            (cosign.as_str(), detached.as_str(), as_signed.as_str()),
            (expected.cosign, expected.detached, expected.as_signed),
            "{name}"
        );

        let strict = text("expect_containers_image_strict").starts_with("accept");
        let differs = [cosign, detached, as_signed].iter().any(|code| (code == "ATTESTED") != strict);
        assert_eq!(differs, !expected.difference.is_empty(), "{name}: {}", expected.difference);
    }
}

fn algorithm(scheme: &str) -> &'static str {
    match scheme {
        "rsa-pkcs1-sha256" => "RSA_SIGN_PKCS1_2048_SHA256",
        "rsa-pkcs1-sha512" => "RSA_SIGN_PKCS1_2048_SHA512",
        "rsa-pss-sha256" | "rsa-pss-sha256 salt=max" | "rsa-pss-sha256 salt=0" => "RSA_PSS_2048_SHA256",
        other => panic!("unknown scheme {other}"),
    }
}
