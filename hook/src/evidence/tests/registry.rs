use super::*;
use crate::{
    evidence::Sources,
    registry::fake::{Fake, What},
};
use dokimos::{AdmissionContext, Attestations, Budget, Digest, Policy, ReasonCode};
use hyper::Method;

const PLACE: &str = "sha256-15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";

fn config(fake: &Fake) -> Value {
    json!({ "registry": {
        "repository": fake.name("signatures"),
        "access": { "insecure": [fake.address.to_string()] },
    } })
}

async fn fetch(fake: &Fake) -> Result<Vec<Document>, FetchError> {
    documents(&source(&config(fake)).unwrap(), &web()).await
}

/// A manifest with layers, each of a media type, a content and a signature.
fn manifest(fake: &Fake, layers: &[(&str, &[u8], Option<&str>)]) -> Value {
    let layer = |(media_type, bytes, signature): &(&str, &[u8], Option<&str>)| {
        let digest = fake.state().add_blob(*bytes);
        let mut layer = json!({ "mediaType": media_type, "size": bytes.len(), "digest": digest });
        if let Some(signature) = signature {
            layer["annotations"] = json!({ "dev.cosignproject.cosign/signature": signature });
        }
        layer
    };
    json!({ "schemaVersion": 2, "mediaType": IMAGE_MANIFEST, "layers": layers.iter().map(layer).collect::<Vec<_>>() })
}

fn add(fake: &Fake, tag: Option<&str>, layers: &[(&str, &[u8], Option<&str>)]) -> String {
    let manifest = manifest(fake, layers);
    fake.state().add_manifest(tag, &manifest)
}

/// A registry with a signature, an attestation and two bundles.
async fn full() -> Fake {
    let fake = Fake::start().await;
    let (signature, payload) = record();
    let simple = "application/vnd.dev.cosign.simplesigning.v1+json";
    add(&fake, Some(&format!("{PLACE}.sig")), &[(simple, &payload, Some(&signature)), (simple, b"{}", Some("AAAA"))]);
    add(&fake, Some(&format!("{PLACE}.att")), &[("application/vnd.dsse.envelope.v1+json", b"envelope", Some(""))]);
    let entries = ["bundle one", "bundle two"].map(|bundle| {
        let digest = add(&fake, None, &[(BUNDLE, bundle.as_bytes(), None)]);
        // As ghcr.io lists them: the artifact type is that of the configuration.
        json!({ "mediaType": IMAGE_MANIFEST, "digest": digest, "size": 1,
                "artifactType": "application/vnd.oci.empty.v1+json" })
    });
    fake.state().referrers = Some(entries.to_vec());
    fake
}

#[tokio::test]
async fn what_cosign_stored_is_found_in_each_of_its_places() {
    let fake = full().await;
    let found = fetch(&fake).await.unwrap();
    let (signatures, others) = found.split_at(2);
    for (document, index) in signatures.iter().zip(0..) {
        assert_eq!(document.name, format!("{}:{PLACE}.sig layers[{index}]", fake.name("signatures")));
        let attestations = Attestations::parse(&document.bytes).unwrap();
        assert_eq!(attestations.iter().next().unwrap().format(), "cosign");
    }
    let attestations = Attestations::parse(&signatures[0].bytes).unwrap();
    assert_eq!(attestations.iter().next().unwrap().untrusted_payload(), Some(record().1.as_slice()));
    let bytes: Vec<_> = others.iter().map(|document| document.bytes.as_slice()).collect();
    assert_eq!(bytes, [b"envelope".as_slice(), b"bundle one", b"bundle two"]);
    assert_eq!(others[0].name, format!("{}:{PLACE}.att layers[0]", fake.name("signatures")));
    assert!(others[1].name.starts_with(&format!("{}@sha256:", fake.name("signatures"))));
    // The same without the API: by the tag that stands in for it.
    let list = fake.state().referrers.take().unwrap();
    fake.state().add_manifest(Some(PLACE), &json!({ "schemaVersion": 2, "manifests": list }));
    assert_eq!(fetch(&fake).await.unwrap(), found);
}

#[tokio::test]
async fn a_signature_in_a_registry_allows_its_image() {
    let fake = full().await;
    let config = Config::parse(json!({ "evidence": [config(&fake)] }).to_string().as_bytes()).unwrap();
    let sources = Sources::new(config.evidence, config.fetch).unwrap();
    let policy = Policy::from_json(
        json!({
            "apiVersion": "dokimos.dev/v1", "kind": "Policy",
            "attestors": [{ "name": "release", "publicKeys": [{
                "algorithm": "RSA_PSS_2048_SHA256",
                "pem": String::from_utf8(testdata("evidence/keys/release.pub.pem")).unwrap(),
            }] }],
            "default": { "evaluation": "REQUIRE_ATTESTATION", "require": "release" },
        })
        .to_string()
        .as_bytes(),
    )
    .unwrap();
    let decide = async || {
        let gathered = sources.gather(&web(), web().digest().unwrap()).await;
        assert!(gathered.errors.is_empty());
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        policy.evaluate(&web(), &gathered.set.attestations, &AdmissionContext::default(), now)
    };
    let decision = decide().await;
    assert_eq!(decision.reason().code(), ReasonCode::Attested, "{}", decision.to_json());
    // And nothing but that signature did: with another in its place it is denied.
    let (_, payload) = record();
    let mut other = testdata("evidence/stranger-cosign.json");
    let other: Value = serde_json::from_slice(&std::mem::take(&mut other)).unwrap();
    let other = other["Base64Signature"].as_str().unwrap();
    add(&fake, Some(&format!("{PLACE}.sig")), &[("x", &payload, Some(other))]);
    assert!(!decide().await.is_allowed());
}

#[tokio::test]
async fn where_nothing_is_nothing_is_found() {
    let fake = Fake::start().await;
    assert_eq!(fetch(&fake).await.unwrap(), []);
    fake.state().referrers = None;
    assert_eq!(fetch(&fake).await.unwrap(), []);
    assert!(fake.count(&Method::GET, PLACE) >= 4);
}

#[tokio::test]
async fn an_image_is_looked_for_where_it_is_and_only_where_the_source_is_asked() {
    let fake = full().await;
    let access = json!({ "insecure": [fake.address.to_string()] });
    let asked = async |config: Value, image: &str| {
        fake.state().seen.clear();
        documents(&source(&json!({ "registry": config })).unwrap(), &image.parse().unwrap()).await.unwrap();
        fake.state().seen.first().map(|seen| seen.uri.clone())
    };
    let (here, tag) = (fake.name(&format!("shop/web@{DIGEST}")), fake.name("shop/web:1"));
    let uri = format!("/v2/shop/web/manifests/{PLACE}.sig");
    assert_eq!(asked(json!({ "access": access }), &here).await, Some(uri.clone()));
    assert_eq!(asked(json!({ "access": access }), &tag).await, None);
    let hosts = json!(["registry.example.com", fake.address.to_string()]);
    assert_eq!(asked(json!({ "access": access, "hosts": hosts }), &here).await, Some(uri));
    assert_eq!(asked(json!({ "access": access, "hosts": ["Registry.Example.com:443"] }), &here).await, None);
    assert_eq!(asked(json!({ "access": access, "hosts": [] }), &here).await, None);
    let uri = format!("/v2/signatures/manifests/{PLACE}.sig");
    let repository =
        json!({ "access": access, "hosts": ["registry.example.com"], "repository": fake.name("signatures") });
    assert_eq!(asked(repository, web().as_given()).await, Some(uri));
}

#[tokio::test]
async fn what_is_wrong_in_the_configuration_is_said_with_its_place() {
    for (config, why) in [
        (json!({ "repository": "registry.example.com/x:1" }), "a repository has neither tag nor digest"),
        (json!({ "repository": "HTTP://x" }), "not a repository"),
        (
            json!({ "hosts": ["registry.example.com/shop"] }),
            "registry.hosts: \"registry.example.com/shop\" is not a host",
        ),
        (json!({ "hosts": ["https://registry.example.com"] }), "registry.hosts: "),
        (json!({ "hosts": [""] }), "registry.hosts: "),
        (json!({ "access": { "caFile": "/nowhere" } }), "registry.access.caFile: /nowhere: no such file or directory"),
        (json!({ "access": { "dockerConfig": "/nowhere" } }), "registry.access.dockerConfig: /nowhere: no such file"),
        (json!({ "access": { "insecur": [] } }), "unknown field"),
        (json!({ "password": "x" }), "unknown field"),
    ] {
        let error = source(&json!({ "registry": config })).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn only_a_manifest_of_one_bundle_is_one() {
    for (layers, count) in [
        (vec![(BUNDLE, b"bundle".as_slice(), None)], 1),
        (vec![("application/vnd.dev.sigstore.bundle+json;version=0.3", b"bundle", None)], 1),
        (vec![], 0),
        (vec![(BUNDLE, b"one", None), (BUNDLE, b"two", None)], 0),
        (vec![("text/spdx+json", b"bill of materials", None)], 0),
        (vec![("", b"bundle", None)], 0),
    ] {
        let fake = Fake::start().await;
        let digest = add(&fake, None, &layers);
        // What the list says of its type is not what counts.
        fake.state().referrers = Some(vec![
            json!({ "mediaType": IMAGE_MANIFEST, "digest": digest, "size": 1, "artifactType": BUNDLE }),
            // Other kinds of manifests are passed over, unread.
            json!({ "mediaType": "application/vnd.oci.artifact.manifest.v1+json", "digest": OTHER, "size": 1 }),
        ]);
        assert_eq!(fetch(&fake).await.unwrap().len(), count, "{layers:?}");
    }
}

#[tokio::test]
async fn what_is_too_large_does_not_hide_what_is_not() {
    let fake = full().await;
    let most = Budget::default().document_bytes;
    let mut large = manifest(&fake, &[("x", b"small", None), ("x", b"large", None), ("x", b"little", None)]);
    large["layers"][1]["size"] = (most + 1).into();
    fake.state().add_manifest(Some(&format!("{PLACE}.att")), &large);
    let found = fetch(&fake).await.unwrap();
    assert_eq!(found.len(), 7);
    let place = format!("{}:{PLACE}.att layers[1]", fake.name("signatures"));
    assert_eq!(found[3].name, format!("{place}: {} bytes are not read, the limit is {most}", most + 1));
    // Nothing is read from it, and that is said.
    assert!(Attestations::parse(&found[3].bytes).is_err());
    // Each is small enough, and all together are not: the first ones are read.
    let blob = vec![b'x'; most];
    let layers = vec![("x", blob.as_slice(), None); 6];
    add(&fake, Some(&format!("{PLACE}.att")), &layers);
    let found = fetch(&fake).await.unwrap();
    let read = found.iter().filter(|document| document.bytes.len() == most).count();
    let unread = found.iter().filter(|document| document.name.contains("are not read")).count();
    assert_eq!((read, unread), (3, 3), "the signatures before them count too");
}

#[tokio::test]
async fn a_list_of_signatures_that_is_none_is_refused() {
    for suffix in ["sig", "att"] {
        let tag = format!("{PLACE}.{suffix}");
        let layer = json!({ "digest": DIGEST, "size": 1 });
        for wrong in [
            json!({ "schemaVersion": 2, "manifests": [] }),
            json!({ "schemaVersion": 2 }),
            json!({ "schemaVersion": 2, "layers": vec![layer; 1001] }),
            json!("hunter2"),
        ] {
            let fake = Fake::start().await;
            fake.state().add_manifest(Some(&tag), &wrong);
            failed(fetch(&fake).await, ErrorKind::Refused);
        }
    }
    let fake = Fake::start().await;
    fake.state().referrers = Some(vec![json!({ "mediaType": IMAGE_MANIFEST, "digest": "md5:00", "size": 1 })]);
    failed(fetch(&fake).await, ErrorKind::Refused);
    fake.state().referrers = Some(vec![json!({ "mediaType": IMAGE_MANIFEST, "digest": OTHER, "size": 1 })]);
    let text = failed(fetch(&fake).await, ErrorKind::Refused);
    assert!(text.ends_with("is listed and not there"), "{text}");
}

#[tokio::test]
async fn a_failure_in_any_place_is_a_failure_of_the_whole() {
    for at in [".sig", ".att", "/referrers/", "/blobs/", "/manifests/sha256:"] {
        for (what, kind) in [
            (What::Status(401), ErrorKind::Refused),
            (What::Status(403), ErrorKind::Refused),
            (What::Status(429), ErrorKind::Unreachable),
            (What::Status(500), ErrorKind::Unreachable),
            (What::Status(503), ErrorKind::Unreachable),
            (What::Truncated, ErrorKind::Unreachable),
            (What::Endless, ErrorKind::Refused),
            (What::Redirect(302, "http://127.0.0.1:9/".into()), ErrorKind::Refused),
        ] {
            let fake = full().await;
            // A page for people is how a registry without the API may answer.
            if at == "/referrers/" && matches!(what, What::Truncated | What::Endless) {
                continue;
            }
            fake.add_fault(at, what);
            failed(fetch(&fake).await, kind);
        }
    }
    // Blobs and manifests that are named must be there, and be what they are named.
    for at in ["/blobs/", "/manifests/sha256:"] {
        for what in [What::Status(404), What::Body(b"hunter2".to_vec())] {
            let fake = full().await;
            fake.add_fault(at, what);
            failed(fetch(&fake).await, ErrorKind::Refused);
        }
    }
}

#[tokio::test]
async fn what_failed_in_passing_is_asked_again_and_who_is_silent_is_not_waited_for() {
    let gather = async |fake: &Fake, fetch: Value| {
        let config = json!({ "evidence": [config(fake)], "fetch": fetch });
        let config = Config::parse(config.to_string().as_bytes()).unwrap();
        let digest: Digest = DIGEST.parse().unwrap();
        Sources::new(config.evidence, config.fetch).unwrap().gather(&web(), &digest).await
    };
    let fake = full().await;
    for at in [".sig", "/referrers/", "/blobs/"] {
        fake.add_fault_once(at, What::Status(503));
    }
    let gathered = gather(&fake, json!({ "retries": 3, "pause": "1ms" })).await;
    assert!(gathered.errors.is_empty(), "{:?}", gathered.errors);
    // What does not pass is not asked for again.
    let fake = full().await;
    fake.add_fault(".sig", What::Status(403));
    let gathered = gather(&fake, json!({ "retries": 3, "pause": "1ms" })).await;
    assert_eq!(gathered.errors.len(), 1);
    assert_eq!(fake.count(&Method::GET, ".sig"), 1);
    for at in [".sig", "/referrers/", "/blobs/"] {
        let fake = full().await;
        fake.add_fault(at, What::Silent);
        let gathered = gather(&fake, json!({ "retries": 1, "pause": "1ms", "timeout": "100ms" })).await;
        assert_eq!(gathered.errors[0].error.kind(), ErrorKind::Unreachable);
        assert!(gathered.set.attestations.is_empty());
    }
}
