//! Requests to the servers that hold evidence: over HTTPS unless a host is listed, with limits on what comes back.

mod location;

pub(crate) use location::{origin, percent_encoded, resolve, with_query};

use crate::{evidence::FetchError, file};
use dokimos::Excerpt;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, USER_AGENT},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{error::Error, fmt, path::Path, sync::Arc, time::Duration};
use tokio::time::timeout;

/// For one request with its answer. Sources have a shorter time of their own; whoever writes has this one.
const PATIENCE: Duration = Duration::from_secs(30);
/// For a connection to one address.
const CONNECT: Duration = Duration::from_secs(10);
/// A connection that nobody used for so long is one that the other side may have dropped.
const IDLE: Duration = Duration::from_secs(60);
/// A file of certificates: all of Mozilla's have a tenth of it.
const MOST_CERTIFICATES: usize = 4 * 1024 * 1024;
/// Registries that keep blobs elsewhere lead there with one redirection.
const MOST_REDIRECTIONS: usize = 5;

/// A client that keeps its connections.
pub(crate) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// Hosts, with their ports, that are asked without TLS.
    insecure: Vec<String>,
}

/// What is asked.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) accept: Option<&'static str>,
    /// Goes to the host of `uri`, and to no other that it leads to.
    pub(crate) authorization: Option<HeaderValue>,
    /// The body and its media type.
    pub(crate) body: Option<(&'static str, Bytes)>,
    /// The most bytes of the answer's body.
    pub(crate) most: usize,
}

/// What a server answered, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Where the answer came from: another place than was asked, after a redirection.
    pub(crate) uri: Uri,
}

impl Question {
    pub(crate) fn new(method: Method, uri: Uri, most: usize) -> Self {
        Self { method, uri, accept: None, authorization: None, body: None, most }
    }
}

impl Answer {
    /// An answer that is not what was asked for.
    pub(crate) fn failure(&self, place: &str) -> FetchError {
        let status = self.status.as_u16();
        // The distribution specification's code, such as DENIED; the text beside it can hold anything.
        let code = serde_json::from_slice::<serde_json::Value>(&self.body).ok();
        let code = code.as_ref().and_then(|body| body.pointer("/errors/0/code")?.as_str());
        let code = code.filter(|code| code.len() <= 40 && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        let message = format!("{place}: {} answers {status}{code}", host(&self.uri));
        match status {
            408 | 425 | 429 | 500.. => FetchError::transient(message),
            _ => FetchError::permanent(message),
        }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("insecure", &self.insecure).finish_non_exhaustive()
    }
}

impl Http {
    /// Trusts Mozilla's certificate authorities, which are compiled in, and those of the file.
    ///
    /// # Errors
    /// The file cannot be read or is not certificates in PEM.
    pub(crate) fn new(authorities: Option<&Path>, insecure: &[String]) -> Result<Self, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = authorities {
            add(&mut roots, path)?;
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(8)
            .build(connector);
        Ok(Self { client, insecure: insecure.iter().map(|host| host.to_ascii_lowercase()).collect() })
    }

    /// `http` for the hosts that are listed as such, `https` for all others.
    pub(crate) fn scheme(&self, host: &str) -> &'static str {
        if self.insecure.iter().any(|insecure| insecure == host) { "http" } else { "https" }
    }

    /// Asks, and follows where a `GET` or `HEAD` is led; what changes something is not asked of another place.
    ///
    /// # Errors
    /// No answer, a longer one than `most`, or one that leads where it must not.
    pub(crate) async fn ask(&self, mut question: Question) -> Result<Answer, FetchError> {
        for _ in 0..=MOST_REDIRECTIONS {
            let answer = self.send(&question).await?;
            let follows = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308)
                && (question.method == Method::GET || question.method == Method::HEAD);
            if !follows {
                return Ok(answer);
            }
            let uri = answer
                .headers
                .get(LOCATION)
                .and_then(|location| resolve(&question.uri, location.to_str().ok()?))
                .ok_or_else(|| {
                    FetchError::permanent(format_args!("{}: a redirection that leads nowhere", host(&question.uri)))
                })?;
            if origin(&uri) != origin(&question.uri) {
                question.authorization = None;
            }
            question.uri = uri;
        }
        Err(FetchError::permanent(format_args!("{}: more than {MOST_REDIRECTIONS} redirections", host(&question.uri))))
    }

    async fn send(&self, question: &Question) -> Result<Answer, FetchError> {
        let place = host(&question.uri);
        let allowed = match question.uri.scheme_str() {
            Some("https") => true,
            Some("http") => self.scheme(&place.to_ascii_lowercase()) == "http",
            _ => false,
        };
        if !allowed {
            let what = "it is not listed as a host that is asked without TLS";
            return Err(FetchError::permanent(format_args!("{place}: {what}")));
        }
        match timeout(PATIENCE, self.exchange(question, &place)).await {
            Ok(answer) => answer,
            Err(_) => Err(FetchError::transient(format_args!("{place}: no answer within {PATIENCE:?}"))),
        }
    }

    async fn exchange(&self, question: &Question, place: &str) -> Result<Answer, FetchError> {
        let mut request = Request::builder()
            .method(question.method.clone())
            .uri(question.uri.clone())
            .header(USER_AGENT, concat!("dokimos-hook/", env!("CARGO_PKG_VERSION")));
        if let Some(accept) = question.accept {
            request = request.header(ACCEPT, accept);
        }
        if let Some(authorization) = &question.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let mut body = Bytes::new();
        if let Some((media_type, bytes)) = &question.body {
            request = request.header(CONTENT_TYPE, *media_type);
            body = bytes.clone();
        }
        let request = request.body(Full::new(body)).map_err(FetchError::permanent)?;
        let failed = |error: &dyn Error| FetchError::transient(format_args!("{place}: {}", causes(error)));
        let response = self.client.request(request).await.map_err(|error| failed(&error))?;
        let (head, mut incoming) = response.into_parts();
        let body = read(&mut incoming, question.most).await.map_err(|error| match error {
            Some(error) => failed(&error),
            None => FetchError::permanent(format_args!("{place}: the answer has more than {} bytes", question.most)),
        })?;
        Ok(Answer { status: head.status, headers: head.headers, body, uri: question.uri.clone() })
    }
}

/// The body, unless it is longer than `most` (none) or ends too soon (what happened).
async fn read(incoming: &mut Incoming, most: usize) -> Result<Vec<u8>, Option<hyper::Error>> {
    let mut bytes = Vec::new();
    while let Some(frame) = incoming.frame().await {
        if let Ok(data) = frame.map_err(Some)?.into_data() {
            if data.len() > most.saturating_sub(bytes.len()) {
                return Err(None);
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes)
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let bytes = file::read(path, MOST_CERTIFICATES)?;
    let place = path.display();
    let mut none = true;
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|_| format!("{place}: not certificates in PEM"))?;
        roots.add(certificate).map_err(|error| format!("{place}: {error}"))?;
        none = false;
    }
    if none { Err(format!("{place}: no certificate in PEM")) } else { Ok(()) }
}

/// The host and port: an address's path and query can hold a signature that opens a store.
fn host(uri: &Uri) -> String {
    Excerpt::new(uri.authority().map_or("", |authority| authority.as_str()), 200).to_string()
}

/// An error with what led to it, in one line.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Some errors repeat their cause.
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    Excerpt::new(&text, 200).to_string()
}
