//! The only door to the database. SQLite: a write-ahead log, every commit on disk before it returns, one writer.
//!
//! `log` keeps conversations, `visitors` and `agents` keep who may read them.

mod agents;
mod log;
mod visitors;

pub(crate) use agents::SignedIn;
pub(crate) use log::{Recorded, Waiting};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a connection waits for its turn before the caller is told to try again.
const WAIT: Duration = Duration::from_secs(5);
/// Between two tries to open a file that another program is opening.
const PAUSE: Duration = Duration::from_millis(20);
/// Readers never wait for the writer, only for each other.
const READERS: u32 = 4;
/// Takes the write lock at the start: what is read before the write is then still true at the write.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// What brings a file up to date, in order.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened, made, or brought up to date.
    #[error("cannot open the database {path}; check that the folder exists and may be written to: {cause}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        cause: sqlx::Error,
    },
    /// A read or a write failed.
    #[error("the database failed: {0}")]
    Failed(#[from] sqlx::Error),
    /// Something in the file cannot be read; it was written by another program or another version.
    #[error("the database holds {what} that this version cannot read")]
    Unreadable {
        /// What it is.
        what: &'static str,
    },
}

/// An open database. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    epoch: String,
}

impl Store {
    /// Opens the file, makes it when it is not there, and brings it up to date.
    pub(crate) async fn open(path: &Path) -> Result<Store, StoreError> {
        let started = Instant::now();
        loop {
            match Store::connect(path).await {
                // While another program turns on the write-ahead log, SQLite refuses at once instead of waiting.
                Err(cause) if is_busy(&cause) && started.elapsed() < WAIT => sleep(PAUSE).await,
                opened => return opened.map_err(|cause| StoreError::Open { path: path.to_owned(), cause }),
            }
        }
    }

    async fn connect(path: &Path) -> Result<Store, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(WAIT);
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections).acquire_timeout(WAIT);
        let writer = pool(1).connect_with(options.clone()).await?;
        // Another program (`agent add` beside `serve`) may take the same step at the same moment. Then ours fails whole, and
        // the next look finds the step done; so there are at most as many failures as steps.
        for _ in MIGRATIONS.iter() {
            if MIGRATIONS.run(&writer).await.is_ok() {
                break;
            }
        }
        MIGRATIONS.run(&writer).await?;
        let (epoch,) = sqlx::query_as("SELECT name FROM epoch").fetch_one(&writer).await?;
        let readers = pool(READERS).connect_with(options.read_only(true)).await?;
        Ok(Store { writer, readers, epoch })
    }

    /// The name of this file's logs.
    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Whether the database answers.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT name FROM epoch").fetch_one(&self.readers).await?;
        Ok(())
    }

    /// Ends every connection; what was committed is in the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Whether somebody else has the file at this moment.
fn is_busy(error: &sqlx::Error) -> bool {
    /// In the low byte of SQLite's codes; the rest tells why.
    const SQLITE_BUSY: u32 = 5;
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// Milliseconds since the Unix epoch. For display and expiry, never for order.
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// SQLite counts in `i64`; what is stored here is never negative.
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
    use sqlx::Row;

    #[tokio::test]
    async fn a_commit_is_on_disk_before_it_returns() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("shopbell.db")).await.expect("opened");
        for (pragma, expected) in
            [("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1")]
        {
            let row = sqlx::query(pragma).fetch_one(&store.writer).await.expect("an answer");
            let value: String = row.try_get_unchecked(0).expect("a value");
            assert_eq!(value, expected, "{pragma}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_may_open_a_new_file_at_once() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().expect("a folder");
            let openings = (0..6).map(|_| {
                let path = folder.path().join("shopbell.db");
                tokio::spawn(async move { Store::open(&path).await })
            });
            let mut epochs = Vec::new();
            for opening in openings.collect::<Vec<_>>() {
                epochs.push(opening.await.expect("no panic").expect("opened").epoch);
            }
            epochs.dedup();
            assert_eq!(epochs.len(), 1, "all see one epoch");
        }
    }
}
