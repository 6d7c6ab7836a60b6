use crate::config;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{fmt, mem};

/// An object of kritis, with its file.
#[derive(Clone)]
pub(super) struct Object {
    file: String,
    pub(super) kind: String,
    metadata: Metadata,
    spec: Value,
}

/// What there is one of under a namespace and a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// The status and what else Kubernetes writes into an object says nothing of what it asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Envelope {
    api_version: String,
    kind: String,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    spec: Value,
    #[serde(default)]
    items: Vec<Value>,
    #[serde(default, rename = "status")]
    _status: Value,
}

#[derive(Clone, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    name: String,
    namespace: Option<String>,
}

impl Object {
    const VERSION: &str = "kritis.grafeas.io/v1beta1";

    /// The object that the document is, or those of the list that it is, as `kubectl get -o yaml` prints it.
    pub(super) fn all(file: &str, document: Value) -> Result<Vec<Self>, String> {
        let envelope: Envelope = config::decode(document).map_err(|error| format!("{file}: {error}"))?;
        if envelope.kind.ends_with("List") {
            let lists = envelope.items.into_iter().map(|item| match item.get("items") {
                None => Self::all(file, item),
                Some(_) => Err(format!("{file}: a list in a list")),
            });
            return Ok(lists.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect());
        }
        let Envelope { api_version, kind, metadata, spec, .. } = envelope;
        let object = Self { file: file.to_owned(), kind, metadata, spec };
        if api_version != Self::VERSION {
            return Err(object.error(format_args!("the apiVersion is not {}", Self::VERSION)));
        }
        Ok(vec![object])
    }

    /// What the object asks for.
    pub(super) fn spec<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        config::decode(mem::take(&mut self.spec)).map_err(|error| self.error(format_args!("spec: {error}")))
    }

    /// Where it stands. Without a namespace it is `default`, where `kubectl apply` puts it.
    pub(super) fn scope(&self) -> Result<Scope, String> {
        let Metadata { name, namespace } = self.metadata.clone();
        let namespace = namespace.unwrap_or_else(|| "default".to_owned());
        check_name(&name).and_then(|()| check_name(&namespace)).map_err(|error| self.error(error))?;
        Ok(Scope { namespace, name })
    }

    /// File, kind and name, for messages.
    pub(super) fn place(&self) -> String {
        let namespace = self.metadata.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        format!("{}: {} {namespace}{}", self.file, self.kind, self.metadata.name)
    }

    pub(super) fn error(&self, what: impl fmt::Display) -> String {
        format!("{}: {what}", self.place())
    }

    pub(super) fn pattern_error(&self, pattern: &str, what: impl fmt::Display) -> String {
        self.error(format_args!("namePattern {pattern:?}: {what}"))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The names that Kubernetes allows for objects and namespaces (RFC 1123 subdomain): in a policy they are patterns, in
/// which `*` would be more than one name.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    if !name.is_empty() && name.len() <= 253 && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(format!("{name:?} is not a name: at most 253 lower-case letters, digits, `-` and `.`"))
}
