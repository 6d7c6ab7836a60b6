//! Objects of kritis (`kritis.grafeas.io/v1beta1`) as a policy: `AttestationAuthority` of kritis 0.2.2, of Alibaba Cloud
//! and of kritis' last version, `GenericAttestationPolicy`, and `AdmissionAllowlist` of Alibaba Cloud.
//!
//! What comes out admits no image that they do not admit. What cannot be said so is an error that names the object:
//! PGP keys, vulnerability policies, patterns in which `*` stands where it means something else here.

mod authority;
mod object;
mod pattern;
#[cfg(test)]
mod tests;

use super::files::Origins;
use crate::config;
use authority::Authority;
use object::{Object, Scope};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How the objects are understood where they leave it open, or where versions of kritis differ.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct KritisConfig {
    /// What holds in a namespace that has no `GenericAttestationPolicy`.
    pub other_namespaces: OtherNamespaces,
    /// Whether all authorities of a policy must attest, or any of them.
    pub authorities: Authorities,
    /// How the name that was signed must match the image.
    pub identity: Identity,
    /// With which algorithms a key signs of which an authority does not say it.
    pub algorithms: Vec<String>,
    /// Whether the annotation `kritis.grafeas.io/breakglass` admits everything.
    pub breakglass: bool,
}

/// What holds in a namespace that has no policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OtherNamespaces {
    /// No image is admitted but those of the allowlist.
    #[default]
    Deny,
    /// Every image is, as kritis has it.
    Allow,
}

/// Which authorities of a policy must attest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Authorities {
    /// All, as in kritis from 0.2.3 on.
    #[default]
    All,
    /// Any of them, as in kritis 0.2.2.
    Any,
}

/// How the name that was signed must match the image: as an attestor's `identity` in a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Identity {
    /// The whole repository, as in kritis.
    #[default]
    Repository,
    /// Without the registry's host, for registries that answer under several.
    Path,
    /// Not at all.
    Digest,
}

impl Default for KritisConfig {
    fn default() -> Self {
        Self {
            other_namespaces: OtherNamespaces::default(),
            authorities: Authorities::default(),
            identity: Identity::default(),
            // What Alibaba's key management signs with, by its own names.
            algorithms: vec!["RSA_PSS_SHA_256".to_owned(), "RSA_PKCS1_SHA_256".to_owned()],
            breakglass: false,
        }
    }
}

const BREAKGLASS: &str = "kritis.grafeas.io/breakglass";

/// Whether a file holds objects of Kubernetes and no policy of dokimos.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let is_object = |document: &Value| {
        let version = document.get("apiVersion").and_then(Value::as_str);
        version.is_some_and(|version| version.starts_with("kritis.grafeas.io/") || version == "v1")
    };
    config::documents(bytes).is_ok_and(|documents| documents.iter().any(is_object))
}

/// The policy document that the objects amount to, each given with its file, and where its parts come from.
///
/// # Errors
/// The first problem, with the file and the object.
pub(super) fn convert(
    documents: impl IntoIterator<Item = (String, Value)>,
    config: &KritisConfig,
) -> Result<(Value, Origins), String> {
    let mut objects = Objects::default();
    for (file, document) in documents {
        for object in Object::all(&file, document)? {
            objects.add(object)?;
        }
    }
    objects.document(config)
}

/// The objects, in the order of their namespaces and names.
#[derive(Default)]
struct Objects {
    authorities: BTreeMap<Scope, (Object, Authority)>,
    policies: BTreeMap<Scope, (Object, GenericAttestationPolicy)>,
    allowlist: Option<(Object, AdmissionAllowlist)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct GenericAttestationPolicy {
    #[serde(default)]
    attestation_authority_names: Vec<String>,
    #[serde(default)]
    admission_allowlist_patterns: Vec<NamePattern>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NamePattern {
    name_pattern: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdmissionAllowlist {
    patterns: Vec<AllowlistPattern>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AllowlistPattern {
    name_pattern: String,
    namespace: Option<String>,
}

impl Objects {
    fn add(&mut self, mut object: Object) -> Result<(), String> {
        let twice = match object.kind.as_str() {
            "AttestationAuthority" => {
                let authority = object.spec()?;
                self.authorities.insert(object.scope()?, (object.clone(), authority)).is_some()
            }
            "GenericAttestationPolicy" => {
                let policy = object.spec()?;
                self.policies.insert(object.scope()?, (object.clone(), policy)).is_some()
            }
            // There is one in a cluster.
            "AdmissionAllowlist" => {
                let allowlist = object.spec()?;
                self.allowlist.replace((object.clone(), allowlist)).is_some()
            }
            // To leave it out could admit what it denies.
            other => return Err(object.error(format_args!("objects of the kind {other} are not understood"))),
        };
        if twice { Err(object.error("stands twice")) } else { Ok(()) }
    }

    fn document(self, config: &KritisConfig) -> Result<(Value, Origins), String> {
        let mut origins = Origins::default();
        let mut attestors = Vec::new();
        for (scope, (object, authority)) in &self.authorities {
            attestors.push(json!({
                "name": scope.to_string(),
                "description": authority.note_reference(),
                "identity": config.identity,
                "publicKeys": authority.keys(&config.algorithms).map_err(|error| object.error(error))?,
            }));
            origins.push("attestors", object.place());
        }
        let mut document = json!({
            "apiVersion": "dokimos.dev/v1",
            "kind": "Policy",
            "attestors": attestors,
            "allowlist": self.exemptions(&mut origins)?,
            "rules": self.rules(config, &mut origins)?,
            "default": { "evaluation": match config.other_namespaces {
                OtherNamespaces::Deny => "ALWAYS_DENY",
                OtherNamespaces::Allow => "ALWAYS_ALLOW",
            } },
        });
        if let Value::Object(members) = &mut document {
            // An empty list is an error in a policy: it could be meant as "all" or as "none".
            members.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
            if config.breakglass {
                members.insert("breakglass".to_owned(), json!({ "annotation": BREAKGLASS }));
            }
        }
        Ok((document, origins))
    }

    fn exemptions(&self, origins: &mut Origins) -> Result<Vec<Value>, String> {
        let mut exemptions = Vec::new();
        for (scope, (object, policy)) in &self.policies {
            for NamePattern { name_pattern } in &policy.admission_allowlist_patterns {
                let pattern =
                    pattern::of_kritis(name_pattern).map_err(|error| object.pattern_error(name_pattern, error))?;
                exemptions.push(json!({ "pattern": pattern, "namespace": scope.namespace }));
                origins.push("allowlist", object.place());
            }
        }
        if let Some((object, allowlist)) = &self.allowlist {
            for AllowlistPattern { name_pattern, namespace } in &allowlist.patterns {
                let pattern =
                    pattern::of_alibaba(name_pattern).map_err(|error| object.pattern_error(name_pattern, error))?;
                exemptions.push(match namespace {
                    None => json!({ "pattern": pattern }),
                    Some(namespace) => {
                        object::check_name(namespace).map_err(|error| object.error(error))?;
                        json!({ "pattern": pattern, "namespace": namespace })
                    }
                });
                origins.push("allowlist", object.place());
            }
        }
        Ok(exemptions)
    }

    /// A rule for each namespace: any of its policies must be met.
    fn rules(&self, config: &KritisConfig, origins: &mut Origins) -> Result<Vec<Value>, String> {
        let mut namespaces: BTreeMap<&str, (Vec<Value>, &Object)> = BTreeMap::new();
        for (scope, (object, policy)) in &self.policies {
            let names = self.authorities_of(scope, object, policy)?;
            let requirement = match config.authorities {
                Authorities::All => json!({ "all": names }),
                Authorities::Any => json!({ "any": names }),
            };
            let (requirements, _) = namespaces.entry(&scope.namespace).or_insert((Vec::new(), object));
            // Two policies of the same authorities ask for the same, and a policy refuses to be told so twice.
            if !requirements.contains(&requirement) {
                requirements.push(requirement);
            }
        }
        let rule = |(namespace, (requirements, object)): (&str, (Vec<Value>, &Object))| {
            origins.push("rules", object.place());
            json!({
                "name": format!("namespace:{namespace}"),
                "namespaces": [namespace],
                "evaluation": "REQUIRE_ATTESTATION",
                "require": { "any": requirements },
            })
        };
        Ok(namespaces.into_iter().map(rule).collect())
    }

    /// The names of the attestors that the policy's authorities became, each once.
    fn authorities_of(
        &self,
        scope: &Scope,
        object: &Object,
        policy: &GenericAttestationPolicy,
    ) -> Result<BTreeSet<String>, String> {
        if policy.attestation_authority_names.is_empty() {
            // kritis denies everything then.
            return Err(object.error("names no attestation authority"));
        }
        let mut names = BTreeSet::new();
        for name in &policy.attestation_authority_names {
            let authority = Scope { namespace: scope.namespace.clone(), name: name.clone() };
            if !self.authorities.contains_key(&authority) {
                return Err(object.error(format_args!("there is no AttestationAuthority {authority}")));
            }
            names.insert(authority.to_string());
        }
        Ok(names)
    }
}
