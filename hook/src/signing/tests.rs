//! What is written into a registry, and asked of it.

use super::{Signing, SigningConfig, event::Envelope};
use crate::{
    log::Log,
    registry::{
        Access, Registry, Repository,
        fake::{Fake, What},
    },
};
use dokimos::{Attestations, Digest, PublicKey};
use dokimos_private_key::PrivateKey;
use serde_json::{Value, json};
use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const ALGORITHM: &str = "RSA_SIGN_PKCS1_2048_SHA256";

struct Scene {
    fake: Fake,
    folder: PathBuf,
    public: PublicKey,
}

impl Scene {
    async fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("dokimos-signing-registry-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let private = PrivateKey::generate(2048).unwrap();
        fs::write(folder.join("key.pem"), private.to_pem().unwrap()).unwrap();
        fs::write(folder.join("secret"), "a secret of the registry").unwrap();
        let public = private.public(ALGORITHM.parse().unwrap()).unwrap();
        Self { fake: Fake::start().await, folder, public }
    }

    fn config(&self) -> Value {
        json!({
            "secretFile": self.folder.join("secret"), "registry": self.fake.name("").trim_end_matches('/'),
            "database": self.folder.join("attestations.sqlite"),
            "access": { "insecure": [self.fake.name("").trim_end_matches('/')] },
            "rules": [{ "name": "shop", "images": [self.fake.name("shop/**")], "attestor": "release",
                "key": { "file": self.folder.join("key.pem") }, "algorithm": ALGORITHM, "writeToRegistry": true }]
        })
    }

    fn signing(&self) -> Signing {
        self.signing_with(self.config()).unwrap()
    }

    fn signing_with(&self, config: Value) -> Result<Signing, String> {
        let config: SigningConfig = serde_json::from_value(config).unwrap();
        Signing::new(config, Log::default(), std::sync::Arc::default())
    }

    /// The payloads of an image that the key signed, as they are in the registry.
    fn signed(&self, digest: &str) -> Vec<String> {
        let state = self.fake.state();
        let tag = format!("{}.sig", digest.replace(':', "-"));
        let Some(manifest) = state.manifests.get(&tag) else { return Vec::new() };
        let manifest: Value = serde_json::from_slice(manifest).unwrap();
        let layers = manifest["layers"].as_array().unwrap().iter();
        layers
            .map(|layer| {
                let payload = state.blobs[layer["digest"].as_str().unwrap()].clone();
                let record = json!({
                    "Base64Signature": layer["annotations"]["dev.cosignproject.cosign/signature"],
                    "Payload": base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &payload),
                });
                let attestations = Attestations::parse(record.to_string().as_bytes()).unwrap();
                let attestation = attestations.iter().next().unwrap();
                let signature = attestation.signatures()[0].bytes().unwrap();
                assert_eq!(self.public.verify(&payload, signature), Ok(()));
                String::from_utf8(payload).unwrap()
            })
            .collect()
    }

    fn stored(&self, signing: &Signing, digest: &str) -> usize {
        signing.database.documents(&digest.parse().unwrap(), 9).unwrap().len()
    }
}

fn envelope(media_type: &str, digest: &str) -> Envelope {
    let event = json!({ "action": "push",
        "target": { "mediaType": media_type, "digest": digest, "repository": "shop/web" } });
    serde_json::from_value(json!({ "events": [event] })).unwrap()
}

fn digest(number: u8) -> String {
    format!("sha256:{number:064x}")
}

#[tokio::test]
async fn a_signature_is_written_into_the_registry_once_as_cosign_does_it() {
    let scene = Scene::new().await;
    let signing = scene.signing();
    for _ in 0..2 {
        assert!(signing.receive(envelope(IMAGE, &digest(1))).await);
    }
    let payload = format!(
        r#"{{"critical":{{"identity":{{"docker-reference":"{}"}},"image":{{"docker-manifest-digest":"{}"}},"#,
        scene.fake.name("shop/web"),
        digest(1)
    ) + r#""type":"cosign container image signature"},"optional":null}"#;
    assert_eq!(scene.signed(&digest(1)), [payload]);
    assert_eq!(scene.stored(&signing, &digest(1)), 1);
}

#[tokio::test]
async fn what_the_registry_does_not_take_is_written_when_it_tells_again() {
    let scene = Scene::new().await;
    let signing = scene.signing();
    scene.fake.add_fault_once("/manifests/", What::Status(503));
    assert!(!signing.receive(envelope(IMAGE, &digest(1))).await);
    assert_eq!((scene.signed(&digest(1)).len(), scene.stored(&signing, &digest(1))), (0, 1));
    assert!(signing.receive(envelope(IMAGE, &digest(1))).await);
    assert_eq!((scene.signed(&digest(1)).len(), scene.stored(&signing, &digest(1))), (1, 1));
}

#[tokio::test]
async fn the_manifests_of_an_index_are_signed_though_nobody_pushed_them_now() {
    let scene = Scene::new().await;
    let signing = scene.signing();
    let child = |number: u8| json!({ "mediaType": IMAGE, "size": 1, "digest": digest(number) });
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [child(1), child(2)] });
    let index = scene.fake.state().add_manifest(Some("1.4"), &index);
    assert!(signing.receive(envelope(INDEX, &index)).await);
    for digest in [&index, &digest(1), &digest(2)] {
        assert_eq!((scene.signed(digest).len(), scene.stored(&signing, digest)), (1, 1), "{digest}");
    }

    // One that the registry does not give is asked for again, and what is no index is told.
    assert!(!signing.receive(envelope(INDEX, &digest(9))).await);
    let broken =
        scene.fake.state().add_manifest(None, &json!({ "schemaVersion": 2, "manifests": [{ "digest": "x" }] }));
    assert!(!signing.receive(envelope(INDEX, &broken)).await);
}

#[tokio::test]
async fn a_registry_that_is_not_configured_is_not_asked() {
    let scene = Scene::new().await;
    let mut config = scene.config();
    config.as_object_mut().unwrap().remove("access");
    let error = "signing.rules[0].writeToRegistry: signing.access does not say how the registry is reached";
    assert_eq!(scene.signing_with(config.clone()).unwrap_err(), error);
    config["rules"][0]["writeToRegistry"] = false.into();
    let signing = scene.signing_with(config).unwrap();
    assert!(signing.receive(envelope(INDEX, &digest(1))).await);
    assert_eq!(scene.stored(&signing, &digest(1)), 1);
    assert!(scene.fake.state().seen.is_empty());
}

#[tokio::test]
async fn what_no_rule_names_is_not_asked_for() {
    let scene = Scene::new().await;
    let mut config = scene.config();
    config["rules"][0]["images"] = json!([scene.fake.name("lab/**")]);
    let signing = scene.signing_with(config).unwrap();
    assert!(signing.receive(envelope(INDEX, &digest(1))).await);
    assert!(scene.fake.state().seen.is_empty());
}

#[tokio::test]
async fn the_webhook_finds_what_was_written() {
    let scene = Scene::new().await;
    let signing = scene.signing();
    assert!(signing.receive(envelope(IMAGE, &digest(1))).await);
    let access = Access { insecure: vec![scene.fake.name("").trim_end_matches('/').to_owned()], ..Access::default() };
    let registry = Registry::new(&access).unwrap();
    let repository = Repository::parse(&scene.fake.name("shop/web")).unwrap();
    let image: Digest = digest(1).parse().unwrap();
    let tag = crate::registry::signature_tag(&image, "sig").unwrap();
    let manifest = registry.manifest(&repository, crate::registry::Reference::Tag(&tag)).await.unwrap().unwrap();
    assert_eq!(manifest.layers().unwrap().len(), 1);
}
