//! The only door to the database: SQLite in one process, or Postgres under many. Every commit is on disk before it returns.
//!
//! `database` opens it; `commit` and `batch` write what is said, many frames a transaction; `log` keeps conversations, `waiting` their
//! queue, `visitors`, `agents` and `presence` who takes part, `audit` who did what, `keeping` what is copied out or erased.

mod agents;
mod audit;
mod batch;
mod commit;
mod database;
mod keeping;
mod log;
mod presence;
mod visitors;
mod waiting;

pub(crate) use agents::SignedIn;
pub use audit::{AuditEntry, AuditTrail};
pub use database::Database;
pub use keeping::{Exported, Which};
pub(crate) use log::{Recorded, is_conversation};
pub(crate) use waiting::Waiting;

use crate::{metrics::Metrics, teeth::Weakness};
use commit::Committer;
use database::Connections;
use sqlx::AnyPool;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened, made, or brought up to date.
    #[error("cannot open the database {database}; check that it is there and may be written to: {cause}")]
    Open {
        /// The file, or the address without its password.
        database: String,
        /// What the database said.
        cause: sqlx::Error,
    },
    /// A read or a write failed.
    #[error("the database failed: {0}")]
    Failed(#[from] sqlx::Error),
    /// Something in it cannot be read; it was written by another program or another version.
    #[error("the database holds {what} that this version cannot read")]
    Unreadable {
        /// What it is.
        what: &'static str,
    },
    /// Whoever writes has stopped.
    #[error("the service is stopping")]
    Stopping,
    /// What was erased still lies in SQLite's write-ahead log.
    #[error(
        "the conversations are erased, but their words still lie in the file that ends in -wal, because something reads the \
         database; end what reads it for long (a backup, a sqlite3 shell), then run `shopbell erase` again"
    )]
    StillRead,
    /// It can be done on a SQLite file only.
    #[error("Postgres has its own tool for this: pg_dump, and after restoring its copy `shopbell renew-epoch`")]
    NotAFile,
}

/// An open database. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    database: Database,
    writer: AnyPool,
    readers: AnyPool,
    epoch: String,
    committer: Committer,
    metrics: Metrics,
}

impl Store {
    /// Opens the database, makes it when it is not there, and brings it up to date.
    pub(crate) async fn open(database: &Database) -> Result<Store, StoreError> {
        Store::open_with(database, None, &Metrics::default()).await
    }

    /// As [`Store::open`]; counts its commits, and perhaps breaks a promise on purpose, see [`crate::teeth`].
    pub(crate) async fn open_with(
        database: &Database,
        weakness: Option<Weakness>,
        metrics: &Metrics,
    ) -> Result<Store, StoreError> {
        let Connections { writer, readers } = database.connect().await?;
        let (epoch,) = sqlx::query_as("SELECT name FROM epoch").fetch_one(&writer).await?;
        let committer = Committer::start(&writer, database, weakness, metrics);
        Ok(Store { database: database.clone(), writer, readers, epoch, committer, metrics: metrics.clone() })
    }

    /// The name of this database's logs.
    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// The counts it was opened with.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Whether the database answers.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT name FROM epoch").fetch_one(&self.readers).await?;
        Ok(())
    }

    /// Ends every connection; what was committed stays.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Milliseconds since the Unix epoch. For display and expiry, never for order.
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Databases count in `i64`; what is stored here is never negative.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// The other way round, for numbers that came over the wire.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        decision::{Refusal, Sender, Wish},
        line::Order,
        secret::new_secret,
    };
    use protocol::Author;
    use sqlx::Row;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_commit_is_on_disk_before_it_returns() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("shopbell.db").into()).await.expect("opened");
        for (pragma, expected) in
            [("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1")]
        {
            let row = sqlx::query(pragma).fetch_one(&store.writer).await.expect("an answer");
            let value: String =
                row.try_get(0).or_else(|_| row.try_get::<i64, _>(0).map(|n| n.to_string())).expect("a value");
            assert_eq!(value, expected, "{pragma}");
        }
    }

    /// As it does when the disk is full.
    #[tokio::test]
    async fn after_a_write_that_sqlite_rolled_back_by_itself_the_next_one_is_stored() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("shopbell.db").into()).await.expect("opened");
        let (_, token) = new_secret().expect("random bits");
        let (_, conversation) = store.add_visitor(&token).await.expect("added");
        let ring = async || {
            let cid = uuid::Uuid::now_v7().to_string();
            store.record(&conversation, Sender::Visitor, &cid, Wish::Ring, None).await
        };
        let full = "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ROLLBACK, 'no room'); END";
        sqlx::query(full).execute(&store.writer).await.expect("no room");
        for _ in 0..2 {
            assert!(ring().await.is_err_and(|cause| cause.to_string().contains("no room")));
        }
        sqlx::query("DROP TRIGGER full").execute(&store.writer).await.expect("room");
        assert!(ring().await.expect("stored").is_ok_and(|recorded| recorded.seq == 1));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_may_open_a_new_file_at_once() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().expect("a folder");
            let openings = (0..6).map(|_| {
                let database = Database::from(folder.path().join("shopbell.db"));
                tokio::spawn(async move { Store::open(&database).await })
            });
            let mut epochs = Vec::new();
            for opening in openings.collect::<Vec<_>>() {
                epochs.push(opening.await.expect("no panic").expect("opened").epoch);
            }
            epochs.dedup();
            assert_eq!(epochs.len(), 1, "all see one epoch");
        }
    }

    #[tokio::test]
    async fn what_was_handed_in_behind_a_message_that_was_not_stored_is_not_stored_either_but_a_ring_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("shopbell.db").into()).await.expect("opened");
        let (_, hash) = new_secret().expect("random bytes");
        let (_, conversation) = store.add_visitor(&hash).await.expect("a visitor");
        let fails = "CREATE TRIGGER full BEFORE INSERT ON event WHEN NEW.body LIKE '%first%' BEGIN SELECT RAISE(ABORT, 'full'); END";
        sqlx::query(fails).execute(&store.writer).await.expect("a store that fails");
        let mut order = Order::default();
        let record = async |wish: Wish, order: &Order| {
            let cid = Uuid::now_v7().to_string();
            store.record(&conversation, Sender::Visitor, &cid, wish, Some(order.clone())).await
        };
        let tell = |text: &str| Wish::Tell { author: Author::Visitor, text: text.into(), entry: None };
        let (first, second) = tokio::join!(record(tell("first"), &order), record(tell("second"), &order));
        assert!(first.is_err());
        assert_eq!(second.expect("an answer"), Err(Refusal::Unavailable));
        assert_eq!(record(tell("third"), &order).await.expect("an answer"), Err(Refusal::Unavailable));
        assert_eq!(record(Wish::Ring, &order).await.expect("an answer").expect("rung").seq, 1);
        sqlx::query("DROP TRIGGER full").execute(&store.writer).await.expect("it works again");
        order.hear();
        assert_eq!(record(tell("first"), &order).await.expect("an answer").expect("stored").seq, 2);
        assert_eq!(record(tell("second"), &order).await.expect("an answer").expect("stored").seq, 3);
    }
}
