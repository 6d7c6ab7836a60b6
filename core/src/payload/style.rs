//! Payloads as the tools write them whose signatures are in use, to the byte: a signer that writes another text makes
//! signatures that no one else's records contain.

use super::{SignatureType, SimpleSigning};
use crate::{
    Budget, Problem,
    document::{Place, code},
    go_json,
    json::{Json, push_code_unit, push_escaped},
};
use alloc::{string::String, vec::Vec};

/// The tool whose payload is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadStyle {
    /// `cosign sign`: compact, with an `optional` member.
    Cosign,
    /// `gcloud container binauthz create-signature-payload`: indented by two, one line feed at the end.
    Gcloud,
    /// The kritis signer: compact.
    Kritis,
    /// voucher: compact, with Binary Authorization's type.
    Voucher,
}

impl PayloadStyle {
    /// The `critical.type` of this style.
    #[must_use]
    pub fn signature_type(self) -> SignatureType {
        match self {
            Self::Cosign => SignatureType::Cosign,
            Self::Gcloud | Self::Voucher => SignatureType::BinaryAuthorization,
            Self::Kritis => SignatureType::Atomic,
        }
    }
}

impl SimpleSigning<'_> {
    /// The bytes to sign for an image, exactly as the tool writes them after which the style is named.
    ///
    /// `docker_reference` is the repository without scheme, tag and digest (`registry.example.com/shop/web`),
    /// `manifest_digest` the digest with its algorithm (`sha256:…`); neither is checked or normalised here beyond
    /// being there. `annotations` is the text of a JSON object that becomes the `optional` member; only cosign's
    /// payloads have a place for one.
    ///
    /// # Errors
    /// `INVALID_VALUE` for an empty reference or digest and for annotations in another style than cosign's; whatever
    /// [`parse`](Self::parse) finds in the annotations, at its path under `optional`.
    pub fn write(
        style: PayloadStyle,
        docker_reference: &str,
        manifest_digest: &str,
        annotations: Option<&str>,
    ) -> Result<Vec<u8>, Problem> {
        let optional_at = Place::Root.member("optional");
        let optional = match annotations {
            Some(_) if style != PayloadStyle::Cosign => {
                let message = "only payloads of the cosign style carry annotations";
                return Err(Problem::new(code::INVALID_VALUE, &optional_at, message));
            }
            Some(text) => canonical(text, &optional_at)?,
            None => "null".into(),
        };
        let kind = style.signature_type().as_str();
        let out = match style {
            PayloadStyle::Gcloud => indented(docker_reference, manifest_digest, kind),
            PayloadStyle::Cosign => compact(docker_reference, manifest_digest, kind, Some(&optional)),
            PayloadStyle::Kritis | PayloadStyle::Voucher => compact(docker_reference, manifest_digest, kind, None),
        };
        // What is written can be read: this refuses empty texts, and annotations that pass a limit.
        SimpleSigning::parse(out.as_bytes(), &Budget::default())?;
        Ok(out.into_bytes())
    }
}

fn canonical(text: &str, place: &Place<'_>) -> Result<String, Problem> {
    let json = Json::parse(text.as_bytes(), &Budget::default()).map_err(|problem| problem.inside(place))?;
    json.object_at(place)?;
    let mut out = String::new();
    go_json::push_value(&mut out, &json);
    Ok(out)
}

/// Go's order of struct members: cosign's and kritis' `Critical` both have identity, image, type.
fn compact(docker_reference: &str, manifest_digest: &str, kind: &str, optional: Option<&str>) -> String {
    let mut out = String::from("{\"critical\":{\"identity\":{\"docker-reference\":");
    go_json::push_string(&mut out, docker_reference);
    out.push_str("},\"image\":{\"docker-manifest-digest\":");
    go_json::push_string(&mut out, manifest_digest);
    out.push_str("},\"type\":");
    go_json::push_string(&mut out, kind);
    out.push('}');
    if let Some(optional) = optional {
        out.push_str(",\"optional\":");
        out.push_str(optional);
    }
    out.push('}');
    out
}

/// Python's `json.dumps(…, ensure_ascii=True, indent=2, separators=(',', ': '), sort_keys=True)` and a line feed.
fn indented(docker_reference: &str, manifest_digest: &str, kind: &str) -> String {
    let mut out = String::new();
    out.push_str("{\n  \"critical\": {\n    \"identity\": {\n      \"docker-reference\": ");
    push_ascii_string(&mut out, docker_reference);
    out.push_str("\n    },\n    \"image\": {\n      \"docker-manifest-digest\": ");
    push_ascii_string(&mut out, manifest_digest);
    out.push_str("\n    },\n    \"type\": ");
    push_ascii_string(&mut out, kind);
    out.push_str("\n  }\n}\n");
    out
}

/// A string as Python writes it with `ensure_ascii`: UTF-16 escapes for all but printable ASCII.
fn push_ascii_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '\0'..='~' => push_escaped(out, character),
            other => other.encode_utf16(&mut [0; 2]).iter().for_each(|unit| push_code_unit(out, *unit)),
        }
    }
    out.push('"');
}
