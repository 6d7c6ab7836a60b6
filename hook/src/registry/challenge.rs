//! How a registry says that it wants to know who asks: `WWW-Authenticate` (RFC 9110, section 11.6.1).

use hyper::{
    HeaderMap,
    header::{HeaderValue, WWW_AUTHENTICATE},
};

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A name and a password.
    Basic,
    /// A token, which the realm gives (github.com/distribution/distribution, docs/spec/auth/token.md).
    Bearer { realm: String, service: Option<String> },
}

impl Challenge {
    /// The one that can be answered, a token rather than a password; none where there is none.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let texts = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| HeaderValue::to_str(value).ok());
        let mut basic = false;
        for text in texts {
            for (scheme, parameters) in challenges(text) {
                let parameter = |name: &str| {
                    let mut found = parameters.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
                    found.next().map(|(_, value)| value.clone())
                };
                if scheme.eq_ignore_ascii_case("Bearer")
                    && let Some(realm) = parameter("realm")
                {
                    return Some(Self::Bearer { realm, service: parameter("service") });
                }
                basic |= scheme.eq_ignore_ascii_case("Basic");
            }
        }
        basic.then_some(Self::Basic)
    }
}

type Parameters = Vec<(String, String)>;

/// The challenges of one header, each a scheme with its parameters. What cannot be read ends the list.
fn challenges(mut rest: &str) -> Vec<(String, Parameters)> {
    let mut list: Vec<(String, Parameters)> = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let name = take(&mut rest, |c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
        if name.is_empty() {
            return list;
        }
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            list.push((name.to_owned(), Vec::new()));
            continue;
        };
        rest = value.trim_start();
        let Some(value) = value_of(&mut rest) else { return list };
        if let Some((_, parameters)) = list.last_mut() {
            parameters.push((name.to_owned(), value));
        }
    }
}

fn value_of(rest: &mut &str) -> Option<String> {
    let Some(quoted) = rest.strip_prefix('"') else {
        return Some(take(rest, |c| !matches!(c, ',' | ' ' | '\t')).to_owned());
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => break,
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
    *rest = characters.as_str();
    Some(value)
}

fn take<'a>(rest: &mut &'a str, belongs: impl Fn(char) -> bool) -> &'a str {
    let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    let (taken, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
    *rest = behind;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        Challenge::of(&headers)
    }

    fn bearer(realm: &str, service: Option<&str>) -> Option<Challenge> {
        Some(Challenge::Bearer { realm: realm.to_owned(), service: service.map(str::to_owned) })
    }

    #[test]
    fn challenges_are_read_as_registries_write_them() {
        let docker = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        assert_eq!(of(&[docker]), bearer("https://auth.docker.io/token", Some("registry.docker.io")));
        assert_eq!(
            of(&[r#"bearer REALM=https://a.example/t , service = "x y""#]),
            bearer("https://a.example/t", Some("x y"))
        );
        assert_eq!(of(&[r#"Bearer realm="a\"b\\c""#]), bearer("a\"b\\c", None));
        assert_eq!(of(&[r#"Basic realm="Registry Realm""#]), Some(Challenge::Basic));
        assert_eq!(of(&["Basic"]), Some(Challenge::Basic));
    }

    #[test]
    fn a_token_goes_before_a_password() {
        let both = r#"Basic realm="r, Bearer realm=x", Bearer realm="https://a.example/t""#;
        assert_eq!(of(&[both]), bearer("https://a.example/t", None));
        assert_eq!(
            of(&["Basic realm=\"r\"", "Bearer realm=\"https://a.example/t\""]),
            bearer("https://a.example/t", None)
        );
    }

    #[test]
    fn what_cannot_be_answered_is_no_challenge() {
        for value in [
            "",
            "Digest realm=\"r\", nonce=\"n\"",
            "Bearer",
            "Bearer service=\"s\"",
            "Bearer realm=\"open",
            "=x",
            "\"Basic\"",
        ] {
            assert_eq!(of(&[value]), None, "{value}");
        }
        assert_eq!(of(&[]), None);
    }
}
