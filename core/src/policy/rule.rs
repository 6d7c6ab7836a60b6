use super::{
    attestor::checked_name,
    compile::Names,
    decode::{Object, invalid, string},
    pattern::{ImagePattern, NamePattern, PatternError},
    requirement::Requirement,
};
use crate::{
    AdmissionContext, Enforcement, ImageReference,
    document::{Place, Problems},
    json::Json,
};
use alloc::{string::String, vec::Vec};

/// One rule of the policy: where it holds, and what it asks for.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    /// None stands for all, in each of the four.
    pub(crate) clusters: Option<Vec<NamePattern>>,
    pub(crate) namespaces: Option<Vec<NamePattern>>,
    pub(crate) service_accounts: Option<Vec<NamePattern>>,
    pub(crate) images: Option<Vec<ImagePattern>>,
    pub(crate) evaluation: Evaluation,
    pub(crate) enforcement: Enforcement,
}

/// What a rule does with the images that it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Evaluation {
    RequireAttestation(Requirement),
    AlwaysAllow,
    AlwaysDeny,
}

impl Evaluation {
    /// `REQUIRE_ATTESTATION`, `ALWAYS_ALLOW` or `ALWAYS_DENY`, as policies write it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::RequireAttestation(_) => "REQUIRE_ATTESTATION",
            Self::AlwaysAllow => "ALWAYS_ALLOW",
            Self::AlwaysDeny => "ALWAYS_DENY",
        }
    }

    /// What must be attested, if anything must.
    pub(super) fn requirement(&self) -> Option<&Requirement> {
        match self {
            Self::RequireAttestation(requirement) => Some(requirement),
            Self::AlwaysAllow | Self::AlwaysDeny => None,
        }
    }
}

/// Whether a rule matches: an unknown value is neither yes nor no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Yes,
    No,
    /// The rule depends on this member of the context, which was not given.
    Unknown(&'static str),
}

/// The name by which reports call the policy's default.
pub(crate) const DEFAULT: &str = "default";

impl Rule {
    const FIELDS: &[&str] =
        &["name", "clusters", "namespaces", "serviceAccounts", "images", "evaluation", "require", "enforcement"];
    const DEFAULT_FIELDS: &[&str] = &["evaluation", "require", "enforcement"];

    pub(super) fn decode(
        json: &Json<'_>,
        place: &Place<'_>,
        attestors: &Names<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let object = Object::new(json, place, Self::FIELDS, problems)?;
        let name = checked_name(&object, problems);
        if name == Some(DEFAULT) {
            object.invalid("name", &"\"default\" is the name by which reports call the policy's default", problems);
        }
        let mut rule = Self::named(name.unwrap_or_default());
        let before = problems.0.len();
        rule.clusters = names(&object, "clusters", problems);
        rule.namespaces = names(&object, "namespaces", problems);
        rule.service_accounts = names(&object, "serviceAccounts", problems);
        rule.images = patterns(&object, "images", ImagePattern::parse, problems);
        let sound = problems.0.len() == before;
        let decided = rule.decode_evaluation(&object, attestors, problems).is_some();
        (decided && sound && name.is_some()).then_some(rule)
    }

    pub(super) fn decode_default(
        json: &Json<'_>,
        place: &Place<'_>,
        attestors: &Names<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let object = Object::new(json, place, Self::DEFAULT_FIELDS, problems)?;
        let mut rule = Self::named(DEFAULT);
        rule.decode_evaluation(&object, attestors, problems).map(|()| rule)
    }

    /// A rule that matches everything and denies it.
    fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            clusters: None,
            namespaces: None,
            service_accounts: None,
            images: None,
            evaluation: Evaluation::AlwaysDeny,
            enforcement: Enforcement::Block,
        }
    }

    fn decode_evaluation(
        &mut self,
        object: &Object<'_, '_>,
        attestors: &Names<'_>,
        problems: &mut Problems,
    ) -> Option<()> {
        let enforcement = match object.optional_string("enforcement", problems) {
            Some(text) => object.one_of("enforcement", text, &["BLOCK", "DRY_RUN"], problems),
            None if object.has("enforcement") => None,
            None => Some(0),
        };
        let require = object
            .get("require")
            .map(|json| Requirement::decode(json, &object.place.member("require"), attestors, problems));
        let text = object.required_string("evaluation", problems)?;
        let values = &["REQUIRE_ATTESTATION", "ALWAYS_ALLOW", "ALWAYS_DENY"];
        self.evaluation = match (object.one_of("evaluation", text, values, problems)?, require) {
            (0, Some(requirement)) => Evaluation::RequireAttestation(requirement?),
            (0, None) => {
                object.required("require", problems)?;
                return None;
            }
            (_, Some(_)) => {
                let message = format_args!("{text} asks for no attestation; leave \"require\" out");
                object.invalid("require", &message, problems);
                return None;
            }
            (1, None) => Evaluation::AlwaysAllow,
            (_, None) => Evaluation::AlwaysDeny,
        };
        if enforcement? == 1 {
            self.enforcement = Enforcement::DryRun;
        }
        Some(())
    }

    /// Whether this rule decides for the image in this place.
    pub(crate) fn matches(&self, image: &ImageReference, context: &AdmissionContext<'_>) -> Match {
        let mut unknown = None;
        // A definite no decides, whatever else is unknown.
        let holds = self.images.as_ref().is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(image)))
            && may_match(&self.clusters, context.cluster, "cluster", &mut unknown)
            && may_match(&self.namespaces, context.namespace, "namespace", &mut unknown)
            && may_match(&self.service_accounts, context.service_account, "service account", &mut unknown);
        match unknown {
            _ if !holds => Match::No,
            Some(what) => Match::Unknown(what),
            None => Match::Yes,
        }
    }
}

/// Whether a name of the context matches, or may. `unknown` is what the first name is called that would have to be known.
fn may_match(
    patterns: &Option<Vec<NamePattern>>,
    value: Option<&str>,
    what: &'static str,
    unknown: &mut Option<&'static str>,
) -> bool {
    match (patterns, value) {
        (None, _) => true,
        (Some(_), None) => {
            unknown.get_or_insert(what);
            true
        }
        (Some(patterns), Some(value)) => patterns.iter().any(|pattern| pattern.matches(value)),
    }
}

fn names(object: &Object<'_, '_>, name: &str, problems: &mut Problems) -> Option<Vec<NamePattern>> {
    patterns(object, name, NamePattern::parse, problems)
}

/// The member as a list of patterns; none when it is absent, which stands for all. A pattern that cannot be parsed is
/// a problem, and so never "no constraint".
fn patterns<T>(
    object: &Object<'_, '_>,
    name: &str,
    parse: fn(&str) -> Result<T, PatternError>,
    problems: &mut Problems,
) -> Option<Vec<T>> {
    let mut patterns = Vec::new();
    object.each(name, problems, &mut |json, place, problems| {
        match parse(string(json, place, problems)?) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => invalid(place, &error, problems),
        }
        Some(())
    })?;
    Some(patterns)
}
