//! A registry for tests: on a socket of this machine, and as good or bad as a test wants it.

use super::manifest::sha256;
use axum::body::Body;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
    /// By tag and by digest.
    pub(crate) manifests: BTreeMap<String, Vec<u8>>,
    /// Of each manifest; `None`: no such API.
    pub(crate) referrers: Option<Vec<serde_json::Value>>,
    /// Referrers on a page.
    pub(crate) page: usize,
    pub(crate) guard: Guard,
    /// Tokens that were given and count.
    pub(crate) tokens: Vec<String>,
    pub(crate) seen: Vec<Seen>,
    pub(crate) faults: Vec<Fault>,
    /// Manifests that another writer puts over ours, one after each of our writes.
    pub(crate) others: Vec<(String, Vec<u8>)>,
}

#[derive(Default)]
pub(crate) enum Guard {
    #[default]
    Open,
    /// `Authorization` must be this.
    Basic(&'static str),
    /// A token, which is given for this `Authorization`; for none, to anyone.
    Token(Option<&'static str>),
    /// A token, which is given for this refresh token.
    OAuth(&'static str),
}

#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// What goes wrong at an address that contains the text, so many times.
pub(crate) struct Fault {
    pub(crate) at: &'static str,
    pub(crate) times: usize,
    pub(crate) what: What,
}

#[derive(Clone)]
pub(crate) enum What {
    Status(u16),
    Body(Vec<u8>),
    Redirect(u16, String),
    /// Less than the length that was announced.
    Truncated,
    Endless,
    /// A head, and then nothing.
    Silent,
    /// A link to the next page, beside the right answer.
    Link(String),
    /// 401 with this.
    Challenge(String),
}

impl Fake {
    pub(crate) async fn start() -> Self {
        Self::serve(None).await
    }

    pub(crate) async fn serve(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { page: 100, referrers: Some(Vec::new()), ..State::default() }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, tls.clone(), Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// An image's name or a repository at this registry.
    pub(crate) fn name(&self, path: &str) -> String {
        format!("{}/{path}", self.address)
    }

    pub(crate) fn add_fault(&self, at: &'static str, what: What) {
        self.state().faults.push(Fault { at, times: usize::MAX, what });
    }

    pub(crate) fn add_fault_once(&self, at: &'static str, what: What) {
        self.state().faults.push(Fault { at, times: 1, what });
    }

    /// How many requests there were for addresses that contain the text.
    pub(crate) fn count(&self, method: &Method, at: &str) -> usize {
        self.state().seen.iter().filter(|seen| seen.method == *method && seen.uri.contains(at)).count()
    }
}

impl State {
    pub(crate) fn add_blob(&mut self, bytes: impl Into<Vec<u8>>) -> String {
        let bytes = bytes.into();
        let digest = sha256(&bytes);
        self.blobs.insert(digest.clone(), bytes);
        digest
    }

    /// Returns its digest.
    pub(crate) fn add_manifest(&mut self, tag: Option<&str>, manifest: &serde_json::Value) -> String {
        let bytes = manifest.to_string().into_bytes();
        let digest = sha256(&bytes);
        self.manifests.insert(digest.clone(), bytes.clone());
        if let Some(tag) = tag {
            self.manifests.insert(tag.to_owned(), bytes);
        }
        digest
    }

    fn answer(&mut self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Vec<u8>) -> Response<Body> {
        let authorization =
            headers.get("authorization").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let (text, method) = (uri.to_string(), method.clone());
        let seen = Seen { method: method.clone(), uri: text.clone(), authorization: authorization.clone(), body };
        let body = seen.body.clone();
        self.seen.push(seen);
        if uri.path() == "/token" {
            return self.token(authorization.as_deref(), uri, &body);
        }
        let mut link = None;
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.times > 0 && text.contains(fault.at)) {
            fault.times -= 1;
            match fault.what.clone() {
                What::Link(target) => link = Some(target),
                what => return what.answer(),
            }
        }
        if let Some(refusal) = self.guard(authorization.as_deref(), headers) {
            return refusal;
        }
        let mut response = self.serve(&method, uri, body);
        if let Some(link) = link {
            response.headers_mut().insert("link", link.parse().unwrap());
        }
        response
    }

    fn guard(&self, authorization: Option<&str>, headers: &HeaderMap) -> Option<Response<Body>> {
        let host = headers.get("host").unwrap().to_str().unwrap();
        let (passes, challenge) = match self.guard {
            Guard::Open => return None,
            Guard::Basic(expected) => (authorization == Some(expected), "Basic realm=\"registry\"".to_owned()),
            Guard::Token(_) | Guard::OAuth(_) => (
                authorization.is_some_and(|text| self.tokens.iter().any(|token| text == format!("Bearer {token}"))),
                format!("Bearer realm=\"http://{host}/token\",service=\"fake registry\""),
            ),
        };
        let refusal = Response::builder().status(401).header("www-authenticate", challenge);
        (!passes).then(|| refusal.body(Body::from(r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#)).unwrap())
    }

    fn token(&mut self, authorization: Option<&str>, uri: &Uri, body: &[u8]) -> Response<Body> {
        let text = String::from_utf8_lossy(body).into_owned();
        let (given, asked) = match self.guard {
            Guard::Token(expected) => {
                (expected.is_none() || authorization == expected, uri.query().unwrap_or_default())
            }
            Guard::OAuth(expected) => (
                text.contains(&format!("refresh_token={expected}")) && text.contains("grant_type=refresh_token"),
                &*text,
            ),
            _ => (false, ""),
        };
        if !given {
            return status(401);
        }
        let right = if asked.contains("%3Apull%2Cpush") { "pushes" } else { "pulls" };
        let token = format!("secret-token-{right}-{}", self.tokens.len());
        let answer = format!(r#"{{"token":"{token}","expires_in":300}}"#);
        self.tokens.push(token);
        Response::new(Body::from(answer))
    }

    fn serve(&mut self, method: &Method, uri: &Uri, body: Vec<u8>) -> Response<Body> {
        let path = uri.path();
        let Some((_, last)) = path.rsplit_once('/') else { return status(404) };
        if path.contains("/manifests/") {
            if method == Method::PUT {
                self.manifests.insert(sha256(&body), body.clone());
                self.manifests.insert(last.to_owned(), body);
                if let Some((tag, bytes)) = self.others.pop() {
                    self.manifests.insert(tag, bytes);
                }
                return status(201);
            }
            return found(self.manifests.get(last), "application/vnd.oci.image.manifest.v1+json");
        }
        if path.contains("/blobs/uploads/") {
            return match *method {
                Method::POST => Response::builder()
                    .status(202)
                    .header("location", format!("{path}7?_state=x"))
                    .body(Body::empty())
                    .unwrap(),
                Method::PUT => {
                    let digest = uri.query().unwrap().strip_prefix("_state=x&digest=").unwrap().replace("%3A", ":");
                    assert_eq!(digest, sha256(&body));
                    self.blobs.insert(digest, body);
                    status(201)
                }
                _ => status(405),
            };
        }
        if path.contains("/blobs/") {
            return found(self.blobs.get(last), "application/octet-stream");
        }
        match &self.referrers {
            Some(list) if path.contains("/referrers/") => {
                let from: usize =
                    uri.query().and_then(|query| query.strip_prefix("from=")).map_or(0, |n| n.parse().unwrap());
                let end = list.len().min(from + self.page);
                let index = serde_json::json!({ "schemaVersion": 2, "manifests": list[from..end] });
                let mut response =
                    found(Some(&index.to_string().into_bytes()), "application/vnd.oci.image.index.v1+json");
                if end < list.len() {
                    let link = format!("<{path}?from={end}>; rel=\"next\"");
                    response.headers_mut().insert("link", link.parse().unwrap());
                }
                response
            }
            _ => status(404),
        }
    }
}

impl What {
    fn answer(self) -> Response<Body> {
        match self {
            Self::Status(code) => status(code),
            Self::Body(bytes) => Response::new(Body::from(bytes)),
            Self::Redirect(code, to) => {
                Response::builder().status(code).header("location", to).body(Body::empty()).unwrap()
            }
            Self::Truncated => {
                let part = futures_util::stream::iter([Ok("{\"schema"), Err(std::io::Error::other("gone"))]);
                Response::builder().header("content-length", "1000").body(Body::from_stream(part)).unwrap()
            }
            Self::Endless => {
                let zeros = futures_util::stream::repeat(vec![b' '; 64 * 1024]);
                Response::new(Body::from_stream(futures_util::StreamExt::map(zeros, Ok::<_, Infallible>)))
            }
            Self::Silent => {
                Response::new(Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, Infallible>>()))
            }
            Self::Link(_) => status(500),
            Self::Challenge(text) => {
                Response::builder().status(401).header("www-authenticate", text).body(Body::empty()).unwrap()
            }
        }
    }
}

fn status(code: u16) -> Response<Body> {
    let body =
        format!(r#"{{"errors":[{{"code":"CODE_{}","message":"hunter2"}}]}}"#, if code < 500 { "A" } else { "B" });
    Response::builder().status(code).body(Body::from(body)).unwrap()
}

fn found(bytes: Option<&Vec<u8>>, media_type: &str) -> Response<Body> {
    match bytes {
        Some(bytes) => Response::builder().header("content-type", media_type).body(Body::from(bytes.clone())).unwrap(),
        None => status(StatusCode::NOT_FOUND.as_u16()),
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, state: Arc<Mutex<State>>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let state = Arc::clone(&state);
        async move {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(Body::new(body), usize::MAX).await.unwrap().to_vec();
            Ok::<_, Infallible>(state.lock().unwrap().answer(&head.method, &head.uri, &head.headers, body))
        }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    // How a connection ends is the client's business.
    let _ = match tls {
        None => server.serve_connection(TokioIo::new(stream), service).await,
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => server.serve_connection(TokioIo::new(stream), service).await,
            Err(_) => Ok(()),
        },
    };
}
