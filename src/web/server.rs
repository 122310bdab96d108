//! The way in from the network: connections with time limits, and an orderly stop.
//!
//! Our own accept loop, since a client that sends its head byte by byte must not hold a connection for ever (security
//! test I-02) and a stop must let running requests end (C-12).

use std::{future::Future, io, sync::Arc, time::Duration};

use axum::{Router, extract::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::ServiceExt as _;

use super::middleware::{doors::Door, peer::Peer};

/// Longest time for a request's head, and longest silence between two requests on a connection.
const HEAD: Duration = Duration::from_secs(15);
/// Longest time that running requests have to end after a stop.
const STOP: Duration = Duration::from_secs(10);
/// Most connections at a time; more wait to be accepted.
const CONNECTIONS: usize = 10_000;
/// Largest head of a request, in bytes; the address may take most of it.
const HEAD_BYTES: usize = 16 * 1024;
/// Most headers of a request.
const HEADERS: usize = 64;

/// Serves until `stop` is done, then lets running requests end for at most [`STOP`].
pub async fn serve(listener: TcpListener, door: Door, router: Router, stop: impl Future<Output = ()>) {
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .half_close(true);
    let graceful = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &seats) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, peer, seat)) = accepted else { continue };
        let router = router.clone();
        let service = tower::service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(door);
            router.clone().oneshot(request)
        });
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A connection that breaks is the client's matter.
            let _ = connection.await;
            drop(seat);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

type Accepted = (tokio::net::TcpStream, std::net::IpAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, seats: &Arc<Semaphore>) -> Option<Accepted> {
    let seat = Arc::clone(seats).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Small answers must not wait for more.
            let _ = stream.set_nodelay(true);
            Some((stream, peer.ip(), seat))
        }
        Err(error) => {
            if !is_of_one_connection(&error) {
                // Out of file handles or memory: trying at once would only burn time.
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            None
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// Done when the process is asked to stop (SIGTERM, or ctrl-C).
pub async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
