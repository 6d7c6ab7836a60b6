use super::{
    decode::Object,
    pattern::{ImagePattern, NamePattern},
};
use crate::{
    AdmissionContext, ImageReference,
    document::{Place, Problems, code},
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
        let namespace = match object.get("namespace") {
            None => Some(None),
            Some(_) => object.optional_string("namespace", problems).and_then(|text| {
                NamePattern::parse(text)
                    .map(Some)
                    .map_err(|error| problems.add(code::INVALID_VALUE, &place.member("namespace"), error))
                    .ok()
            }),
        };
        let text = object.required_string("pattern", problems)?;
        let pattern = ImagePattern::parse(text)
            .map_err(|error| problems.add(code::INVALID_VALUE, &place.member("pattern"), error))
            .ok()?;
        Some(Self { text: text.into(), pattern, namespace: namespace? })
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
