use crate::{app::App, log::Level, metrics::Under};
use axum::Router;
use hyper::service::{Service, service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use serde_json::json;
use std::{
    future::pending,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

/// An address that is listened on.
pub(super) struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    transport: Transport,
    app: Arc<App>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    /// With the certificate that is current when a connection begins.
    Tls,
    Plain,
}

/// What the two sides agreed to speak.
#[derive(Clone, Copy)]
enum Protocol {
    Http1,
    Http2,
}

/// For the head of a request, also of the next one on a connection that stays open. Longer than clients keep one that they
/// do not use (Go 90 s): the one that closes it should be the one that knows that nothing is on its way.
const IDLE: Duration = Duration::from_secs(100);
/// A connection in HTTP/2 on which nothing comes for so long is asked for a sign of life,
const ASKED: Duration = Duration::from_secs(30);
/// and closed when none comes for so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// At the end, for the request of whoever has connected and not yet asked.
const LATE: Duration = Duration::from_secs(1);

impl Listener {
    pub(super) async fn bind(address: SocketAddr, transport: Transport, app: &Arc<App>) -> Result<Self, String> {
        let bound = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) =
            bound.await.map_err(|error: std::io::Error| format!("{address} cannot be listened on: {error}"))?;
        Ok(Self { listener, address, transport, app: Arc::clone(app) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until it is stopped, and then until the last request is answered.
    pub(super) async fn serve(self, router: Router, mut stopped: watch::Receiver<bool>) {
        let permits = Arc::new(Semaphore::new(self.app.config.limits.connections));
        let mut connections = JoinSet::new();
        loop {
            // Nothing is sent but the one word to stop; without a sender nobody is there to be served for.
            let next = tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => break,
                next = self.next(&permits) => next,
                Some(_) = connections.join_next() => continue,
            };
            let Some((stream, permit)) = next else { continue };
            let (app, router, stopped) = (Arc::clone(&self.app), router.clone(), stopped.clone());
            let transport = self.transport;
            connections.spawn(async move {
                let _permit = permit;
                let _under = Under::way(&app.metrics.connections);
                let handshake = app.config.limits.handshake.0;
                if transport == Transport::Plain {
                    return talk(stream, Protocol::Http1, router, handshake, stopped).await;
                }
                let acceptor = TlsAcceptor::from(app.certificate.current());
                // Scanners and health checks of load balancers do not finish it, and that is no news.
                if let Ok(Ok(stream)) = timeout(handshake, acceptor.accept(stream)).await {
                    let (_, session) = stream.get_ref();
                    let protocol =
                        if session.alpn_protocol() == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 };
                    talk(stream, protocol, router, handshake, stopped).await;
                }
            });
        }
        drop(self.listener);
        while connections.join_next().await.is_some() {}
    }

    async fn next(&self, permits: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
        // Closed it never is.
        let permit = Arc::clone(permits).acquire_owned().await.ok()?;
        match self.listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and awaited: none should wait for the acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                Some((stream, permit))
            }
            Err(error) => {
                // Too many open files, for one: it passes, and to ask again at once would only burn time.
                self.app.log.event(Level::Error, "accept-failed", &json!({ "error": error.to_string() }));
                sleep(Duration::from_millis(100)).await;
                None
            }
        }
    }
}

/// One connection. What breaks it off is the other side's affair.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    protocol: Protocol,
    router: Router,
    patience: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(ASKED)
        .keep_alive_timeout(PATIENCE)
        .max_concurrent_streams(256);
    let builder = match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_only(),
    };
    let (router, asked) = (TowerToHyperService::new(router), Arc::new(AtomicBool::new(false)));
    let mark = Arc::clone(&asked);
    let service = service_fn(move |request| {
        mark.store(true, Relaxed);
        router.call(request)
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        // Whoever connects and asks for nothing takes a place from others.
        () = unless_asked(&asked, patience) => return,
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    // Who connected just before the door closed asks in a moment, and cannot be told to ask elsewhere.
    if !asked.load(Relaxed) {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = sleep(LATE) => {}
        }
    }
    // What was begun is answered; nothing new is taken.
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Comes back when no request came in time, and else never.
async fn unless_asked(asked: &AtomicBool, patience: Duration) {
    sleep(patience).await;
    if asked.load(Relaxed) {
        pending().await
    }
}
