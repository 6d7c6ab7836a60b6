//! The image that is asked for.

use crate::good::{Good, Rewrite, each, each_to};
use dokimos::ReasonCode;

/// The rule that decided, freed of its images and put first, so that it is the attestation that decides.
fn free_of_images(good: &mut Good) {
    let mut rule = good.rule().clone();
    if rule.get("name").is_none() {
        return;
    }
    rule.as_object_mut().unwrap().remove("images");
    let rules = good.policy["rules"].as_array_mut().unwrap();
    rules.retain(|other| other["name"] != rule["name"]);
    rules.insert(0, rule);
}

fn identity(good: &Good) -> String {
    let attestor = &good.policy["attestors"][0];
    attestor.get("identity").and_then(|identity| identity.as_str()).unwrap_or("repository").into()
}

#[test]
fn another_digest_was_not_signed() {
    for place in [0, 1, 31, 62, 63] {
        let set = |good: &mut Good| {
            let start = good.image.rsplit_once(':').unwrap().0.len() + 1;
            let digit = good.image.as_bytes()[start + place];
            let other = if digit == b'0' { "1" } else { "0" };
            good.image.replace_range(start + place..=start + place, other);
            true
        };
        each("one digit", set, ReasonCode::DigestMismatch);
    }
    let longer = |good: &mut Good| {
        let (name, hex) = good.image.rsplit_once(':').unwrap();
        let algorithm = if name.ends_with("sha512") { return false } else { "sha512" };
        good.image = format!("{}{algorithm}:{hex}{hex}", name.strip_suffix("sha256").unwrap());
        true
    };
    // The text of the digest stands in it, and that makes it no other's.
    each("the same twice, as SHA-512", longer, ReasonCode::DigestMismatch);
}

#[test]
fn a_digest_that_is_none_is_no_reference() {
    let changes: [Rewrite; 4] = [
        ("upper case", str::to_uppercase),
        ("cut", |digest| digest[..digest.len() - 1].into()),
        ("longer", |digest| format!("{digest}0")),
        ("other algorithm", |digest| digest.replace("sha256", "sha384").replace("sha512", "sha256")),
    ];
    for (name, change) in changes {
        let set = |good: &mut Good| {
            let (repository, digest) = good.image.split_once('@').unwrap();
            good.image = format!("{repository}@{}", change(digest));
            true
        };
        each(name, set, ReasonCode::InvalidReference);
    }
}

#[test]
fn a_tag_is_never_attested() {
    for tag in ["", ":latest", ":1.4.2"] {
        let set = |good: &mut Good| {
            let repository = good.image.split_once('@').unwrap().0;
            let untagged = repository.strip_suffix(":1.4.2").unwrap_or(repository);
            good.image = format!("{untagged}{tag}");
            true
        };
        each(tag, set, ReasonCode::TagReference);
    }
}

#[test]
fn a_tag_beside_the_digest_does_not_matter() {
    let set = |good: &mut Good| {
        let (repository, digest) = good.image.split_once('@').unwrap();
        good.image = format!("{}:0.0.1@{digest}", repository.strip_suffix(":1.4.2").unwrap_or(repository));
        true
    };
    each("a tag", set, ReasonCode::Attested);
}

#[test]
fn another_repository_was_not_signed() {
    let changes: [Rewrite; 4] = [
        ("longer", |image| image.replace('@', "-x@")),
        ("below", |image| image.replace('@', "/x@")),
        ("shorter", |image| image.replacen("b@", "@", 1).replacen("e@", "@", 1).replacen("n@", "@", 1)),
        ("another separator", |image| image.replace("shop/", "shop-").replace("alpine", "alpine.linux")),
    ];
    for (name, change) in changes {
        each_to(name, |good| {
            if good.image.contains(":1.4.2") {
                return None;
            }
            free_of_images(good);
            good.image = change(&good.image);
            Some(if identity(good) == "digest" { ReasonCode::Attested } else { ReasonCode::RepositoryMismatch })
        });
    }
}

#[test]
fn another_host_was_not_signed() {
    let changes: [Rewrite; 3] = [
        ("another", |image| hosted("evil.example", image)),
        ("longer", |image| hosted("registry.example.com.evil.example", image)),
        ("another port", |image| hosted("registry.example.com:5000", image)),
    ];
    for (name, change) in changes {
        each_to(name, |good| {
            free_of_images(good);
            good.image = change(&good.image);
            Some(match identity(good).as_str() {
                "path" | "digest" => ReasonCode::Attested,
                _ => ReasonCode::RepositoryMismatch,
            })
        });
    }
}

fn hosted(host: &str, image: &str) -> String {
    let path = match image.split_once('/') {
        Some((first, path)) if first.contains('.') => path,
        _ => image,
    };
    format!("{host}/{path}")
}

/// What an attacker would try first: another name for the same place stays the same place.
#[test]
fn the_same_place_by_another_name_is_the_same() {
    let set = |good: &mut Good| {
        let before = good.image.clone();
        good.image = match before.strip_prefix("registry.example.com/") {
            Some(path) => format!("Registry.EXAMPLE.com:443/{path}"),
            None => before.clone(),
        };
        good.image != before
    };
    each("case and port", set, ReasonCode::Attested);
}
