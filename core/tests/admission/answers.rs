//! What is answered: complete, in order, bounded.

use super::*;

fn asked(images: &[&str]) -> Value {
    request("CREATE", &pod(json!({ "containers": containers(images) })), &Value::Null)
}

#[test]
fn a_denial_says_which_image_and_why() {
    let sent = answer(&asked(&["r.example/allowed/a:1", "alpine:3.11", "r.example/attested/b:1", "a b"]));
    assert_eq!(sent["allowed"], false);
    let message =
        "image alpine:3.11 is not attested\nimage r.example/attested/b:1 is not attested\nimage a b is not attested";
    let causes = json!([
        { "reason": "ALWAYS_DENY", "message": "rule default denies every image that it matches",
          "field": "spec.containers[1].image" },
        { "reason": "TAG_REFERENCE",
          "message": "tag 1 can change; name the image by its digest, as r.example/attested/b@sha256:…",
          "field": "spec.containers[2].image" },
        { "reason": "INVALID_REFERENCE", "message": sent["status"]["details"]["causes"][2]["message"],
          "field": "spec.containers[3].image" },
    ]);
    let status = json!({
        "status": "Failure", "message": message, "reason": "Forbidden", "code": 403,
        "details": { "name": "web", "kind": "Pod", "causes": causes },
    });
    assert_eq!(sent["status"], status);
    let audit = json!({
        "decision": "DENY",
        "images": "r.example/allowed/a:1 ALWAYS_ALLOW by rule open, alpine:3.11 ALWAYS_DENY by rule default, \
                   r.example/attested/b:1 TAG_REFERENCE by rule shop, a b INVALID_REFERENCE",
    });
    assert_eq!(sent["auditAnnotations"], audit);
    assert_eq!(sent.get("warnings"), None);
}

/// kubectl writes `Error from server: ` and not `Error from server (Forbidden): ` when there is no reason.
#[test]
fn the_reason_for_kubectl_can_be_left_out() {
    let mut options = AdmissionOptions::default();
    options.omit_status_reason = true;
    let review = parse_with(&asked(&["alpine:3.11"]), &options);
    let sent: Value = serde_json::from_str(&review.respond(&decide(&review)).to_json()).unwrap();
    assert_eq!(sent["response"]["status"].get("reason"), None);
    assert_eq!(sent["response"]["status"]["code"], 403);
    assert_eq!(sent["response"]["status"]["message"], "image alpine:3.11 is not attested");
}

#[test]
fn an_image_is_named_once() {
    let sent = answer(&asked(&["alpine", "busybox", "alpine"]));
    assert_eq!(sent["status"]["message"], "image alpine is not attested\nimage busybox is not attested");
    let fields: Vec<_> = sent["status"]["details"]["causes"].as_array().unwrap().iter().map(|c| &c["field"]).collect();
    assert_eq!(fields, ["spec.containers[0].image", "spec.containers[1].image", "spec.containers[2].image"]);
}

#[test]
fn a_dry_run_admits_with_a_warning() {
    let sent = answer(&asked(&["r.example/dry/a:1", "r.example/dry/a:1", "r.example/allowed/b"]));
    assert_eq!(sent["allowed"], true);
    assert_eq!(sent["warnings"], json!(["not attested, admitted by dry run: r.example/dry/a:1"]));
    assert_eq!(sent["auditAnnotations"]["decision"], "ALLOW");
    assert_eq!(sent["auditAnnotations"]["dry-run"], "r.example/dry/a:1");
    assert_eq!(sent.get("status"), None);
    // Where another image is denied, nothing is admitted by it.
    let sent = answer(&asked(&["r.example/dry/a:1", "alpine"]));
    assert_eq!((&sent["allowed"], sent.get("warnings")), (&json!(false), None));
    assert_eq!(sent["status"]["message"], "image alpine is not attested");
    assert_eq!(sent["status"]["details"]["causes"].as_array().unwrap().len(), 1);
    assert_eq!(sent["auditAnnotations"]["dry-run"], "r.example/dry/a:1");
}

#[test]
fn break_glass_admits_with_a_warning_and_a_record() {
    let name = "kritis.grafeas.io/breakglass";
    let template = json!({ "spec": { "containers": containers(&["alpine:3.11"]) } });
    let deployment = object("apps", "v1", "Deployment", "/spec/template", template);
    let with = |at: &[&str], value: &str| {
        let mut object = deployment.clone();
        for at in at {
            object.pointer_mut(at).unwrap()["metadata"]["annotations"] = json!({ name: value });
        }
        answer(&request("CREATE", &object, &Value::Null))
    };
    for (value, reason) in [("true", "true"), (" incident 4711\n", "incident 4711")] {
        for at in ["", "/spec/template"] {
            let sent = with(&[at], value);
            assert_eq!(sent["allowed"], true, "{at} {value}");
            assert_eq!(sent["warnings"], json!(["not verified, admitted by break-glass: alpine:3.11"]));
            assert_eq!(sent["auditAnnotations"]["breakglass"], format!("{name}={reason}"));
            assert_eq!(sent["auditAnnotations"]["images"], "alpine:3.11 BREAK_GLASS");
        }
    }
    for value in ["", "false", "no", " "] {
        assert_eq!(with(&["", "/spec/template"], value)["allowed"], false, "{value:?}");
    }
    // The object's own word comes before that of its template.
    let mut object = deployment.clone();
    object["metadata"]["annotations"] = json!({ name: "false" });
    object["spec"]["template"]["metadata"] = json!({ "annotations": { name: "true" } });
    assert_eq!(answer(&request("CREATE", &object, &Value::Null))["allowed"], false);
    // It opens no door to what cannot be read.
    object["metadata"]["annotations"] = json!({ name: "true" });
    object["spec"]["template"]["spec"]["containers"][0]["image"] = json!(null);
    assert_eq!(answer(&request("CREATE", &object, &Value::Null))["allowed"], false);
    // A label, and an annotation of another name, are none.
    let mut object = deployment;
    object["metadata"]["labels"] = json!({ name: "true" });
    object["metadata"]["annotations"] = json!({ "Kritis.grafeas.io/breakglass": "true", "breakglass": "true" });
    assert_eq!(answer(&request("CREATE", &object, &Value::Null))["allowed"], false);
}

#[test]
fn decisions_that_do_not_fit_the_images_are_a_denial() {
    let review = parse(&asked(&["r.example/allowed/a", "r.example/allowed/b"]));
    let decisions = decide(&review);
    assert!(review.respond(&decisions).is_allowed());
    for (given, message) in [
        (vec![], "images to decide on: 2, decisions: 0"),
        (vec![decisions[0].clone()], "images to decide on: 2, decisions: 1"),
        (vec![decisions[0].clone(); 3], "images to decide on: 2, decisions: 3"),
        (vec![decisions[0].clone(); 2], "the decision for spec.containers[1].image is on another image"),
        (
            vec![decisions[1].clone(), decisions[0].clone()],
            "the decision for spec.containers[0].image is on another image",
        ),
    ] {
        let response = review.respond(&given);
        assert!(!response.is_allowed());
        assert_eq!(response.message(), message);
        let sent: Value = serde_json::from_str(&response.to_json()).unwrap();
        assert_eq!(
            sent["response"]["status"]["details"]["causes"],
            json!([{ "reason": "NOT_DECIDED", "message": message }])
        );
    }
    // Nor are sets of attestations that do not fit the images decided with.
    let (none, now) = (Attestations::new(), "2026-06-01T00:00:00Z".parse().unwrap());
    for count in [0, 1, 3] {
        let decisions = review.decide(&policy(), &vec![&none; count], None, now);
        assert_eq!(decisions, []);
        assert!(!review.respond(&decisions).is_allowed());
    }
    assert_eq!(review.decide(&policy(), &[&none, &none], None, now), decisions);
    // What has no images has no decisions either.
    let none = parse(&request("CREATE", &json!({ "apiVersion": "v1", "kind": "ConfigMap" }), &Value::Null));
    assert!(!none.respond(&decisions).is_allowed());
}

#[test]
fn what_could_not_be_decided_on_is_denied_or_admitted_as_the_embedder_says() {
    let review = parse(&asked(&["r.example/attested/a"]));
    let denied = review.refuse("EVIDENCE_UNAVAILABLE", "the registry\ndid not answer");
    assert!(!denied.is_allowed());
    assert_eq!(denied.message(), "the registry\\u{a}did not answer");
    let sent: Value = serde_json::from_str(&denied.to_json()).unwrap();
    let audit = json!({ "decision": "DENY", "error": "EVIDENCE_UNAVAILABLE: the registry\\u{a}did not answer" });
    assert_eq!(sent["response"]["auditAnnotations"], audit);
    let admitted = review.admit_undecided("EVIDENCE_UNAVAILABLE", "the registry did not answer");
    assert!(admitted.is_allowed());
    assert_eq!(admitted.message(), "");
    let warning = "admitted without a decision: EVIDENCE_UNAVAILABLE: the registry did not answer";
    assert_eq!(admitted.warnings(), [warning]);
    let sent: Value = serde_json::from_str(&admitted.to_json()).unwrap();
    let audit = json!({ "decision": "ALLOW", "error": "EVIDENCE_UNAVAILABLE: the registry did not answer" });
    assert_eq!(sent["response"]["auditAnnotations"], audit);
}

#[test]
fn an_answer_is_bounded_and_plain() {
    let long = |index: usize, kind: &str| format!("r.example/{kind}/{index}/{}\u{202e}\u{1}", "x".repeat(5000));
    for (kind, annotation) in [("other", "false"), ("dry", "false"), ("other", "true")] {
        let images: Vec<_> = (0..256).map(|index| long(index, kind)).collect();
        let images: Vec<_> = images.iter().map(String::as_str).collect();
        let mut object = pod(json!({ "containers": containers(&images) }));
        object["metadata"]["annotations"] = json!({ "kritis.grafeas.io/breakglass": annotation.repeat(5000) });
        let review = parse(&request("CREATE", &object, &Value::Null));
        let sent = review.respond(&decide(&review)).to_json();
        assert!(sent.len() < 150_000, "{}", sent.len());
        assert!(!sent.contains(['\u{202e}', '\u{1}']), "{kind}");
        let sent: Value = serde_json::from_str(&sent).unwrap();
        let response = &sent["response"];
        for warning in response["warnings"].as_array().unwrap_or(&Vec::new()) {
            assert!(warning.as_str().unwrap().chars().count() <= 257);
        }
        if response["allowed"] == false {
            let lines: Vec<_> = response["status"]["message"].as_str().unwrap().lines().collect();
            assert_eq!((lines.len(), lines[32]), (33, "and 224 more images are not attested"));
            assert_eq!(response["status"]["details"]["causes"].as_array().unwrap().len(), 32);
        }
    }
}

/// An API server takes a key if it is a qualified name without a prefix, and puts the webhook's name before it.
#[test]
fn audit_annotations_have_keys_that_the_api_server_takes() {
    let mut broken = pod(json!({ "containers": containers(&["r.example/dry/a"]) }));
    broken["metadata"]["annotations"] = json!({ "kritis.grafeas.io/breakglass": "true" });
    let mut keys = std::collections::BTreeSet::new();
    for review in [
        asked(&["r.example/dry/a"]),
        request("CREATE", &broken, &Value::Null),
        request("CREATE", &Value::Null, &broken),
    ] {
        keys.extend(answer(&review)["auditAnnotations"].as_object().unwrap().keys().cloned());
    }
    assert_eq!(keys, ["breakglass", "decision", "dry-run", "error", "images"].map(String::from).into());
    assert!(keys.iter().all(|key| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
}
