//! The service behind the bell: stores conversations and carries them between visitors and agents.
//!
//! Reading order: [`config`] (what can be set), `router` (every address), `service` (what handlers share), `decision` (what
//! may happen next, pure), `conversations` (decides, stores, wakes), `store` (the only SQL), `wake` and `queue` (who must look
//! again), `tail` (following one log), `socket` (one WebSocket: limits, beats, backpressure), `visitor_socket` and `agent_socket` (the frames), `door`
//! (the way in without WebSocket), `session`, `password` and `agents` (who answers), `origin`, `rate_limit`, `secret`,
//! `pages`, `error`; by themselves, [`hours`] (when the shop is open) and [`waiting_time`] (how long it takes), both pure.
//!
//! Two rules hold everywhere: store first, then wake; subscribe first, then read. A wake carries no data, so a lost one costs
//! time and never a message.

pub mod agents;
pub mod config;
pub mod hours;
pub mod waiting_time;

mod agent_socket;
mod conversations;
mod decision;
mod door;
mod error;
mod hello;
mod origin;
mod pages;
mod password;
mod queue;
mod rate_limit;
mod router;
mod secret;
mod service;
mod session;
mod socket;
mod store;
mod tail;
mod visitor_socket;
mod wake;

pub use config::Config;
pub use origin::Origin;
pub use store::StoreError;

use service::Service;
use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use store::Store;
use tokio::net::TcpListener;

/// How long sockets and requests may take to end after the word to shut down.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why the service could not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database could not be opened or brought up to date.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The listener failed.
    #[error("the listener failed; check that its address is still there: {0}")]
    Listener(#[from] std::io::Error),
}

/// Serves on `listener` until `shutdown` resolves, then says good-bye on every socket and returns within seconds.
///
/// # Errors
/// When the database cannot be opened, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let store = Store::open(&config.database).await?;
    let address = listener.local_addr()?;
    let public_url = config.public_url.clone().unwrap_or_else(|| Origin::at(address));
    let service = Arc::new(Service::new(store.clone(), &config, public_url));
    let hang_up = service.hang_up.clone();
    let upkeep = tokio::spawn(Arc::clone(&service).upkeep());
    let app = router::router(service, &config).into_make_service_with_connect_info::<SocketAddr>();
    let mut stop = hang_up.subscribe();
    let stopped = async move {
        // An error means that the sender is gone, which is a reason to stop just as well.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    let mut http = pin!(axum::serve(listener, app).with_graceful_shutdown(stopped).into_future());
    tracing::info!(%address, database = %config.database.display(), "serving");

    let ended = tokio::select! {
        () = shutdown => None,
        ended = &mut http => Some(ended),
    };
    hang_up.send_replace(true);
    upkeep.abort();
    let ended = tokio::time::timeout(FAREWELL, async {
        let ended = match ended {
            Some(ended) => ended,
            None => http.await,
        };
        // Every socket holds a receiver for as long as it lives.
        hang_up.closed().await;
        ended
    });
    let ended = ended.await.unwrap_or_else(|_| {
        tracing::warn!("some connections did not end in time and are cut");
        Ok(())
    });
    store.close().await;
    tracing::info!("stopped");
    Ok(ended?)
}
