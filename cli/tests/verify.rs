//! `dokimos verify` on images given as arguments.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

mod support;

use serde_json::{Value, json};
use std::{fs, process::Stdio};
use support::{Folder, Run, dokimos_in, testdata};

const WEB: &str =
    "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
const RELEASE_KEY: &str = "ni:///sha-256;1S5KSNKOIIs_P5frDJ8BpMREQelofHB9b4YgzjrtIFA";
/// A rule that holds wherever the image is to run, and does not look at attestations.
const IN_PRODUCTION: [&str; 6] = ["--cluster", "prod-1", "--namespace", "default", "--at", "2026-06-01T00:00:00Z"];

/// Runs `dokimos verify` in the folder of the shared test data, with its policy `shop`.
fn verify(arguments: &[&str]) -> Run {
    verify_by("policies/shop.json", arguments)
}

fn verify_by(policy: &str, arguments: &[&str]) -> Run {
    let arguments = [&["verify", "--policy", policy], arguments, &IN_PRODUCTION[..]].concat();
    Run::new(dokimos_in(testdata(""), &arguments).output().unwrap())
}

#[test]
fn every_shared_case_has_the_shared_report_byte_for_byte() {
    let folder = Folder::new("verify-cases");
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(testdata("cases.json")).unwrap()).unwrap();
    assert!(cases.len() > 190, "{}", cases.len());
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let policy = match &case["policy"] {
            Value::String(file) => file.clone(),
            inline => {
                folder.write("policy.json", inline.to_string());
                folder.path().join("policy.json").to_str().unwrap().to_owned()
            }
        };
        let mut arguments = vec!["verify", "-o", "json", "--policy", &policy, "--at", case["at"].as_str().unwrap()];
        for file in case["attestations"].as_array().unwrap() {
            arguments.extend(["--attestations", file.as_str().unwrap()]);
        }
        let place = [("--cluster", "cluster"), ("--namespace", "namespace"), ("--service-account", "serviceAccount")];
        for (option, member) in place {
            arguments.extend(case[member].as_str().map(|value| [option, value]).iter().flatten());
        }
        let annotations = case["annotations"].as_object().unwrap().iter();
        let annotations: Vec<String> =
            annotations.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
        arguments.extend(annotations.iter().flat_map(|annotation| ["--annotation", annotation]));
        // What looks like an option may stand behind these.
        arguments.extend(["--", case["image"].as_str().unwrap()]);
        let run = Run::new(dokimos_in(testdata(""), &arguments).output().unwrap());
        let report = String::from_utf8(fs::read(testdata(&format!("reports/{name}.json"))).unwrap()).unwrap();
        assert_eq!(run.stderr, "", "{name}");
        assert_eq!(String::from_utf8(run.stdout).unwrap(), report, "{name}");
        let code = if case["decision"] == "ALLOW" { 0 } else { 1 };
        assert_eq!(run.code, Some(code), "{name}");
    }
}

#[test]
fn an_allowed_image_is_explained_down_to_the_key() {
    let shown = verify(&[WEB, "--attestations", "evidence/release.json"]).ends(0);
    let expected = format!(
        "\
ALLOW image {WEB} is attested
  reason: ATTESTED: attested by release
  rule: production
  attestor release: satisfied
    evidence/release.json: projects/shop/occurrences/o3: ATTESTED: the signature verifies [key {RELEASE_KEY}]
"
    );
    assert_eq!(shown, expected);
}

#[test]
fn a_denied_image_is_explained_down_to_what_failed() {
    let shown = verify(&[WEB, "--attestations", "evidence/pgp.json", "--attestations", "evidence/bit-flipped.json"]);
    let expected = format!(
        "\
DENY image {WEB} is not attested
  reason: BAD_SIGNATURE: attestor release: the signature does not verify (evidence/bit-flipped.json: \
projects/shop/occurrences/o39)
  rule: production
  attestor release: not satisfied
    evidence/bit-flipped.json: projects/shop/occurrences/o39: BAD_SIGNATURE: the signature does not verify \
[key {RELEASE_KEY}]
    evidence/pgp.json: projects/shop/occurrences/o74: UNSUPPORTED_FORMAT: a PGP signed attestation is not supported
"
    );
    assert_eq!(shown.ends(1), expected);
}

#[test]
fn an_unknown_key_is_named_once() {
    let shown = verify(&[WEB, "--attestations", "evidence/stranger.json"]).ends(1);
    let expected = "
    evidence/stranger.json: projects/shop/occurrences/o28: UNKNOWN_KEY: no key of the policy has the id \
         \"ni:///sha-256;_ITo0GfDAnZcch-MEJk3VdbgXpZ0gAWZ8F_4eQcZCpE\"\n";
    assert!(shown.ends_with(expected), "{shown}");
}

#[test]
fn a_flood_of_bad_signatures_is_cut_short_for_people() {
    let shown = verify(&[WEB, "--attestations", "evidence/flood.ndjson"]).ends(1);
    assert!(shown.contains(": BAD_SIGNATURE: the signature does not verify [key "), "{shown}");
    assert!(shown.contains(" times)\n") && shown.lines().count() < 20, "{shown}");
}

#[test]
fn several_images_are_judged_one_by_one() {
    let images = [WEB, "alpine:3.11", "registry.k8s.io/pause:3.9", "UPPER", "registry.example.com/shop/web:1"];
    let shown = verify(&[&images[..], &["--attestations", "evidence/release.json"]].concat()).ends(1);
    let verdicts: Vec<&str> = shown.lines().filter(|line| line.starts_with(['A', 'D'])).collect();
    let expected = [
        format!("ALLOW image {WEB} is attested"),
        "DENY image alpine:3.11 is not attested".to_owned(),
        "ALLOW image registry.k8s.io/pause:3.9 is exempted by the allowlist".to_owned(),
        "DENY image UPPER is not attested".to_owned(),
        "DENY image registry.example.com/shop/web:1 is not attested".to_owned(),
    ];
    assert_eq!(verdicts, expected);
    // In JSON one line each, the same as each alone.
    let together = verify(&[&images[..], &["--attestations", "evidence/release.json", "-o", "json"]].concat()).ends(1);
    let alone: Vec<String> = images
        .iter()
        .map(|image| verify(&[image, "--attestations", "evidence/release.json", "-o", "json"]))
        .map(|run| String::from_utf8(run.stdout).unwrap())
        .collect();
    assert_eq!(together, alone.concat());
    // All allowed is 0.
    verify(&[WEB, WEB, "--attestations", "evidence/release.json"]).ends(0);
}

#[test]
fn what_is_no_reference_is_denied() {
    let shown = verify(&["registry.example.com/shop/web@sha256:1234"]).ends(1);
    let expected = "\
DENY image registry.example.com/shop/web@sha256:1234 is not attested
  reason: INVALID_REFERENCE: not an image reference: the digest's hash has 4 characters, sha256 has 64
";
    assert_eq!(shown, expected);
    // What was given cannot play with the terminal.
    let shown = verify(&["al\u{1b}[2Jpine\nALLOW"]).ends(1);
    assert!(shown.starts_with("DENY image al\\u{1b}[2Jpine\\u{a}ALLOW is not attested\n"), "{shown}");
}

#[test]
fn a_dry_run_allows_and_says_so() {
    let staging = ["verify", WEB, "--policy", "policies/shop.json", "--cluster", "staging", "--namespace", "default"];
    let shown = Run::new(dokimos_in(testdata(""), &staging).output().unwrap()).ends(0);
    let expected = format!(
        "\
ALLOW (dry run) image {WEB} is not attested
  reason: NO_ATTESTATION: there is no attestation; needed is one by release
  rule: staging
  attestor release: not satisfied
"
    );
    assert_eq!(shown, expected);
}

#[test]
fn break_glass_is_shown_with_its_value() {
    let annotation = "kritis.grafeas.io/breakglass=incident 42\u{7}";
    let shown = verify(&["alpine:3.11", "--annotation", annotation, "--annotation", "other=x"]).ends(0);
    let expected = "\
ALLOW image alpine:3.11 is admitted by break-glass
  reason: BREAK_GLASS: annotation kritis.grafeas.io/breakglass is set; nothing was verified
  break-glass: kritis.grafeas.io/breakglass=incident 42\\u{7}
";
    assert_eq!(shown, expected);
}

#[test]
fn the_time_is_now_unless_it_is_given() {
    let folder = Folder::new("verify-now");
    let policy = |from: &str, until: &str| {
        let mut policy: Value = serde_json::from_slice(&fs::read(testdata("policies/shop.json")).unwrap()).unwrap();
        policy["attestors"][0]["publicKeys"][0]["validFrom"] = json!(from);
        policy["attestors"][0]["publicKeys"][0]["validUntil"] = json!(until);
        policy["rules"][1].as_object_mut().unwrap().remove("clusters");
        policy["rules"][1].as_object_mut().unwrap().remove("namespaces");
        folder.write("policy.json", policy.to_string());
    };
    let evidence = testdata("evidence/release.json");
    let arguments = ["verify", WEB, "--policy", "policy.json", "--attestations", &evidence];
    let at = |time| [&arguments[..], &["--at", time]].concat();
    policy("2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z");
    assert!(folder.run(&arguments).ends(1).contains("reason: KEY_EXPIRED: "));
    folder.run(&at("2019-06-01T02:00:00+02:00")).ends(0);
    assert!(folder.run(&at("2018-12-31T23:59:59Z")).ends(1).contains("reason: KEY_NOT_YET_VALID: "));
    policy("2020-01-01T00:00:00Z", "9999-01-01T00:00:00Z");
    folder.run(&arguments).ends(0);
}

#[test]
fn a_folder_counts_with_its_files_in_their_order() {
    let folder = Folder::new("verify-folder");
    let copy = |file: &str, name: &str| {
        fs::copy(testdata(&format!("evidence/{file}")), folder.path().join(name)).unwrap();
    };
    fs::create_dir_all(folder.path().join("found/sub")).unwrap();
    copy("release.json", "found/b.json");
    copy("bit-flipped.json", "found/a.json");
    copy("pgp.json", "found/c");
    folder.write("found/.hidden", "not an attestation");
    folder.write("found/sub/deep.json", "not an attestation");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../found/c", folder.path().join("found/d")).unwrap();
    #[cfg(not(unix))]
    copy("pgp.json", "found/d");
    let policy = testdata("policies/shop.json");
    let arguments = |source| {
        let arguments = ["verify", "-o", "json", WEB, "--policy", &policy, "--attestations", source];
        [&arguments[..], &IN_PRODUCTION].concat()
    };
    let sources = |source, code| {
        let report: Value = serde_json::from_str(&folder.run(&arguments(source)).ends(code)).unwrap();
        let tried = report["attestors"][0]["attestations"].as_array().unwrap();
        tried.iter().map(|attestation| attestation["source"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (bad, good) = ("a.json: projects/shop/occurrences/o39", "b.json: projects/shop/occurrences/o3");
    assert_eq!(sources("found", 0), [bad, good]);
    fs::remove_file(folder.path().join("found/b.json")).unwrap();
    let pgp = "projects/shop/occurrences/o74";
    assert_eq!(sources("found/", 1), [bad.to_owned(), format!("c: {pgp}"), format!("d: {pgp}")]);
    folder.write("found/notes.txt", "not an attestation");
    folder.run(&arguments("found")).fails(3, "found/notes.txt: not JSON: expected value at line 1 column 1");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", folder.path().join("found/e")).unwrap();
        folder.run(&arguments("found")).fails(3, "found/e: no such file or folder");
    }
    // A folder without files is no mistake of its own, and allows nothing.
    fs::create_dir(folder.path().join("empty")).unwrap();
    let shown = folder.run(&arguments("empty")).ends(1);
    assert!(shown.contains("NO_ATTESTATION"), "{shown}");
}

#[test]
fn a_signature_may_stand_beside_its_payload() {
    let folder = Folder::new("verify-detached");
    folder.make_key("key", "2048");
    let attestor = policy_of(&folder, "key.pub.pem", "RSA_PSS_2048_SHA256");
    folder.write("policy.json", attestor.to_string());
    folder.run(&["payload", "--image", support::IMAGE, "-o", "payload"]).succeeds();
    let sign = ["sign", "--key", "key.pem", "--algorithm", "RSA_PSS_2048_SHA256", "--image", support::IMAGE];
    let cosign = folder.run(&[&sign[..], &["--format", "cosign", "--style", "kritis"]].concat()).succeeds();
    let document: Value = serde_json::from_str(&cosign).unwrap();
    let base64 = document["Base64Signature"].as_str().unwrap();
    folder.write("signature.txt", format!("{}\n{}\n", &base64[..76], &base64[76..]));
    folder.write("signature", base64_decoded(base64));
    for signature in ["signature", "signature.txt"] {
        let arguments =
            ["verify", support::IMAGE, "--policy", "policy.json", "--payload", "payload", "--signature", signature];
        let shown = folder.run(&arguments).ends(0);
        assert!(shown.contains(&format!("\n    {signature}: ATTESTED: the signature verifies [key ")), "{shown}");
        let with_id = |id: &str| folder.run(&[&arguments[..], &["--key-id", id]].concat());
        with_id(folder.run(&["key", "id", "key.pub.pem"]).succeeds().trim()).ends(0);
        assert!(with_id("another").ends(1).contains("reason: UNKNOWN_KEY: "));
        // Another payload was not signed.
        folder.write("other", [folder.read("payload"), b" ".to_vec()].concat());
        let other =
            ["verify", support::IMAGE, "--policy", "policy.json", "--payload", "other", "--signature", signature];
        assert!(folder.run(&other).ends(1).contains("reason: BAD_SIGNATURE: "));
    }
    let empty = ["verify", support::IMAGE, "--policy", "policy.json", "--payload", "payload", "--signature", "empty"];
    folder.write("empty", "");
    folder.run(&empty).fails(3, "empty: signature: the value is empty");
    let empty = ["verify", support::IMAGE, "--policy", "policy.json", "--payload", "empty", "--signature", "signature"];
    folder.run(&empty).fails(3, "empty: payload: the value is empty");
    folder.write("empty", [b'?'; 2000]);
    let long = ["verify", support::IMAGE, "--policy", "policy.json", "--payload", "payload", "--signature", "empty"];
    folder.run(&long).fails(3, "empty: signature: 2000 bytes, more than the limit of 1024");
}

/// A policy that requires one attestor with the key in the file.
fn policy_of(folder: &Folder, key: &str, algorithm: &str) -> Value {
    let keys = folder.run(&["key", "import", "-o", "json", "--algorithm", algorithm, key]).succeeds();
    let mut attestor: Value = serde_json::from_str(&keys).unwrap();
    attestor["name"] = json!("signer");
    json!({
        "apiVersion": "dokimos.dev/v1", "kind": "Policy", "attestors": [attestor],
        "default": {"evaluation": "REQUIRE_ATTESTATION", "require": "signer"},
    })
}

fn base64_decoded(text: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.decode(text).unwrap()
}

#[test]
fn everything_may_come_from_the_standard_input_once() {
    let with_input = |file: &str, arguments: &[&str]| {
        let arguments = [&["verify", WEB], arguments, &IN_PRODUCTION[..]].concat();
        let input = fs::File::open(testdata(file)).unwrap();
        Run::new(dokimos_in(testdata(""), &arguments).stdin(Stdio::from(input)).output().unwrap())
    };
    let shown = with_input("evidence/release.json", &["--policy", "policies/shop.json", "--attestations", "-"]).ends(0);
    assert!(shown.contains("\n    standard input: projects/shop/occurrences/o3: ATTESTED: "), "{shown}");
    // Without a name the content tells the language.
    for policy in ["policies/shop.json", "policies/shop.yaml"] {
        with_input(policy, &["--policy", "-", "--attestations", "evidence/release.json"]).ends(0);
    }
    let twice = with_input("policies/shop.json", &["--policy", "-", "--attestations", "-"]);
    twice.fails(2, "-: the standard input can be read for one input only");
}

#[test]
fn a_policy_in_yaml_decides_as_in_json() {
    for policy in ["policies/shop.json", "policies/shop.yaml"] {
        let run = verify_by(policy, &[WEB, "--attestations", "evidence/release.json", "-o", "json"]);
        let report = fs::read_to_string(testdata("reports/format-release.json")).unwrap();
        assert_eq!(run.ends(0), report, "{policy}");
    }
}

#[test]
fn a_policy_that_is_none_is_told_with_every_problem() {
    let folder = Folder::new("verify-policy");
    folder.write(
        "bad.yaml",
        "apiVersion: dokimos.dev/v1\nkind: Policy\nsurplus: 1\nrules:\n  - name: a\n    evaluation: MAYBE\n",
    );
    folder.write("list.json", "[]");
    folder.write("broken.json", "{\"kind\": ");
    let run = folder.run(&["verify", WEB, "--policy", "bad.yaml"]);
    assert_eq!((run.code, run.stdout.as_slice()), (Some(3), &b""[..]));
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("dokimos: bad.yaml: ")), "{lines:?}");
    for problem in ["unknown field \"surplus\"", "rules[0].evaluation: "] {
        assert!(run.stderr.contains(problem), "{problem}: {lines:?}");
    }
    folder.run(&["verify", WEB, "--policy", "missing.yaml"]).fails(3, "missing.yaml: no such file or folder");
    folder.run(&["verify", WEB, "--policy", "list.json"]).fails(3, "list.json: expected an object, found an array");
    let broken = folder.run(&["verify", WEB, "--policy", "broken.json"]);
    broken.fails(3, "broken.json: not JSON: EOF while parsing a value at line 1 column 9");
}

#[test]
fn evidence_that_is_none_is_told() {
    let document = |content: &str| {
        let folder = Folder::new("verify-evidence");
        folder.write("evidence.json", content);
        let arguments = ["verify", WEB, "--policy", &testdata("policies/shop.json"), "--attestations", "evidence.json"];
        folder.run(&arguments)
    };
    document("{\"a\":1}")
        .fails(3, "evidence.json: not a Grafeas occurrence, a page of them, a cosign signature, a DSSE envelope or a sigstore bundle");
    document("").fails(3, "evidence.json: not JSON: the document is empty");
    let missing = verify(&[WEB, "--attestations", "missing.json"]);
    missing.fails(3, "missing.json: no such file or folder");
    let large = " ".repeat(4 * 1024 * 1024 + 1);
    document(&large).fails(3, "evidence.json: longer than 4194304 bytes");
    // One bad document is enough, whatever the others are.
    let both = verify(&[WEB, "--attestations", "evidence/release.json", "--attestations", "README.md"]);
    both.fails(3, "README.md: not JSON: expected value at line 1 column 1");
}

#[test]
fn a_wrong_command_line_is_refused() {
    let folder = Folder::new("verify-usage");
    let verify = |arguments: &[&str]| folder.run(&[&["verify"], arguments].concat());
    verify(&[]).refuses_usage("--policy <FILE>");
    verify(&[WEB]).refuses_usage("--policy <FILE>");
    verify(&["--policy", "p"]).refuses_usage("<IMAGE>");
    verify(&[WEB, "--images", "list", "--policy", "p"]).refuses_usage("cannot be used with '--images <FILE>'");
    verify(&[WEB, "--policy", "p", "--payload", "p"]).refuses_usage("--signature <FILE>");
    verify(&[WEB, "--policy", "p", "--signature", "s"]).refuses_usage("--payload <FILE>");
    verify(&[WEB, "--policy", "p", "--key-id", "k"]).refuses_usage("--signature <FILE>");
    verify(&[WEB, "--policy", "p", "-o", "xml"]).refuses_usage("[possible values: text, json]");
    verify(&[WEB, "--policy", "p", "--at", "2026-06-01"])
        .fails(2, "--at <RFC3339>: not a time of the form 2026-01-31T12:00:00Z (RFC 3339)");
    verify(&[WEB, "--policy", "p", "--annotation", "a"])
        .fails(2, "--annotation <NAME=VALUE>: not of the form NAME=VALUE");
    let twice = ["--annotation", "a=1", "--annotation", "a=2"];
    verify(&[&[WEB, "--policy", "p"], &twice[..]].concat()).fails(2, "--annotation: a is given twice");
    // An unset variable of a shell is not the name of a place.
    for option in ["--cluster", "--namespace", "--service-account"] {
        verify(&[WEB, "--policy", "p", option, ""]).refuses_usage("a value is required for");
    }
}

#[test]
fn colour_is_for_those_who_ask_for_it() {
    let arguments = ["verify", WEB, "--policy", "policies/shop.json", "--attestations", "evidence/release.json"];
    let arguments = [&arguments[..], &IN_PRODUCTION].concat();
    let coloured = Run::new(dokimos_in(testdata(""), &arguments).env("CLICOLOR_FORCE", "1").output().unwrap()).ends(0);
    assert!(coloured.starts_with("\u{1b}[1m\u{1b}[32mALLOW\u{1b}[0m image "), "{coloured:?}");
    // JSON never has any.
    let json = [&arguments[..], &["-o", "json"]].concat();
    let json = Run::new(dokimos_in(testdata(""), &json).env("CLICOLOR_FORCE", "1").output().unwrap()).ends(0);
    assert!(!json.contains('\u{1b}'), "{json}");
}
