//! Signing on push, from the registry's notification to an attestation that a policy accepts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::std_instead_of_core,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking, and needs std"
)]

use axum::{Router, body::Body, http::Request};
use dokimos::{AdmissionContext, Attestations, Budget, Policy, UnixTime};
use dokimos_hook::{
    database::Database,
    log::Log,
    metrics::Metrics,
    signing::{self, Signing, SigningConfig},
};
use dokimos_private_key::PrivateKey;
use serde_json::{Value, json};
use std::{fs, path::PathBuf, sync::Arc, time::Duration};
use tower::ServiceExt;

const SECRET: &str = "a secret of the registry";
const REGISTRY: &str = "registry.example.com";
const ALGORITHM: &str = "RSA_PSS_2048_SHA256";

/// A folder with a key, a secret and a database, and the configuration over them.
struct Scene {
    folder: PathBuf,
    config: Value,
}

impl Scene {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dokimos-signing-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let scene = Self { folder, config: Value::Null };
        scene.write_key("release");
        scene.write("secret", &format!("{SECRET}\n"));
        let config = json!({
            "secretFile": scene.path("secret"),
            "registry": REGISTRY,
            "database": scene.path("attestations.sqlite"),
            "rules": [{
                "name": "shop", "images": ["registry.example.com/shop/**"], "attestor": "release",
                "key": { "file": scene.path("release.pem") }, "algorithm": ALGORITHM
            }]
        });
        Self { config, ..scene }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn write_key(&self, name: &str) {
        let private = PrivateKey::generate(2048).unwrap();
        fs::write(self.path(&format!("{name}.pem")), private.to_pem().unwrap()).unwrap();
        let public = private.public(ALGORITHM.parse().unwrap()).unwrap();
        self.write(&format!("{name}.pub.pem"), &public.to_pem());
    }

    fn with_key(mut self, key: Value) -> Self {
        self.config["rules"][0]["key"] = key;
        self
    }

    fn with_command(self, script: &str) -> Self {
        let command = ["sh", "-c", script, "sh", "{digest-hex}", "{digest-base64}", "{algorithm}"];
        let key = json!({ "command": {
            "command": command, "publicKey": self.path("release.pub.pem"), "timeoutSeconds": 2 } });
        self.with_key(key)
    }

    fn config(&self) -> SigningConfig {
        serde_json::from_value(self.config.clone()).unwrap()
    }

    fn router(&self) -> Router {
        self.counted().0
    }

    /// The route, and what it counts.
    fn counted(&self) -> (Router, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::default());
        let signing = Signing::new(self.config(), Log::default(), Arc::clone(&metrics)).unwrap();
        (signing::router(Arc::new(signing)), metrics)
    }

    fn error(&self) -> String {
        Signing::new(self.config(), Log::default(), Arc::default())
            .unwrap_err()
            .replace(&*self.folder.to_string_lossy(), "DIR")
    }

    fn database(&self) -> Database {
        Database::open(&self.path("attestations.sqlite")).unwrap()
    }

    /// How many attestations the store has for a digest.
    fn stored(&self, digest: &str) -> usize {
        self.database().documents(&digest.parse().unwrap(), 100).unwrap().len()
    }

    /// The reason code of the decision on an image, by what is in the store.
    fn decision(&self, image: &str) -> String {
        let policy = json!({
            "apiVersion": "dokimos.dev/v1", "kind": "Policy",
            "attestors": [{ "name": "release", "publicKeys": [{
                "algorithm": ALGORITHM, "pem": fs::read_to_string(self.path("release.pub.pem")).unwrap() }] }],
            "rules": [{ "name": "all", "evaluation": "REQUIRE_ATTESTATION", "require": "release" }]
        });
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        let mut attestations = Attestations::new();
        let (_, digest) = image.split_once('@').unwrap();
        for (name, document) in self.database().documents(&digest.parse().unwrap(), 100).unwrap() {
            attestations.add(&name, document.as_bytes(), &Budget::default()).unwrap();
        }
        let now = UnixTime::from_secs(1_800_000_000);
        policy.evaluate_text(image, &attestations, &AdmissionContext::default(), now).reason().code().to_string()
    }
}

fn digest(number: u8) -> String {
    format!("sha256:{number:064x}")
}

fn push(repository: &str, digest: &str) -> Value {
    push_of("application/vnd.oci.image.manifest.v1+json", repository, digest)
}

fn push_of(media_type: &str, repository: &str, digest: &str) -> Value {
    json!({ "id": "1", "action": "push", "request": { "host": "evil.example" },
        "target": { "mediaType": media_type, "size": 708, "digest": digest, "repository": repository } })
}

async fn notify(router: &Router, events: &[Value]) -> u16 {
    post(router, Some(&format!("Bearer {SECRET}")), json!({ "events": events }).to_string()).await
}

async fn post(router: &Router, authorization: Option<&str>, body: impl Into<Body>) -> u16 {
    let mut request = Request::post("/registry/events");
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap().status().as_u16()
}

/// How many were signed, were known, were matched by no rule, and failed.
fn counts(metrics: &Metrics) -> [u64; 4] {
    let text = metrics.text();
    ["signed", "known", "unmatched", "failed"].map(|result| {
        let name = format!("dokimos_hook_pushes_total{{result=\"{result}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |number| number.parse().unwrap())
    })
}

#[tokio::test]
async fn what_is_pushed_is_signed_once_and_a_policy_accepts_it() {
    let scene = Scene::new("once");
    let (router, metrics) = scene.counted();
    let image = format!("{REGISTRY}/shop/web@{}", digest(1));
    assert_eq!(scene.decision(&image), "NO_ATTESTATION");
    assert_eq!(notify(&router, &[push("shop/web", &digest(1))]).await, 200);
    assert_eq!(scene.decision(&image), "ATTESTED");
    let first = scene.database().documents(&digest(1).parse().unwrap(), 9).unwrap();

    // The registry tells it again when its connection broke; and someone pushes the same under another tag.
    assert_eq!(notify(&router, &[push("shop/web", &digest(1)), push("shop/web", &digest(1))]).await, 200);
    assert_eq!(scene.database().documents(&digest(1).parse().unwrap(), 9).unwrap(), first);
    assert_eq!(counts(&metrics), [1, 2, 0, 0]);

    // The same digest in another repository is another attestation; in this attestor's eyes they are not the same.
    let other = format!("{REGISTRY}/shop/other@{}", digest(1));
    assert_eq!(scene.decision(&other), "REPOSITORY_MISMATCH");
    assert_eq!(notify(&router, &[push("shop/other", &digest(1))]).await, 200);
    assert_eq!(scene.decision(&other), "ATTESTED");
    assert_eq!(scene.decision(&format!("evil.example/shop/web@{}", digest(1))), "REPOSITORY_MISMATCH");
}

#[tokio::test]
async fn the_index_and_each_manifest_of_it_are_signed() {
    let scene = Scene::new("index");
    let router = scene.router();
    let events = [
        push_of("application/vnd.oci.image.manifest.v1+json", "shop/web", &digest(1)),
        push_of("application/vnd.docker.distribution.manifest.v2+json", "shop/web", &digest(2)),
        push_of("application/octet-stream", "shop/web", &digest(3)),
        push_of("application/vnd.oci.image.index.v1+json", "shop/web", &digest(4)),
        push_of("application/vnd.docker.distribution.manifest.list.v2+json", "shop/web", &digest(5)),
    ];
    assert_eq!(notify(&router, &events).await, 200);
    let stored: Vec<_> = (1..6).map(|number| scene.stored(&digest(number))).collect();
    assert_eq!(stored, [1, 1, 0, 1, 1]);
}

#[tokio::test]
async fn what_no_rule_names_is_not_signed() {
    let scene = Scene::new("unmatched");
    let (router, metrics) = scene.counted();
    assert_eq!(notify(&router, &[push("lab/web", &digest(1)), push("shop-evil/web", &digest(2))]).await, 200);
    assert_eq!((scene.stored(&digest(1)), scene.stored(&digest(2))), (0, 0));
    assert_eq!(counts(&metrics), [0, 0, 2, 0]);
}

#[tokio::test]
async fn every_rule_that_matches_signs() {
    let mut scene = Scene::new("rules");
    scene.write_key("qa");
    let mut rule = scene.config["rules"][0].clone();
    rule["attestor"] = "qa".into();
    rule["name"] = "qa".into();
    rule["key"] = json!({ "file": scene.path("qa.pem") });
    rule["images"] = json!(["registry.example.com/shop/web"]);
    rule["keyId"] = "qa-key".into();
    scene.config["rules"].as_array_mut().unwrap().push(rule);
    let router = scene.router();
    assert_eq!(notify(&router, &[push("shop/web", &digest(1)), push("shop/api", &digest(2))]).await, 200);
    assert_eq!((scene.stored(&digest(1)), scene.stored(&digest(2))), (2, 1));
}

#[tokio::test]
async fn only_the_secret_opens_the_door() {
    let scene = Scene::new("secret");
    let router = scene.router();
    let body = json!({ "events": [push("shop/web", &digest(1))] }).to_string();
    for authorization in [
        None,
        Some(""),
        Some("Bearer "),
        Some("Bearer a secret of the registr"),
        Some("Bearer a secret of the registry!"),
        Some("bearer a secret of the registry"),
        Some("a secret of the registry"),
        Some("Basic a secret of the registry"),
    ] {
        assert_eq!(post(&router, authorization, body.clone()).await, 401, "{authorization:?}");
    }
    let twice = Request::post("/registry/events").header("authorization", format!("Bearer {SECRET}"));
    let twice = twice.header("authorization", "Bearer x").body(Body::from(body.clone())).unwrap();
    assert_eq!(router.clone().oneshot(twice).await.unwrap().status(), 401);
    assert_eq!(scene.stored(&digest(1)), 0);

    // A secret that is replaced holds at once; one that is gone lets nobody in.
    scene.write("secret", "another secret of it");
    assert_eq!(post(&router, Some(&format!("Bearer {SECRET}")), body.clone()).await, 401);
    assert_eq!(post(&router, Some("Bearer another secret of it"), body.clone()).await, 200);
    fs::remove_file(scene.path("secret")).unwrap();
    assert_eq!(post(&router, Some("Bearer another secret of it"), body).await, 503);
}

#[tokio::test]
async fn what_is_no_notification_is_refused_and_one_bad_event_spoils_no_other() {
    let scene = Scene::new("bad");
    let router = scene.router();
    let secret = format!("Bearer {SECRET}");
    for body in ["", "{", "[]", "{}", r#"{"events": 1}"#, r#"{"events": [1]}"#, "null"] {
        assert_eq!(post(&router, Some(&secret), body).await, 400, "{body}");
    }
    let large = format!(r#"{{"events":[]{}}}"#, " ".repeat(4 * 1024 * 1024));
    assert_eq!(post(&router, Some(&secret), large).await, 413);
    let events = [push("Shop/WEB", &digest(1)), push("shop/web", "sha256:00"), push("shop/web", &digest(2))];
    assert_eq!(notify(&router, &events).await, 200);
    assert_eq!((scene.stored(&digest(1)), scene.stored(&digest(2))), (0, 1));
    assert_eq!(notify(&router, &[]).await, 200);
}

#[tokio::test]
async fn what_could_not_be_stored_is_asked_for_again() {
    let scene = Scene::new("store");
    let (router, metrics) = scene.counted();
    let other = rusqlite::Connection::open(scene.path("attestations.sqlite")).unwrap();
    other.execute_batch("ALTER TABLE attestation RENAME TO gone").unwrap();
    assert_eq!(notify(&router, &[push("shop/web", &digest(1))]).await, 503);
    other.execute_batch("ALTER TABLE gone RENAME TO attestation").unwrap();
    assert_eq!(scene.stored(&digest(1)), 0);
    assert_eq!(notify(&router, &[push("shop/web", &digest(1))]).await, 200);
    assert_eq!(scene.stored(&digest(1)), 1);
    assert_eq!(counts(&metrics), [1, 0, 0, 1]);
}

#[tokio::test]
async fn a_registry_that_hangs_up_still_gets_its_signature() {
    let scene = Scene::new("hang-up");
    let key = scene.path("release.pem").display().to_string();
    let script =
        format!("sleep 0.3; openssl pkeyutl -sign -inkey {key} -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss");
    let scene = scene.with_command(&script);
    let router = scene.router();
    let waited =
        tokio::time::timeout(Duration::from_millis(50), notify(&router, &[push("shop/web", &digest(1))])).await;
    assert!(waited.is_err());
    while scene.stored(&digest(1)) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_program_signs_the_digest() {
    let scene = Scene::new("command");
    let key = scene.path("release.pem").display().to_string();
    let sign = format!("openssl pkeyutl -sign -inkey {key} -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss");
    // The bytes of the signature, its base64 text in lines, and one line; the digest from the standard input, in
    // hexadecimal, and in base64.
    let scripts = [
        sign.clone(),
        format!(r#"test "$3" = {ALGORITHM} && printf %s "$2" | openssl base64 -d -A | {sign} | openssl base64"#),
        format!(r#"printf %s "$1" | xxd -r -p | {sign} | openssl base64 -A"#),
    ];
    let mut scene = scene;
    for (number, script) in (1u8..).zip(scripts) {
        let script = script.replace(
            "xxd -r -p",
            r#"python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'"#,
        );
        scene = scene.with_command(&script);
        let router = scene.router();
        assert_eq!(notify(&router, &[push("shop/web", &digest(number))]).await, 200, "{script}");
        assert_eq!(scene.decision(&format!("{REGISTRY}/shop/web@{}", digest(number))), "ATTESTED", "{script}");
    }
}

#[tokio::test]
async fn a_program_that_fails_signs_nothing_and_is_asked_again() {
    let mut scene = Scene::new("command-fails");
    scene.write_key("other");
    let other = scene.path("other.pem").display().to_string();
    let key = scene.path("release.pem").display().to_string();
    for script in [
        "exit 1".to_owned(),
        "true".to_owned(),
        "printf not-a-signature".to_owned(),
        "sleep 60".to_owned(),
        "cat /dev/zero".to_owned(),
        "head -c 256 /dev/zero".to_owned(),
        // Another key, another padding, another message.
        format!("openssl pkeyutl -sign -inkey {other} -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss"),
        format!("openssl pkeyutl -sign -inkey {key} -pkeyopt digest:sha256"),
        format!("printf x | openssl dgst -sha256 -sign {key} -sigopt rsa_padding_mode:pss"),
        // A good signature, and then a failure.
        format!("openssl pkeyutl -sign -inkey {key} -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss; exit 3"),
    ] {
        scene = scene.with_command(&script);
        let router = scene.router();
        assert_eq!(notify(&router, &[push("shop/web", &digest(1))]).await, 503, "{script}");
        assert_eq!(scene.stored(&digest(1)), 0, "{script}");
    }
}

#[test]
fn a_configuration_that_cannot_be_used_names_the_place() {
    let change = |path: &str, value: Value| {
        let mut scene = Scene::new("config");
        scene.write("short", "secret");
        scene.write("not-pem", "key");
        *scene.config.pointer_mut(path).unwrap() = value;
        scene.error()
    };
    let dir = Scene::new("config").folder;
    let file = |name: &str| dir.join(name).display().to_string();
    for (path, value, error) in [
        (
            "/secretFile",
            json!(file("absent")),
            "signing.secretFile: DIR/absent: No such file or directory (os error 2)",
        ),
        ("/secretFile", json!(file("short")), "signing.secretFile: DIR/short: a secret has at least 16 bytes"),
        ("/registry", json!("registry"), "signing.registry: not a registry's host: it needs a dot or a port"),
        ("/rules", json!([]), "signing.rules: the list is empty; nothing would be signed"),
        ("/rules/0/name", json!(""), "signing.rules[0].name: the text is empty"),
        ("/rules/0/images", json!([]), "signing.rules[0].images: the list is empty; it would match nothing"),
        ("/rules/0/images/0", json!("Shop"), "signing.rules[0].images[0]: "),
        ("/rules/0/algorithm", json!("RSA"), "signing.rules[0].algorithm: "),
        ("/rules/0/algorithm", json!("RSA_PSS_3072_SHA256"), "signing.rules[0].key.file: DIR/release.pem: "),
        (
            "/rules/0/key",
            json!({ "file": file("not-pem") }),
            "signing.rules[0].key.file: DIR/not-pem: not a private key in PEM",
        ),
        (
            "/rules/0/key",
            json!({ "file": file("release.pub.pem") }),
            "signing.rules[0].key.file: DIR/release.pub.pem: this is a public key; give the private key",
        ),
        (
            "/rules/0/key",
            json!({ "command": { "command": [], "publicKey": file("release.pub.pem") } }),
            "signing.rules[0].key.command.command: names no program",
        ),
        (
            "/rules/0/key",
            json!({ "command": { "command": ["x"], "publicKey": file("absent") } }),
            "signing.rules[0].key.command.publicKey: DIR/absent: No such file or directory (os error 2)",
        ),
    ] {
        let found = change(path, value.clone());
        assert!(found.starts_with(error), "{path} {value}: {found}");
    }
    let mut scene = Scene::new("config");
    let rule = scene.config["rules"][0].clone();
    scene.config["rules"].as_array_mut().unwrap().push(rule);
    let error = "signing.rules[1]: another rule has this attestor and this key: one of the two would sign nothing";
    assert_eq!(scene.error(), error);
    let unknown = json!({ "secretFile": "x", "registry": "x", "database": "x", "rules": [], "rule": [] });
    let error = serde_json::from_value::<SigningConfig>(unknown).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `rule`"), "{error}");
}
