//! Grafeas occurrences of kind `ATTESTATION`, in the JSON mapping of protocol buffers (grafeas/grafeas
//! `proto/v1/attestation.proto`, `proto/v1beta1/attestation.proto`).
//!
//! What is signed is `serializedPayload` and nothing else: `name`, `resourceUri` and `noteName` are the server's words.

use super::{
    Attestation, Content, Signature, Source,
    base64::{self, Dialect},
    check_length,
    fields::{Field, Fields, Name},
    payload_bytes, readable, signature_bytes,
};
use crate::{
    Budget, Problem,
    document::{Place, Shown, code},
    go_json,
    json::Json,
};
use alloc::{format, string::String};

const ATTESTATION: Name = Name::only("attestation");
const CONTENT_TYPE: Name = Name("contentType", "content_type");
const ENVELOPE: Name = Name::only("envelope");
const GENERIC: Name = Name("genericSignedAttestation", "generic_signed_attestation");
const JWTS: Name = Name::only("jwts");
const KIND: Name = Name::only("kind");
const NAME: Name = Name::only("name");
const PAYLOAD: Name = Name("serializedPayload", "serialized_payload");
const PGP: Name = Name("pgpSignedAttestation", "pgp_signed_attestation");
const PUBLIC_KEY_ID: Name = Name("publicKeyId", "public_key_id");
const RESOURCE: Name = Name::only("resource");
const RESOURCE_URI: Name = Name("resourceUri", "resource_uri");
const SIGNATURE: Name = Name::only("signature");
const SIGNATURES: Name = Name::only("signatures");
const URI: Name = Name::only("uri");

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
        self.name = occurrence.optional(NAME)?.map(|name| name.text()).transpose()?;
        self.resource = self.resource(&occurrence)?;
        if let Some(kind) = occurrence.optional(KIND)? {
            match kind.text()? {
                // The second is the name that kritis knew, the third what an absent kind is to protocol buffers.
                "ATTESTATION" | "ATTESTATION_AUTHORITY" | "NOTE_KIND_UNSPECIFIED" => {}
                other => return Ok(Content::Unsupported(format!("an occurrence of kind {}", Shown(other)).into())),
            }
        }
        let Some(attestation) = occurrence.optional(ATTESTATION)? else {
            return match occurrence.optional(ENVELOPE)? {
                Some(_) => Ok(Content::Unsupported("a DSSE envelope".into())),
                None => Err(occurrence.missing(ATTESTATION)),
            };
        };
        let place = attestation.place();
        let details = Fields::new(attestation.json, &place)?;
        match details.optional(ATTESTATION)? {
            None => v1(&details, budget),
            Some(inner) => {
                self.format = "grafeas/v1beta1";
                for other in [PAYLOAD, SIGNATURES, JWTS] {
                    if details.optional(other)?.is_some() {
                        return Err(details.not_both(ATTESTATION, other));
                    }
                }
                v1beta1(inner, budget)
            }
        }
    }

    /// v1 has `resourceUri`, v1beta1 `resource.uri`.
    fn resource(&mut self, occurrence: &Fields<'j, '_>) -> Result<Option<&'j str>, Problem> {
        if let Some(uri) = occurrence.optional(RESOURCE_URI)? {
            return uri.text().map(Some);
        }
        let Some(resource) = occurrence.optional(RESOURCE)? else { return Ok(None) };
        self.format = "grafeas/v1beta1";
        let place = resource.place();
        let uri = Fields::new(resource.json, &place)?.optional(URI)?;
        uri.map(|uri| uri.text()).transpose()
    }
}

fn v1(details: &Fields<'_, '_>, budget: &Budget) -> Result<Content, Problem> {
    if details.optional(SIGNATURES)?.is_none() && details.optional(JWTS)?.is_some() {
        return Ok(Content::Unsupported("a JWT attestation".into()));
    }
    signed(details, budget)
}

fn v1beta1(inner: Field<'_, '_>, budget: &Budget) -> Result<Content, Problem> {
    let place = inner.place();
    let details = Fields::new(inner.json, &place)?;
    let generic = match (details.optional(GENERIC)?, details.optional(PGP)?) {
        (Some(generic), None) => generic,
        (None, Some(_)) => return Ok(Content::Unsupported("a PGP signed attestation".into())),
        (Some(_), Some(_)) => return Err(details.not_both(GENERIC, PGP)),
        (None, None) => return Err(details.missing(GENERIC)),
    };
    let place = generic.place();
    let details = Fields::new(generic.json, &place)?;
    if let Some(kind) = details.optional(CONTENT_TYPE)? {
        match kind.text()? {
            "SIMPLE_SIGNING_JSON" | "CONTENT_TYPE_UNSPECIFIED" => {}
            other => {
                return Ok(Content::Unsupported(format!("an attestation of content type {}", Shown(other)).into()));
            }
        }
    }
    signed(&details, budget)
}

/// The part that both versions share: a payload, and signatures over it.
fn signed(details: &Fields<'_, '_>, budget: &Budget) -> Result<Content, Problem> {
    let payload = payload_bytes(details.required(PAYLOAD)?, Dialect::Protobuf)?;
    let signatures = details.required(SIGNATURES)?;
    let place = signatures.place();
    let items = signatures.json.array_at(&place)?;
    if items.is_empty() {
        return Err(Problem::new(code::INVALID_VALUE, &place, "the list is empty"));
    }
    if items.len() > budget.signatures {
        let message = format_args!("more than {} signatures", budget.signatures);
        return Err(Problem::new(code::LIMIT_REACHED, &place, message));
    }
    let read = |(index, item)| signature(item, &place.item(index));
    Ok(Content::Signed { payload, signatures: items.iter().enumerate().map(read).collect() })
}

/// A malformed signature is kept, so that it is reported and the others count.
fn signature(json: &Json<'_>, place: &Place<'_>) -> Signature {
    let fields = match Fields::new(json, place) {
        Ok(fields) => fields,
        Err(problem) => return Signature { key_id: None, bytes: Err(problem) },
    };
    match key_id(&fields) {
        Err(problem) => Signature { key_id: None, bytes: Err(problem) },
        Ok(key_id) => {
            let bytes = fields.required(SIGNATURE).and_then(|field| signature_bytes(field, Dialect::Protobuf));
            Signature { key_id: Some(key_id), bytes }
        }
    }
}

/// Grafeas' own server refuses a signature without the id of its key.
fn key_id(fields: &Fields<'_, '_>) -> Result<String, Problem> {
    let field = fields.required(PUBLIC_KEY_ID)?;
    let text = field.text()?;
    check_length(text.len(), usize::MAX, &field.place())?;
    Ok(text.into())
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
        let mut out = String::from("{");
        for (name, value) in [(RESOURCE_URI, resource_uri), (Name("noteName", "note_name"), note_name)] {
            if !value.is_empty() {
                go_json::push_string(&mut out, name.0);
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
