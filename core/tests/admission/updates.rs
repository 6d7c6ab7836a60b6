//! On UPDATE, what was there before is not decided on, and nothing else is let through by that.

use super::*;

fn updated(before: &Value, after: &Value) -> Vec<(String, String)> {
    let review = parse(&request("UPDATE", &pod(after.clone()), &pod(before.clone())));
    images(&review).iter().map(|(place, image)| ((*place).into(), (*image).into())).collect()
}

fn found(place: &str, image: &str) -> Vec<(String, String)> {
    vec![(place.into(), image.into())]
}

#[test]
fn what_the_same_container_had_before_is_not_decided_on() {
    for (group, version, kind, path) in KINDS {
        let with = |image: &str, replicas: u32| {
            let spec = json!({ "containers": containers(&["one", image]) });
            let mut object = object(group, version, kind, path, json!({ "spec": spec }));
            object["spec"]["replicas"] = replicas.into();
            object
        };
        let unchanged = request("UPDATE", &with("two", 3), &with("two", 1));
        assert_eq!(images(&parse(&unchanged)), [], "{kind}");
        let mut options = AdmissionOptions::default();
        options.evaluate_unchanged = true;
        assert_eq!(parse_with(&unchanged, &options).images().len(), 2, "{kind}");
        let changed = parse(&request("UPDATE", &with("evil", 3), &with("two", 1)));
        let place = format!("{path}/spec/containers[1].image").trim_start_matches('/').replace('/', ".");
        assert_eq!(images(&changed), [(place.as_str(), "evil")], "{kind}");
        // An old object in a CREATE is not one that was there.
        assert_eq!(parse(&request("CREATE", &with("two", 3), &with("two", 3))).images().len(), 2, "{kind}");
    }
}

#[test]
fn the_place_is_the_list_and_the_name() {
    let before = json!({
        "initContainers": [{ "name": "init", "image": "init" }],
        "containers": [{ "name": "a", "image": "one" }, { "name": "b", "image": "two" }],
        "volumes": [{ "name": "v", "image": { "reference": "weights" } }],
    });
    let change = |at: &str, value: Value| {
        let mut after = before.clone();
        *after.pointer_mut(at).unwrap() = value;
        after
    };
    assert_eq!(updated(&before, &before), []);
    // In another order.
    let turned = json!([{ "name": "b", "image": "two" }, { "name": "a", "image": "one" }]);
    assert_eq!(updated(&before, &change("/containers", turned)), []);
    // One container less.
    assert_eq!(updated(&before, &change("/containers", json!([{ "name": "b", "image": "two" }]))), []);
    // Images exchanged between containers.
    let exchanged = json!([{ "name": "a", "image": "two" }, { "name": "b", "image": "one" }]);
    assert_eq!(updated(&before, &change("/containers", exchanged)).len(), 2);
    // Renamed.
    let renamed = updated(&before, &change("/containers/0/name", "c".into()));
    assert_eq!(renamed, found("spec.containers[0].image", "one"));
    // From the init containers to the others.
    let moved = json!([{ "name": "a", "image": "one" }, { "name": "init", "image": "init" }]);
    assert_eq!(updated(&before, &change("/containers", moved)), found("spec.containers[1].image", "init"));
    // What a volume holds is no container.
    let run = json!([{ "name": "v", "image": "weights" }]);
    assert_eq!(updated(&before, &change("/containers", run)), found("spec.containers[0].image", "weights"));
    // Another spelling of the same image is another image.
    let spelt = updated(&before, &change("/containers/0/image", "docker.io/library/one".into()));
    assert_eq!(spelt, found("spec.containers[0].image", "docker.io/library/one"));
    let volume = updated(&before, &change("/volumes/0/image/reference", "other".into()));
    assert_eq!(volume, found("spec.volumes[0].image.reference", "other"));
    // The name alone says nothing.
    let unnamed = json!({ "containers": [{ "image": "one" }] });
    assert_eq!(updated(&unnamed, &json!({ "containers": [{ "image": "two" }] })).len(), 1);
    assert_eq!(updated(&unnamed, &json!({ "containers": [{ "name": "", "image": "one" }] })).len(), 0);
}

/// Rules can be chosen by the account: what `builder` may run is not what `default` may run.
#[test]
fn under_another_account_everything_is_decided_on() {
    let (builder, none) = ("builder", json!(null));
    let spec = |account: Value| json!({ "containers": containers(&["one"]), "serviceAccountName": account });
    assert_eq!(updated(&spec(builder.into()), &spec(builder.into())), []);
    let old_name = json!({ "containers": containers(&["one"]), "serviceAccount": builder });
    assert_eq!(updated(&old_name, &spec(builder.into())), []);
    for (before, after) in [(json!(builder), json!("default")), (json!(builder), none.clone()), (none, json!(builder))]
    {
        assert_eq!(updated(&spec(before), &spec(after)), found("spec.containers[0].image", "one"));
    }
    assert_eq!(updated(&spec(json!(5)), &spec(builder.into())), found("spec.containers[0].image", "one"));
    let rollout = |account: &str| json!({ "apiVersion": "x.example/v1", "kind": "Y", "spec": { "template": { "spec": spec(account.into()) } } });
    assert_eq!(images(&parse(&request("UPDATE", &rollout("a"), &rollout("a")))), []);
    assert_eq!(images(&parse(&request("UPDATE", &rollout("a"), &rollout("b")))).len(), 1);
    // What it runs as is allowed by the account alone, so the answer turns with it.
    let (was, is) = (pod(spec(builder.into())), pod(spec("default".into())));
    assert_eq!(answer(&request("CREATE", &was, &Value::Null))["allowed"], true);
    assert_eq!(answer(&request("UPDATE", &is, &was))["allowed"], false);
}

#[test]
fn an_old_object_that_cannot_be_read_excuses_nothing() {
    let object = pod(json!({ "containers": containers(&["one"]) }));
    let mut other_kind = object.clone();
    other_kind["kind"] = "PodTemplate".into();
    let mut other_version = object.clone();
    other_version["apiVersion"] = "v2".into();
    for old in [
        json!(null),
        json!(5),
        json!([]),
        json!({}),
        other_kind,
        other_version,
        pod(json!(null)),
        pod(json!([{ "containers": containers(&["one"]) }])),
        pod(json!({ "containers": null })),
        pod(json!({ "containers": { "name": "c0", "image": "one" } })),
        pod(json!({ "containers": ["one", null, 5] })),
        pod(json!({ "containers": [{ "name": "c0", "image": ["one"] }] })),
        pod(json!({ "containers": [{ "name": 0, "image": "one" }] })),
        pod(json!({ "containers": [{ "Name": "c0", "Image": "one" }] })),
        pod(json!({ "initContainers": containers(&["one"]) })),
    ] {
        let review = parse(&request("UPDATE", &object, &old));
        assert_eq!(images(&review), [("spec.containers[0].image", "one")], "{old}");
    }
    let mut review = request("UPDATE", &object, &json!(null));
    review["request"].as_object_mut().unwrap().remove("oldObject");
    assert_eq!(parse(&review).images().len(), 1);
}

#[test]
fn unknown_kinds_are_compared_place_by_place() {
    let rollout = |workers: &[&str]| {
        let worker = |image: &&str| json!({ "template": { "spec": { "containers": containers(&[image]) } } });
        json!({ "apiVersion": "x.example/v1", "kind": "Cluster",
            "spec": { "workers": workers.iter().map(worker).collect::<Value>() } })
    };
    let images_of = |before: &[&str], after: &[&str]| {
        let review = parse(&request("UPDATE", &rollout(after), &rollout(before)));
        images(&review).iter().map(|(place, _)| (*place).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(images_of(&["a", "b"], &["a", "b"]), [""; 0]);
    assert_eq!(images_of(&["a", "b"], &["a", "a"]), ["spec.workers[1].template.spec.containers[0].image"]);
    assert_eq!(images_of(&["a"], &["a", "a"]), ["spec.workers[1].template.spec.containers[0].image"]);
}

/// A container without an image is no reason to keep anyone from changing what was there before.
#[test]
fn a_missing_image_that_was_missing_before_is_not_in_the_way() {
    let spec = json!({ "containers": [{ "name": "c", "image": "" }] });
    assert_eq!(updated(&spec, &json!({ "containers": [{ "name": "c" }] })), []);
    let review = parse(&request("UPDATE", &pod(spec), &pod(json!({ "containers": containers(&["x"]) }))));
    assert_eq!(problem(&review), "MISSING_FIELD spec.containers[0].image: no image is named");
}
