use super::{
    super::{Stored, fake::What, manifest::sha256},
    *,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use dokimos::{Attestations, PublicKey};
use hyper::Method;
use serde_json::{Value, json};

const IMAGE: &str = "sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
const TAG_OF_SIGNATURES: &str = "sha256-15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94.sig";

fn manifest(fake: &Fake) -> Value {
    serde_json::from_slice(&fake.state().manifests[TAG_OF_SIGNATURES]).unwrap()
}

async fn put(fake: &Fake, payload: &[u8], signature: &[u8]) -> Result<Stored, FetchError> {
    registry(fake).put_cosign_signature(&repository(fake), &digest(IMAGE), payload, signature, None).await
}

#[tokio::test]
async fn a_signature_is_stored_as_cosign_stores_it() {
    let fake = Fake::start().await;
    assert_eq!(put(&fake, b"payload", b"signature").await.unwrap(), Stored::Added);
    let manifest = manifest(&fake);
    let config = manifest["config"]["digest"].as_str().unwrap();
    let payload = sha256(b"payload");
    assert_eq!(
        manifest,
        json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "size": fake.state().blobs[config].len(),
                "digest": config,
            },
            "layers": [{
                "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
                "size": 7,
                "digest": payload,
                "annotations": { "dev.cosignproject.cosign/signature": BASE64_STANDARD.encode("signature") },
            }],
        })
    );
    assert_eq!(fake.state().blobs[&payload], b"payload");
    let config: Value = serde_json::from_slice(&fake.state().blobs[config]).unwrap();
    assert_eq!(config["rootfs"], json!({ "type": "layers", "diff_ids": [payload] }));
    assert_eq!(config["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_others_stored_stays_and_nothing_is_stored_twice() {
    let fake = Fake::start().await;
    let theirs = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": { "digest": IMAGE, "size": 1, "mediaType": "application/vnd.oci.image.config.v1+json" },
        "layers": [{
            "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", "size": 3, "digest": sha256(b"abc"),
            "annotations": { "dev.cosignproject.cosign/signature": "AAAA", "dev.sigstore.cosign/bundle": "{}" },
        }],
        "annotations": { "ours": "no" },
    });
    fake.state().add_manifest(Some(TAG_OF_SIGNATURES), &theirs);
    for (payload, signature, stored, layers) in [
        ("abc", "one", Stored::Added, 2),
        ("abc", "one", Stored::AlreadyThere, 2),
        ("abc", "two", Stored::Added, 3),
        ("other", "one", Stored::Added, 4),
        ("abc", "\0\0\0", Stored::AlreadyThere, 4),
        ("abc", "two", Stored::AlreadyThere, 4),
    ] {
        assert_eq!(
            put(&fake, payload.as_bytes(), signature.as_bytes()).await.unwrap(),
            stored,
            "{payload} {signature}"
        );
        let manifest = manifest(&fake);
        assert_eq!(manifest["layers"].as_array().unwrap().len(), layers);
        assert_eq!(manifest["layers"][0], theirs["layers"][0]);
        assert_eq!(manifest["annotations"], theirs["annotations"]);
    }
    // The payload "abc" was uploaded once, though two signatures are over it.
    let uploads = fake.count(&Method::PUT, &sha256(b"abc").replace(':', "%3A"));
    assert_eq!(uploads, 1);
}

#[tokio::test]
async fn a_signature_by_the_same_key_over_the_same_payload_is_there_already() {
    let testdata = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/evidence");
    let read = |name: &str| std::fs::read(format!("{testdata}/{name}")).unwrap();
    let key = |name| PublicKey::from_pem(read(name), "RSA_PSS_2048_SHA256".parse().unwrap()).unwrap();
    let (release, qa) = (key("keys/release.pub.pem"), key("keys/qa.pub.pem"));
    // Two signatures of one payload by one key: RSASSA-PSS with another salt each.
    let [one, two] = ["release.json", "release-salt-32.json"].map(|name| {
        let attestations = Attestations::parse(&read(name)).unwrap();
        let attestation = attestations.iter().next().unwrap();
        let signature = attestation.signatures()[0].bytes().unwrap().to_vec();
        (attestation.untrusted_payload().unwrap().to_vec(), signature)
    });
    assert!(one.0 == two.0 && one.1 != two.1);
    let fake = Fake::start().await;
    let (registry, repository, image) = (registry(&fake), repository(&fake), digest(IMAGE));
    let put = |(payload, signature): &(Vec<u8>, Vec<u8>), key: &PublicKey| {
        let (payload, signature, key) = (payload.clone(), signature.clone(), key.clone());
        let (registry, repository, image) = (&registry, &repository, &image);
        async move { registry.put_cosign_signature(repository, image, &payload, &signature, Some(&key)).await.unwrap() }
    };
    assert_eq!(put(&one, &release).await, Stored::Added);
    assert_eq!(put(&two, &release).await, Stored::AlreadyThere);
    // By the key of another it is another signature.
    assert_eq!(put(&two, &qa).await, Stored::Added);
}

#[tokio::test]
async fn a_signature_that_another_writer_put_away_is_stored_again() {
    let fake = Fake::start().await;
    // Twice, what we wrote is overwritten by one who had not seen it.
    let layer = |text: &str| {
        json!({ "mediaType": "x", "size": 1, "digest": sha256(text.as_bytes()),
                "annotations": { "dev.cosignproject.cosign/signature": "AAAA" } })
    };
    let first = json!({ "schemaVersion": 2, "layers": [layer("first")] }).to_string().into_bytes();
    let second = json!({ "schemaVersion": 2, "layers": [layer("first"), layer("second")] }).to_string().into_bytes();
    fake.state().others = vec![(TAG_OF_SIGNATURES.to_owned(), second), (TAG_OF_SIGNATURES.to_owned(), first)];
    assert_eq!(put(&fake, b"payload", b"signature").await.unwrap(), Stored::Added);
    let layers = manifest(&fake)["layers"].clone();
    let digests: Vec<_> = layers.as_array().unwrap().iter().map(|layer| layer["digest"].clone()).collect();
    assert_eq!(digests, [sha256(b"first"), sha256(b"second"), sha256(b"payload")]);
    // Who loses every time does not say that it is stored.
    let empty = json!({ "schemaVersion": 2, "layers": [] }).to_string().into_bytes();
    fake.state().others = vec![(TAG_OF_SIGNATURES.to_owned(), empty); 100];
    unreachable(put(&fake, b"payload", b"another").await);
}

#[tokio::test]
async fn many_at_once_are_all_stored() {
    let fake = Fake::start().await;
    let registry = std::sync::Arc::new(registry(&fake));
    let tasks: Vec<_> = (0..10u8)
        .map(|number| {
            let (registry, repository) = (registry.clone(), repository(&fake));
            tokio::spawn(async move {
                registry.put_cosign_signature(&repository, &digest(IMAGE), b"payload", &[number], None).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), Stored::Added);
    }
    assert_eq!(manifest(&fake)["layers"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn what_is_no_list_of_signatures_is_not_overwritten() {
    for there in [
        json!({ "schemaVersion": 2, "manifests": [] }),
        json!({ "schemaVersion": 2, "layers": [], "manifests": [] }),
        json!({ "schemaVersion": 2, "layers": vec![json!({ "digest": IMAGE, "size": 1 }); 1000] }),
        json!("hunter2"),
    ] {
        let fake = Fake::start().await;
        fake.state().add_manifest(Some(TAG_OF_SIGNATURES), &there);
        refused(put(&fake, b"payload", b"signature").await);
        assert_eq!(manifest(&fake), there);
    }
    let fake = Fake::start().await;
    let long = digest(&format!("sha512:{}", "a".repeat(128)));
    refused(registry(&fake).put_cosign_signature(&repository(&fake), &long, b"p", b"s", None).await);
}

#[tokio::test]
async fn a_failure_at_any_step_is_a_failure() {
    for at in ["/manifests/", "/blobs/sha256", "/blobs/uploads/", "/blobs/uploads/7"] {
        for (code, again) in [(403, false), (400, false), (307, false), (503, true), (429, true)] {
            let fake = Fake::start().await;
            fake.add_fault(at, What::Status(code));
            let answer = put(&fake, b"payload", b"signature").await;
            if again {
                unreachable(answer)
            } else {
                refused(answer)
            };
            assert!(!fake.state().manifests.contains_key(TAG_OF_SIGNATURES));
        }
    }
    // An upload that is led elsewhere is not repeated there.
    let (fake, elsewhere) = (Fake::start().await, Fake::start().await);
    fake.add_fault("/blobs/uploads/", What::Redirect(307, format!("http://{}/v2/", elsewhere.address)));
    refused(put(&fake, b"payload", b"signature").await);
    assert!(elsewhere.state().seen.is_empty());
}
