//! A running service with its own database.

pub(crate) use crate::node::{Answer, ORIGIN, PASSWORD, Welcome, cid, hello, in_time};

use crate::{node::Node, place::Place};
use backend::{Config, Database, Listeners, ServeError, agents::Role};
use std::{ops::Deref, sync::Arc};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// One node of a service, and what it keeps.
pub(crate) struct Shop {
    node: Node,
    /// Where metrics are told.
    pub(crate) metrics: Node,
    pub(crate) database: Database,
    place: Arc<Place>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Shop {
    pub(crate) async fn open() -> Shop {
        Shop::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(change: impl FnOnce(&mut Config)) -> Shop {
        Shop::open_in(Place::new().await.into(), change).await
    }

    /// Opens on what an earlier shop left, or beside one that is open.
    pub(crate) async fn open_in(place: Arc<Place>, change: impl FnOnce(&mut Config)) -> Shop {
        let database = place.database();
        let mut config = Config::new(database.clone(), &[ORIGIN]).expect("settings");
        config.bus = place.bus();
        change(&mut config);
        let (public, node) = listen().await;
        let (listener, metrics) = listen().await;
        let listeners = Listeners { public, metrics: Some(listener) };
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(backend::serve(listeners, config, async {
            // A dropped sender is the end of the test.
            let _ = stopped.await;
        }));
        Shop { node, metrics, database, place, stop, served }
    }

    /// Another node on the same database.
    pub(crate) async fn beside(&self) -> Shop {
        Shop::open_in(Arc::clone(&self.place), |_| {}).await
    }

    /// Shuts down and waits until it has.
    pub(crate) async fn close(self) -> Arc<Place> {
        self.stop.send(()).expect("still serving");
        in_time(self.served).await.expect("no panic").expect("a clean end");
        self.place
    }

    /// What the metrics say now.
    pub(crate) async fn counts(&self) -> String {
        self.metrics.get("/metrics", &[]).await.body
    }

    /// The folder with the SQLite file.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.place.folder()
    }

    /// Adds an agent and logs them in: the cookie.
    pub(crate) async fn agent(&self, name: &str) -> String {
        self.agent_as(name, Role::Agent).await
    }

    pub(crate) async fn agent_as(&self, name: &str, role: Role) -> String {
        backend::agents::add(&self.database, name, PASSWORD, role).await.expect("added");
        let answer = self.log_in(name, PASSWORD).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        answer.cookie()
    }
}

/// Listens on a free port.
async fn listen() -> (TcpListener, Node) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, Node { address })
}

impl Deref for Shop {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}
