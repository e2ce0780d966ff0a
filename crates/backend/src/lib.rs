//! The service behind the bell: stores conversations and carries them between visitors and agents.
//!
//! Reading order: [`config`] (what can be set), `router` (every address), `service` (what handlers share), [`decision`] (what
//! may happen next, pure), [`mod@line`] (what a line says and does, pure), `conversations` (decides, stores, wakes), `store` (the
//! only SQL), `wake`, `bus`, `queue` and `board` (who must look again, here and at other nodes), `socket` (one WebSocket: limits, beats,
//! backpressure), `reading`, `visitor_driver`, `visitor_socket`, `visitor_http` and `agent_socket` (which do what the lines want), `door`
//! (the way in with a form), `hello` and `identity` (who visitors are), `session`, `password` and [`agents`] (who answers),
//! [`records`] (copies, exports, erasures, audit), `origin`, `rate_limit`, `secret`, `pages`, `error`, `health` and `metrics` (for
//! whoever runs it), and [`teeth`] (promises broken on purpose, in tests). By themselves, [`mod@hours`] (when the shop is open) and [`waiting_time`] (how long it takes), both
//! pure.
//!
//! Two rules hold everywhere: store first, then wake; subscribe first, then read. A lost wake costs time and never a message.

pub mod agents;
pub mod config;
pub mod decision;
pub mod hours;
pub mod line;
pub mod records;
pub mod teeth;
pub mod waiting_time;

mod agent_socket;
mod board;
mod bus;
mod conversations;
mod door;
mod error;
mod health;
mod hello;
mod identity;
mod metrics;
mod origin;
mod pages;
mod password;
mod queue;
mod rate_limit;
mod reading;
mod router;
mod secret;
mod service;
mod session;
mod socket;
mod store;
mod visitor_driver;
mod visitor_http;
mod visitor_socket;
mod wake;

pub use bus::{BusAddress, UnreadableBus};
pub use config::Config;
pub use identity::ShortSecret;
pub use origin::Origin;
pub use store::{AuditEntry, AuditTrail, Database, Exported, StoreError, Which};

use bus::Notes;
use hours::OpeningHours;
use identity::Identities;
use metrics::Metrics;
use service::Service;
use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use store::Store;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use wake::Wake;

/// How long sockets and requests may take to end after the word to shut down.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why the service could not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database could not be opened or brought up to date.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The secret by which the shop says who its visitors are is of no use.
    #[error("cannot use the identity secret in {path}: {cause}")]
    IdentitySecret {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The opening hours cannot be read.
    #[error("cannot read the opening hours in {path}: {cause}")]
    Hours {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A bus is of use between nodes on one Postgres only.
    #[error("--bus needs --database postgres://…: nodes cannot share a file")]
    BusWithoutPostgres,
    /// The listener failed.
    #[error("the listener failed; check that its address is still there: {0}")]
    Listener(#[from] std::io::Error),
}

/// Where the service listens.
#[derive(Debug)]
pub struct Listeners {
    /// For visitors and agents.
    pub public: TcpListener,
    /// For whoever reads the metrics; they are told here and nowhere else.
    pub metrics: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(public: TcpListener) -> Self {
        Listeners { public, metrics: None }
    }
}

/// Serves on `listeners` until `shutdown` resolves, then says good-bye on every socket and returns within seconds.
///
/// # Errors
/// When the database cannot be opened, or the listener fails.
pub async fn serve(
    listeners: impl Into<Listeners>,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let identities = identities(&config).await?;
    let hours = hours(&config).await?;
    let Listeners { public: listener, metrics: metrics_listener } = listeners.into();
    let metrics = Metrics::default();
    let store = Store::open_with(&config.database, config.weakness, &metrics).await?;
    let address = listener.local_addr()?;
    let public_url = config.public_url.clone().unwrap_or_else(|| Origin::at(address));
    let (wake, carrying) = wake(&config, &store)?;
    let service = Arc::new(Service::new(store.clone(), &config, public_url, wake, identities, hours));
    let hang_up = service.hang_up.clone();
    let upkeep = tokio::spawn(Arc::clone(&service).upkeep());
    let (_until_we_return, ended) = oneshot::channel();
    if let Some(listener) = metrics_listener {
        tracing::info!(address = %listener.local_addr()?, "telling metrics at /metrics");
        tokio::spawn(metrics::serve(listener, Arc::clone(&service), ended));
    }
    let app = router::router(Arc::clone(&service), &config).into_make_service_with_connect_info::<SocketAddr>();
    let mut stop = hang_up.subscribe();
    let stopped = async move {
        // An error means that the sender is gone, which is a reason to stop just as well.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    let mut http = pin!(axum::serve(listener, app).with_graceful_shutdown(stopped).into_future());
    tracing::info!(%address, database = %config.database, "serving");

    let ended = tokio::select! {
        () = shutdown => None,
        ended = &mut http => Some(ended),
    };
    hang_up.send_replace(true);
    upkeep.abort();
    carrying.inspect(|carrying| carrying.abort());
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
    // Every line has ended: nobody is here any more, and other nodes need not wait until that is noticed.
    service.queue.say_who_is_here(&store, &service.wake, store.metrics()).await;
    store.close().await;
    tracing::info!("stopped");
    Ok(ended?)
}

/// Reads the secret by which the shop says who its visitors are.
async fn identities(config: &Config) -> Result<Identities, ServeError> {
    let Some(path) = &config.identity_secret_file else { return Ok(Identities::default()) };
    let failed = |cause| ServeError::IdentitySecret { path: path.clone(), cause };
    let secret = tokio::fs::read(path).await.map_err(|cause| failed(cause.into()))?;
    Identities::with_secret(&secret).map_err(|cause| failed(cause.into()))
}

/// Reads when the shop is open.
async fn hours(config: &Config) -> Result<Option<OpeningHours>, ServeError> {
    let Some(path) = &config.hours else { return Ok(None) };
    let failed = |cause| ServeError::Hours { path: path.clone(), cause };
    let json = tokio::fs::read_to_string(path).await.map_err(|cause| failed(cause.into()))?;
    OpeningHours::parse(&json).map(Some).map_err(|cause| failed(cause.into()))
}

/// The wakes, and what carries word of them between nodes.
fn wake(config: &Config, store: &Store) -> Result<(Wake, Option<JoinHandle<()>>), ServeError> {
    match (&config.bus, &config.database) {
        (None, Database::File(_)) => Ok((Wake::new(Notes::default()), None)),
        (Some(_), Database::File(_)) => Err(ServeError::BusWithoutPostgres),
        (address, Database::Postgres(database)) => {
            let (notes, waiting) = Notes::shared();
            let wake = Wake::new(notes);
            let address = address.clone().unwrap_or(BusAddress::Postgres);
            let (database, store, carried) = (database.clone(), store.clone(), wake.clone());
            let carrying = tokio::spawn(bus::carry(address, database, store, carried, waiting));
            Ok((wake, Some(carrying)))
        }
    }
}
