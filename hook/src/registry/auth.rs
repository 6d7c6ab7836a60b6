//! Logging in at a registry (github.com/distribution/distribution, docs/spec/auth/token.md and oauth.md).

use super::{
    Repository,
    challenge::Challenge,
    credentials::{Credentials, Login},
};
use crate::{
    evidence::FetchError,
    http::{Http, Question, percent_encoded, with_query},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hyper::{Method, Uri, header::HeaderValue};
use serde::Deserialize;
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The most bytes of a token's answer: tokens that list many rights have a few thousand.
const MOST_TOKEN: usize = 256 * 1024;
/// How long a token counts whose answer does not say it ("for compatibility reasons … 60 seconds").
const UNSAID: Duration = Duration::from_secs(60);
/// Before its end a token is not used any more: the request is on its way for a while.
const EARLY: Duration = Duration::from_secs(5);
/// However long a token counts, a change of the credentials is seen after this time.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// Tokens that are kept. With more repositories than that they are asked for again.
const MOST_KNOWN: usize = 1024;

/// What is to be done in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Right {
    Pull,
    PullAndPush,
}

pub(super) struct Auth {
    credentials: Credentials,
    known: Mutex<HashMap<(Repository, Right), Known>>,
}

struct Known {
    header: HeaderValue,
    until: Instant,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

impl Auth {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { credentials, known: Mutex::default() }
    }

    /// What worked before and still counts.
    pub(super) fn known(&self, repository: &Repository, right: Right) -> Option<HeaderValue> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(&(repository.clone(), right))?;
        (Instant::now() < known.until).then(|| known.header.clone())
    }

    /// Answers a challenge: `Authorization` for the same request.
    ///
    /// # Errors
    /// There are no credentials, they cannot be read, or they are refused.
    pub(super) async fn answer(
        &self,
        http: &Http,
        challenge: Challenge,
        repository: &Repository,
        right: Right,
    ) -> Result<HeaderValue, FetchError> {
        let login = self.credentials.find(repository).await?;
        let (mut header, life) = match challenge {
            Challenge::Basic => (basic(login, repository)?, LONGEST),
            Challenge::Bearer { realm, service } => {
                let token = token(http, login, &realm, service.as_deref(), &right.scope(repository)).await?;
                (token.header(repository)?, token.life())
            }
        };
        header.set_sensitive(true);
        let until = Instant::now().checked_add(life.saturating_sub(EARLY).min(LONGEST));
        if let Some(until) = until {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST_KNOWN {
                known.clear();
            }
            known.insert((repository.clone(), right), Known { header: header.clone(), until });
        }
        Ok(header)
    }
}

impl Right {
    /// It is asked for what we want to do, and not for what the registry says that we want.
    fn scope(self, repository: &Repository) -> String {
        let actions = match self {
            Self::Pull => "pull",
            Self::PullAndPush => "pull,push",
        };
        format!("repository:{}:{actions}", repository.path())
    }
}

fn basic(login: Option<Login>, repository: &Repository) -> Result<HeaderValue, FetchError> {
    match login {
        Some(Login::Password { name, password }) => password_header(&name, &password),
        Some(Login::IdentityToken(_)) => Err(FetchError::permanent(format_args!(
            "{}: the registry asks for a password, and the credentials are an identity token",
            repository.domain()
        ))),
        None => Err(FetchError::permanent(format_args!(
            "{}: the registry asks for credentials, and there are none for it",
            repository.domain()
        ))),
    }
}

fn password_header(name: &str, password: &str) -> Result<HeaderValue, FetchError> {
    let text = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")));
    HeaderValue::try_from(text).map_err(|_| FetchError::permanent("the credentials cannot be sent"))
}

async fn token(
    http: &Http,
    login: Option<Login>,
    realm: &str,
    service: Option<&str>,
    scope: &str,
) -> Result<Token, FetchError> {
    let refused = |what: &str| FetchError::permanent(format_args!("the server that gives tokens {what}"));
    let uri: Uri = realm
        .parse()
        .ok()
        .filter(|uri: &Uri| uri.authority().is_some_and(|authority| !authority.as_str().contains('@')))
        .ok_or_else(|| refused("has no address that can be understood"))?;
    let mut query = format!("scope={}", percent_encoded(scope));
    if let Some(service) = service {
        query = format!("service={}&{query}", percent_encoded(service));
    }
    let question = match login {
        Some(Login::IdentityToken(token)) => {
            let token = percent_encoded(&token);
            let form = format!("grant_type=refresh_token&client_id=dokimos-hook&{query}&refresh_token={token}");
            let mut question = Question::new(Method::POST, uri, MOST_TOKEN);
            question.body = Some(("application/x-www-form-urlencoded", form.into()));
            question
        }
        login => {
            let uri = with_query(&uri, &query).ok_or_else(|| refused("has no address that can be understood"))?;
            let mut question = Question::new(Method::GET, uri, MOST_TOKEN);
            if let Some(Login::Password { name, password }) = login {
                question.authorization = Some(password_header(&name, &password)?);
            }
            question
        }
    };
    let answer = http.ask(question).await?;
    if !answer.status.is_success() {
        return Err(answer.failure("the server that gives tokens"));
    }
    // What serde_json says can quote the token.
    serde_json::from_slice(&answer.body).map_err(|_| refused("gives an answer that cannot be understood"))
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Token {
    fn header(&self, repository: &Repository) -> Result<HeaderValue, FetchError> {
        let texts = [self.token.as_deref(), self.access_token.as_deref()];
        let text = texts.into_iter().flatten().find(|text| !text.is_empty());
        text.and_then(|text| HeaderValue::try_from(format!("Bearer {text}")).ok())
            .ok_or_else(|| FetchError::permanent(format_args!("{}: no token is given", repository.domain())))
    }

    fn life(&self) -> Duration {
        self.expires_in.filter(|seconds| *seconds > 0).map_or(UNSAID, Duration::from_secs)
    }
}
