//! Which format a document has, and which items are in it.

use super::{Attestation, Content, Source, bundle, cosign, dsse, grafeas, too_many};
use crate::{
    Budget, Problem,
    document::{Place, code},
    fields::{Fields, Name},
    json::{Json, Members},
};
use alloc::vec::Vec;

const OCCURRENCES: Name = Name(&["occurrences"]);

/// Reads one document into a list.
pub(super) struct Reader<'b> {
    source: Source,
    budget: &'b Budget,
    room: usize,
    list: Vec<Attestation>,
    /// The first item that has no known shape.
    stranger: Option<Problem>,
    /// Whether anything, even an empty page, had a known shape.
    known: bool,
}

impl<'b> Reader<'b> {
    /// A reader of at most `room` items.
    pub(super) fn new(source: &str, room: usize, budget: &'b Budget) -> Self {
        Self { source: Source::new(source), budget, room, list: Vec::new(), stranger: None, known: false }
    }

    pub(super) fn read(mut self, bytes: &[u8]) -> Result<Vec<Attestation>, Problem> {
        let documents = Json::parse_lines(bytes, self.budget, Members::AllBut(cosign::UNREAD))?;
        match documents.as_slice() {
            [(_, document)] => self.document(document, &Place::Root)?,
            lines => {
                for (number, document) in lines {
                    self.document(document, &Place::Line(*number))?;
                }
            }
        }
        match self.stranger {
            // A document in which nothing is known is not a document of ours: to say "no attestations" would hide that.
            Some(problem) if !self.known => Err(problem),
            _ => Ok(self.list),
        }
    }

    fn document(&mut self, json: &Json<'_>, place: &Place<'_>) -> Result<(), Problem> {
        match json {
            Json::Array(items) => {
                items.iter().enumerate().try_for_each(|(index, item)| self.item(item, &place.item(index)))
            }
            Json::Object(members) if members.is_empty() || has(json, &["occurrences", "nextPageToken"]) => {
                self.page(json, place)
            }
            item => self.item(item, place),
        }
    }

    /// A page of Grafeas' `ListOccurrences`; protocol buffers leave an empty list out.
    fn page(&mut self, json: &Json<'_>, place: &Place<'_>) -> Result<(), Problem> {
        self.known = true;
        let Some(occurrences) = Fields::new(json, place)?.optional(OCCURRENCES)? else { return Ok(()) };
        for (index, occurrence) in occurrences.array()?.iter().enumerate() {
            let place = occurrences.place.item(index);
            let attestation = grafeas::read(occurrence, &place, &self.source, self.budget);
            self.push(attestation)?;
        }
        Ok(())
    }

    fn item(&mut self, json: &Json<'_>, place: &Place<'_>) -> Result<(), Problem> {
        let read = if has(json, &["Base64Signature", "Payload"]) {
            Some(("cosign", cosign::content(json, place)))
        } else if bundle::MEMBERS.iter().any(|name| has(json, name.0)) {
            Some(("sigstore-bundle", bundle::content(json, place, self.budget)))
        } else if has(json, &[dsse::PAYLOAD_TYPE.shown()]) {
            Some(("dsse", dsse::content(json, place, self.budget)))
        } else {
            None
        };
        let attestation = match read {
            Some((format, content)) => {
                let content = content.unwrap_or_else(Content::Unreadable);
                Attestation { source: self.source.at(place, None), format, resource: None, content }
            }
            None if has(json, &["attestation", "envelope", "noteName", "note_name"]) => {
                grafeas::read(json, place, &self.source, self.budget)
            }
            None => return self.stranger(place),
        };
        self.known = true;
        self.push(attestation)
    }

    fn stranger(&mut self, place: &Place<'_>) -> Result<(), Problem> {
        let message =
            "not a Grafeas occurrence, a page of them, a cosign signature, a DSSE envelope or a sigstore bundle";
        let problem = Problem::new(code::UNKNOWN_FORMAT, place, message);
        self.stranger.get_or_insert_with(|| problem.clone());
        let source = self.source.at(place, None);
        self.push(Attestation { source, format: "unknown", resource: None, content: Content::Unreadable(problem) })
    }

    fn push(&mut self, attestation: Attestation) -> Result<(), Problem> {
        if self.list.len() >= self.room {
            return Err(too_many(self.budget));
        }
        self.list.push(attestation);
        Ok(())
    }
}

fn has(json: &Json<'_>, names: &[&str]) -> bool {
    names.iter().any(|name| json.get(name).is_some())
}
