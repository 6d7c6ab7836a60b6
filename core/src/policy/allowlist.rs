use super::{
    decode::Object,
    pattern::{ImagePattern, NamePattern},
};
use crate::{
    AdmissionContext, ImageReference,
    document::{Place, Problems},
    json::Json,
};
use alloc::string::String;

/// Images that need no attestation.
#[derive(Clone, Debug)]
pub(crate) struct Exemption {
    /// The pattern as the policy writes it, for the report.
    pub(crate) text: String,
    pub(crate) pattern: ImagePattern,
    pub(crate) namespace: Option<NamePattern>,
}

impl Exemption {
    const FIELDS: &[&str] = &["pattern", "namespace"];

    pub(super) fn decode(json: &Json<'_>, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let object = Object::new(json, place, Self::FIELDS, problems)?;
        let namespace = object
            .optional_string("namespace", problems)
            .and_then(|text| object.valid("namespace", NamePattern::parse(text), problems));
        let text = object.required_string("pattern", problems)?;
        let pattern = object.valid("pattern", ImagePattern::parse(text), problems)?;
        // A namespace that cannot be read is never "all of them".
        (namespace.is_some() == object.has("namespace")).then(|| Self { text: text.into(), pattern, namespace })
    }

    /// Whether the image is exempt here. An exemption for a namespace does not hold where the namespace is unknown.
    pub(crate) fn covers(&self, image: &ImageReference, context: &AdmissionContext<'_>) -> bool {
        let here = match (&self.namespace, context.namespace) {
            (None, _) => true,
            (Some(pattern), Some(namespace)) => pattern.matches(namespace),
            (Some(_), None) => false,
        };
        here && self.pattern.matches(image)
    }
}
