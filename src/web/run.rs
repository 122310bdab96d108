//! A whole server: from an open port to an orderly end.

use std::{future::Future, sync::Arc};

use tokio::net::TcpListener;

use super::{app::App, routes, server};
use crate::{
    clock::Clock,
    config::Config,
    definition::Library,
    distribution::mail::Mailer,
    secret::Key,
    store::{Store, inbox::Inbox},
    worker::{self, outbox::Sender},
};

/// Serves on `listener` until `stop` is done; then running requests end, everything acknowledged is on the disk, and
/// the database is closed.
pub async fn run(
    config: Config,
    key: Arc<Key>,
    store: Store,
    clock: Clock,
    library: Arc<Library>,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) {
    let (inbox, keeping) = Inbox::start(store.clone(), clock.clone());
    let database_url = config.database_url.clone();
    let mailer = Mailer::of(&config).unwrap_or_else(|error| {
        tracing::warn!(%error, "no mail can be sent");
        None
    });
    let sender =
        mailer.map(|mailer| Sender::new(&config, store.clone(), clock.clone(), Arc::clone(&key), mailer));
    let app = App::new(config, key, store.clone(), clock.clone(), inbox, library);
    // Where this fails, the worker tries again.
    let _ = app.shelf.refresh(&store).await;
    let tally = app.tally.clone();
    let (catalogue, shelf) = (app.catalogue.clone(), app.shelf.clone());
    let work = worker::run(store.clone(), clock, catalogue, shelf, tally.clone(), database_url);
    let work = tokio::spawn(work);
    let letters = sender.map(|sender| tokio::spawn(worker::outbox::run(sender)));
    let router = routes::router(app.clone());
    // Pages that update by themselves would go on for ever.
    let stop = async {
        stop.await;
        app.live.end();
    };
    server::serve(listener, router, stop).await;
    drop(app);
    work.abort();
    if let Some(letters) = letters {
        letters.abort();
    }
    // The inbox ends when the last request that could still hand something in is gone. One that was cut off may have
    // left its connection's task behind; its answer was never acknowledged.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(2), keeping).await;
    if let Err(error) = tally.write(&store).await {
        tracing::warn!(%error, "what was counted in the last seconds is lost");
    }
    store.close().await;
}
