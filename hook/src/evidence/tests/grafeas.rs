use super::*;
use crate::registry::fake::{Fake, What};
use dokimos::{Attestations, Budget};
use hyper::Method;

fn config(fake: &Fake, more: Value) -> Value {
    let mut config =
        json!({ "endpoint": format!("http://{}", fake.address), "parent": "projects/p/notes/n", "insecure": true });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "grafeas": config })
}

async fn fetch(fake: &Fake, more: Value) -> Result<Vec<Document>, FetchError> {
    documents(&source(&config(fake, more)).unwrap(), &web()).await
}

fn page(files: &[&str], next: &str) -> What {
    let list: Vec<Value> =
        files.iter().map(|file| serde_json::from_slice(&testdata(&format!("evidence/{file}"))).unwrap()).collect();
    What::Body(json!({ "occurrences": list, "nextPageToken": next }).to_string().into_bytes())
}

#[tokio::test]
async fn occurrences_are_listed_to_the_last_page() {
    for version in ["v1", "v1beta1"] {
        let fake = Fake::start().await;
        fake.add_fault("pageToken=one%2Fmore", page(&[], "last"));
        fake.add_fault("pageToken=last", page(&["qa.json"], ""));
        fake.add_fault("/occurrences?", page(&["release.json", "release-v1beta1.json"], "one/more"));
        let found = fetch(&fake, json!({ "version": version, "parent": "projects/p" })).await.unwrap();
        let names: Vec<_> = found.iter().map(|page| page.name.as_str()).collect();
        assert_eq!(names, ["projects/p page 1", "projects/p page 3"]);
        let counts = found.iter().map(|page| Attestations::parse(&page.bytes).unwrap().len());
        assert_eq!(counts.collect::<Vec<_>>(), [2, 1]);
        // resource_url="https://registry.example.com/shop/web@sha256:…" AND kind="ATTESTATION"
        let filter = format!(
            "/{version}/projects/p/occurrences?filter=resource_url%3D%22https%3A%2F%2Fregistry.example.com%2Fshop%2Fweb%40\
             sha256%3A15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94%22%20AND%20kind%3D%22ATTESTATION%22\
             &pageSize=100"
        );
        let asked: Vec<_> = fake.state().seen.iter().map(|seen| seen.uri.clone()).collect();
        assert_eq!(
            asked,
            [filter.clone(), format!("{filter}&pageToken=one%2Fmore"), format!("{filter}&pageToken=last")]
        );
    }
}

#[tokio::test]
async fn a_note_and_another_kind_can_be_asked_for() {
    let fake = Fake::start().await;
    fake.add_fault("/occurrences?", What::Body(b"{}".to_vec()));
    let more = json!({ "kind": "ATTESTATION_AUTHORITY", "endpoint": format!("http://{}/base/", fake.address) });
    assert_eq!(fetch(&fake, more).await.unwrap(), []);
    assert_eq!(fake.count(&Method::GET, "/base/v1/projects/p/notes/n/occurrences?filter="), 1);
    assert_eq!(fake.count(&Method::GET, "%20AND%20kind%3D%22ATTESTATION_AUTHORITY%22&"), 1);
    // Docker Hub's images have the whole name, and an image by its tag has no attestations.
    let hub = format!("alpine@{DIGEST}").parse().unwrap();
    let source = source(&config(&fake, json!({}))).unwrap();
    assert_eq!(documents(&source, &hub).await.unwrap(), []);
    assert_eq!(fake.count(&Method::GET, "https%3A%2F%2Fdocker.io%2Flibrary%2Falpine%40sha256%3A"), 1);
    let before = fake.state().seen.len();
    assert_eq!(documents(&source, &"alpine:3".parse().unwrap()).await.unwrap(), []);
    assert_eq!(fake.state().seen.len(), before);
}

#[tokio::test]
async fn a_token_is_read_each_time_and_never_told() {
    let (fake, folder) = (Fake::start().await, Folder::new());
    fake.add_fault("/occurrences?", What::Body(b"{}".to_vec()));
    let file = folder.write("token", "hunter2-one\n");
    let source = source(&config(&fake, json!({ "tokenFile": file }))).unwrap();
    documents(&source, &web()).await.unwrap();
    folder.write("token", "hunter2-two");
    documents(&source, &web()).await.unwrap();
    let sent: Vec<_> = fake.state().seen.iter().map(|seen| seen.authorization.clone().unwrap()).collect();
    assert_eq!(sent, ["Bearer hunter2-one", "Bearer hunter2-two"]);
    for token in ["", " \n", "hunter2\nhunter2", "hunter2\u{0}"] {
        folder.write("token", token);
        failed(documents(&source, &web()).await, ErrorKind::Refused);
    }
    fs::remove_file(&file).unwrap();
    failed(documents(&source, &web()).await, ErrorKind::Unreachable);
    folder.write("token", "hunter2");
    // It is not told to where the server leads.
    let elsewhere = Fake::start().await;
    fake.state().faults.clear();
    fake.add_fault("/occurrences?", What::Redirect(302, format!("http://{}/", elsewhere.address)));
    failed(documents(&source, &web()).await, ErrorKind::Refused);
    assert!(elsewhere.state().seen.is_empty());
    fake.state().faults.clear();
    fake.add_fault("/occurrences?", What::Status(401));
    failed(documents(&source, &web()).await, ErrorKind::Refused);
}

#[tokio::test]
async fn no_failure_is_an_answer() {
    let large = vec![b' '; Budget::default().document_bytes + 1];
    for (what, kind) in [
        (What::Status(400), ErrorKind::Refused),
        (What::Status(401), ErrorKind::Refused),
        (What::Status(403), ErrorKind::Refused),
        // A project that is not there is one that the configuration names in vain.
        (What::Status(404), ErrorKind::Refused),
        (What::Status(429), ErrorKind::Unreachable),
        (What::Status(500), ErrorKind::Unreachable),
        (What::Status(503), ErrorKind::Unreachable),
        (What::Truncated, ErrorKind::Unreachable),
        (What::Endless, ErrorKind::Refused),
        (What::Body(large), ErrorKind::Refused),
        (What::Body(Vec::new()), ErrorKind::Refused),
        (What::Body(b"hunter2".to_vec()), ErrorKind::Refused),
        (What::Body(b"[]".to_vec()), ErrorKind::Refused),
        (What::Body(b"null".to_vec()), ErrorKind::Refused),
        (What::Body(br#"{"error":{"message":"hunter2"}}"#.to_vec()), ErrorKind::Refused),
        (What::Body(br#"{"occurrences":{}}"#.to_vec()), ErrorKind::Refused),
        (What::Body(br#"{"occurrences":[],"nextPageToken":7}"#.to_vec()), ErrorKind::Refused),
        (What::Body(br#"{"occurrences":[],"occurrences":[]}"#.to_vec()), ErrorKind::Refused),
        // The same page again and again.
        (page(&["release.json"], "again"), ErrorKind::Refused),
    ] {
        let fake = Fake::start().await;
        fake.add_fault("/occurrences?", what);
        failed(fetch(&fake, json!({})).await, kind);
        assert!(fake.state().seen.len() <= 2);
    }
}

#[tokio::test]
async fn a_list_without_end_is_refused() {
    let fake = Fake::start().await;
    // Two pages that lead to each other.
    fake.add_fault("pageToken=a", page(&[], "b"));
    fake.add_fault("/occurrences?", page(&[], "a"));
    failed(fetch(&fake, json!({})).await, ErrorKind::Refused);
    assert_eq!(fake.state().seen.len(), 20);
}

#[test]
fn what_is_wrong_in_the_configuration_is_said_with_its_place() {
    let endpoint = "https://grafeas.example.com";
    for (config, why) in [
        (json!({ "endpoint": "http://grafeas.example.com", "parent": "projects/p" }), "and insecure is not true"),
        (json!({ "endpoint": "grafeas.example.com", "parent": "projects/p" }), "is not an address"),
        (json!({ "endpoint": "ftp://x", "parent": "projects/p" }), "is not an address"),
        (json!({ "endpoint": "https://me:x@grafeas.example.com", "parent": "projects/p" }), "is not an address"),
        (json!({ "endpoint": "https://x/?key=1", "parent": "projects/p" }), "is not an address"),
        (json!({ "endpoint": endpoint, "parent": "projects/p", "kind": "x\" OR \"" }), "grafeas.kind: "),
        (
            json!({ "endpoint": endpoint, "parent": "projects/p", "tokenFile": "/nowhere" }),
            "grafeas.tokenFile: /nowhere",
        ),
        (json!({ "endpoint": endpoint, "parent": "projects/p", "caFile": "/nowhere" }), "grafeas.caFile: /nowhere"),
        (json!({ "endpoint": endpoint, "parent": "projects/p", "version": "v2" }), "unknown variant"),
        (json!({ "endpoint": endpoint, "parent": "projects/p", "token": "x" }), "unknown field"),
        (json!({ "endpoint": endpoint }), "missing field"),
    ] {
        let error = source(&json!({ "grafeas": config })).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
    for parent in [
        "",
        "p",
        "projects/",
        "projects/..",
        "projects/p/",
        "projects/p/notes/",
        "projects/p/notes/a b",
        "projects/p?x",
    ] {
        let error = source(&json!({ "grafeas": { "endpoint": endpoint, "parent": parent } })).unwrap_err();
        assert!(error.contains("neither projects/P nor projects/P/notes/N"), "{error}");
    }
}
