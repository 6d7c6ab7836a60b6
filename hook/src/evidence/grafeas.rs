//! A Grafeas server: occurrences about an image (grafeas/grafeas, proto/v1/grafeas.proto and proto/v1beta1/grafeas.proto).

use super::{Document, FetchError};
use crate::{
    file,
    http::{Answer, Http, Question, percent_encoded},
};
use dokimos::{Budget, Excerpt, ImageReference};
use hyper::{Method, StatusCode, Uri, header::HeaderValue};
use serde::{Deserialize, Deserializer, de::Error};
use std::path::PathBuf;

/// Occurrences of a page: attestations of some KiB each, so that a page is far below the limit of a document.
const PAGE_SIZE: usize = 100;
/// The most pages about one image: an image has a few attestations.
const MOST_PAGES: usize = 20;
/// A file with a token: those of cloud providers have a few thousand bytes.
const MOST_TOKEN: usize = 64 * 1024;

/// What the configuration says of a Grafeas server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct GrafeasConfig {
    /// Where the server is: `https://grafeas.example.com`, or with a path before the version.
    pub endpoint: String,
    /// Where occurrences are listed: `projects/P` asks for those of a project, `projects/P/notes/N` for those of a note.
    pub parent: Parent,
    /// The version of the API.
    #[serde(default)]
    pub version: Version,
    /// The kind that is asked for. Old servers call it `ATTESTATION_AUTHORITY`.
    #[serde(default = "attestation")]
    pub kind: String,
    /// A file with a token that is sent as `Authorization: Bearer`; it is read each time.
    pub token_file: Option<PathBuf>,
    /// Certificate authorities in PEM that are trusted beside Mozilla's, which are compiled in.
    pub ca_file: Option<PathBuf>,
    /// Whether the endpoint may be one without TLS.
    #[serde(default)]
    pub insecure: bool,
}

/// `projects/P` or `projects/P/notes/N`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent(String);

/// A version of the API of Grafeas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Version {
    /// `v1`
    #[default]
    V1,
    /// `v1beta1`
    V1Beta1,
}

fn attestation() -> String {
    "ATTESTATION".to_owned()
}

impl<'de> Deserialize<'de> for Parent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let id = |id: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
            !id.is_empty() && id != "." && id != ".." && id.bytes().all(allowed)
        };
        match text.split('/').collect::<Vec<_>>().as_slice() {
            ["projects", project] if id(project) => Ok(Self(text)),
            ["projects", project, "notes", note] if id(project) && id(note) => Ok(Self(text)),
            _ => Err(D::Error::custom("neither projects/P nor projects/P/notes/N")),
        }
    }
}

impl Version {
    fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V1Beta1 => "v1beta1",
        }
    }
}

/// A server and what of it is asked.
#[derive(Debug)]
pub(super) struct Grafeas {
    http: Http,
    /// Without a query.
    list: String,
    parent: String,
    kind: String,
    token_file: Option<PathBuf>,
}

impl Grafeas {
    pub(super) fn new(config: GrafeasConfig) -> Result<Self, String> {
        let endpoint = config.endpoint.trim_end_matches('/');
        let list = format!("{endpoint}/{}/{}/occurrences", config.version.name(), config.parent.0);
        let wrong = || format!("grafeas.endpoint: {:?} is not an address", Excerpt::new(endpoint, 200).to_string());
        let uri: Uri = list.parse().map_err(|_| wrong())?;
        let host = uri.authority().map(ToString::to_string).filter(|host| !host.contains('@')).ok_or_else(wrong)?;
        let insecure = match (uri.scheme_str(), config.insecure) {
            (Some("https"), _) => Vec::new(),
            (Some("http"), true) => vec![host],
            (Some("http"), false) => {
                return Err("grafeas.endpoint: an address without TLS, and insecure is not true".to_owned());
            }
            _ => return Err(wrong()),
        };
        if uri.query().is_some() {
            return Err(wrong());
        }
        if config.kind.is_empty() || !config.kind.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            return Err("grafeas.kind: not the name of a kind".to_owned());
        }
        let http =
            Http::new(config.ca_file.as_deref(), &insecure).map_err(|error| format!("grafeas.caFile: {error}"))?;
        let grafeas = Self { http, list, parent: config.parent.0, kind: config.kind, token_file: config.token_file };
        grafeas.authorization().map_err(|error| format!("grafeas.tokenFile: {error}"))?;
        Ok(grafeas)
    }

    pub(super) async fn fetch(&self, image: &ImageReference) -> Result<Vec<Document>, FetchError> {
        if image.digest().is_none() {
            return Ok(Vec::new());
        }
        let authorization = self.authorization()?;
        let filter = format!("resource_url=\"https://{}\" AND kind=\"{}\"", image.canonical(), self.kind);
        let first = format!("{}?filter={}&pageSize={PAGE_SIZE}", self.list, percent_encoded(&filter));
        let mut documents = Vec::new();
        let mut token: Option<String> = None;
        for number in 1..=MOST_PAGES {
            let address = match &token {
                None => first.clone(),
                Some(token) => format!("{first}&pageToken={}", percent_encoded(token)),
            };
            let uri = address.parse().map_err(|_| self.refused("a page has no address"))?;
            let mut question = Question::new(Method::GET, uri, Budget::default().document_bytes);
            question.accept = Some("application/json");
            question.authorization.clone_from(&authorization);
            let answer = self.http.ask(question).await?;
            let page = self.page(&answer)?;
            if page.occurrences {
                documents.push(Document { name: format!("{} page {number}", self.parent), bytes: answer.body });
            }
            match page.next {
                None => return Ok(documents),
                next if next == token => return Err(self.refused("a page is followed by itself")),
                next => token = next,
            }
        }
        Err(self.refused(&format!("more than {MOST_PAGES} pages about one image")))
    }

    fn page(&self, answer: &Answer) -> Result<Page, FetchError> {
        if answer.status != StatusCode::OK {
            return Err(answer.failure(&self.parent));
        }
        let page: RawPage =
            serde_json::from_slice(&answer.body).map_err(|_| self.refused("not a page of occurrences"))?;
        let next = page.next_page_token.filter(|token| !token.is_empty());
        // An object of another kind is no page without occurrences.
        if page.occurrences.is_none() && next.is_none() && !page.others.is_empty() {
            return Err(self.refused("not a page of occurrences"));
        }
        Ok(Page { occurrences: page.occurrences.is_some_and(|list| !list.is_empty()), next })
    }

    fn authorization(&self) -> Result<Option<HeaderValue>, FetchError> {
        let Some(path) = &self.token_file else { return Ok(None) };
        let bytes = file::read(path, MOST_TOKEN).map_err(FetchError::transient)?;
        let value = [b"Bearer ", bytes.trim_ascii()].concat();
        let mut value = HeaderValue::try_from(value)
            .ok()
            .filter(|_| !bytes.trim_ascii().is_empty())
            .ok_or_else(|| FetchError::permanent(format_args!("{}: not a token", path.display())))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    fn refused(&self, what: &str) -> FetchError {
        FetchError::permanent(format_args!("{}: {what}", self.parent))
    }
}

struct Page {
    occurrences: bool,
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPage {
    occurrences: Option<Vec<serde::de::IgnoredAny>>,
    #[serde(alias = "next_page_token")]
    next_page_token: Option<String>,
    #[serde(flatten)]
    others: serde_json::Map<String, serde_json::Value>,
}
