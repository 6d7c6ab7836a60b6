//! Grafeas occurrences of kind `ATTESTATION`, in the JSON mapping of protocol buffers (grafeas/grafeas
//! `proto/v1/attestation.proto`, `proto/v1beta1/attestation.proto`).
//!
//! What is signed is `serializedPayload` and nothing else, or what an `envelope` holds ([`dsse`]): `name`, `resourceUri`,
//! `noteName` and `kind` are the server's words.

use super::{Attestation, Content, Source, base64, dsse, readable, signed::Names};
use crate::{
    Budget, Problem,
    document::{Place, Shown, code},
    fields::{Field, Fields, Name},
    go_json,
    json::Json,
};
use alloc::{format, string::String};

const ATTESTATION: Name = Name(&["attestation"]);
const CONTENT_TYPE: Name = Name(&["contentType", "content_type"]);
const ENVELOPE: Name = Name(&["envelope"]);
const GENERIC: Name = Name(&["genericSignedAttestation", "generic_signed_attestation"]);
const JWTS: Name = Name(&["jwts"]);
const KIND: Name = Name(&["kind"]);
const NAME: Name = Name(&["name"]);
const PAYLOAD: Name = Name(&["serializedPayload", "serialized_payload"]);
const PGP: Name = Name(&["pgpSignedAttestation", "pgp_signed_attestation"]);
const RESOURCE: Name = Name(&["resource"]);
const RESOURCE_URI: Name = Name(&["resourceUri", "resource_uri"]);
const SIGNATURES: Name = Name(&["signatures"]);
const URI: Name = Name(&["uri"]);

const SIGNED: Names = Names {
    payload: PAYLOAD,
    payload_type: None,
    signature: Name(&["signature"]),
    key_id: Name(&["publicKeyId", "public_key_id"]),
};

pub(super) fn read(json: &Json<'_>, place: &Place<'_>, source: &Source, budget: &Budget) -> Attestation {
    let mut read = Occurrence { name: None, format: "grafeas/v1", resource: None };
    let content = read.content(json, place, budget).unwrap_or_else(Content::Unreadable);
    let Occurrence { name, format, resource } = read;
    Attestation { source: source.at(place, name), format, resource: resource.map(String::from), content }
}

/// What is known of an occurrence even if the rest of it turns out to be malformed.
struct Occurrence<'j> {
    name: Option<&'j str>,
    format: &'static str,
    resource: Option<&'j str>,
}

impl<'j> Occurrence<'j> {
    fn content(&mut self, json: &'j Json<'j>, place: &Place<'_>, budget: &Budget) -> Result<Content, Problem> {
        let occurrence = Fields::new(json, place)?;
        self.name = occurrence.optional_text(NAME)?;
        self.resource = self.resource(&occurrence)?;
        // What an absent kind is to protocol buffers.
        let kind = occurrence.optional_text(KIND)?.unwrap_or("NOTE_KIND_UNSPECIFIED");
        // The second is the name that kritis knew.
        let attests = matches!(kind, "ATTESTATION" | "ATTESTATION_AUTHORITY" | "NOTE_KIND_UNSPECIFIED");
        let attestation = match (occurrence.optional(ATTESTATION)?, occurrence.optional(ENVELOPE)?) {
            (Some(attestation), _) if attests => attestation,
            // An envelope may stand in an occurrence of any kind: what it holds is in the envelope, and signed.
            (None, Some(envelope)) => return dsse::content(envelope.json, &envelope.place, budget),
            (None, None) if attests => return Err(occurrence.missing(ATTESTATION)),
            _ => {
                let what = format!("an occurrence of kind {}", Shown(kind)).into();
                return Ok(match kind {
                    // The kinds that carried an envelope or a link before there was a place for envelopes.
                    "DSSE_ATTESTATION" | "INTOTO" => Content::Unsupported(what),
                    _ => Content::Unrelated(what),
                });
            }
        };
        let details = attestation.object()?;
        match details.optional(ATTESTATION)? {
            None => v1(&details, budget),
            Some(inner) => {
                self.format = "grafeas/v1beta1";
                for other in [PAYLOAD, SIGNATURES, JWTS] {
                    if details.optional(other)?.is_some() {
                        return Err(details.not_both(ATTESTATION, other));
                    }
                }
                v1beta1(&inner, budget)
            }
        }
    }

    /// v1 has `resourceUri`, v1beta1 `resource.uri`.
    fn resource(&mut self, occurrence: &Fields<'j, '_>) -> Result<Option<&'j str>, Problem> {
        if let Some(uri) = occurrence.optional_text(RESOURCE_URI)? {
            return Ok(Some(uri));
        }
        let Some(resource) = occurrence.optional(RESOURCE)? else { return Ok(None) };
        self.format = "grafeas/v1beta1";
        resource.object()?.optional_text(URI)
    }
}

fn v1(details: &Fields<'_, '_>, budget: &Budget) -> Result<Content, Problem> {
    if details.optional(SIGNATURES)?.is_none() && details.optional(JWTS)?.is_some() {
        return Ok(Content::Unsupported("a JWT attestation".into()));
    }
    SIGNED.read(details, budget)
}

fn v1beta1(inner: &Field<'_, '_>, budget: &Budget) -> Result<Content, Problem> {
    let details = inner.object()?;
    let generic = match (details.optional(GENERIC)?, details.optional(PGP)?) {
        (Some(generic), None) => generic,
        (None, Some(_)) => return Ok(Content::Unsupported("a PGP signed attestation".into())),
        (Some(_), Some(_)) => return Err(details.not_both(GENERIC, PGP)),
        (None, None) => return Err(details.missing(GENERIC)),
    };
    let details = generic.object()?;
    match details.optional_text(CONTENT_TYPE)? {
        None | Some("SIMPLE_SIGNING_JSON" | "CONTENT_TYPE_UNSPECIFIED") => SIGNED.read(&details, budget),
        Some(other) => Ok(Content::Unsupported(format!("an attestation of content type {}", Shown(other)).into())),
    }
}

impl Attestation {
    /// A Grafeas v1 occurrence of kind `ATTESTATION`, as compact JSON on one line without a line feed.
    ///
    /// `resource_uri` names the image (`https://registry.example.com/shop/web@sha256:…`), `note_name` the note of the
    /// attestor (`projects/P/notes/N`); no signature covers them, and an empty one is left out. Each signature is the
    /// id of its key and its bytes.
    ///
    /// # Errors
    /// `INVALID_VALUE` if the payload, the list of signatures, a key id or a signature is empty; `LIMIT_REACHED` if
    /// something is too long or too many to be read again with the default [`Budget`].
    ///
    /// ```
    /// use dokimos::{Attestation, Attestations};
    /// let text = Attestation::write_grafeas("", "projects/p/notes/n", b"{}", &[("key-1", &[1, 2, 3])])?;
    /// assert_eq!(Attestations::parse(text.as_bytes())?.iter().next().unwrap().signatures()[0].key_id(), Some("key-1"));
    /// # Ok::<(), dokimos::Problem>(())
    /// ```
    pub fn write_grafeas(
        resource_uri: &str,
        note_name: &str,
        payload: &[u8],
        signatures: &[(&str, &[u8])],
    ) -> Result<String, Problem> {
        // Grafeas' own server refuses what has no key id.
        if let Some(index) = signatures.iter().position(|(key_id, _)| key_id.is_empty()) {
            let list = Place::Root.member("signatures");
            return Err(Problem::new(code::INVALID_VALUE, &list.item(index), "the key id is empty"));
        }
        let mut out = String::from("{");
        for (name, value) in [(RESOURCE_URI, resource_uri), (Name(&["noteName", "note_name"]), note_name)] {
            if !value.is_empty() {
                go_json::push_string(&mut out, name.shown());
                out.push(':');
                go_json::push_string(&mut out, value);
                out.push(',');
            }
        }
        out.push_str("\"kind\":\"ATTESTATION\",\"attestation\":{\"serializedPayload\":\"");
        base64::push(&mut out, payload);
        out.push_str("\",\"signatures\":[");
        for (index, (key_id, signature)) in signatures.iter().enumerate() {
            out.push_str(if index > 0 { ",{\"signature\":\"" } else { "{\"signature\":\"" });
            base64::push(&mut out, signature);
            out.push_str("\",\"publicKeyId\":");
            go_json::push_string(&mut out, key_id);
            out.push('}');
        }
        out.push_str("]}}");
        readable(out)
    }
}
