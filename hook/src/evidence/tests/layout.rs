use super::*;
use crate::registry::fake::State;
use dokimos::{Attestations, Budget};

/// A layout as `cosign save` writes it, of what a registry would have.
fn written(build: impl FnOnce(&mut State) -> Value) -> Folder {
    let folder = Folder::new();
    let mut state = State::default();
    let index = build(&mut state);
    folder.write("index.json", index.to_string());
    folder.write("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    for (digest, bytes) in state.blobs.iter().chain(&state.manifests) {
        folder.write(&format!("blobs/{}", digest.replace(':', "/")), bytes);
    }
    folder
}

fn open(folder: &Folder) -> Source {
    source(&json!({ "layout": { "path": folder.0 } })).unwrap()
}

fn entry(digest: &str, kind: &str) -> Value {
    let kind = format!("dev.cosignproject.cosign/{kind}");
    json!({ "mediaType": IMAGE_MANIFEST, "digest": digest, "size": 1, "annotations": { "kind": kind } })
}

/// One with a signature, an attestation and a bundle of the image, and a bundle of another.
fn full(state: &mut State) -> Value {
    let (signature, payload) = record();
    let annotations = json!({ "dev.cosignproject.cosign/signature": signature });
    let layer = json!({ "size": payload.len(), "digest": state.add_blob(payload), "annotations": annotations });
    let signatures = state.add_manifest(None, &json!({ "schemaVersion": 2, "layers": [layer] }));
    let layer = json!({ "size": 8, "digest": state.add_blob("envelope") });
    let attestations = state.add_manifest(None, &json!({ "schemaVersion": 2, "layers": [layer] }));
    for (bundle, image) in [("bundle", DIGEST), ("other", OTHER)] {
        let layer = json!({ "mediaType": BUNDLE, "size": bundle.len(), "digest": state.add_blob(bundle) });
        let subject = json!({ "mediaType": IMAGE_MANIFEST, "size": 1, "digest": image });
        state.add_manifest(None, &json!({ "schemaVersion": 2, "layers": [layer], "subject": subject }));
    }
    // What images have: files that are no JSON, and JSON that is no manifest.
    state.add_blob([0x1f, 0x8b, 8, 0]);
    state.add_blob(r#"{"architecture":"amd64"}"#);
    state.add_blob(format!(r#"{{"subject":[{{"digest":"{DIGEST}"}}]}}"#));
    let entries = [entry(DIGEST, "image"), entry(&signatures, "sigs"), entry(&attestations, "atts")];
    json!({ "schemaVersion": 2, "manifests": entries })
}

#[tokio::test]
async fn what_cosign_saved_is_found() {
    let folder = written(full);
    let found = documents(&open(&folder), &web()).await.unwrap();
    let record = Attestations::parse(&found[0].bytes).unwrap();
    assert_eq!(record.iter().next().unwrap().untrusted_payload(), Some(super::record().1.as_slice()));
    assert!(found[0].name.starts_with("sha256:") && found[0].name.ends_with(" layers[0]"), "{}", found[0].name);
    let others: Vec<_> = found.iter().skip(1).map(|document| document.bytes.as_slice()).collect();
    assert_eq!(others, [b"envelope".as_slice(), b"bundle"]);
    // For an image of which it has nothing: signatures say themselves whose they are, and a bundle is found by its image.
    let other = format!("registry.example.com/x@sha256:{}", "0".repeat(64)).parse().unwrap();
    assert_eq!(documents(&open(&folder), &other).await.unwrap().len(), 2);
    assert_eq!(documents(&open(&folder), &"registry.example.com/shop/web:1".parse().unwrap()).await.unwrap(), []);
}

#[tokio::test]
async fn a_layout_with_nothing_in_it_gives_nothing() {
    for index in [json!({ "schemaVersion": 2, "manifests": [] }), json!({ "schemaVersion": 2, "manifests": null })] {
        let folder = written(|state| {
            state.add_blob("x");
            index
        });
        assert_eq!(documents(&open(&folder), &web()).await.unwrap(), []);
    }
}

#[tokio::test]
async fn what_is_broken_is_not_nothing() {
    for (what, kind) in [("sigs", ErrorKind::Refused), ("atts", ErrorKind::Refused)] {
        for wrong in [
            json!({ "schemaVersion": 2, "manifests": [] }),
            json!({ "schemaVersion": 2, "layers": [{ "digest": OTHER, "size": 1 }] }),
            json!({ "schemaVersion": 2, "layers": [{ "digest": "../../index.json", "size": 1 }] }),
            json!("hunter2"),
        ] {
            let folder = written(|state| {
                let digest = state.add_manifest(None, &wrong);
                json!({ "schemaVersion": 2, "manifests": [entry(&digest, what)] })
            });
            failed(documents(&open(&folder), &web()).await, kind);
        }
        for digest in [OTHER, "md5:00", "../../../etc/passwd"] {
            let folder = written(|_| json!({ "schemaVersion": 2, "manifests": [entry(digest, what)] }));
            failed(documents(&open(&folder), &web()).await, kind);
        }
    }
    for index in ["", "hunter2", "{}", r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#] {
        let folder = written(full);
        folder.write("index.json", index);
        failed(documents(&open(&folder), &web()).await, ErrorKind::Refused);
    }
    let folder = written(full);
    folder.write("index.json", " ".repeat(4 * 1024 * 1024 + 1));
    failed(documents(&open(&folder), &web()).await, ErrorKind::Refused);
    // Gone while the program runs, as when it is being written anew.
    fs::remove_dir_all(folder.0.join("blobs")).unwrap();
    folder.write("index.json", r#"{"schemaVersion":2,"manifests":[]}"#);
    failed(documents(&open(&folder), &web()).await, ErrorKind::Unreachable);
}

#[tokio::test]
async fn a_blob_that_was_changed_is_refused() {
    let whole = written(full);
    let mut changed = 0;
    for file in fs::read_dir(whole.0.join("blobs/sha256")).unwrap() {
        let file = file.unwrap();
        let bytes = fs::read(file.path()).unwrap();
        // As JSON it is the same.
        fs::write(file.path(), [bytes.as_slice(), b" "].concat()).unwrap();
        let answer = documents(&open(&whole), &web()).await;
        if let Err(error) = &answer {
            assert!(error.to_string().ends_with("has another digest"), "{error}");
            failed(answer, ErrorKind::Refused);
            changed += 1;
        }
        fs::write(file.path(), bytes).unwrap();
    }
    // Two lists and the payload, the envelope, the bundle with its manifest; what belongs to no image of ours may rot.
    assert_eq!(changed, 6);
}

#[tokio::test]
async fn what_is_too_large_is_not_read() {
    let most = Budget::default().document_bytes;
    let folder = written(|state| {
        let layer = json!({ "size": most + 1, "digest": state.add_blob(vec![b'x'; most + 1]) });
        // Who says that it is small is found out.
        let liar = json!({ "size": 1, "digest": layer["digest"] });
        let honest = state.add_manifest(None, &json!({ "schemaVersion": 2, "layers": [layer] }));
        state.add_manifest(None, &json!({ "schemaVersion": 2, "layers": [liar] }));
        json!({ "schemaVersion": 2, "manifests": [entry(&honest, "sigs")] })
    });
    let found = documents(&open(&folder), &web()).await.unwrap();
    assert!(found.len() == 1 && found[0].bytes.is_empty() && found[0].name.contains("are not read"), "{found:?}");
    let liar = fs::read_dir(folder.0.join("blobs/sha256")).unwrap().map(|file| file.unwrap().path());
    let liar =
        liar.filter(|path| fs::read(path).unwrap().ends_with(b"\"size\":1}],\"schemaVersion\":2}")).last().unwrap();
    let digest = format!("sha256:{}", liar.file_name().unwrap().to_string_lossy());
    let index = json!({ "schemaVersion": 2, "manifests": [entry(&digest, "sigs")] });
    folder.write("index.json", index.to_string());
    let text = failed(documents(&open(&folder), &web()).await, ErrorKind::Refused);
    assert!(text.contains("longer than"), "{text}");
}

#[test]
fn a_folder_that_is_no_layout_is_refused_at_the_start() {
    let folder = Folder::new();
    let error = source(&json!({ "layout": { "path": folder.0 } })).unwrap_err();
    assert!(error.starts_with("layout.path: ") && error.ends_with("is not a folder with an index.json"), "{error}");
    assert!(source(&json!({ "layout": {} })).unwrap_err().contains("missing field"));
}

#[tokio::test]
async fn the_published_imitation_of_what_cosign_saves_is_read() {
    let Some(vectors) = std::env::var_os("DOKIMOS_VECTORS").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "DOKIMOS_VECTORS is not set");
        eprintln!("skipped: DOKIMOS_VECTORS is not set");
        return;
    };
    let path = vectors.join("sigstore/minted/oci-layout");
    let image = "registry.example.com/team/app@sha256:1ccb399e44f3e0ec86bb1a95031c6b9f81ac77860556a81a90acb79bab8005d9";
    let found =
        documents(&source(&json!({ "layout": { "path": path } })).unwrap(), &image.parse().unwrap()).await.unwrap();
    let digests: Vec<_> = found.iter().map(|document| document.name.clone()).collect();
    assert_eq!(
        digests,
        [
            "sha256:dabe555bb807fb3f7af57b16417fecbfd28f818fda1f1b5b6dd366334ab31955 layers[0]",
            "sha256:cc95c1752c67e3b662051a8b5480e19027aeae665b911cf1a4b1a3408efc54e2",
        ]
    );
    let bundle = path.join("blobs/sha256/97017e153aba1aef55a46611c5a00624a2cc1f3ad65563db0f741543b7764ac1");
    assert_eq!(found[1].bytes, fs::read(bundle).unwrap());
    assert_eq!(Attestations::parse(&found[0].bytes).unwrap().len(), 1);
}
