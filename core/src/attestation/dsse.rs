//! DSSE envelopes (secure-systems-lab/dsse `envelope.md`), alone or inside of something else.
//!
//! What is signed is the type and the payload, in one encoding ([`crate::PreAuthenticationEncoding`]). A `keyid` is not
//! signed and "MUST NOT be used for security decisions" (`protocol.md`): it is a hint, and one that leads nowhere is none.

use super::{Content, signed::Names};
use crate::{
    Budget, Problem,
    document::Place,
    fields::{Fields, Name},
    json::Json,
};

pub(super) const PAYLOAD_TYPE: Name = Name(&["payloadType", "payload_type"]);

const ENVELOPE: Names = Names {
    payload: Name(&["payload"]),
    payload_type: Some(PAYLOAD_TYPE),
    signature: Name(&["sig"]),
    key_id: Name(&["keyid"]),
};

pub(super) fn content(json: &Json<'_>, place: &Place<'_>, budget: &Budget) -> Result<Content, Problem> {
    ENVELOPE.read(&Fields::new(json, place)?, budget)
}
