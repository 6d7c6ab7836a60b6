//! The registry of a reference.

use super::{ImageReference, ReferenceError};
use alloc::string::String;
use core::{fmt::Write, net::Ipv6Addr};

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
    Ipv6(Ipv6Addr),
}

impl<'a> Domain<'a> {
    /// The registry of names that name none.
    const DOCKER_HUB: &'static str = "docker.io";
    /// Other hosts of that registry: the one of Docker's old clients, which Go folds too, and the one that answers.
    const DOCKER_HUB_ALIASES: [&'static str; 2] = ["index.docker.io", "registry-1.docker.io"];
    /// That of HTTPS, over which registries are asked.
    const DEFAULT_PORT: &'static str = "443";

    /// Whether a first component, with others behind it, is a registry. Go's splitDockerDomain, without its rule that
    /// an upper-case letter makes a registry.
    pub(crate) fn is_one(first: &str) -> bool {
        first == "localhost" || first.bytes().any(|byte| matches!(byte, b'.' | b':'))
    }

    pub(super) fn parse(text: &'a str) -> Result<Self, ReferenceError> {
        if text.len() > ImageReference::MAX_DOMAIN_BYTES {
            return Err(ReferenceError::DomainTooLong { length: text.len() });
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => {
                let (address, port) = bracketed.split_once(']').ok_or(ReferenceError::InvalidIpv6)?;
                // A dot would be the form that ends in an IPv4 address, which the grammar does not have.
                let address = Some(address).filter(|address| !address.contains('.'));
                let address = address.and_then(|address| address.parse().ok()).ok_or(ReferenceError::InvalidIpv6)?;
                (Host::Ipv6(address), port)
            }
            None => {
                let end = text.find(':').unwrap_or(text.len());
                let (name, port) = text.split_at_checked(end).unwrap_or((text, ""));
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
            Host::Name(name) if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                out.extend(name.chars().map(|character| character.to_ascii_lowercase()));
            }
            Host::Name(name) => out.push_str(name),
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
        let is = |name: &str, hub: &str| name.eq_ignore_ascii_case(hub);
        match (self.host, self.port) {
            (Host::Name(name), None) => {
                is(name, Self::DOCKER_HUB) || Self::DOCKER_HUB_ALIASES.iter().any(|alias| is(name, alias))
            }
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
        && text.parse::<u16>().is_ok()
}

/// RFC 5952 without its section 5: an IPv4 address inside is written in hexadecimal, as the grammar has no dots there.
fn push_address(address: Ipv6Addr, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => write!(out, "[::ffff:{high:x}:{low:x}]"),
        _ => write!(out, "[{address}]"),
    };
}
