//! The shared cases of `testdata/admission.json`: the images, and the answer to the byte.

use super::*;
use dokimos::{Problem, UnixTime};
use std::{collections::BTreeSet, fs, path::PathBuf};

fn testdata(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(file)
}

fn read(file: &Value) -> Vec<u8> {
    let path = testdata(file.as_str().expect("a file"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn all() -> Vec<Value> {
    serde_json::from_slice(&read(&"admission.json".into())).unwrap()
}

fn review_of(case: &Value) -> Result<AdmissionReview, Problem> {
    review_with(case, &read(&case["review"]))
}

fn review_with(case: &Value, bytes: &[u8]) -> Result<AdmissionReview, Problem> {
    let mut options = AdmissionOptions::default();
    options.evaluate_unchanged = case["options"]["evaluateUnchanged"].as_bool().unwrap();
    options.omit_status_reason = case["options"]["omitStatusReason"].as_bool().unwrap();
    AdmissionReview::parse(bytes, &options, &Budget::default())
}

fn decisions(case: &Value, review: &AdmissionReview) -> Vec<Decision> {
    let policy = Policy::from_json(&read(&case["policy"])).unwrap();
    let mut attestations = Attestations::new();
    for file in case["attestations"].as_array().unwrap() {
        attestations.add(file.as_str().unwrap(), &read(file), &Budget::default()).unwrap();
    }
    let now: UnixTime = case["at"].as_str().unwrap().parse().unwrap();
    let decisions = review.decide(&policy, &vec![&attestations; review.images().len()], case["cluster"].as_str(), now);
    let annotations = review.annotations();
    let context = review.context(case["cluster"].as_str(), &annotations);
    let one_by_one =
        review.images().iter().map(|image| policy.evaluate_text(image.reference(), &attestations, &context, now));
    assert_eq!(decisions, one_by_one.collect::<Vec<_>>());
    decisions
}

/// `testdata/responses/NAME.json` is what every language must answer. `DOKIMOS_WRITE_REPORTS=1` writes the files anew;
/// what changes in them is then for a person to read.
#[test]
fn every_request_is_answered_as_the_independent_model_answers_it() {
    let folder = testdata("responses");
    let mut names = BTreeSet::new();
    for case in all() {
        let name = case["name"].as_str().unwrap();
        let review = match review_of(&case) {
            Ok(review) => review,
            Err(problem) => {
                assert_eq!(case["error"], problem.code(), "{name}");
                continue;
            }
        };
        assert_eq!(case["error"], Value::Null, "{name}");
        assert_eq!(case["problem"].as_str(), review.problem().map(Problem::code), "{name}");
        let images: Vec<_> =
            review.images().iter().map(|i| json!({ "place": i.place(), "image": i.reference() })).collect();
        assert_eq!(case["images"], Value::from(images), "{name}");
        let response = review.respond(&decisions(&case, &review));
        assert_eq!(case["allowed"], response.is_allowed(), "{name}");
        if case["problem"].is_null() {
            assert_eq!(case["message"], response.message(), "{name}");
        }
        let file = format!("{name}.json");
        let answer = response.to_json() + "\n";
        if std::env::var_os("DOKIMOS_WRITE_REPORTS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(&file), &answer).unwrap();
        }
        assert_eq!(answer, fs::read_to_string(folder.join(&file)).unwrap(), "{name}");
        assert!(names.insert(file), "a name stands twice");
    }
    let files: BTreeSet<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, names, "an answer without a case");
}

/// Whatever is changed in a request, a denial becomes an allow only where the image is no longer there to run.
#[test]
fn no_value_that_is_changed_lets_a_denied_image_in() {
    let mut tried = 0;
    // What names the account or asks for break-glass may let an image in: that is what it is for.
    let asks =
        |case: &Value| ["account", "breakglass"].iter().any(|what| case["name"].as_str().unwrap().starts_with(what));
    for case in all().into_iter().filter(|case| !asks(case)) {
        let Ok(review) = review_of(&case) else { continue };
        let response = review.respond(&decisions(&case, &review));
        let operation = review.operation().unwrap_or_default();
        if response.is_allowed() || review.problem().is_some() || !matches!(operation, "CREATE" | "UPDATE") {
            continue;
        }
        let decided = decisions(&case, &review);
        let denied: Vec<_> =
            review.images().iter().zip(&decided).filter(|(_, decision)| !decision.is_allowed()).collect();
        let before: Value = serde_json::from_slice(&read(&case["review"])).unwrap();
        let mut places = Vec::new();
        walk(&before["request"]["object"], &mut String::from("/request/object"), &mut places);
        for place in places {
            for value in [json!(null), json!({}), json!([]), json!(""), json!("x"), json!(0), json!(true), json!([{}])]
            {
                let mut after = before.clone();
                *after.pointer_mut(&place).unwrap() = value.clone();
                let changed = review_with(&case, after.to_string().as_bytes()).unwrap();
                let response = changed.respond(&decisions(&case, &changed));
                tried += 1;
                // Each denied image is no longer named where it would run.
                let object = after["request"]["object"].to_string();
                let gone = |image: &AdmissionImage| !object.contains(&json!(image.reference()).to_string());
                assert!(
                    !response.is_allowed() || denied.iter().all(|(image, _)| gone(image)),
                    "{}: allowed by {value} at {place}",
                    case["name"]
                );
            }
        }
    }
    assert!(tried > 5000, "{tried} changes");
}

/// The places of all values in a document.
fn walk(value: &Value, place: &mut String, places: &mut Vec<String>) {
    places.push(place.clone());
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        let length = place.len();
        place.push('/');
        place.push_str(&name.replace('~', "~0").replace('/', "~1"));
        walk(value, place, places);
        place.truncate(length);
    }
}
