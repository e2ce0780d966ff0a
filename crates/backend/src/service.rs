//! What every handler shares.

use crate::{
    config::Config,
    conversations::Conversations,
    error::Error,
    hours::OpeningHours,
    identity::Identities,
    line::{Ending, unavailable},
    metrics::Metrics,
    origin::{Origin, listed},
    password::Passwords,
    queue::Queue,
    rate_limit::{LogInAttempts, MessageLimits, Source},
    store::{Store, StoreError},
    teeth::Weakness,
    wake::Wake,
};
use axum::http::HeaderMap;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

/// How often what is no longer needed is forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// The service's parts.
#[derive(Debug)]
pub(crate) struct Service {
    /// Pages of these origins may ring.
    pub(crate) origins: Vec<Origin>,
    /// Where agents reach us.
    pub(crate) public_url: Origin,
    /// X-Forwarded-For may be believed.
    behind_proxy: bool,
    pub(crate) store: Store,
    pub(crate) wake: Wake,
    pub(crate) queue: Queue,
    pub(crate) metrics: Metrics,
    pub(crate) conversations: Conversations,
    pub(crate) passwords: Passwords,
    /// Who the shop says its visitors are.
    pub(crate) identities: Identities,
    /// A promise broken on purpose, in tests.
    pub(crate) weakness: Option<Weakness>,
    pub(crate) messages: MessageLimits,
    pub(crate) log_ins: LogInAttempts,
    /// True once the service shuts down. Every socket holds a receiver for as long as it lives.
    pub(crate) hang_up: watch::Sender<bool>,
}

impl Service {
    pub(crate) fn new(
        store: Store,
        config: &Config,
        public_url: Origin,
        wake: Wake,
        identities: Identities,
        hours: Option<OpeningHours>,
    ) -> Self {
        let (queue, metrics) = (Queue::new(hours), store.metrics().clone());
        Service {
            origins: config.origins.clone(),
            public_url,
            behind_proxy: config.behind_proxy,
            conversations: Conversations::new(store.clone(), wake.clone(), queue.clone(), metrics.clone()),
            store,
            wake,
            queue,
            passwords: Passwords::default(),
            identities,
            weakness: config.weakness,
            messages: MessageLimits::new(config.messages_per_minute, &metrics),
            log_ins: LogInAttempts::new(&metrics),
            metrics,
            hang_up: watch::Sender::new(false),
        }
    }

    /// What must go on beside the handlers, for as long as the service runs.
    pub(crate) async fn upkeep(self: Arc<Self>) {
        tokio::join!(self.queue.keep(&self.store, &self.wake, &self.metrics), self.tidy());
    }

    async fn tidy(&self) {
        let mut every = tokio::time::interval(TIDY_EVERY);
        loop {
            every.tick().await;
            self.messages.forget_idle();
            self.log_ins.forget_idle();
            if let Err(cause) = self.store.remove_expired_sessions().await {
                self.metrics.store_failed();
                tracing::error!(%cause, "expired log-ins were not removed; it is tried again");
            }
        }
    }

    /// Lets a shop's page pass, and says where its visitor's messages come from.
    pub(crate) fn source(&self, headers: &HeaderMap, connection: SocketAddr) -> Result<Source, Error> {
        let site = listed(&self.origins, headers)?;
        Ok(Source { address: self.client_address(headers, connection), site })
    }

    /// The store was not read, so a line ends; its client comes back and asks again.
    pub(crate) fn unread(&self, cause: &StoreError) -> Ending {
        self.metrics.store_failed();
        tracing::error!(%cause, "the store was not read");
        unavailable()
    }

    /// Who asks: the connection's address, or the one that our own proxy saw.
    pub(crate) fn client_address(&self, headers: &HeaderMap, connection: SocketAddr) -> IpAddr {
        let forwarded = headers.get_all("x-forwarded-for").iter().next_back().and_then(|list| list.to_str().ok());
        // The last entry is our proxy's word; those before it are the client's own.
        let seen = forwarded.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse().ok());
        seen.filter(|_| self.behind_proxy).unwrap_or_else(|| connection.ip())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_forwarded_address_is_believed_only_behind_our_own_proxy_and_only_its_last_word() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::new(folder.path().join("shopbell.db"), &[]).expect("settings");
        let store = Store::open(&config.database).await.expect("opened");
        let connection: SocketAddr = ([127, 0, 0, 1], 4_000).into();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.7".parse().expect("a header"));
        for (behind_proxy, headers, expected) in
            [(false, &headers, "127.0.0.1"), (true, &headers, "203.0.113.7"), (true, &HeaderMap::new(), "127.0.0.1")]
        {
            config.behind_proxy = behind_proxy;
            let wake = Wake::new(crate::bus::Notes::default());
            let service =
                Service::new(store.clone(), &config, Origin::at(connection), wake, Identities::default(), None);
            assert_eq!(service.client_address(headers, connection).to_string(), expected);
        }
    }
}
