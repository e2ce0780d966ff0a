//! Where a shop of these tests keeps what is said: a SQLite file in a folder of its own, or, when SHOPBELL_TEST_POSTGRES names
//! a server (`postgres://user@host:port/postgres`, who may make databases), a database of its own there. SHOPBELL_TEST_NATS
//! (`nats://host:port`) then sets the bus; otherwise it is Postgres itself.

use backend::{BusAddress, Database};
use sqlx::{Connection, Executor, PgConnection};
use std::{env, path::Path};
use tempfile::TempDir;
use uuid::Uuid;

/// Gone with its value.
pub(crate) enum Place {
    Folder(TempDir),
    Postgres {
        /// The server's address.
        server: String,
        /// The database on it.
        name: String,
    },
}

impl Place {
    /// A new, empty one.
    pub(crate) async fn new() -> Place {
        match postgres() {
            Some(server) => Place::on(server).await,
            None => Place::Folder(tempfile::tempdir().expect("a folder")),
        }
    }

    async fn on(server: String) -> Place {
        let name = format!("shop_{}", Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&server).await.expect("the server of SHOPBELL_TEST_POSTGRES");
        run(&mut connection, format!("CREATE DATABASE {name}")).await.expect("a database");
        Place::Postgres { server, name }
    }

    pub(crate) fn database(&self) -> Database {
        match self {
            Place::Folder(folder) => Database::from(folder.path().join("shopbell.db")),
            Place::Postgres { server, name } => {
                let (before, _) = server.rsplit_once('/').expect("postgres://user@host:port/postgres");
                Database::Postgres(format!("{before}/{name}"))
            }
        }
    }

    /// How nodes here hear of each other.
    pub(crate) fn bus(&self) -> Option<BusAddress> {
        let nats = matches!(self, Place::Postgres { .. }).then(|| env::var("SHOPBELL_TEST_NATS").ok()).flatten();
        nats.map(|address| address.parse().expect("nats://host:port"))
    }

    /// The folder with the file.
    pub(crate) fn folder(&self) -> &Path {
        match self {
            Place::Folder(folder) => folder.path(),
            Place::Postgres { .. } => panic!("this test is about the SQLite file; skip it on Postgres"),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Place::Postgres { server, name } = self else { return };
        let (server, statement) = (server.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // Tests run on a runtime of their own, which cannot wait here.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await?;
                run(&mut connection, statement).await
            })
        });
        // What stays behind costs room on a server that is for tests.
        let _ = dropped.join();
    }
}

async fn run(connection: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::AssertSqlSafe(statement)).await.map(|_| ())
}

/// The server to use.
pub(crate) fn postgres() -> Option<String> {
    env::var("SHOPBELL_TEST_POSTGRES").ok().filter(|address| !address.is_empty())
}

/// Whether to leave out a test that is about the SQLite file. Says so.
pub(crate) fn skipped_on_postgres(what: &str) -> bool {
    let skipped = postgres().is_some();
    if skipped {
        println!("skipped on Postgres: it is about the SQLite file, {what}");
    }
    skipped
}

/// Whether to leave out a test that needs Postgres. Says so.
pub(crate) fn skipped_without_postgres() -> bool {
    let skipped = postgres().is_none();
    if skipped {
        println!("skipped: needs SHOPBELL_TEST_POSTGRES");
    }
    skipped
}

/// Says so when a test needs a nats-server and none was named.
pub(crate) fn skipped_without_nats() -> bool {
    let skipped = env::var("SHOPBELL_TEST_NATS").is_err();
    if skipped {
        println!("skipped: needs SHOPBELL_TEST_NATS");
    }
    skipped
}
