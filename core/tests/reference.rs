//! Image references: normalisation, limits, and each name that two readers could take for two images.

#![cfg(feature = "alloc")]
#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    reason = "tests fail by panicking, and have std"
)]

use dokimos::{ImageReference, ReferenceError};
use proptest::prelude::*;
use std::{
    collections::{BTreeSet, HashSet},
    error::Error,
};

const HASH: &str = "6e1f0c7d5c3b2a190817263544536271809fa0b1c2d3e4f5061728394a5b6c7d";

fn canonical(text: &str) -> Result<String, &'static str> {
    text.parse().map(|image: ImageReference| image.canonical().to_owned()).map_err(|error: ReferenceError| error.code())
}

/// All of these are the image whose canonical form is given.
fn same(form: &str, spellings: &[&str]) {
    assert_eq!(canonical(form).as_deref(), Ok(form));
    let image: ImageReference = form.parse().unwrap();
    for spelling in spellings {
        assert_eq!(canonical(spelling).as_deref(), Ok(form), "{spelling}");
        let other: ImageReference = spelling.parse().unwrap();
        assert_eq!(other.as_given(), *spelling);
        assert_eq!(other.to_string(), *spelling);
        assert_eq!(other, image);
        assert_eq!(other.cmp(&image), std::cmp::Ordering::Equal);
    }
}

fn refused(code: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(canonical(text), Err(code), "{text:?}");
    }
}

#[test]
fn parts_are_found() {
    let text = format!("Registry.Example.com:5000/shop/web:1.4@sha256:{HASH}");
    let image: ImageReference = text.parse().unwrap();
    assert_eq!(image.as_given(), text);
    assert_eq!(image.domain(), "registry.example.com:5000");
    assert_eq!(image.path(), "shop/web");
    assert_eq!(image.repository(), "registry.example.com:5000/shop/web");
    assert_eq!(image.tag(), Some("1.4"));
    assert_eq!(image.digest().unwrap().hex(), HASH);
    assert_eq!(image.canonical(), format!("registry.example.com:5000/shop/web@sha256:{HASH}"));
    assert_eq!(format!("{image:>10}"), text);
    assert!(format!("{image:?}").contains("Registry.Example.com"));
    assert_eq!(ImageReference::try_from(text.as_str()), Ok(image));
}

#[test]
fn a_bare_name_is_an_official_image_of_docker_hub() {
    same(
        "docker.io/library/alpine:latest",
        &[
            "alpine",
            "alpine:latest",
            "library/alpine",
            "docker.io/alpine",
            "docker.io/library/alpine",
            "index.docker.io/alpine",
        ],
    );
    same("docker.io/grafana/loki:2.9", &["grafana/loki:2.9", "index.docker.io/grafana/loki:2.9"]);
    same("docker.io/library/foo/bar:latest", &["library/foo/bar"]);
    same("example.com/alpine:latest", &["example.com/alpine"]);
}

#[test]
fn localhost_is_a_host_and_no_other_bare_word_is() {
    same("localhost/alpine:latest", &["localhost/alpine"]);
    same("localhost:5000/alpine:latest", &["localhost:5000/alpine", "LOCALHOST:5000/alpine"]);
    same("docker.io/localhosts/alpine:latest", &["localhosts/alpine"]);
}

#[test]
fn hosts_are_the_same_in_any_case() {
    same(
        "docker.io/library/alpine:latest",
        &["Docker.io/alpine", "DOCKER.IO/library/alpine", "Index.Docker.IO/alpine"],
    );
    same("registry.example.com/app:Tag", &["REGISTRY.example.COM/app:Tag"]);
    same("foo:5000/bar:latest", &["Foo:5000/bar", "FOO:5000/bar:latest"]);
}

#[test]
fn every_host_of_docker_hub_is_docker_hub() {
    same(
        "docker.io/library/alpine:latest",
        &[
            "docker.io:443/alpine",
            "Docker.io:443/library/alpine",
            "index.docker.io:443/alpine",
            "registry-1.docker.io/library/alpine",
            "registry-1.docker.io/alpine",
            "Registry-1.docker.io:443/alpine",
        ],
    );
    // Other hosts, and other ports of its hosts, are not.
    for other in ["docker.io:80", "registry-2.docker.io", "docker.io.example.com", "hub.docker.com", "xdocker.io"] {
        same(&format!("{other}/alpine:latest"), &[]);
    }
}

#[test]
fn the_default_port_is_dropped_and_no_other() {
    same("example.com/a:latest", &["example.com:443/a", "Example.com:443/a"]);
    same("localhost/a:latest", &["localhost:443/a", "LOCALHOST:443/a"]);
    same("[2001:db8::1]/a:latest", &["[2001:db8::1]:443/a"]);
    for port in ["80", "1", "4430", "8443", "65535"] {
        same(&format!("example.com:{port}/a:latest"), &[]);
    }
}

/// Without its port it would be a path at Docker Hub: another image.
#[test]
fn the_default_port_stays_on_a_host_that_needs_it() {
    same("web:443/app:latest", &["web:443/app", "WEB:443/app"]);
    assert_ne!(canonical("web:443/app"), canonical("web/app"));
}

#[test]
fn a_port_is_a_number_with_one_spelling() {
    refused(
        "REFERENCE_INVALID_PORT",
        &[
            "example.com:/a",
            "example.com:0/a",
            "example.com:080/a",
            "example.com:0443/a",
            "example.com:65536/a",
            "example.com:99999999999999999999/a",
            "example.com:+80/a",
            "example.com:-80/a",
            "example.com:8 0/a",
            "example.com:80:80/a",
            "example.com:\u{661}/a",
            "example.com:http/a",
            "https://example.com/a",
            "docker://alpine",
            "[::1]80/a",
            "[::1]:/a",
            "a::1/a",
        ],
    );
}

#[test]
fn an_upper_case_first_component_is_a_host_to_some_and_a_path_to_others() {
    refused("REFERENCE_AMBIGUOUS_DOMAIN", &["Foo/bar", "Library/alpine", "LOCALHOST/a", "fOO/bar:1", "A_b/c", "-A/b"]);
}

#[test]
fn an_underscore_or_a_user_is_in_no_host() {
    refused("REFERENCE_INVALID_DOMAIN", &["a_b.com/c", "a_b:5000/c", "_.com/c", "user@example.com/a"]);
    same("docker.io/a_b/c:latest", &["a_b/c"]);
}

#[test]
fn labels_of_hosts_neither_begin_nor_end_with_a_hyphen_nor_are_empty() {
    refused(
        "REFERENCE_INVALID_DOMAIN",
        &[
            "-a.com/b",
            "a-.com/b",
            "a.-com/b",
            "a.com-/b",
            ".a.com/b",
            "a..com/b",
            "a.com./b",
            "a.com.:80/b",
            ":80/b",
            "./b",
            "../b",
        ],
    );
    same("a-b.c--d.com/e:latest", &["a-b.c--d.com/e"]);
}

#[test]
fn a_digest_alone_is_not_an_image() {
    refused(
        "REFERENCE_BARE_DIGEST",
        &[
            HASH,
            &format!("sha256:{HASH}"),
            &format!("sha256:{}", HASH.to_uppercase()),
            &format!("sha384:{}", "a".repeat(96)),
            &format!("sha512:{HASH}{HASH}"),
        ],
    );
    // What is one digit from it, or stands in a repository, is a name like another.
    same(&format!("docker.io/library/{HASH}0:latest"), &[&format!("{HASH}0")]);
    same(&format!("docker.io/library/{HASH}:latest"), &[&format!("library/{HASH}"), &format!("docker.io/{HASH}")]);
    same(&format!("docker.io/library/{HASH}:tag"), &[&format!("{HASH}:tag")]);
    same(&format!("docker.io/library/sha256:{HASH}0"), &[&format!("sha256:{HASH}0")]);
    same(&format!("docker.io/library/sha256:{HASH}"), &[&format!("library/sha256:{HASH}")]);
}

#[test]
fn a_port_without_a_path_is_a_tag() {
    same("docker.io/library/localhost:5000", &["localhost:5000"]);
    same("docker.io/library/example.com:5000", &["example.com:5000"]);
    same("docker.io/library/example.com:latest", &["example.com"]);
}

#[test]
fn only_the_digest_binds_beside_a_tag() {
    same(
        &format!("example.com/a@sha256:{HASH}"),
        &[&format!("example.com/a:1@sha256:{HASH}"), &format!("example.com/a:2@sha256:{HASH}")],
    );
    let image: ImageReference = format!("a:1@sha256:{HASH}").parse().unwrap();
    assert_eq!(image.tag(), Some("1"));
}

#[test]
fn nothing_follows_a_digest() {
    for tail in [":tag", "@sha256:0", &format!("@sha256:{HASH}"), "/x", " ", "\n"] {
        refused("DIGEST_WRONG_LENGTH", &[&format!("example.com/a@sha256:{HASH}{tail}")]);
    }
}

#[test]
fn digests_are_exact() {
    refused("DIGEST_NOT_LOWER_CASE_HEX", &[&format!("a@sha256:{}", HASH.to_uppercase())]);
    refused("DIGEST_UNSUPPORTED_ALGORITHM", &[&format!("a@SHA256:{HASH}"), &format!("a@md5:{HASH}"), "a@:"]);
    refused("DIGEST_WRONG_LENGTH", &[&format!("a@sha512:{HASH}"), "a@sha256:"]);
    refused("DIGEST_MALFORMED", &["a@", "a:t@", "a@sha256"]);
    let error = "a@sha256".parse::<ImageReference>().unwrap_err();
    assert!(error.source().is_some());
}

#[test]
fn only_ascii() {
    refused("REFERENCE_INVALID_TAG", &["alpine:\u{442}\u{435}\u{433}", "alpine:\u{661}", "alpine:a\u{661}"]);
    refused(
        "REFERENCE_INVALID_PATH",
        &["\u{430}lpine", "\u{ff41}lpine", "alp\u{131}ne", "\u{212a}ube/app", "alpine\u{200b}"],
    );
    refused(
        "REFERENCE_INVALID_DOMAIN",
        &["m\u{fc}nchen.de/a", "ex\u{430}mple.com/a", "\u{212a}.io/a", "docker.io\u{2024}x/a"],
    );
    refused("REFERENCE_INVALID_PATH", &["docker\u{2024}io/alpine"]);
}

#[test]
fn neither_white_space_nor_nul_nor_a_last_newline() {
    refused(
        "REFERENCE_INVALID_PATH",
        &[" ", "\n", " alpine", "alpine ", "alpine\n", "alpine\r\n", "alpine\0", "al pine", "\u{feff}a"],
    );
    refused("REFERENCE_INVALID_TAG", &["alpine:3 ", "alpine:3\n", "alpine:3\0", "alpine: 3", "alpine:3\u{a0}"]);
    refused("REFERENCE_INVALID_DOMAIN", &[" example.com/a", "example.com /a", "example.com\0/a"]);
}

#[test]
fn components_of_a_path() {
    for good in ["a", "a.b", "a_b", "a__b", "a-b", "a---b", "0", "a/b/c/d", "a.b_c__d-e"] {
        same(&format!("x.io/{good}:latest"), &[&format!("x.io/{good}")]);
    }
    for bad in [
        "", "/a", "a/", "a//b", ".a", "a.", "_a", "a_", "-a", "a-", "a..b", "a___b", "a._b", "a-_b", "a_-b", "a.-b",
        "..", "a/../b", "a%2fb", "a\\b", "a?b", "a#b", "a*",
    ] {
        refused("REFERENCE_INVALID_PATH", &[&format!("x.io/{bad}")]);
    }
    refused("REFERENCE_UPPER_CASE_PATH", &["Alpine", "x.io/Foo", "foo/Bar", "x.io/a/bC:tag"]);
}

#[test]
fn tags() {
    for good in ["0", "_t", "T.t-t_t", "latest", "1.2.3-rc.1"] {
        same(&format!("x.io/a:{good}"), &[]);
    }
    refused("REFERENCE_INVALID_TAG", &["a:", "a:.t", "a:-t", "a:t+t", "a:t~t", "a:b:c", "x.io/a:b/c", "a:@sha256:0"]);
}

#[test]
fn an_ipv6_host_is_an_address_in_one_spelling() {
    same(
        "[2001:db8::1]:5000/a:latest",
        &["[2001:DB8::1]:5000/a", "[2001:db8:0:0:0:0:0:1]:5000/a", "[2001:0db8:0000:0000:0000:0000:0000:0001]:5000/a"],
    );
    same("[::]/a:latest", &["[0:0:0:0:0:0:0:0]/a"]);
    same("[::ffff:102:304]/a:latest", &["[0::ffff:0102:0304]/a"]);
    same("[1:0:3:4:5:6:7:8]/a:latest", &["[1::3:4:5:6:7:8]/a"]);
    refused(
        "REFERENCE_INVALID_IPV6",
        &[
            "[:::::::]/a",
            "[1:2:3:4:5:6:7:8:9]/a",
            "[::1::]/a",
            "[12345::]/a",
            "[::ffff:1.2.3.4]/a",
            "[fe80::1%eth0]/a",
            "[::1/a",
            "[g::]/a",
            "[:]/a",
            "[ ::1]/a",
        ],
    );
    refused("REFERENCE_INVALID_PATH", &["[::1]", "[::1]:5000", "[]/a"]);
}

#[test]
fn limits_hold_to_the_byte() {
    let fits = |text: String| canonical(&text).map(|_| ());
    assert_eq!(fits(format!("x.io/{}", "a".repeat(255))), Ok(()));
    assert_eq!(fits(format!("x.io/{}", "a".repeat(256))), Err("REFERENCE_PATH_TOO_LONG"));
    assert_eq!(fits("a".repeat(247)), Ok(()));
    assert_eq!(fits("a".repeat(248)), Err("REFERENCE_PATH_TOO_LONG"), "with library/ before it");
    assert_eq!(fits(format!("a:{}", "t".repeat(128))), Ok(()));
    assert_eq!(fits(format!("a:{}", "t".repeat(129))), Err("REFERENCE_TAG_TOO_LONG"));
    assert_eq!(fits(format!("{}.com:5000/a", "a".repeat(246))), Ok(()));
    assert_eq!(fits(format!("{}.com:5000/a", "a".repeat(247))), Err("REFERENCE_DOMAIN_TOO_LONG"));
    assert_eq!(fits(format!("x.io/{}", "a".repeat(1019))), Err("REFERENCE_PATH_TOO_LONG"));
    assert_eq!(fits(format!("x.io/{}", "a".repeat(1020))), Err("REFERENCE_TOO_LONG"));
    assert_eq!(fits("/".repeat(1 << 20)), Err("REFERENCE_TOO_LONG"));
    assert_eq!(fits(String::new()), Err("REFERENCE_EMPTY"));
    let longest =
        format!("{}.com:5000/{}:{}@sha512:{}", "a".repeat(246), "b".repeat(255), "c".repeat(128), "d".repeat(128));
    assert_eq!(fits(longest), Ok(()));
}

/// The backtracking of other engines took minutes over these.
#[test]
fn what_makes_other_readers_backtrack_is_refused() {
    refused(
        "REFERENCE_INVALID_PATH",
        &["docker.artifactory.us.foo.mycompany.com/bar/node?18", &format!("{}!", "a-".repeat(500))],
    );
    refused("REFERENCE_INVALID_PATH", &[&"a/".repeat(512), &"a".repeat(1000).replace("aa", "a_")]);
}

#[test]
fn messages_name_the_place_on_one_line() {
    let long = "a".repeat(2000);
    let texts = [
        "",
        "Foo/b",
        HASH,
        "a_.b/c",
        "[x:]/a",
        "a//b",
        "a.b:0/c",
        "a:\n",
        "A",
        "a@x",
        &long,
        &long[..900],
        &format!("a:{}", &long[..130]),
        &format!("{}.b/c", &long[..300]),
    ];
    let mut codes = BTreeSet::new();
    for text in texts {
        let error = text.parse::<ImageReference>().unwrap_err();
        let message = error.to_string();
        assert!(!message.is_empty() && message.len() < 120 && !message.ends_with('.'), "{message}");
        assert!(message.chars().all(|character| !character.is_control()), "{message}");
        assert!(!message.contains("REFERENCE"), "{message}");
        codes.insert(error.code());
    }
    assert_eq!(codes.len(), 14, "{codes:?}");
    let at = |text: &str| text.parse::<ImageReference>().unwrap_err();
    assert_eq!(at("x.io/ab cd"), ReferenceError::InvalidPath { position: 7 });
    assert_eq!(at("x.io/ab/"), ReferenceError::InvalidPath { position: 8 });
    assert_eq!(at("x.io/aB"), ReferenceError::UpperCasePath { position: 6 });
    assert_eq!(at("x.io/a:b:c"), ReferenceError::InvalidTag { position: 8 });
    assert_eq!(at("a_b.io/a"), ReferenceError::InvalidDomain { position: 1 });
    assert_eq!(at("a.io:x/a"), ReferenceError::InvalidPort { position: 5 });
}

#[test]
fn equal_references_are_one_key() {
    let images: HashSet<ImageReference> =
        ["alpine", "docker.io/alpine:latest", "alpine:3"].map(|text| text.parse().unwrap()).into_iter().collect();
    assert_eq!(images.len(), 2);
}

/// Near the grammar: parts that are right, parts that are nearly right, and noise.
fn near() -> impl Strategy<Value = String> {
    let domain = "([A-Za-z0-9][A-Za-z0-9-]{0,5}\\.){0,3}[A-Za-z0-9]{1,4}(:[0-9]{1,6})?/|localhost/|[Dd]ocker.io(:443)?/|index.docker.io/|\\[[0-9a-fA-F:]{1,10}\\](:[0-9]{1,5})?/|";
    let path = "[a-z0-9]{1,4}([._/-]|__|--)?[a-z0-9]{1,4}(/[a-z0-9._-]{1,5}){0,2}|[a-zA-Z0-9._/-]{1,8}|[0-9a-f]{64}";
    let tag = "(:[A-Za-z0-9_.-]{1,5})?";
    let digest = "|@sha256:[0-9a-f]{64}|@sha512:[0-9a-f]{128}|@sha256:[0-9a-fA-F]{63,65}|@.{0,5}";
    (domain, path, tag, digest).prop_map(|(domain, path, tag, digest)| domain + &path + &tag + &digest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_canonical_form_is_its_own(text in prop_oneof![near(), any::<String>(), "[a-zA-Z0-9:./@_-]{0,40}"]) {
        if let Ok(image) = text.parse::<ImageReference>() {
            prop_assert_eq!(image.to_string(), text.as_str());
            let again: ImageReference = image.canonical().parse().unwrap();
            prop_assert_eq!(again.canonical(), image.canonical());
            prop_assert_eq!(again.as_given(), image.canonical());
            prop_assert_eq!((again.domain(), again.path(), again.repository()), (image.domain(), image.path(), image.repository()));
            prop_assert_eq!(again.digest(), image.digest());
            let repository: ImageReference = image.repository().parse().unwrap();
            prop_assert_eq!(repository.repository(), image.repository());
            prop_assert_eq!(format!("{}/{}", image.domain(), image.path()), image.repository());
            prop_assert!(!image.domain().is_empty() && !image.path().is_empty());
            prop_assert!(image.domain() != "docker.io" || image.path().contains('/'));
        }
    }

    /// No byte beyond the grammar gets through, wherever it stands.
    #[test]
    fn a_foreign_character_anywhere_is_refused(at in 0usize..30, character in "[^A-Za-z0-9._:/@\\[\\]-]") {
        let text = "registry.example.com/shop/web:1";
        let mut changed = text.to_owned();
        changed.insert_str(at, &character);
        prop_assert!(changed.parse::<ImageReference>().is_err(), "{:?}", changed);
    }
}
