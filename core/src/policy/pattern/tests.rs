//! What patterns match, what they never match, and what is no pattern.

mod published;
mod random;

use super::*;
use alloc::{string::ToString, vec::Vec};

const HASH: &str = "6e1f0c7d5c3b2a190817263544536271809fa0b1c2d3e4f5061728394a5b6c7d";

fn matches(pattern: &str, image: &str) -> bool {
    ImagePattern::parse(pattern).unwrap().matches(&image.parse().unwrap())
}

fn check(pattern: &str, yes: &[&str], no: &[&str]) {
    for image in yes {
        assert!(matches(pattern, image), "{pattern} must match {image}");
    }
    for image in no {
        assert!(!matches(pattern, image), "{pattern} must not match {image}");
    }
}

fn refused(pattern: &str) -> String {
    let error = ImagePattern::parse(pattern).expect_err(pattern);
    let message = error.to_string();
    assert!(!message.is_empty() && !message.contains('\n') && !message.ends_with('.'), "{message}");
    message
}

#[test]
fn a_repository_is_all_its_tags_and_digests() {
    let digest = alloc::format!("registry.example.com/shop/web@sha256:{HASH}");
    check(
        "registry.example.com/shop/web",
        &[
            "registry.example.com/shop/web",
            "registry.example.com/shop/web:1.4",
            &digest,
            "Registry.Example.com:443/shop/web",
        ],
        &[
            "registry.example.com/shop/web2",
            "registry.example.com/shop/web/x",
            "registry.example.com/shop",
            "registry.example.com/a/shop/web",
            "registry.example.com:5000/shop/web",
            "registry.example.com.evil.com/shop/web",
            "xregistry.example.com/shop/web",
            "shop/web",
        ],
    );
}

#[test]
fn the_names_of_docker_hub_are_one_place() {
    let spellings = [
        "alpine",
        "docker.io/alpine",
        "index.docker.io/library/alpine",
        "Docker.io:443/alpine",
        "registry-1.docker.io/alpine",
    ];
    for pattern in spellings {
        check(
            pattern,
            &spellings,
            &["alpine2", "library/alpine/x", "example.com/alpine", "docker.io.evil.com/library/alpine"],
        );
    }
    for pattern in ["docker.io/**", "Index.docker.io/**"] {
        check(pattern, &["alpine", "grafana/loki", "a/b/c/d"], &["docker.io.evil.com/alpine", "localhost/a"]);
    }
    check("alp*", &["alpine", "docker.io/alp"], &["alp/ine", "x/alpine", "example.com/alpine"]);
    check("docker.io/*", &["alpine"], &["grafana/loki"]);
    check(
        "grafana/*",
        &["grafana/loki", "index.docker.io/grafana/loki:1"],
        &["grafana/a/b", "grafana", "example.com/grafana/loki"],
    );
}

#[test]
fn a_star_stays_inside_its_segment() {
    check("gcr.io/p/nginx*", &["gcr.io/p/nginx", "gcr.io/p/nginx-1.2:latest"], &["gcr.io/p/nginx/x", "gcr.io/p/ngin"]);
    check("gcr.io/*/web", &["gcr.io/a/web", "gcr.io/a.b_c/web"], &["gcr.io/web", "gcr.io/a/b/web"]);
    check(
        "gcr.io/p/n*x*z",
        &["gcr.io/p/nxz", "gcr.io/p/n.x.z", "gcr.io/p/nxxzz"],
        &["gcr.io/p/nx", "gcr.io/p/nzx", "gcr.io/p/nx/z"],
    );
    check("gcr.io/*", &["gcr.io/a"], &["gcr.io/a/b"]);
}

#[test]
fn two_stars_at_the_end_are_one_segment_or_more() {
    check(
        "gcr.io/my-project/**",
        &["gcr.io/my-project/a", "gcr.io/my-project/a/b/c:1", "gcr.io:443/my-project/a"],
        &[
            "gcr.io/my-project",
            "gcr.io/my-project-evil/a",
            "gcr.io/my-projec/a",
            "gcr.io/x/my-project/a",
            "eu.gcr.io/my-project/a",
        ],
    );
    check("gcr.io/*/**", &["gcr.io/a/b", "gcr.io/a/b/c"], &["gcr.io/a"]);
    check("gcr.io/**", &["gcr.io/a", "gcr.io/a/b"], &["gcr.io.evil.com/a", "xgcr.io/a", "gcr.io:5000/a"]);
}

#[test]
fn two_stars_alone_are_every_image() {
    let digest = alloc::format!("x.io/a@sha256:{HASH}");
    for pattern in ["**", "*/**"] {
        check(pattern, &["alpine", "localhost/a", "[::1]:5000/a/b", "ghcr.io/foo:1", &digest], &[]);
    }
}

/// What the accessors of a reference would answer if they were wrong.
#[test]
fn no_pattern_of_images_matches_an_empty_text() {
    for (text, star) in [("**", Star::Segment), ("a/**", Star::Segment), ("a*", Star::Label)] {
        assert!(!Glob::new(text, star).matches(""), "{text}");
    }
}

#[test]
fn two_stars_elsewhere_are_refused() {
    for pattern in [
        "gcr.io/my-project**",
        "gcr.io/**/x",
        "**/x",
        "***",
        "**/**",
        "gcr.io/a**/b",
        "gcr.io/a/***",
        "gcr.io/a/**:tag",
        "gcr.io/a/**@*",
        "gcr.io/a:**",
        "gcr.io/a@**",
        "**:latest",
        "g**",
        "gcr.**/a",
        "gcr.io**",
    ] {
        assert!(refused(pattern).contains("`**`"), "{pattern}");
    }
    for pattern in ["/**", "a//**", "gcr.io//**"] {
        refused(pattern);
    }
}

#[test]
fn a_star_in_a_host_stays_inside_its_label() {
    check(
        "registry*.*.aliyuncs.com/acs/*",
        &["registry.cn-hangzhou.aliyuncs.com/acs/pause:3.2", "registry-vpc.cn-beijing.aliyuncs.com/acs/x"],
        &[
            "registry.aliyuncs.com/acs/x",
            "registry.a.b.aliyuncs.com/acs/x",
            "registry.cn.aliyuncs.com.evil.com/acs/x",
            "registry.evil.com/aliyuncs.com/acs/x",
            "registry.cn.aliyuncs.com/acs/x/y",
            "registry.cn.aliyuncs.com/acs-evil/x",
            "registry.cn.aliyuncs.com:5000/acs/x",
            "xregistry.cn.aliyuncs.com/acs/x",
        ],
    );
    check("*.Example.com/**", &["a.example.com/x", "A.EXAMPLE.com/x/y"], &["example.com/x", "a.b.example.com/x"]);
    check("*.example.com:443/a", &["x.example.com/a", "x.example.com:443/a"], &["x.example.com:80/a"]);
    check(
        "example.com*/a",
        &["example.com/a", "example.community/a"],
        &["example.com.evil.org/a", "example.com:5000/a"],
    );
    check("web*:443/a", &["web1:443/a", "WEB:443/a"], &["web1:80/a", "web1/a"]);
    check("localhost:*/a", &["localhost:5000/a", "LOCALHOST:1/a"], &["localhost/a", "localhost.evil.com:5000/a"]);
    check("example.com:50*/a", &["example.com:5000/a", "example.com:50/a"], &["example.com:6000/a"]);
    check("*:5000/a", &["web:5000/a", "localhost:5000/a"], &["a.b:5000/a", "[::1]:5000/a"]);
    check("[2001:DB8::1]:443/*", &["[2001:db8::1]/a", "[2001:db8:0::1]/a"], &["[2001:db8::2]/a"]);
}

#[test]
fn a_tag_or_a_digest_is_matched_too() {
    let by_digest = alloc::format!("x.io/a@sha256:{HASH}");
    let by_both = alloc::format!("x.io/a:1.4@sha256:{HASH}");
    let sha512 = alloc::format!("x.io/a@sha512:{HASH}{HASH}");
    check("x.io/a:1.*", &["x.io/a:1.4", "x.io/a:1."], &["x.io/a:2.1", "x.io/a", "x.io/b:1.4", "x.io/a:1"]);
    check("x.io/a:latest", &["x.io/a", "x.io/a:latest"], &["x.io/a:Latest"]);
    check("x.io/*:*-rc*", &["x.io/b:1-rc", "x.io/b:1-rc.2"], &["x.io/b:1", "x.io/a/b:1-rc"]);
    for pattern in ["x.io/a@*", "x.io/a@sha256:*", "x.io/a@sha256:6e*7d", &by_digest] {
        check(pattern, &[&by_digest, &by_both], &["x.io/a", "x.io/a:1.4", "x.io/a:sha256"]);
    }
    check("x.io/a@sha256:*", &[], &[&sha512]);
    check("x.io/a@*", &[&sha512], &[]);
    check(&by_digest, &[], &[&by_digest.replace("6e1f", "6e1e"), &by_digest.replace("x.io", "y.io")]);
}

/// Whoever pulls by digest is not held to the tag beside it.
#[test]
fn a_tag_matches_nothing_that_has_a_digest() {
    let both = alloc::format!("x.io/a:1.4@sha256:{HASH}");
    for pattern in ["x.io/a:1.4", "x.io/a:*", "x.io/a:1.*"] {
        check(pattern, &["x.io/a:1.4"], &[&both]);
    }
    for pattern in [both.as_str(), "x.io/a:1.4@sha256:*", "x.io/a:*@*"] {
        assert!(refused(pattern).contains("not both"), "{pattern}");
    }
}

#[test]
fn what_could_be_two_things_is_refused() {
    for pattern in ["*", "*/*", "*/x", "*/x/**", "*:latest", "*@*"] {
        assert!(refused(pattern).contains("first component"), "{pattern}");
    }
    refused("Foo/bar");
    refused("Foo*/bar");
    refused(HASH);
    refused(&alloc::format!("sha256:{HASH}"));
}

#[test]
fn what_could_never_match_is_refused() {
    for pattern in [
        "",
        " ",
        "alpine ",
        " alp*",
        "x.io/a\n*",
        "x.io/A*",
        "x.io/a//*",
        "x.io/*/",
        "x.io/",
        "x.io/-*",
        "x.io/a..*",
        "x.io/_*",
        "x.io/*_",
        "x.io/a._*",
        "a_b*.io/x",
        "a_b.io/*",
        "-*.io/x",
        "*-.io/x",
        "*..io/x",
        "*./x",
        "x.io:0*/a",
        "x.io:*x/a",
        "x.io:/a*",
        "x.io:123456*/a",
        "x*.io:99999/a",
        "x*.io:0/a",
        "x*.io:/a",
        "[::*]/a",
        "[*]:80/a",
        "x.io/a:",
        "x.io/*:",
        "x.io/*:-a",
        "x.io/*:a/b",
        "x.io/*:a:b",
        "x.io/*@",
        "x.io/*@sha256",
        "x.io/*@sha256:",
        "x.io/*@md5:*",
        "x.io/*@sha256:A*",
        "x.io/*@sha256:g*",
        "x.io/*@SHA256:*",
        "x.io/*@sha*:00",
        "x.io/*\u{430}",
        "x.io/[ab]",
        "x.io/?",
        "x.io/.+",
        "x.io/a*\0",
        "https://x.io/*",
        "x.io/a,x.io/b*",
        "!x.io/*",
    ] {
        refused(pattern);
    }
    refused(&alloc::format!("x.io/*@sha256:{HASH}0*"));
    assert!(refused("[2001:db8::*]/a").contains("IPv6"));
    assert!(refused(&alloc::format!("x.io/*{}", "a".repeat(1019))).contains("1025 bytes"));
    assert!(ImagePattern::parse(&alloc::format!("x.io/*{}", "a".repeat(1018))).is_ok());
}

#[test]
fn risks_are_told() {
    let risks = |pattern: &str| -> Vec<_> {
        ImagePattern::parse(pattern).unwrap().risks().into_iter().map(|risk| risk.described().0).collect()
    };
    for pattern in [
        "gcr.io/p/**",
        "gcr.io/p/*",
        "gcr.io/p/nginx*",
        "alpine",
        "alp*",
        "gcr.io/p",
        "grafana/**",
        "x.io/a@*",
        "gcr.io/*/web",
    ] {
        assert_eq!(risks(pattern), [""; 0], "{pattern}");
    }
    assert_eq!(risks("**"), ["EVERY_IMAGE"]);
    assert_eq!(risks("*/**"), ["EVERY_IMAGE"]);
    assert_eq!(risks("gcr.io/my-project*"), ["NO_BOUNDARY"]);
    assert_eq!(risks("gcr.io/my-project*/x"), ["NO_BOUNDARY"]);
    assert_eq!(risks("gcr.io/*-prod/**"), ["NO_BOUNDARY"]);
    assert_eq!(risks("grafana*/x"), ["NO_BOUNDARY"]);
    assert_eq!(risks("registry*.*.aliyuncs.com/acs/*"), ["HOST_WILDCARD"]);
    assert_eq!(risks("gcr.io/p:1"), ["MUTABLE_TAG"]);
    assert_eq!(risks("*.io/p*:1"), ["HOST_WILDCARD", "NO_BOUNDARY", "MUTABLE_TAG"]);
    for pattern in ["gcr.io", "localhost", "gcr.i*"] {
        assert_eq!(risks(pattern), ["HOST_WITHOUT_PATH"], "{pattern}");
    }
    assert_eq!(risks("localhost:5000"), ["HOST_WITHOUT_PATH", "MUTABLE_TAG"]);
    for risk in [Risk::EveryImage, Risk::HostWildcard, Risk::HostWithoutPath, Risk::MutableTag, Risk::NoBoundary] {
        let (_, text) = risk.described();
        assert!(!text.is_empty() && !text.contains('\n') && !text.ends_with('.'), "{text}");
    }
}

#[test]
fn names() {
    let matches = |pattern: &str, name: &str| NamePattern::parse(pattern).unwrap().matches(name);
    for (pattern, name) in [
        ("prod", "prod"),
        ("prod-*", "prod-1"),
        ("prod-*", "prod-"),
        ("*", "x"),
        ("*", ""),
        ("*-*", "a-b-c"),
        ("a/*", "a/b/c"),
        ("\u{e9}*", "\u{e9}t\u{e9}"),
        ("**", "x"),
    ] {
        assert!(matches(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in [
        ("prod", "prod-1"),
        ("prod", "xprod"),
        ("prod-*", "prod"),
        ("prod-*", "x-prod-1"),
        ("prod-*", "PROD-1"),
        ("*-", "a-b"),
        ("a*b*c", "acb"),
    ] {
        assert!(!matches(pattern, name), "{pattern} {name}");
    }
    for pattern in ["", " ", " prod", "prod\n", "pr\0od", "prod\u{a0}"] {
        assert!(NamePattern::parse(pattern).is_err(), "{pattern:?}");
    }
    assert!(NamePattern::parse(&"a".repeat(1024)).is_ok());
    assert_eq!(NamePattern::parse(&"a".repeat(1025)).unwrap_err(), PatternError(Mistake::TooLong(1025)));
}

/// Each star may be where the run of the last one ends: an engine that tries them all never comes back.
#[test]
fn many_stars_are_no_way_to_make_it_slow() {
    let pattern = alloc::format!("{}b", "a*".repeat(511));
    assert!(!NamePattern::parse(&pattern).unwrap().matches(&"a".repeat(1024)));
    check(&alloc::format!("x.io/{}b", "a*".repeat(120)), &[], &[&alloc::format!("x.io/{}", "a".repeat(255))]);
}

#[test]
fn covering_is_plain_in_plain_cases() {
    let covers =
        |wide: &str, narrow: &str| ImagePattern::parse(wide).unwrap().covers(&ImagePattern::parse(narrow).unwrap());
    for (wide, narrow) in [
        ("**", "gcr.io/a:1"),
        ("**", "*/**"),
        ("gcr.io/**", "gcr.io/a/**"),
        ("gcr.io/**", "gcr.io/a"),
        ("gcr.io/a*", "gcr.io/ab*"),
        ("gcr.io/*/**", "gcr.io/a/**"),
        ("*.io/**", "gcr.io/a"),
        ("gcr.io/a", "gcr.io:443/a:1"),
        ("gcr.io/a@*", "gcr.io/a@sha256:0*"),
        ("gcr.io/a:*", "gcr.io/a:1.*"),
        ("alpine", "docker.io/library/alpine:3"),
        ("*.*.io/a", "a*.b*.io/a"),
    ] {
        assert!(covers(wide, narrow), "{wide} covers {narrow}");
    }
    for (wide, narrow) in [
        ("gcr.io/**", "**"),
        ("gcr.io/*", "gcr.io/**"),
        ("gcr.io/*", "gcr.io/a/b"),
        ("gcr.io/*/**", "gcr.io/**"),
        ("gcr.io/ab*", "gcr.io/a*"),
        ("gcr.io/a:1", "gcr.io/a"),
        ("gcr.io/a@*", "gcr.io/a"),
        ("gcr.io/a:*", "gcr.io/a@*"),
        ("*.io/a", "a.b.io/a"),
        ("gcr.io/a@sha256:*", "gcr.io/a@*"),
    ] {
        assert!(!covers(wide, narrow), "{wide} does not cover {narrow}");
    }
}
