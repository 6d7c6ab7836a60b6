//! The two servers: HTTPS for reviews, and plain HTTP for health and metrics.

mod deadline;
mod listener;
mod observe;
mod review;

use crate::{
    app::App,
    log::{self, Level},
    signing,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, Version, header::CONNECTION},
    middleware::{self, Next},
    response::Response,
    routing,
};
use listener::{Listener, Transport};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{sleep, timeout},
};

/// Serves until a signal asks to stop (SIGTERM, SIGINT), and then finishes what is under way.
///
/// # Errors
/// An address cannot be listened on, in words.
pub(crate) async fn serve(app: Arc<App>) -> Result<(), String> {
    let unavailable = |error| format!("signals cannot be received: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(unavailable)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unavailable)?;
    let ready = Arc::new(AtomicBool::new(true));
    let (stop, stopped) = watch::channel(false);
    let reviews = Listener::bind(app.config.listen, Transport::Tls, &app).await?;
    let observe = Listener::bind(app.config.observe, Transport::Plain, &app).await?;
    let fields = json!({
        "listen": reviews.address(), "observe": observe.address(), "version": env!("CARGO_PKG_VERSION"),
        "warnings": app.policy.current().warnings(log::now()),
    });
    let mut router = Router::new()
        .route("/", routing::post(review::handle))
        .route("/validate", routing::post(review::handle))
        .with_state(Arc::clone(&app));
    if let Some(signing) = &app.signing {
        router = router.merge(signing::router(Arc::clone(signing)));
    }
    let router = router.layer(middleware::from_fn_with_state(Arc::clone(&ready), farewell));
    let reviews = tokio::spawn(reviews.serve(router, stopped.clone()));
    let observe = tokio::spawn(observe.serve(observe::router(&app, &ready), stopped));
    let reload = tokio::spawn(Arc::clone(&app).reload());
    app.log.event(Level::Info, "started", &fields);

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    ready.store(false, Relaxed);
    app.log.event(Level::Info, "stopping", &json!({}));
    // Until everyone knows that this one is no longer ready, requests still come, and are answered.
    sleep(app.config.shutdown.delay.0).await;
    stop.send_replace(true);
    reload.abort();
    let finished = async {
        // Both give nothing; a panic in one must not keep the other from being waited for.
        let _ = reviews.await;
        let _ = observe.await;
    };
    let in_time = timeout(app.config.shutdown.timeout.0, finished).await.is_ok();
    app.log.event(Level::Info, "stopped", &json!({ "finished": in_time }));
    Ok(())
}

/// From the signal on, each answer in HTTP/1.1 says that it is the last one of its connection. A connection that is closed
/// between two requests may have the next one on its way, which is then lost; HTTP/2 says which ones it took.
async fn farewell(State(ready): State<Arc<AtomicBool>>, request: Request, next: Next) -> Response {
    let version = request.version();
    let mut response = next.run(request).await;
    if version < Version::HTTP_2 && !ready.load(Relaxed) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
