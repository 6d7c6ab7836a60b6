//! The part that formats with lists of signatures share: a payload, and signatures over it.

use super::{Content, Signature, base64::Dialect, payload_bytes, signature_bytes};
use crate::{
    Budget, Problem,
    document::{Place, code},
    fields::{Fields, Name},
    json::Json,
};
use alloc::string::String;

const SIGNATURES: Name = Name(&["signatures"]);

/// What a format calls the members.
pub(super) struct Names {
    pub(super) payload: Name,
    /// None where the type of the payload is not recorded.
    pub(super) payload_type: Option<Name>,
    pub(super) signature: Name,
    pub(super) key_id: Name,
}

impl Names {
    pub(super) fn read(&self, details: &Fields<'_, '_>, budget: &Budget) -> Result<Content, Problem> {
        let payload = payload_bytes(&details.required(self.payload)?, Dialect::Protobuf)?;
        let payload_type = match self.payload_type {
            Some(name) => Some(details.text(name)?.into()),
            None => None,
        };
        let signatures = details.required(SIGNATURES)?;
        let (items, place) = (signatures.array()?, &signatures.place);
        if items.is_empty() {
            return Err(Problem::new(code::INVALID_VALUE, place, "the list is empty"));
        }
        if items.len() > budget.signatures {
            let message = format_args!("more than {} signatures", budget.signatures);
            return Err(Problem::new(code::LIMIT_REACHED, place, message));
        }
        let read = |(index, item)| self.signature(item, &place.item(index));
        Ok(Content::Signed { payload, payload_type, signatures: items.iter().enumerate().map(read).collect() })
    }

    /// A malformed signature is kept, so that it is reported and the others count.
    fn signature(&self, json: &Json<'_>, place: &Place<'_>) -> Signature {
        let fields = match Fields::new(json, place) {
            Ok(fields) => fields,
            Err(problem) => return Signature { key_id: None, bytes: Err(problem) },
        };
        match text_or_none(&fields, self.key_id) {
            Err(problem) => Signature { key_id: None, bytes: Err(problem) },
            Ok(key_id) => {
                let bytes =
                    fields.required(self.signature).and_then(|field| signature_bytes(&field, Dialect::Protobuf));
                Signature { key_id, bytes }
            }
        }
    }
}

/// In protobuf's JSON a text that is empty and one that is absent are the same. Grafeas' own server refuses a signature
/// without the id of a key; here it is one that names no key, as cosign's, and any key may have made it.
pub(super) fn text_or_none(fields: &Fields<'_, '_>, name: Name) -> Result<Option<String>, Problem> {
    let text = fields.optional_text(name)?.filter(|text| !text.is_empty());
    Ok(text.map(String::from))
}
