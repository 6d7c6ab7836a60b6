use super::*;
use crate::policy::Files;
use dokimos::{AdmissionContext, Attestations, Policy, ReasonCode, UnixTime};
use std::{env, fs, path::PathBuf};

const KEY: &str = include_str!("../../../../testdata/evidence/keys/kms.pub.pem");

fn compile_with(text: &str, config: KritisConfig) -> Result<Policy, Vec<String>> {
    let contents = vec![("objects.yaml".to_owned(), text.as_bytes().to_vec())];
    Files::new(PathBuf::from("objects.yaml"), config).compile(&contents)
}

fn compile(text: &str) -> Result<Policy, Vec<String>> {
    compile_with(text, KritisConfig::default())
}

fn problem(text: &str) -> String {
    compile(text).map(drop).unwrap_err().join("\n")
}

/// As Alibaba Cloud's guide has it: the key as base64 of its PEM, and an id that is not made from the key.
fn authority(namespace: &str, name: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let data = BASE64_STANDARD.encode(KEY);
    format!(
        "---\napiVersion: kritis.grafeas.io/v1beta1\nkind: AttestationAuthority\n\
         metadata: {{ name: {name}, namespace: {namespace} }}\n\
         spec:\n  noteReference: namespaces/{name}\n  publicKeyId: 4a2ef103-5aa3-4220-8c1b-5c8a6d0a1e11\n  \
         publicKeyData: {data}\n"
    )
}

fn policy(namespace: &str, name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: kritis.grafeas.io/v1beta1\nkind: GenericAttestationPolicy\n\
         metadata: {{ name: {name}, namespace: {namespace} }}\nspec: {spec}\n"
    )
}

fn allowlist(patterns: &str) -> String {
    format!(
        "---\napiVersion: kritis.grafeas.io/v1beta1\nkind: AdmissionAllowlist\n\
         metadata: {{ name: kritis-allowlist }}\nspec: {{ patterns: {patterns} }}\n"
    )
}

fn reason(policy: &Policy, namespace: &str, image: &str) -> ReasonCode {
    let context = AdmissionContext { namespace: Some(namespace), ..AdmissionContext::default() };
    policy.evaluate_text(image, &Attestations::new(), &context, UnixTime::from_secs(0)).reason().code()
}

const DIGEST: &str = "@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";

#[test]
fn the_guides_objects_are_a_policy() {
    let text = authority("default", "demo-aa")
        + &policy("default", "demo-gap", "{ attestationAuthorityNames: [demo-aa] }")
        + &allowlist(
            "[{ namePattern: 'registry*.*.aliyuncs.com/acs/*' }, \
             { namePattern: 'registry-vpc.cn-beijing.aliyuncs.com/arms-docker-repo/*', namespace: default }]",
        );
    let compiled = compile(&text).unwrap();
    let keys: Vec<_> = compiled.keys().map(|key| (key.attestor, key.id, key.key.algorithm().to_string())).collect();
    let id = "4a2ef103-5aa3-4220-8c1b-5c8a6d0a1e11";
    assert_eq!(
        keys,
        [
            ("default/demo-aa", id, "RSA_PSS_SHA_256".to_owned()),
            ("default/demo-aa", id, "RSA_PKCS1_SHA_256".to_owned()),
        ]
    );
    for (namespace, image, expected) in [
        ("default", "alpine:3.11".to_owned(), ReasonCode::TagReference),
        ("default", format!("alpine{DIGEST}"), ReasonCode::NoAttestation),
        ("other", format!("alpine{DIGEST}"), ReasonCode::AlwaysDeny),
        ("other", "registry-vpc.cn-hangzhou.aliyuncs.com/acs/pause:3.2".to_owned(), ReasonCode::Allowlisted),
        ("other", "registry-vpc.cn.hangzhou.aliyuncs.com/acs/pause:3.2".to_owned(), ReasonCode::AlwaysDeny),
        ("default", "registry-vpc.cn-beijing.aliyuncs.com/arms-docker-repo/a:1".to_owned(), ReasonCode::Allowlisted),
        ("other", "registry-vpc.cn-beijing.aliyuncs.com/arms-docker-repo/a:1".to_owned(), ReasonCode::AlwaysDeny),
    ] {
        assert_eq!(reason(&compiled, namespace, &image), expected, "{namespace} {image}");
    }
}

#[test]
fn settings_say_what_the_objects_leave_open() {
    let text = authority("default", "a") + &policy("default", "gap", "{ attestationAuthorityNames: [a] }");
    let config = |text: &str| crate::config::Config::parse(text.as_bytes()).unwrap().kritis;
    let allow = compile_with(&text, config("kritis: { otherNamespaces: allow }")).unwrap();
    assert_eq!(reason(&allow, "other", "alpine:3.11"), ReasonCode::AlwaysAllow);
    assert_eq!(reason(&allow, "default", "alpine:3.11"), ReasonCode::TagReference);
    let one = compile_with(&text, config("kritis: { algorithms: [RSA_PSS_2048_SHA256], identity: digest }")).unwrap();
    assert_eq!(one.keys().count(), 1);
    assert!(one.warnings(UnixTime::from_secs(0)).iter().any(|warning| warning.code() == "DIGEST_IDENTITY"));
    assert_eq!(compile(&text).unwrap().break_glass_annotation(), None);
    let broken = compile_with(&text, config("kritis: { breakglass: true }")).unwrap();
    assert_eq!(broken.break_glass_annotation(), Some("kritis.grafeas.io/breakglass"));
}

#[test]
fn every_authority_of_one_policy_and_any_policy_of_a_namespace() {
    let text = authority("default", "a")
        + &authority("default", "b")
        + &authority("other", "a")
        + &policy("default", "x", "{ attestationAuthorityNames: [a, b] }")
        + &policy("default", "y", "{ attestationAuthorityNames: [b] }")
        + &policy("other", "x", "{ attestationAuthorityNames: [a] }");
    let rules = |config| -> Vec<(String, String)> {
        let policy = compile_with(&text, config).unwrap();
        let rules = policy.rules().filter_map(|rule| Some((rule.name.to_owned(), rule.requirement?)));
        rules.collect()
    };
    assert_eq!(
        rules(KritisConfig::default()),
        [
            ("namespace:default".to_owned(), "(default/a and default/b) or default/b".to_owned()),
            ("namespace:other".to_owned(), "other/a".to_owned()),
        ]
    );
    let any = KritisConfig { authorities: Authorities::Any, ..KritisConfig::default() };
    assert_eq!(rules(any)[0].1, "(default/a or default/b) or default/b");
}

#[test]
fn keys_of_the_last_version_are_taken_as_they_are() {
    let pem = KEY.replace('\n', "\\n");
    let key = |key: &str| {
        format!(
            "---\napiVersion: kritis.grafeas.io/v1beta1\nkind: AttestationAuthority\nmetadata: {{ name: a }}\n\
         spec: {{ noteReference: projects/p/notes/n, publicKeys: [{key}] }}\n"
        ) + &policy("default", "gap", "{ attestationAuthorityNames: [a] }")
    };
    let pkix = |algorithm: &str| {
        key(&format!(
            "{{ keyId: 'ni:///x', keyType: PKIX, pkixPublicKey: {{ publicKeyPem: \"{pem}\", signatureAlgorithm: {algorithm} }} }}"
        ))
    };
    let compiled = compile(&pkix("rsa-pss-2048-sha256")).unwrap();
    assert_eq!(compiled.keys().next().unwrap().id, "ni:///x");
    assert_eq!(compiled.keys().next().unwrap().key.algorithm().to_string(), "RSA_PSS_2048_SHA256");
    for (text, expected) in [
        (pkix("ecdsa-p256-sha256"), "objects.yaml: AttestationAuthority a.publicKeys[0].algorithm: "),
        (
            key("{ keyType: PGP, asciiArmoredPgpPublicKey: AAAA }"),
            "objects.yaml: AttestationAuthority a: publicKeys[0]: PGP keys",
        ),
        (key("{ keyType: PKIX }"), "pkixPublicKey is missing"),
        (key("{ keyType: pkix }"), "keyType \"pkix\" is neither"),
        (key("{ keyType: PKIX, more: 1 }"), "spec: publicKeys[0].more: unknown field"),
        (key(""), "has no public key"),
    ] {
        let found = problem(&text);
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn what_cannot_be_said_is_an_error_that_names_the_object() {
    let gap = |spec: &str| authority("default", "a") + &policy("default", "gap", spec);
    let named = "{ attestationAuthorityNames: [a], admissionAllowlistPatterns: [{ namePattern: ";
    let vulnerability =
        "---\napiVersion: kritis.grafeas.io/v1beta1\nkind: ImageSecurityPolicy\nmetadata: { name: isp }\nspec: {}\n";
    let place = "objects.yaml: GenericAttestationPolicy default/gap: ";
    for (text, expected) in [
        (gap("{}"), format!("{place}names no attestation authority")),
        (gap("{ attestationAuthorityNames: [b] }"), format!("{place}there is no AttestationAuthority default/b")),
        (gap("{ attestationAuthorityName: a }"), format!("{place}spec: attestationAuthorityName: unknown field")),
        (gap(&format!("{named}'gcr.io/x/**' }}] }}")), format!("{place}namePattern \"gcr.io/x/**\": in kritis a `*`")),
        (gap(&format!("{named}'gcr.io/*/x' }}] }}")), format!("{place}namePattern \"gcr.io/*/x\": in kritis a `*`")),
        (gap(&format!("{named}'' }}] }}")), format!("{place}namePattern \"\": ")),
        (gap(&format!("{named}'gcr.io/X*' }}] }}")), "GenericAttestationPolicy default/gap.pattern: ".to_owned()),
        (
            gap("{ attestationAuthorityNames: [a] }") + vulnerability,
            "ImageSecurityPolicy isp: objects of the kind".to_owned(),
        ),
        (
            authority("default", "a") + &authority("default", "a"),
            "AttestationAuthority default/a: stands twice".to_owned(),
        ),
        (allowlist("[]") + &allowlist("[]"), "AdmissionAllowlist kritis-allowlist: stands twice".to_owned()),
        (allowlist("[{ namePattern: a, namespace: '*' }]"), "\"*\" is not a name".to_owned()),
        (allowlist("[{ namePattern: 'gcr.io/a*b/c' }]"), "can only stand in the host".to_owned()),
        (policy("'*'", "gap", "{ attestationAuthorityNames: [a] }"), "\"*\" is not a name".to_owned()),
        (authority("default", "a").replace("v1beta1", "v1"), "the apiVersion is not".to_owned()),
        (
            authority("default", "a").replace("publicKeyData: ", "publicKeyData: '*' #"),
            "publicKeyData: not the base64".to_owned(),
        ),
        (
            authority("default", "a")
                .replace("publicKeyData: ", "publicKeyData: LS0tLS1CRUdJTiBQR1AgUFVCTElDIEtFWQ== #"),
            "PGP keys".to_owned(),
        ),
        (
            authority("default", "a").replace("publicKeyData: ", "publicKeyData: LS0t #"),
            "default/a.publicKeys[0].pem: ".to_owned(),
        ),
        (
            authority("default", "a") + "---\napiVersion: dokimos.dev/v1\nkind: Policy\n",
            "the one or the other".to_owned(),
        ),
    ] {
        let found = problem(&text);
        assert!(found.contains(&expected), "{expected}\n{found}");
    }
}

#[test]
fn a_list_of_kubectl_is_its_items() {
    let items = [authority("default", "a"), policy("default", "gap", "{ attestationAuthorityNames: [a] }")];
    let items = items.map(|item| item.replace("---\n", "- ").replace('\n', "\n  "));
    let text = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}metadata: {{ resourceVersion: '' }}\n",
        items.concat().replace("  - ", "- ").trim_end().to_owned() + "\n"
    );
    assert_eq!(compile(&text).unwrap().rules().count(), 2, "{text}");
}

/// Whether kritis' pattern matches the text of a reference: `util.imageNamePatternMatch`.
fn kritis_matches(pattern: &str, image: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => image.starts_with(start) && image.rfind('/').is_none_or(|place| place < start.len()),
        None => image == pattern,
    }
}

#[test]
fn no_pattern_matches_an_image_that_it_did_not_match() {
    // Each is one image, in the spellings that it has.
    let official = |rest: &str| -> Vec<String> {
        let places =
            ["", "library/", "docker.io/", "docker.io/library/", "index.docker.io/", "index.docker.io/library/"];
        places.iter().map(|place| format!("{place}{rest}")).collect()
    };
    let other = |spellings: &[&str]| spellings.iter().map(|&text| text.to_owned()).collect();
    let images: [Vec<String>; 16] = [
        [official("alpine"), official("alpine:latest")].concat(),
        official("alpine:3.11"),
        [official(&format!("alpine{DIGEST}")), official(&format!("alpine:3.11{DIGEST}"))].concat(),
        official("alpine-evil:3.11"),
        other(&["gcr.io/shop/web", "gcr.io/shop/web:latest", "gcr.io:443/shop/web"]),
        other(&["gcr.io/shop/web:1.2"]),
        other(&["gcr.io/shop/web:12"]),
        other(&[&format!("gcr.io/shop/web{DIGEST}"), &format!("gcr.io/shop/web:1.2{DIGEST}")]),
        other(&["gcr.io/shop/web-evil:1.2"]),
        other(&["gcr.io/shop/web/deeper:1.2"]),
        other(&["gcr.io/shop-evil/web:1.2"]),
        other(&["gcr.io.evil.com/shop/web:1.2"]),
        other(&["evil.com/gcr.io/shop/web:1.2"]),
        other(&["shop/web:1.2", "docker.io/shop/web:1.2", "index.docker.io/shop/web:1.2"]),
        other(&["gcr.io:5000/shop/web:1.2"]),
        official("gcr.io:1.2"),
    ];
    let mut matched = 0;
    for pattern in [
        "*",
        "alpine",
        "alpine*",
        "alpine:*",
        "alpine:3*",
        "alpine@*",
        "docker.io/*",
        "docker.io/library/alpine*",
        "library/*",
        "gcr.io/shop/*",
        "gcr.io/shop/web",
        "gcr.io/shop/web*",
        "gcr.io/shop/web:*",
        "gcr.io/shop/web:1.*",
        "gcr.io/shop/web:1*",
        "gcr.io/shop/web:latest",
        "gcr.io/shop/web@sha256:*",
        "gcr.io/shop/web@sha256:15*",
        "gcr.io/shop*",
        "gcr.io/*",
        "gcr.io*",
        "shop/*",
        "shop*",
        "gcr.io:5*",
        "gcr.io:5000/shop/*",
        "alpine:3.11",
        &format!("gcr.io/shop/web{DIGEST}"),
        &format!("gcr.io/shop/web:1.2{DIGEST}"),
    ] {
        for translated in [pattern::of_kritis(pattern), pattern::of_alibaba(pattern)] {
            let document = json!({
                "apiVersion": "dokimos.dev/v1", "kind": "Policy", "default": { "evaluation": "ALWAYS_DENY" },
                "allowlist": [{ "pattern": translated.unwrap() }],
            });
            let policy = Policy::from_json(document.to_string().as_bytes()).unwrap();
            for spellings in &images {
                let before = spellings.iter().any(|image| kritis_matches(pattern, image));
                for image in spellings {
                    let now = reason(&policy, "default", image) == ReasonCode::Allowlisted;
                    assert!(before || !now, "{pattern} as {document} matches {image}");
                    matched += usize::from(now);
                }
            }
        }
    }
    assert!(matched > 100, "{matched}");
}

#[test]
fn the_recorded_rows_of_both_dialects() {
    let Some(folder) = env::var_os("DOKIMOS_VECTORS").map(PathBuf::from) else {
        assert!(env::var_os("CI").is_none(), "DOKIMOS_VECTORS must name the folder of test vectors");
        println!("skipped: DOKIMOS_VECTORS is not set");
        return;
    };
    let read =
        |name: &str| -> Value { serde_json::from_slice(&fs::read(folder.join("kritis").join(name)).unwrap()).unwrap() };
    let check = |patterns: &[Value], dialect: &dyn Fn(&str) -> Result<String, String>, image: &str, expected: bool| {
        let entry = |pattern: &Value| json!({ "pattern": dialect(pattern.as_str().unwrap()).unwrap() });
        let document = json!({
            "apiVersion": "dokimos.dev/v1", "kind": "Policy", "default": { "evaluation": "ALWAYS_DENY" },
            "allowlist": patterns.iter().map(entry).collect::<Vec<_>>(),
        });
        let policy = Policy::from_json(document.to_string().as_bytes()).unwrap();
        let found = reason(&policy, "default", image) == ReasonCode::Allowlisted;
        assert_eq!(found, expected, "{image} by {document}");
    };
    let recorded = read("allowlist_kritis_gap.json");
    let rows = recorded["cases"].as_array().unwrap();
    for row in rows {
        let patterns = recorded["allowlist"].as_array().unwrap();
        check(patterns, &pattern::of_kritis, row["image"].as_str().unwrap(), row["match"].as_bool().unwrap());
    }
    let documented = read("allowlist_docs.json");
    let examples = documented["alibaba"]["cases"].as_array().unwrap();
    for row in examples {
        check(&[row[0].clone()], &pattern::of_alibaba, row[1].as_str().unwrap(), row[2].as_bool().unwrap());
    }
    assert!(rows.len() >= 19 && examples.len() >= 5);
}

/// kritis' own rule, said once more: any policy of the namespace, of which all authorities attest.
#[test]
fn decisions_are_those_that_kritis_would_make() {
    let evidence =
        |name: &str| fs::read(format!("{}/../testdata/evidence/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let signers = [
        ("release", "rsa-pss-2048-sha256", "release.json"),
        ("qa", "rsa-sign-pkcs1-2048-sha256", "qa-default-id.json"),
        ("security", "rsa-pss-3072-sha256", "security.json"),
    ];
    let authorities = signers.map(|(name, algorithm, _)| {
        let pem = String::from_utf8(evidence(&format!("keys/{name}.pub.pem"))).unwrap();
        let key =
            json!({ "keyType": "PKIX", "pkixPublicKey": { "publicKeyPem": pem, "signatureAlgorithm": algorithm } });
        let object = json!({
            "apiVersion": "kritis.grafeas.io/v1beta1", "kind": "AttestationAuthority", "metadata": { "name": name },
            "spec": { "noteReference": "projects/p/notes/n", "publicKeys": [key] },
        });
        format!("---\n{object}\n")
    });
    let names =
        |mask: usize| -> Vec<&str> { (0..3).filter(|bit| mask >> bit & 1 == 1).map(|bit| signers[bit].0).collect() };
    let web = format!("registry.example.com/shop/web{DIGEST}");
    let image = web.parse().unwrap();
    let mut allowed = 0;
    // Two policies, each with some of the authorities, 0 for a policy that is not there; and whose attestations there are.
    for (one, two, signed) in (0..8 * 8 * 8).map(|number| (number % 8, number / 8 % 8, number / 64)) {
        let mut text = authorities.concat();
        for (name, mask) in [("one", one), ("two", two)] {
            if mask != 0 {
                text += &policy("default", name, &json!({ "attestationAuthorityNames": names(mask) }).to_string());
            }
        }
        let mut attestations = Attestations::new();
        for (bit, (_, _, file)) in signers.iter().enumerate() {
            if signed >> bit & 1 == 1 {
                attestations.add(file, &evidence(file), &dokimos::Budget::default()).unwrap();
            }
        }
        let policy = compile(&text).unwrap();
        let context = AdmissionContext { namespace: Some("default"), ..AdmissionContext::default() };
        let now: UnixTime = "2026-06-01T00:00:00Z".parse().unwrap();
        let decision = policy.evaluate(&image, &attestations, &context, now);
        let expected = [one, two].into_iter().any(|mask| mask != 0 && signed & mask == mask);
        assert_eq!(decision.is_allowed(), expected, "{one} {two} {signed}: {}", decision.to_json());
        allowed += usize::from(expected);
    }
    assert!(allowed > 50);
}

#[test]
fn changed_objects_are_read_or_refused() {
    let text = authority("default", "a")
        + &policy(
            "default",
            "gap",
            "{ attestationAuthorityNames: [a], admissionAllowlistPatterns: [{ namePattern: 'gcr.io/x/*' }] }",
        )
        + &allowlist("[{ namePattern: 'registry*.*.aliyuncs.com/acs/*', namespace: default }]");
    let mut refused = 0;
    for place in 0..text.len() {
        for byte in [b'*', b'\n', b' ', 0, 0xff] {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = byte;
            let contents = vec![("objects.yaml".to_owned(), bytes)];
            let files = Files::new(PathBuf::from("objects.yaml"), KritisConfig::default());
            if let Err(problems) = files.compile(&contents) {
                refused += 1;
                assert!(problems.iter().all(|problem| problem.lines().count() == 1), "{problems:?}");
            }
        }
    }
    assert!(refused > 3 * text.len(), "{refused}");
}
