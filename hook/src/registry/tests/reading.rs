use super::{super::fake::What, *};
use hyper::Method;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::json;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

#[tokio::test]
async fn what_is_not_there_is_not_there() {
    let fake = Fake::start().await;
    let registry = registry(&fake);
    assert!(registry.manifest(&repository(&fake), TAG).await.unwrap().is_none());
    assert!(registry.referrers(&repository(&fake), &digest(IMAGE)).await.unwrap().is_empty());
    // But what is named by something that is there must be there.
    refused(registry.blob(&repository(&fake), &blob(IMAGE, 7)).await);
    unreachable(registry.manifests(&repository(&fake), &digest(IMAGE)).await);
}

const IMAGE: &str = "sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";

/// Every way of not answering, and whether asking again may help.
fn failures() -> Vec<(What, bool)> {
    let refusals = [300, 304, 402, 403, 410, 451].map(|code| (What::Status(code), false));
    let passing = [408, 425, 429, 500, 501, 502, 503, 504, 599].map(|code| (What::Status(code), true));
    let others = [
        (What::Truncated, true),
        (What::Endless, false),
        (What::Redirect(302, "ftp://elsewhere/".into()), false),
        (What::Redirect(302, "http://127.0.0.1:9/".into()), false),
        (What::Redirect(302, "http://169.254.169.254/latest/meta-data".into()), false),
        (What::Redirect(307, "/v2/shop/web/blobs/manifests/referrers/".into()), false),
    ];
    refusals.into_iter().chain(passing).chain(others).collect()
}

#[tokio::test]
async fn no_failure_is_an_answer() {
    for (what, again) in failures() {
        let fake = Fake::start().await;
        fake.add_fault("/v2/", what);
        let (registry, repository) = (registry(&fake), repository(&fake));
        let manifest = registry.manifest(&repository, TAG).await.map(drop);
        let by_digest = registry.manifest(&repository, Reference::Digest(&digest(IMAGE))).await.map(drop);
        let referrers = registry.referrers(&repository, &digest(IMAGE)).await.map(drop);
        let payload = registry.blob(&repository, &blob(IMAGE, 7)).await.map(drop);
        let children = registry.manifests(&repository, &digest(IMAGE)).await.map(drop);
        for answer in [manifest, by_digest, referrers, payload, children] {
            if again {
                unreachable(answer)
            } else {
                refused(answer)
            };
        }
    }
}

#[tokio::test]
async fn who_is_not_there_does_not_answer() {
    let fake = Fake::start().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let access = Access { insecure: vec![nobody.to_string()], ..Access::default() };
    let repository = Repository::parse(&format!("{nobody}/shop/web")).unwrap();
    unreachable(Registry::new(&access).unwrap().manifest(&repository, TAG).await);
    // A registry that is not listed is asked over TLS, and this one has none.
    let repository = super::repository(&fake);
    unreachable(Registry::new(&Access::default()).unwrap().manifest(&repository, TAG).await);
    assert!(fake.state().seen.is_empty());
}

#[tokio::test]
async fn what_has_another_digest_is_refused() {
    let fake = Fake::start().await;
    let (name, manifest) = {
        let mut state = fake.state();
        let name = state.add_blob("payload");
        (name, state.add_manifest(None, &json!({ "schemaVersion": 2, "layers": [] })))
    };
    let (registry, repository) = (registry(&fake), repository(&fake));
    assert_eq!(registry.blob(&repository, &blob(&name, 7)).await.unwrap(), b"payload");
    let manifest = digest(&manifest);
    assert!(registry.manifest(&repository, Reference::Digest(&manifest)).await.unwrap().is_some());
    for bytes in ["payloae", "payload ", "paylo", "", "{\"schemaVersion\":2,\"layers\":[] }"] {
        fake.state().faults.clear();
        fake.add_fault("/v2/", What::Body(bytes.into()));
        let text = refused(registry.blob(&repository, &blob(&name, 7)).await);
        assert!(text.ends_with("the registry gives a blob with another digest"), "{text}");
        let text = refused(registry.manifest(&repository, Reference::Digest(&manifest)).await);
        assert!(text.ends_with("the registry gives a manifest with another digest"), "{text}");
    }
    // What cannot be checked is not taken: an algorithm that is not known, and no digest at all.
    for name in ["md5:d41d8cd98f00b204e9800998ecf8427e", "sha256:00", "", "../../manifests/latest"] {
        refused(registry.blob(&repository, &blob(name, 7)).await);
    }
}

#[tokio::test]
async fn a_blob_is_not_larger_than_a_document() {
    let fake = Fake::start().await;
    let name = fake.state().add_blob("payload");
    let (registry, repository) = (registry(&fake), repository(&fake));
    let most = dokimos::Budget::default().document_bytes;
    assert!(registry.blob(&repository, &blob(&name, most)).await.is_ok());
    let before = fake.state().seen.len();
    refused(registry.blob(&repository, &blob(&name, most + 1)).await);
    refused(registry.blob(&repository, &blob(&name, usize::MAX)).await);
    assert_eq!(fake.state().seen.len(), before, "it is not even asked for");
}

#[tokio::test]
async fn garbage_is_refused() {
    for bytes in [
        "",
        "hunter2",
        "<html>hunter2</html>",
        "null",
        "[]",
        "{}",
        r#"{"schemaVersion":2,"layers":[{"digest":"hunter2"}]}"#,
        r#"{"schemaVersion":2,"layers":[],"manifests":[]}"#,
        r#"{"schemaVersion":1,"name":"hunter2","fsLayers":[]}"#,
    ] {
        let fake = Fake::start().await;
        fake.add_fault("/manifests/", What::Body(bytes.into()));
        refused(registry(&fake).manifest(&repository(&fake), TAG).await);
        // Also where the list of what is about an image is under a tag.
        fake.state().referrers = None;
        refused(registry(&fake).referrers(&repository(&fake), &digest(IMAGE)).await);
    }
    let deep = format!("{{\"schemaVersion\":2,\"layers\":[],\"x\":{}", "[".repeat(1_000_000));
    let fake = Fake::start().await;
    fake.add_fault("/manifests/", What::Body(deep.into_bytes()));
    refused(registry(&fake).manifest(&repository(&fake), TAG).await);
}

#[tokio::test]
async fn referrers_are_listed_to_the_last_page() {
    let fake = Fake::start().await;
    let entry = |n: usize| json!({ "digest": format!("sha256:{n:064}"), "size": 1, "mediaType": super::super::IMAGE });
    fake.state().referrers = Some((0..25).map(entry).collect());
    fake.state().page = 10;
    let (registry, repository) = (registry(&fake), repository(&fake));
    let list = registry.referrers(&repository, &digest(IMAGE)).await.unwrap();
    let names: Vec<_> = list.iter().map(|entry| entry.digest.clone()).collect();
    assert_eq!(names, (0..25).map(|n| format!("sha256:{n:064}")).collect::<Vec<_>>());
    assert_eq!(fake.count(&Method::GET, "/referrers/"), 3);
    // A page that fails is no end of the list.
    for code in [404, 403, 503] {
        fake.state().faults.clear();
        fake.add_fault("from=10", What::Status(code));
        assert!(registry.referrers(&repository, &digest(IMAGE)).await.is_err());
    }
}

#[tokio::test]
async fn a_list_without_end_is_refused() {
    for (count, page) in [(1001, 1001), (101, 1)] {
        let fake = Fake::start().await;
        let entry = json!({ "digest": IMAGE, "size": 1 });
        fake.state().referrers = Some(vec![entry; count]);
        fake.state().page = page;
        refused(registry(&fake).referrers(&repository(&fake), &digest(IMAGE)).await);
    }
    for link in ["<https://elsewhere.example/>; rel=\"next\"", "<http://127.0.0.1:9/>; rel=next", "<>; rel=\"next\""] {
        let fake = Fake::start().await;
        fake.add_fault("/referrers/", What::Link(link.into()));
        refused(registry(&fake).referrers(&repository(&fake), &digest(IMAGE)).await);
    }
    // A page that is followed by itself.
    let fake = Fake::start().await;
    fake.add_fault("/referrers/", What::Link("<?from=0>; rel=\"next\"".into()));
    refused(registry(&fake).referrers(&repository(&fake), &digest(IMAGE)).await);
    assert!(fake.count(&Method::GET, "/referrers/") <= 100);
    // Other links are not followed.
    let fake = Fake::start().await;
    fake.add_fault("/referrers/", What::Link("<https://elsewhere.example/>; rel=\"prev\"".into()));
    assert!(registry(&fake).referrers(&repository(&fake), &digest(IMAGE)).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_the_api_the_list_is_under_a_tag() {
    let tag = IMAGE.replace(':', "-");
    let index = json!({ "schemaVersion": 2, "manifests": [{ "digest": IMAGE, "size": 1 }] });
    for what in [None, Some(What::Status(400)), Some(What::Status(405)), Some(What::Body(b"<html>".to_vec()))] {
        let fake = Fake::start().await;
        fake.state().referrers = None;
        fake.state().add_manifest(Some(&tag), &index);
        if let Some(what) = what {
            fake.add_fault("/referrers/", what);
        }
        let list = registry(&fake).referrers(&repository(&fake), &digest(IMAGE)).await.unwrap();
        assert_eq!(list.len(), 1);
        fake.add_fault("/manifests/", What::Status(503));
        unreachable(registry(&fake).referrers(&repository(&fake), &digest(IMAGE)).await);
    }
    // "the truncated hash of at most 64 characters"
    let fake = Fake::start().await;
    fake.state().referrers = None;
    fake.state().add_manifest(Some(&format!("sha512-{}", "a".repeat(64))), &index);
    let image = digest(&format!("sha512:{}", "a".repeat(128)));
    assert_eq!(registry(&fake).referrers(&repository(&fake), &image).await.unwrap().len(), 1);
    fake.state().add_manifest(
        Some(&format!("sha512-{}", "a".repeat(64))),
        &json!({ "schemaVersion": 2, "manifests": vec![json!({ "digest": IMAGE, "size": 1 }); 1001] }),
    );
    refused(registry(&fake).referrers(&repository(&fake), &image).await);
}

#[tokio::test]
async fn an_index_has_children_and_an_image_has_none() {
    let fake = Fake::start().await;
    let entries = [IMAGE, &format!("sha512:{}", "b".repeat(128))].map(|child| json!({ "digest": child, "size": 1 }));
    let (index, image, long, strange) = {
        let mut state = fake.state();
        let index = state.add_manifest(None, &json!({ "schemaVersion": 2, "manifests": entries }));
        let image = state.add_manifest(None, &json!({ "schemaVersion": 2, "layers": [] }));
        let long = state.add_manifest(None, &json!({ "schemaVersion": 2, "manifests": vec![&entries[0]; 1001] }));
        let strange = json!({ "schemaVersion": 2, "manifests": [{ "digest": "md5:00", "size": 1 }] });
        (index, image, long, state.add_manifest(None, &strange))
    };
    let (registry, repository) = (registry(&fake), repository(&fake));
    let children = registry.manifests(&repository, &digest(&index)).await.unwrap();
    assert_eq!(children, [digest(IMAGE), digest(&format!("sha512:{}", "b".repeat(128)))]);
    assert!(registry.manifests(&repository, &digest(&image)).await.unwrap().is_empty());
    refused(registry.manifests(&repository, &digest(&long)).await);
    refused(registry.manifests(&repository, &digest(&strange)).await);
}

#[tokio::test]
async fn a_registry_with_a_certificate_of_ones_own_is_asked_over_tls() {
    let made = certificates::make("localhost");
    let fake = Fake::serve(Some(acceptor(&made))).await;
    fake.state().add_manifest(Some("latest"), &json!({ "schemaVersion": 2, "layers": [] }));
    let repository = Repository::parse(&format!("localhost:{}/shop/web", fake.address.port())).unwrap();
    let file = std::env::temp_dir().join(format!("dokimos-authority-{}", std::process::id()));
    std::fs::write(&file, &made.authority).unwrap();
    let trusting = Registry::new(&Access { ca_file: Some(file.clone()), ..Access::default() }).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(trusting.manifest(&repository, TAG).await.unwrap().is_some());
    // Nobody else trusts it, nor is it trusted for another name.
    let text = unreachable(Registry::new(&Access::default()).unwrap().manifest(&repository, TAG).await);
    assert!(text.contains("certificate"), "{text}");
    let other = Repository::parse(&fake.name("shop/web")).unwrap();
    unreachable(trusting.manifest(&other, TAG).await);
}

#[test]
fn a_file_of_authorities_that_is_none_is_refused() {
    let file = std::env::temp_dir().join(format!("dokimos-authorities-{}", std::process::id()));
    for text in ["", "hunter2", "-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&file, text).unwrap();
        let error = Registry::new(&Access { ca_file: Some(file.clone()), ..Access::default() }).unwrap_err();
        assert!(error.starts_with("caFile: ") && !error.contains("hunter2"), "{error}");
    }
    std::fs::remove_file(&file).unwrap();
    assert!(Registry::new(&Access { ca_file: Some(file), ..Access::default() }).is_err());
}

fn acceptor(made: &certificates::Made) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(made.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(made.key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
