use super::{
    super::fake::{Guard, What},
    *,
};
use hyper::Method;
use serde_json::json;
use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering},
};

/// A file in which docker keeps a login at this registry. It goes when the test is over.
struct Logins(PathBuf);

impl Logins {
    fn new(fake: &Fake, entry: &serde_json::Value) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("dokimos-logins-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let logins = Self(std::env::temp_dir().join(name));
        logins.write(fake, entry);
        logins
    }

    fn write(&self, fake: &Fake, entry: &serde_json::Value) {
        fs::write(&self.0, json!({ "auths": { fake.address.to_string(): entry } }).to_string()).unwrap();
    }

    fn registry(&self, fake: &Fake) -> Registry {
        with_logins(fake, Some(self.0.clone()))
    }
}

impl Drop for Logins {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// "me:hunter2".
const AUTH: &str = "bWU6aHVudGVyMg==";
const BASIC: &str = "Basic bWU6aHVudGVyMg==";

async fn guarded(guard: Guard) -> Fake {
    let fake = Fake::start().await;
    fake.state().guard = guard;
    fake.state().add_manifest(Some("latest"), &json!({ "schemaVersion": 2, "layers": [] }));
    fake
}

#[tokio::test]
async fn a_password_is_sent_where_one_is_asked_for() {
    let fake = guarded(Guard::Basic(BASIC)).await;
    let logins = Logins::new(&fake, &json!({ "auth": AUTH }));
    let registry = logins.registry(&fake);
    for _ in 0..3 {
        assert!(registry.manifest(&repository(&fake), TAG).await.unwrap().is_some());
    }
    // Not before it was asked for, and then without being asked again.
    let sent: Vec<_> = fake.state().seen.iter().map(|seen| seen.authorization.clone()).collect();
    assert_eq!(sent, [None, Some(BASIC.into()), Some(BASIC.into()), Some(BASIC.into())]);
}

#[tokio::test]
async fn a_token_is_fetched_once_for_each_right_and_repository() {
    for (guard, entry, login) in [
        (Guard::Token(Some(BASIC)), json!({ "auth": AUTH }), Some(BASIC)),
        (Guard::Token(None), json!({}), None),
        (Guard::OAuth("hunter2"), json!({ "identitytoken": "hunter2" }), None),
    ] {
        let fake = guarded(guard).await;
        let logins = Logins::new(&fake, &entry);
        let registry = logins.registry(&fake);
        for _ in 0..3 {
            assert!(registry.manifest(&repository(&fake), TAG).await.unwrap().is_some());
        }
        registry.put_blob(&repository(&fake), b"blob".to_vec()).await.unwrap();
        let other = Repository::parse(&fake.name("other")).unwrap();
        assert!(registry.manifest(&other, TAG).await.unwrap().is_some());
        let state = fake.state();
        let tokens: Vec<_> = state.seen.iter().filter(|seen| seen.uri.starts_with("/token")).collect();
        let questions = ["shop%2Fweb%3Apull", "shop%2Fweb%3Apull%2Cpush", "other%3Apull"];
        assert_eq!(tokens.len(), 3, "{tokens:?}");
        for (token, scope) in tokens.iter().zip(questions) {
            let asked = format!("service=fake%20registry&scope=repository%3A{scope}");
            let text = format!("{}&{}", token.uri, String::from_utf8_lossy(&token.body));
            assert!(text.contains(&asked), "{text}");
            assert_eq!(token.authorization.as_deref(), login);
        }
    }
}

#[tokio::test]
async fn a_token_that_no_longer_counts_is_fetched_anew() {
    let fake = guarded(Guard::Token(None)).await;
    let registry = registry(&fake);
    for _ in 0..3 {
        assert!(registry.manifest(&repository(&fake), TAG).await.unwrap().is_some());
        fake.state().tokens.clear();
        // A token has another name each time.
        fake.state().tokens.push("filler".into());
    }
    assert_eq!(fake.count(&Method::GET, "/token"), 3);
}

#[tokio::test]
async fn credentials_that_change_in_the_file_are_used() {
    let fake = guarded(Guard::Basic(BASIC)).await;
    let logins = Logins::new(&fake, &json!({ "auth": "bWU6d3Jvbmc=" }));
    let registry = logins.registry(&fake);
    refused(registry.manifest(&repository(&fake), TAG).await);
    logins.write(&fake, &json!({ "auth": AUTH }));
    assert!(registry.manifest(&repository(&fake), TAG).await.unwrap().is_some());
}

#[tokio::test]
async fn who_is_refused_is_told_so_and_not_that_there_is_nothing() {
    for (guard, entry) in [
        // No credentials, wrong ones, ones of another kind.
        (Guard::Basic(BASIC), json!({})),
        (Guard::Basic(BASIC), json!({ "auth": "bWU6d3Jvbmc=" })),
        (Guard::Basic(BASIC), json!({ "identitytoken": "hunter2" })),
        (Guard::Token(Some(BASIC)), json!({})),
        (Guard::Token(Some(BASIC)), json!({ "auth": "bWU6d3Jvbmc=" })),
        (Guard::OAuth("other"), json!({ "identitytoken": "hunter2" })),
    ] {
        let fake = guarded(guard).await;
        let logins = Logins::new(&fake, &entry);
        refused(logins.registry(&fake).manifest(&repository(&fake), TAG).await);
    }
    // A token that the registry then does not take.
    let fake = guarded(Guard::Token(None)).await;
    fake.add_fault("/manifests/", What::Status(401));
    refused(registry(&fake).manifest(&repository(&fake), TAG).await);
    // No challenge that can be answered, and none at all.
    let fake = guarded(Guard::Open).await;
    fake.add_fault("/manifests/", What::Status(403));
    assert!(refused(registry(&fake).manifest(&repository(&fake), TAG).await).ends_with("answers 403 (CODE_A)"));
}

#[tokio::test]
async fn a_server_of_tokens_that_fails_is_no_answer() {
    for (what, again) in [
        (What::Status(503), true),
        (What::Status(429), true),
        (What::Status(400), false),
        (What::Status(404), false),
        (What::Body(b"hunter2".to_vec()), false),
        (What::Body(b"{\"token\":\"\"}".to_vec()), false),
        (What::Body(b"{\"token\":\"hunter2\\n\"}".to_vec()), false),
        (What::Body(b"{}".to_vec()), false),
        (What::Endless, false),
        (What::Truncated, true),
    ] {
        let fake = guarded(Guard::Token(None)).await;
        // The realm is elsewhere.
        let tokens = Fake::start().await;
        tokens.add_fault("/realm", what);
        fake.add_fault("/v2/", What::Challenge(format!("Bearer realm=\"http://{}/realm?a=b\"", tokens.address)));
        let access =
            Access { insecure: vec![fake.address.to_string(), tokens.address.to_string()], ..Access::default() };
        let answer = Registry::new(&access).unwrap().manifest(&repository(&fake), TAG).await;
        assert_eq!(tokens.count(&Method::GET, "/realm?a=b&scope=repository%3A"), 1);
        if again {
            unreachable(answer)
        } else {
            refused(answer)
        };
    }
}

#[tokio::test]
async fn a_password_goes_to_no_realm_without_tls() {
    for realm in ["http://127.0.0.1:9/", "http://user@127.0.0.1:9/", "ftp://127.0.0.1/", "nonsense", ""] {
        let fake = guarded(Guard::Open).await;
        fake.add_fault("/v2/", What::Challenge(format!("Bearer realm=\"{realm}\"")));
        let logins = Logins::new(&fake, &json!({ "auth": AUTH }));
        refused(logins.registry(&fake).manifest(&repository(&fake), TAG).await);
    }
}

#[tokio::test]
async fn what_a_registry_is_told_is_not_told_to_where_it_leads() {
    let (fake, store) = (guarded(Guard::Token(Some(BASIC))).await, Fake::start().await);
    let name = store.state().add_blob("payload");
    let logins = Logins::new(&fake, &json!({ "auth": AUTH }));
    let both = Access {
        docker_config: Some(logins.0.clone()),
        ca_file: None,
        insecure: vec![fake.address.to_string(), store.address.to_string()],
    };
    let registry = Registry::new(&both).unwrap();
    assert!(registry.manifest(&repository(&fake), TAG).await.unwrap().is_some());
    let elsewhere = format!("http://{}/v2/x/blobs/{name}?signature=hunter2", store.address);
    fake.add_fault("/blobs/", What::Redirect(307, elsewhere));
    assert_eq!(registry.blob(&repository(&fake), &blob(&name, 7)).await.unwrap(), b"payload");
    assert!(fake.state().seen.iter().any(|seen| seen.uri.contains("/blobs/") && seen.authorization.is_some()));
    assert!(store.state().seen.iter().all(|seen| seen.authorization.is_none()));
    // Nor is a challenge from there answered.
    store.add_fault("/blobs/", What::Challenge("Basic".into()));
    refused(registry.blob(&repository(&fake), &blob(&name, 7)).await);
    assert!(store.state().seen.iter().all(|seen| seen.authorization.is_none()));
}
