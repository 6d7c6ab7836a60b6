#[path = "../../../tests/support/certificates.rs"]
mod certificates;
mod login;
mod reading;
mod writing;

use super::{Access, Descriptor, Reference, Registry, Repository, fake::Fake};
use crate::evidence::{ErrorKind, FetchError};
use dokimos::Digest;
use std::path::PathBuf;

const TAG: Reference<'static> = Reference::Tag("latest");

/// A client that may ask this registry without TLS, and no other.
fn registry(fake: &Fake) -> Registry {
    with_logins(fake, None)
}

fn with_logins(fake: &Fake, docker_config: Option<PathBuf>) -> Registry {
    Registry::new(&Access { docker_config, ca_file: None, insecure: vec![fake.address.to_string()] }).unwrap()
}

fn repository(fake: &Fake) -> Repository {
    Repository::parse(&fake.name("shop/web")).unwrap()
}

fn digest(text: &str) -> Digest {
    text.parse().unwrap()
}

fn blob(digest: &str, size: usize) -> Descriptor {
    serde_json::from_value(serde_json::json!({ "digest": digest, "size": size })).unwrap()
}

#[track_caller]
fn refused<T>(answer: Result<T, FetchError>) -> String {
    failed(answer, ErrorKind::Refused)
}

#[track_caller]
fn unreachable<T>(answer: Result<T, FetchError>) -> String {
    failed(answer, ErrorKind::Unreachable)
}

#[track_caller]
fn failed<T>(answer: Result<T, FetchError>, kind: ErrorKind) -> String {
    let Err(error) = answer else { panic!("no error") };
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    for secret in ["hunter2", "secret-token", "Basic ", "aHVudGVyMg"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(!text.contains('\n') && text.len() < 600, "{text}");
    text
}
