//! What cannot be read is denied, with the place; what cannot even be answered is an error.

use super::*;

fn create(object: &Value) -> String {
    problem(&parse(&request("CREATE", object, &Value::Null)))
}

#[test]
fn known_kinds_that_are_not_as_they_must_be_are_denied() {
    for (group, version, kind, path) in KINDS {
        let spec_place = format!("{path}/spec").trim_start_matches('/').replace('/', ".");
        let with = |spec: Value| object(group, version, kind, path, json!({ "spec": spec }));
        for (spec, message) in [
            (json!(null), "MISSING_FIELD {}: it is missing"),
            (json!("x"), "WRONG_TYPE {}: expected an object, found a string"),
            (json!({}), "MISSING_FIELD {}.containers: it is missing"),
            (json!({ "containers": null }), "MISSING_FIELD {}.containers: it is missing"),
            (json!({ "containers": [] }), "MISSING_FIELD {}.containers: it is missing"),
            (json!({ "Containers": containers(&["x"]) }), "MISSING_FIELD {}.containers: it is missing"),
            (json!({ "containers": {} }), "WRONG_TYPE {}.containers: expected an array, found an object"),
            (json!({ "containers": [null] }), "WRONG_TYPE {}.containers[0]: expected an object, found null"),
            (json!({ "containers": ["x"] }), "WRONG_TYPE {}.containers[0]: expected an object, found a string"),
            (json!({ "containers": [{ "name": "x" }] }), "MISSING_FIELD {}.containers[0].image: no image is named"),
            (json!({ "containers": [{ "image": "" }] }), "MISSING_FIELD {}.containers[0].image: no image is named"),
            (json!({ "containers": [{ "image": null }] }), "MISSING_FIELD {}.containers[0].image: no image is named"),
            (json!({ "containers": [{ "Image": "x" }] }), "MISSING_FIELD {}.containers[0].image: no image is named"),
            (
                json!({ "containers": [{ "image": 5 }] }),
                "WRONG_TYPE {}.containers[0].image: expected a string, found a number",
            ),
            (
                json!({ "containers": [{ "image": "x", "name": [] }] }),
                "WRONG_TYPE {}.containers[0].name: expected a string, found an array",
            ),
            (
                json!({ "containers": containers(&["x"]), "initContainers": "x" }),
                "WRONG_TYPE {}.initContainers: expected an array, found a string",
            ),
            (
                json!({ "containers": containers(&["x"]), "ephemeralContainers": [{ "name": "d" }] }),
                "MISSING_FIELD {}.ephemeralContainers[0].image: no image is named",
            ),
            (
                json!({ "containers": containers(&["x"]), "volumes": [{ "name": "v", "image": {} }] }),
                "MISSING_FIELD {}.volumes[0].image.reference: no image is named",
            ),
            (
                json!({ "containers": containers(&["x"]), "volumes": [{ "name": "v", "image": "x" }] }),
                "WRONG_TYPE {}.volumes[0].image: expected an object, found a string",
            ),
            (
                json!({ "containers": containers(&["x"]), "serviceAccountName": 1 }),
                "WRONG_TYPE {}.serviceAccountName: expected a string, found a number",
            ),
        ] {
            assert_eq!(create(&with(spec)), message.replace("{}", &spec_place), "{kind}");
        }
        let steps: Vec<_> = path.split('/').filter(|step| !step.is_empty()).collect();
        for depth in 0..steps.len() {
            let mut broken = with(json!({ "containers": containers(&["x"]) }));
            *broken.pointer_mut(&format!("/{}", steps[..=depth].join("/"))).unwrap() = json!(null);
            let place = steps[..=depth].join(".");
            assert_eq!(create(&broken), format!("MISSING_FIELD {place}: it is missing"), "{kind}");
        }
    }
}

#[test]
fn metadata_that_is_not_as_it_must_be_is_denied() {
    for (metadata, message) in [
        (json!([]), "WRONG_TYPE metadata: expected an object, found an array"),
        (json!({ "annotations": "x" }), "WRONG_TYPE metadata.annotations: expected an object, found a string"),
        (
            json!({ "annotations": { "a": true } }),
            "WRONG_TYPE metadata.annotations.a: expected a string, found a boolean",
        ),
    ] {
        let mut object = pod(json!({ "containers": containers(&["x"]) }));
        object["metadata"] = metadata;
        assert_eq!(create(&object), message);
    }
}

#[test]
fn unknown_kinds_with_an_image_of_another_type_are_denied() {
    let object =
        json!({ "apiVersion": "x.example/v1", "kind": "Y", "spec": { "containers": [{ "image": { "tag": 1 } }] } });
    assert_eq!(create(&object), "WRONG_TYPE spec.containers[0].image: expected a string, found an object");
    let object = json!({ "apiVersion": "x.example/v1", "kind": "Y", "volumes": [{ "image": { "reference": [] } }] });
    assert_eq!(create(&object), "WRONG_TYPE volumes[0].image.reference: expected a string, found an array");
}

#[test]
fn requests_that_are_not_as_they_must_be_are_denied() {
    let good = request("CREATE", &pod(json!({ "containers": containers(&["x"]) })), &Value::Null);
    for (at, value, message) in [
        ("operation", json!(null), "MISSING_FIELD request.operation: it is missing"),
        ("operation", json!("PATCH"), "INVALID_VALUE request.operation: unknown operation \"PATCH\""),
        ("operation", json!("create"), "INVALID_VALUE request.operation: unknown operation \"create\""),
        ("operation", json!(["DELETE"]), "WRONG_TYPE request.operation: expected a string, found an array"),
        ("kind", json!(null), "MISSING_FIELD request.kind: it is missing"),
        ("kind", json!("Pod"), "WRONG_TYPE request.kind: expected an object, found a string"),
        ("kind", json!({ "version": "v1" }), "MISSING_FIELD request.kind.kind: it is missing"),
        (
            "kind",
            json!({ "kind": "ConfigMap" }),
            "INVALID_VALUE kind: the object is no ConfigMap, which the request is for",
        ),
        (
            "kind",
            json!({ "group": "apps", "kind": "Pod" }),
            "INVALID_VALUE apiVersion: the object is of another API group than the request is for",
        ),
        ("namespace", json!(1), "WRONG_TYPE request.namespace: expected a string, found a number"),
        ("name", json!({}), "WRONG_TYPE request.name: expected a string, found an object"),
        ("subResource", json!([]), "WRONG_TYPE request.subResource: expected a string, found an array"),
        ("userInfo", json!("jane"), "WRONG_TYPE request.userInfo: expected an object, found a string"),
        ("object", json!(null), "MISSING_FIELD request.object: it is missing"),
        ("object", json!("x"), "WRONG_TYPE request.object: expected an object, found a string"),
    ] {
        let mut review = good.clone();
        review["request"][at] = value;
        assert_eq!(problem(&parse(&review)), message);
    }
}

#[test]
fn what_only_the_objects_break_is_still_answered() {
    let good = request("CREATE", &pod(json!({ "containers": containers(&["x"]) })), &Value::Null).to_string();
    let parse = |text: &str| AdmissionReview::parse(text.as_bytes(), &AdmissionOptions::default(), &Budget::default());
    let twice = good.replace(r#""image":"x""#, r#""image":"x","image":"y""#);
    assert_ne!(twice, good);
    let message = problem(&parse(&twice).unwrap());
    assert!(message.starts_with("DUPLICATE_FIELD the member \"image\" stands twice"), "{message}");
    let deep = good.replace(r#""image":"x""#, &format!(r#""image":"x","y":{}{}"#, "[".repeat(40), "]".repeat(40)));
    let message = problem(&parse(&deep).unwrap());
    assert!(message.starts_with("LIMIT_REACHED arrays and objects are nested too deep"), "{message}");
    let very_deep = good.replace(r#""image":"x""#, &format!(r#""y":{}{}"#, "[".repeat(100_000), "]".repeat(100_000)));
    assert!(problem(&parse(&very_deep).unwrap()).starts_with("LIMIT_REACHED"));
    // Nothing begins to run by a deletion, whatever the objects hold.
    let deleted = deep.replace("CREATE", "DELETE");
    assert!(parse(&deleted).unwrap().respond(&[]).is_allowed());
    // Around the objects, it is not known what is asked.
    let error = parse(&good.replace(r#""operation":"CREATE""#, r#""operation":"CREATE","operation":"DELETE""#));
    assert_eq!(error.unwrap_err().code(), "DUPLICATE_FIELD");
    let error = parse(&good.replace(r#""request":{"#, r#""request":{},"request":{"#));
    assert_eq!(error.unwrap_err().code(), "DUPLICATE_FIELD");
}

#[test]
fn what_cannot_be_answered_is_an_error() {
    let good = request("CREATE", &pod(json!({ "containers": containers(&["x"]) })), &Value::Null);
    let parse = |text: &[u8]| AdmissionReview::parse(text, &AdmissionOptions::default(), &Budget::default());
    for text in ["", "{", "null", "[]", "5", "{}{}", "\u{feff}{}"] {
        assert!(parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(parse(b"\xff").is_err());
    let trailing = parse(format!("{good}x").as_bytes()).unwrap_err();
    assert_eq!(trailing.code(), "SYNTAX");
    for (at, value, message) in [
        ("/apiVersion", json!("admission.k8s.io/v1beta1"), "no AdmissionReview of admission.k8s.io/v1"),
        ("/apiVersion", json!(null), "no AdmissionReview of admission.k8s.io/v1"),
        ("/kind", json!("Pod"), "no AdmissionReview of admission.k8s.io/v1"),
        ("/kind", json!(5), "kind: expected a string, found a number"),
        ("/request", json!(null), "request: it is missing"),
        ("/request", json!([]), "request: expected an object, found an array"),
        ("/request/uid", json!(null), "request.uid: it is missing"),
        ("/request/uid", json!(""), "request.uid: it is missing"),
        ("/request/uid", json!(5), "request.uid: expected a string, found a number"),
        ("/request/uid", json!("x".repeat(257)), "request.uid: longer than 256 bytes"),
    ] {
        let mut review = good.clone();
        *review.pointer_mut(at).unwrap() = value;
        assert_eq!(parse(review.to_string().as_bytes()).unwrap_err().to_string(), message, "{at}");
    }
    let mut small = Budget::default();
    small.document_bytes = 100;
    let error = AdmissionReview::parse(good.to_string().as_bytes(), &AdmissionOptions::default(), &small).unwrap_err();
    assert_eq!(error.code(), "LIMIT_REACHED");
}

#[test]
fn images_are_counted_whether_they_are_decided_on_or_not() {
    let many = |count: usize| pod(json!({ "containers": containers(&vec!["x"; count]) }));
    assert_eq!(parse(&request("CREATE", &many(256), &Value::Null)).images().len(), 256);
    let message = "LIMIT_REACHED spec.containers[256]: too many images";
    assert_eq!(create(&many(257)), message);
    assert_eq!(problem(&parse(&request("UPDATE", &many(257), &many(257)))), message);
    let shape = json!({ "apiVersion": "x.example/v1", "kind": "Y", "spec": { "containers": containers(&["x"; 257]) } });
    assert_eq!(create(&shape), message);
}
