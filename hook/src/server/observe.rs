//! What Kubernetes and Prometheus ask.

use crate::app::App;
use axum::{
    Router,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
    routing,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// `/healthz`: the program runs. `/readyz`: it wants requests, which it does from the start until it is told to end.
/// `/metrics`: the counters.
pub(super) fn router(app: &Arc<App>, ready: &Arc<AtomicBool>) -> Router {
    let (app, ready) = (Arc::clone(app), Arc::clone(ready));
    Router::new()
        .route("/healthz", routing::get(async || "ok\n"))
        .route(
            "/readyz",
            routing::get(async move || match ready.load(Relaxed) {
                true => (StatusCode::OK, "ok\n"),
                false => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
            }),
        )
        .route(
            "/metrics",
            routing::get(async move || {
                ([(CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.text()).into_response()
            }),
        )
}
