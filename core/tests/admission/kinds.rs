//! Every kind, every list of containers, every operation.

use super::*;

/// One image in each place that runs one.
fn everywhere() -> Value {
    json!({
        "initContainers": [{ "name": "i0", "image": "init" }, { "name": "i1", "image": "sidecar" }],
        "containers": containers(&["one", "two"]),
        "ephemeralContainers": [{ "name": "debug", "image": "busybox" }],
        "volumes": [
            { "name": "cache", "emptyDir": {} },
            { "name": "model", "image": { "reference": "weights", "pullPolicy": "Always" } },
            { "name": "nothing", "image": null },
        ],
        "serviceAccountName": "builder",
    })
}

#[test]
fn the_images_of_every_kind_are_found_in_every_place() {
    for (group, version, kind, path) in KINDS {
        let template = json!({ "metadata": { "labels": { "app": "web" } }, "spec": everywhere() });
        let object = object(group, version, kind, path, template);
        let place = |rest: &str| format!("{path}/spec/{rest}").trim_start_matches('/').replace('/', ".");
        let expected = [
            (place("initContainers[0].image"), "init"),
            (place("initContainers[1].image"), "sidecar"),
            (place("containers[0].image"), "one"),
            (place("containers[1].image"), "two"),
            (place("ephemeralContainers[0].image"), "busybox"),
            (place("volumes[1].image.reference"), "weights"),
        ];
        let expected: Vec<_> = expected.iter().map(|(place, image)| (place.as_str(), *image)).collect();
        for (operation, old) in [("CREATE", Value::Null), ("UPDATE", Value::Null), ("CREATE", object.clone())] {
            let review = parse(&request(operation, &object, &old));
            assert_eq!(images(&review), expected, "{kind} {operation}");
            assert_eq!(review.service_account(), Some("builder"), "{kind}");
            let names: Vec<_> = review.images().iter().map(AdmissionImage::name).collect();
            assert_eq!(names, ["i0", "i1", "c0", "c1", "debug", "model"], "{kind}");
        }
        for operation in ["DELETE", "CONNECT"] {
            let review = parse(&request(operation, &Value::Null, &object));
            assert_eq!(images(&review), [], "{kind} {operation}");
            assert!(review.respond(&[]).is_allowed());
        }
    }
}

#[test]
fn the_groups_that_kinds_moved_from_are_known() {
    for kind in ["DaemonSet", "Deployment", "ReplicaSet"] {
        let template = json!({ "spec": { "containers": [{ "name": "web" }] } });
        let review =
            parse(&request("CREATE", &object("extensions", "v1beta1", kind, "/spec/template", template), &Value::Null));
        assert_eq!(problem(&review), "MISSING_FIELD spec.template.spec.containers[0].image: no image is named");
    }
}

/// `kubectl debug` updates the subresource `ephemeralcontainers`, with the whole Pod as the object.
#[test]
fn a_debugging_container_is_decided_on_alone() {
    let before = pod(json!({ "containers": containers(&["one"]) }));
    let after = pod(json!({
        "containers": containers(&["one"]),
        "ephemeralContainers": [{ "name": "debugger", "image": "busybox", "targetContainerName": "c0" }],
    }));
    let mut review = request("UPDATE", &after, &before);
    review["request"]["subResource"] = "ephemeralcontainers".into();
    let review = parse(&review);
    assert_eq!(images(&review), [("spec.ephemeralContainers[0].image", "busybox")]);
    assert_eq!(review.sub_resource(), Some("ephemeralcontainers"));
}

#[test]
fn what_has_no_images_is_allowed() {
    let scale = json!({ "apiVersion": "autoscaling/v1", "kind": "Scale", "spec": { "replicas": 3 } });
    let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": { "image": "evil", "containers": "[]" } });
    let names = json!({ "apiVersion": "x.example/v1", "kind": "Y", "spec": { "containers": ["web"], "volumes": [1] } });
    let none = json!({ "apiVersion": "x.example/v1", "kind": "Y", "spec": { "containers": {}, "volumes": "x" } });
    // What names no image overlays a container that the operator makes, which is decided on when its Pod is made.
    let overlay = json!({ "apiVersion": "x.example/v1", "kind": "Prometheus", "spec": {
        "containers": [{ "name": "prometheus", "resources": {} }], "volumes": [{ "name": "v", "image": {} }] } });
    // Nothing of these is run.
    let described = json!({ "apiVersion": "x.example/v1", "kind": "Y",
        "metadata": { "containers": containers(&["x"]) }, "status": { "containers": containers(&["x"]) } });
    for object in [scale, map, names, none, overlay, described] {
        for operation in ["CREATE", "UPDATE"] {
            let review = parse(&request(operation, &object, &Value::Null));
            assert_eq!(images(&review), [], "{object}");
            let response = review.respond(&[]);
            assert!(response.is_allowed());
            let sent = r#"{"uid":"705ab4f5-6393-11e8-b7cc-42010a800002","allowed":true}"#;
            let sent = format!(r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{sent}}}"#);
            assert_eq!(response.to_json(), sent);
        }
    }
}

#[test]
fn templates_in_unknown_kinds_are_found_by_their_shape() {
    let spec = json!({
        "initContainers": [{ "name": "i", "image": "init" }],
        "containers": [{ "name": "patched" }, { "name": "c", "image": "main" }],
        "volumes": [{ "name": "v", "image": { "reference": "weights" } }],
    });
    // Argo Rollouts; Knative; a kind that calls itself like a known one; a Pod's specification at the top.
    for (version, path, before) in [
        ("argoproj.io/v1alpha1", "/spec/template", "spec.template.spec."),
        ("serving.knative.dev/v1", "/spec/template", "spec.template.spec."),
        ("deploy.example/v1", "", "spec."),
    ] {
        let (group, version) = version.split_once('/').unwrap();
        let review = parse(&request(
            "CREATE",
            &object(group, version, "Deployment", path, json!({ "spec": spec })),
            &Value::Null,
        ));
        let expected = [
            (format!("{before}initContainers[0].image"), "init"),
            (format!("{before}containers[1].image"), "main"),
            (format!("{before}volumes[0].image.reference"), "weights"),
        ];
        let expected: Vec<_> = expected.iter().map(|(place, image)| (place.as_str(), *image)).collect();
        assert_eq!(images(&review), expected);
        // Whoever makes Pods of it may give them an account.
        assert_eq!(review.service_account(), None);
    }
    let workers = json!({ "apiVersion": "x.example/v1", "kind": "Cluster", "spec": { "workers": [
        { "template": { "spec": { "containers": containers(&["a"]), "serviceAccountName": "one" } } },
        { "template": { "spec": { "containers": containers(&["b"]), "serviceAccountName": "one" } } },
        { "template": { "spec": { "containers": [{ "name": "x" }], "serviceAccountName": "two" } } },
    ] } });
    let review = parse(&request("CREATE", &workers, &Value::Null));
    let expected = [
        ("spec.workers[0].template.spec.containers[0].image", "a"),
        ("spec.workers[1].template.spec.containers[0].image", "b"),
    ];
    assert_eq!(images(&review), expected);
    assert_eq!(review.service_account(), Some("one"));
    let mut others = workers;
    others["spec"]["workers"][2]["template"]["spec"]["containers"][0]["image"] = "c".into();
    assert_eq!(parse(&request("CREATE", &others, &Value::Null)).service_account(), None);
    // EphemeralContainers was a kind of its own before Kubernetes 1.22.
    let debug = json!({ "apiVersion": "v1", "kind": "EphemeralContainers", "ephemeralContainers": containers(&["x"]) });
    assert_eq!(images(&parse(&request("UPDATE", &debug, &Value::Null))), [("ephemeralContainers[0].image", "x")]);
}

#[test]
fn pods_run_as_the_account_that_kubernetes_gives_them() {
    for (members, account) in [
        (json!({}), "default"),
        (json!({ "serviceAccountName": "" }), "default"),
        (json!({ "serviceAccountName": null, "serviceAccount": "" }), "default"),
        (json!({ "serviceAccountName": "new" }), "new"),
        (json!({ "serviceAccount": "old" }), "old"),
        (json!({ "serviceAccountName": "new", "serviceAccount": "old" }), "new"),
        (json!({ "serviceAccountName": "", "serviceAccount": "old" }), "old"),
        (json!({ "ServiceAccountName": "other-case" }), "default"),
    ] {
        let mut spec = members;
        spec["containers"] = containers(&["x"]);
        let review = parse(&request("CREATE", &pod(spec.clone()), &Value::Null));
        assert_eq!(review.service_account(), Some(account), "{spec}");
        assert_eq!(review.context(None, &[]).service_account, Some(account), "{spec}");
    }
}

#[test]
fn the_place_is_that_of_the_request() {
    let mut object = pod(json!({ "containers": containers(&["x"]) }));
    object["metadata"] = json!({
        "namespace": "kube-system",
        "generateName": "web-",
        "annotations": { "a": "1", "none": null },
        "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "controller": true }],
    });
    let mut review = request("CREATE", &object, &Value::Null);
    review["request"]["name"] = "".into();
    let read = parse(&review);
    assert_eq!(read.namespace(), Some("default"));
    assert_eq!((read.kind(), read.group(), read.name()), (Some("Pod"), None, Some("web-")));
    assert_eq!((read.operation(), read.user(), read.sub_resource()), (Some("CREATE"), Some("jane"), None));
    let annotations = read.annotations();
    assert_eq!(annotations, [("a", "1"), ("none", "")]);
    let context = read.context(Some("prod-1"), &annotations);
    assert_eq!((context.cluster, context.namespace), (Some("prod-1"), Some("default")));
    // An owner does not vouch for anything.
    assert_eq!(images(&read), [("spec.containers[0].image", "x")]);
    review["request"].as_object_mut().unwrap().remove("namespace");
    assert_eq!(parse(&review).context(None, &[]).namespace, None, "the object's namespace is not taken instead");
}

#[test]
fn annotations_come_from_the_object_and_then_from_its_templates() {
    let mut object = json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": { "name": "web", "annotations": { "a": "object" } },
        "spec": {
            "metadata": { "annotations": { "a": "not metadata of anything" } },
            "jobTemplate": {
                "metadata": { "annotations": { "a": "job" } },
                "spec": { "template": {
                    "metadata": { "annotations": { "a": "pod", "b": "pod" } },
                    "spec": { "containers": containers(&["x"]) },
                } },
            },
        },
    });
    let review = parse(&request("CREATE", &object, &Value::Null));
    assert_eq!(review.annotations(), [("a", "object"), ("a", "job"), ("a", "pod"), ("b", "pod")]);
    object["apiVersion"] = "x.example/v1".into();
    let review = parse(&request("CREATE", &object, &Value::Null));
    assert_eq!(review.annotations(), [("a", "object")], "of an unknown kind, its own alone");
}
