//! The registry of a reference.

use super::{ImageReference, ReferenceError};
use crate::text::hexadecimal;
use alloc::string::String;
use core::fmt::Write;

/// A registry as it was written, checked: a host and a port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Domain<'a> {
    host: Host<'a>,
    /// None also for the default port, where it says nothing.
    port: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
enum Host<'a> {
    Name(&'a str),
    Ipv6([u16; 8]),
}

impl<'a> Domain<'a> {
    /// The registry of names that name none.
    pub(crate) const DOCKER_HUB: &'static str = "docker.io";
    /// What stands there before the bare name of an official image.
    pub(crate) const LIBRARY: &'static str = "library/";
    /// The hosts of that registry: its name, the one of Docker's old clients, which Go folds too, and the one that answers.
    const DOCKER_HUB_HOSTS: [&'static str; 3] = [Self::DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];
    /// That of HTTPS, over which registries are asked.
    const DEFAULT_PORT: &'static str = "443";

    /// Whether a first component, with others behind it, is a registry. Go's splitDockerDomain, without its rule that
    /// an upper-case letter makes a registry.
    pub(crate) fn is_one(first: &str) -> bool {
        first == "localhost" || first.bytes().any(|byte| matches!(byte, b'.' | b':'))
    }

    pub(crate) fn parse(text: &'a str) -> Result<Self, ReferenceError> {
        if text.len() > ImageReference::MAX_DOMAIN_BYTES {
            return Err(ReferenceError::DomainTooLong { length: text.len() });
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => {
                let (address, port) = bracketed.split_once(']').ok_or(ReferenceError::InvalidIpv6)?;
                (Host::Ipv6(read_address(address).ok_or(ReferenceError::InvalidIpv6)?), port)
            }
            None => {
                let name = text.split_once(':').map_or(text, |(name, _)| name);
                let port = text.get(name.len()..).unwrap_or_default();
                check_name(name)?;
                (Host::Name(name), port)
            }
        };
        if port.is_empty() {
            return Ok(Self { host, port: None });
        }
        let position = text.len().saturating_sub(port.len()).saturating_add(1);
        let port =
            port.strip_prefix(':').filter(|port| is_port(port)).ok_or(ReferenceError::InvalidPort { position })?;
        let implied = port == Self::DEFAULT_PORT && host.stands_alone();
        Ok(Self { host, port: Some(port).filter(|_| !implied) })
    }

    /// Appends the one spelling of a registry; of Docker Hub for none.
    pub(crate) fn push_canonical(domain: Option<&Self>, out: &mut String) {
        let Some(domain) = domain.filter(|domain| !domain.is_docker_hub()) else {
            return out.push_str(Self::DOCKER_HUB);
        };
        match domain.host {
            Host::Name(name) => {
                let start = out.len();
                out.push_str(name);
                if let Some(name) = out.get_mut(start..) {
                    name.make_ascii_lowercase();
                }
            }
            Host::Ipv6(address) => push_address(address, out),
        }
        if let Some(port) = domain.port {
            out.push(':');
            out.push_str(port);
        }
    }

    /// Whether a path is a bare name of Docker Hub, which stands for an official image: `alpine`.
    pub(crate) fn puts_library_before(domain: Option<&Self>, path: &str) -> bool {
        domain.is_none_or(Self::is_docker_hub) && !path.contains('/')
    }

    fn is_docker_hub(&self) -> bool {
        match (self.host, self.port) {
            (Host::Name(name), None) => Self::DOCKER_HUB_HOSTS.iter().any(|alias| name.eq_ignore_ascii_case(alias)),
            _ => false,
        }
    }
}

impl Host<'_> {
    /// Whether the host is read as one without a port. `web:443/app` must not become `web/app`, a path at Docker Hub.
    fn stands_alone(self) -> bool {
        match self {
            Host::Name(name) => name.contains('.') || name.eq_ignore_ascii_case("localhost"),
            Host::Ipv6(_) => true,
        }
    }
}

/// Labels of letters, digits and inner hyphens, with dots between.
fn check_name(name: &str) -> Result<(), ReferenceError> {
    let mut previous = b'.';
    for (position, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            b'-' if previous != b'.' => {}
            b'.' if previous != b'.' && previous != b'-' => {}
            _ => return Err(ReferenceError::InvalidDomain { position }),
        }
        previous = byte;
    }
    match previous {
        b'.' | b'-' => Err(ReferenceError::InvalidDomain { position: name.len() }),
        _ => Ok(()),
    }
}

/// One number has one spelling: `080` and `80` would be two names of one registry.
pub(crate) fn is_port(text: &str) -> bool {
    text.len() <= 5
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse().is_ok_and(|port: usize| port <= 65_535)
}

/// The forms of RFC 4291 section 2.2 that the grammar has: not the third, which ends in an IPv4 address.
fn read_address(text: &str) -> Option<[u16; 8]> {
    let mut address = [0; 8];
    let Some(at) = text.as_bytes().windows(2).position(|pair| pair == b"::") else {
        return (read_groups(text, &mut address)? == 8).then_some(address);
    };
    let head = read_groups(text.get(..at)?, &mut address)?;
    let mut end = [0; 8];
    let tail = read_groups(text.get(at.saturating_add(2)..)?, &mut end)?;
    // The two colons stand for one group or more.
    let zeros = 8_usize.checked_sub(head.saturating_add(tail)).filter(|zeros| *zeros > 0)?;
    address.get_mut(head.saturating_add(zeros)..)?.copy_from_slice(end.get(..tail)?);
    Some(address)
}

/// Reads groups of one to four hexadecimal digits to the start of the address, and counts them.
fn read_groups(text: &str, address: &mut [u16; 8]) -> Option<usize> {
    let mut count = 0_usize;
    let mut rest = Some(text).filter(|text| !text.is_empty());
    while let Some(text) = rest {
        let (group, more) = text.split_once(':').map_or((text, None), |(group, more)| (group, Some(more)));
        if group.is_empty() || group.len() > 4 {
            return None;
        }
        *address.get_mut(count)? = hexadecimal(group)?.try_into().ok()?;
        count = count.saturating_add(1);
        rest = more;
    }
    Some(count)
}

/// RFC 5952 without its section 5: an IPv4 address inside is written in hexadecimal, as the grammar has no dots there.
fn push_address(address: [u16; 8], out: &mut String) {
    // Of the longest runs of zeros the first is left out (section 4.2), unless it is one alone.
    let mut run = 0..0;
    let mut start = 0;
    for (place, group) in (1..).zip(&address) {
        if *group != 0 {
            start = place;
        } else if (start..place).len() > run.len().max(1) {
            run = start..place;
        }
    }
    out.push('[');
    for (place, group) in address.iter().enumerate() {
        if run.contains(&place) {
            if place == run.start {
                out.push_str("::");
            }
            continue;
        }
        if place > 0 && (place != run.end || run.is_empty()) {
            out.push(':');
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "{:x}", u32::from(*group));
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};
    use core::net::Ipv6Addr;
    use proptest::prelude::*;

    /// The standard library's reader, without the form that ends in an IPv4 address.
    fn by_the_library(text: &str) -> Option<[u16; 8]> {
        text.parse::<Ipv6Addr>().ok().filter(|_| !text.contains('.')).map(|address| address.segments())
    }

    fn written(address: [u16; 8]) -> String {
        let mut out = String::new();
        push_address(address, &mut out);
        out
    }

    fn by_the_library_written(address: [u16; 8]) -> String {
        match address {
            [0, 0, 0, 0, 0, 0xffff, high, low] => format!("[::ffff:{high:x}:{low:x}]"),
            _ => format!("[{}]", Ipv6Addr::from(address)),
        }
    }

    #[test]
    fn every_choice_of_zeros_is_written_as_by_the_library() {
        for zeros in 0..256_u16 {
            let address: [u16; 8] = core::array::from_fn(|place| if zeros >> place & 1 == 1 { 0 } else { 0xffff });
            assert_eq!(written(address), by_the_library_written(address));
            let text = Ipv6Addr::from(address).to_string();
            assert_eq!(read_address(&text), by_the_library(&text), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            ":",
            ":::",
            "1",
            "1:",
            "::1::",
            "1::2::3",
            "::1.2.3.4",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4::5:6:7:8",
            "::1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8::",
            ":1::",
            "::12345",
            "::+1",
            "::g",
            "::1%eth0",
            "[::1]",
        ] {
            assert_eq!(read_address(text), None, "{text}");
            assert_eq!(by_the_library(text), None, "{text}");
        }
        assert_eq!(read_address("::"), Some([0; 8]));
        assert_eq!(read_address("1:2:3:4:5:6:7::"), Some([1, 2, 3, 4, 5, 6, 7, 0]));
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_by_the_library(text in "(:?[0-9a-fA-F]{0,5}:?){0,10}|[0-9a-f:.+]{0,20}") {
            prop_assert_eq!(read_address(&text), by_the_library(&text));
        }

        #[test]
        fn any_address_is_written_and_read_as_by_the_library(address in prop::array::uniform8(prop_oneof![Just(0_u16), any::<u16>()])) {
            prop_assert_eq!(written(address), by_the_library_written(address));
            let text = written(address);
            prop_assert_eq!(read_address(text.trim_matches(['[', ']'])), Some(address));
        }
    }
}
