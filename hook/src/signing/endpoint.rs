//! `POST /registry/events`.

use super::{Signing, event::Envelope};
use crate::log::Level;
use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    routing::post,
};
use serde_json::json;
use std::{fs, path::PathBuf, sync::Arc, time::Duration};
use subtle::ConstantTimeEq;
use tokio::time::timeout;

/// The most bytes of a notification. An event has about 1 KiB, and registries send few at a time.
const BODY_BYTES: usize = 4 * 1024 * 1024;

/// For the body to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The route for notifications.
pub fn router(signing: Arc<Signing>) -> Router {
    Router::new().route("/registry/events", post(events)).with_state(signing)
}

/// 200: everything in it is signed and stored. 400: not a notification. 401: not the secret. 408: the body came too
/// slowly. 413: it is too large. 503: tell it again.
async fn events(State(signing): State<Arc<Signing>>, request: Request) -> StatusCode {
    // Before the body is read: who has not the secret takes no memory.
    match signing.secret.matches(request.headers()) {
        Ok(true) => {}
        Ok(false) => return StatusCode::UNAUTHORIZED,
        Err(error) => {
            signing.log.event(Level::Error, "notification-refused", &json!({ "error": error }));
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    let body = match timeout(PATIENCE, to_bytes(request.into_body(), BODY_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_) => return StatusCode::REQUEST_TIMEOUT,
    };
    let envelope: Envelope = match serde_json::from_slice(&body) {
        Ok(envelope) => envelope,
        Err(error) => {
            signing.log.event(Level::Error, "notification-refused", &json!({ "error": error.to_string() }));
            return StatusCode::BAD_REQUEST;
        }
    };
    // A task of its own: a registry that hangs up does not stop what it asked for halfway.
    let task = tokio::spawn(async move { signing.receive(envelope).await });
    match task.await {
        Ok(true) => StatusCode::OK,
        Ok(false) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The secret that the registry sends.
#[derive(Debug)]
pub(super) struct Secret {
    path: PathBuf,
}

impl Secret {
    /// The shortest secret: one that nobody guesses by trying.
    const MIN_BYTES: usize = 16;

    pub(super) fn new(path: PathBuf) -> Result<Self, String> {
        let secret = Self { path };
        secret.read().map(|_| secret)
    }

    fn read(&self) -> Result<Vec<u8>, String> {
        let at = |what: &dyn std::fmt::Display| format!("{}: {what}", self.path.display());
        let bytes = fs::read(&self.path).map_err(|error| at(&error))?;
        let secret = bytes.trim_ascii();
        if secret.len() < Self::MIN_BYTES {
            return Err(at(&format_args!("a secret has at least {} bytes", Self::MIN_BYTES)));
        }
        Ok(secret.to_vec())
    }

    /// Whether the request has the secret. The file is small, and there are few pushes: it is read each time.
    fn matches(&self, headers: &HeaderMap) -> Result<bool, String> {
        let secret = self.read()?;
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return Ok(false) };
        let Some(given) = value.as_bytes().strip_prefix(b"Bearer ") else { return Ok(false) };
        Ok(bool::from(given.ct_eq(&secret)))
    }
}
