//! The sources that fetch for one image.

mod grafeas;
mod layout;
mod registry;

use super::{Document, ErrorKind, FetchError, Found, Source};
use crate::config::Config;
use dokimos::ImageReference;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

/// The digest of the image that testdata/evidence/release-cosign.json attests.
const DIGEST: &str = "sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
const OTHER: &str = "sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const IMAGE_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn web() -> ImageReference {
    format!("registry.example.com/shop/web@{DIGEST}").parse().unwrap()
}

fn source(config: &Value) -> Result<Source, String> {
    let config = Config::parse(json!({ "evidence": [config] }).to_string().as_bytes())?;
    Source::new(config.evidence.into_iter().next().unwrap())
}

async fn documents(source: &Source, image: &ImageReference) -> Result<Vec<Document>, FetchError> {
    match source.fetch_once(image).await? {
        Found::Documents(documents) => Ok(documents),
        Found::Set { .. } => panic!("it fetches for one image"),
    }
}

#[track_caller]
fn failed(answer: Result<Vec<Document>, FetchError>, kind: ErrorKind) -> String {
    let error = answer.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    assert!(!text.contains("hunter2") && !text.contains('\n') && text.len() < 600, "{text}");
    text
}

/// The payload and the signature of testdata/evidence/release-cosign.json.
fn record() -> (String, Vec<u8>) {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let record: Value = serde_json::from_slice(&testdata("evidence/release-cosign.json")).unwrap();
    let payload = BASE64_STANDARD.decode(record["Payload"].as_str().unwrap()).unwrap();
    (record["Base64Signature"].as_str().unwrap().to_owned(), payload)
}

fn testdata(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(name)).unwrap()
}

/// A folder of its own for a test, which goes when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("dokimos-evidence-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = Self(std::env::temp_dir().join(name));
        fs::create_dir_all(&folder.0).unwrap();
        folder
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
