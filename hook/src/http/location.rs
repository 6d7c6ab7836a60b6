//! Addresses: where a server leads, and how text stands in a query.

use hyper::{Uri, http::uri::PathAndQuery};
use std::fmt::Write;

/// What an answer's `Location`, or the target of its `Link`, means at the place that gave it (RFC 3986, section 5.2).
///
/// None for what is no address of HTTP, for one with a name or password in it, and for `..` in a path.
pub(crate) fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let location = location.split('#').next()?;
    let text = if location.starts_with("https://") || location.starts_with("http://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if let Some(query) = location.strip_prefix('?') {
        format!("{scheme}://{authority}{}?{query}", base.path())
    } else {
        let folder = base.path().rsplit_once('/')?.0;
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let uri: Uri = text.parse().ok()?;
    let plain = uri.authority().is_some_and(|authority| {
        // No name or password, and no port that is none.
        let (text, host) = (authority.as_str(), authority.host());
        !host.is_empty() && (text == host || text.starts_with(host) && authority.port_u16().is_some())
    });
    let climbs = uri.path().split('/').any(|segment| segment == "..");
    // A relative path that begins with "mailto:" is another scheme.
    let other = location.split(['/', '?']).next().is_some_and(|first| first.contains(':'));
    let known = uri.scheme_str().is_some_and(|scheme| matches!(scheme, "http" | "https"));
    (plain && !climbs && known && (!other || location.starts_with("http"))).then_some(uri)
}

/// What a password is for: the scheme, the host and the port.
pub(crate) fn origin(uri: &Uri) -> (Option<&str>, Option<String>, Option<u16>) {
    let port = uri.port_u16().or(match uri.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    });
    (uri.scheme_str(), uri.host().map(str::to_ascii_lowercase), port)
}

/// The address with more in its query.
pub(crate) fn with_query(uri: &Uri, query: &str) -> Option<Uri> {
    let joint = match uri.query() {
        None => "?",
        Some("") => "",
        Some(_) => "&",
    };
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    format!("{}://{}{path}{joint}{query}", uri.scheme_str()?, uri.authority()?).parse().ok()
}

/// The text as one value of a query or a form (RFC 3986, section 2.3: what is not reserved stays).
pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_at_the_place_that_gave_it() {
        let base: Uri = "https://one.example:5000/v2/a/referrers/sha256:ab?n=1".parse().unwrap();
        for (location, meant) in [
            ("https://two.example/x?y=1", "https://two.example/x?y=1"),
            ("http://two.example/x", "http://two.example/x"),
            ("//two.example/x", "https://two.example/x"),
            ("/v2/a/blobs/uploads/7?_state=x", "https://one.example:5000/v2/a/blobs/uploads/7?_state=x"),
            ("next?last=z", "https://one.example:5000/v2/a/referrers/next?last=z"),
            ("?last=z", "https://one.example:5000/v2/a/referrers/sha256:ab?last=z"),
            ("/x#here", "https://one.example:5000/x"),
        ] {
            assert_eq!(resolve(&base, location).unwrap().to_string(), meant, "{location}");
        }
    }

    #[test]
    fn a_location_that_is_none_leads_nowhere() {
        let base: Uri = "https://one.example/v2/".parse().unwrap();
        for location in [
            "ftp://two.example/",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "https://user:pass@two.example/",
            "https://user@two.example/",
            "mailto:someone",
            "/a/../../b",
            "https://two.example:port/",
            "/a b",
            "/a\u{0}b",
        ] {
            assert_eq!(resolve(&base, location), None, "{location}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let of = |text: &str| {
            let uri: Uri = text.parse().unwrap();
            let (scheme, host, port) = origin(&uri);
            (scheme.map(str::to_owned), host, port)
        };
        assert_eq!(of("https://one.example/a"), of("https://ONE.example:443/b?c"));
        for other in
            ["http://one.example/", "https://one.example:444/", "https://one.example.org/", "https://xone.example/"]
        {
            assert_ne!(of("https://one.example/"), of(other), "{other}");
        }
    }

    #[test]
    fn a_query_grows() {
        for (uri, whole) in [
            ("https://a.example", "https://a.example/?x=1"),
            ("https://a.example/t", "https://a.example/t?x=1"),
            ("https://a.example/t?", "https://a.example/t?x=1"),
            ("https://a.example/t?k=v", "https://a.example/t?k=v&x=1"),
        ] {
            assert_eq!(with_query(&uri.parse().unwrap(), "x=1").unwrap().to_string(), whole);
        }
        assert_eq!(percent_encoded("a/b:c=\"ä\" ~-._Z9"), "a%2Fb%3Ac%3D%22%C3%A4%22%20~-._Z9");
    }
}
