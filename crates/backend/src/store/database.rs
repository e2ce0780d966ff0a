//! Where the database is and how it is opened: a SQLite file, or Postgres for many nodes. The SQL of the store is the same
//! for both; what differs is here.

use super::StoreError;
use sqlx::{
    AnyPool, Connection, Executor,
    any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers},
    migrate::Migrator,
};
use std::{
    fmt,
    future::ready,
    path::{Path, PathBuf},
    str::FromStr,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a connection waits for its turn before the caller is told to try again.
const WAIT: Duration = Duration::from_secs(5);
/// Between two tries to open a file that another program is opening.
const PAUSE: Duration = Duration::from_millis(20);
/// Connections that only read a SQLite file: they never wait for the writer, only for each other.
const READERS: u32 = 4;
/// Connections to Postgres, for reading and writing each.
const POSTGRES_CONNECTIONS: u32 = 8;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Where conversations and agents are kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file, made when it is not there.
    File(PathBuf),
    /// A Postgres database, `postgres://…`.
    Postgres(String),
}

impl FromStr for Database {
    type Err = std::convert::Infallible;

    /// A `postgres://` address, or else the path of a file.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
        Ok(if is_postgres { Database::Postgres(text.to_owned()) } else { Database::File(text.into()) })
    }
}

impl From<PathBuf> for Database {
    fn from(path: PathBuf) -> Self {
        Database::File(path)
    }
}

impl From<&Path> for Database {
    fn from(path: &Path) -> Self {
        Database::File(path.to_owned())
    }
}

impl From<&PathBuf> for Database {
    fn from(path: &PathBuf) -> Self {
        Database::File(path.clone())
    }
}

impl fmt::Display for Database {
    /// The path, or the address without its user and password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::File(path) => write!(formatter, "{}", path.display()),
            Database::Postgres(address) => {
                let after = address.rsplit_once('@').map(|(_, after)| after);
                let place = after.or_else(|| address.split_once("://").map(|(_, after)| after)).unwrap_or_default();
                // What follows the question mark may hold a password, too.
                write!(formatter, "postgres://{}", place.split('?').next().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

/// Open connections.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    pub(super) writer: AnyPool,
    pub(super) readers: AnyPool,
}

impl Database {
    /// Whether it is SQLite, which has one writer and needs no locks beside it.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Database::File(_))
    }

    /// How a transaction begins that reads before it writes. On SQLite it takes the write lock at the start, so that what was
    /// read is still true at the write; Postgres locks rows.
    pub(super) fn begin(&self) -> &'static str {
        if self.is_file() { "BEGIN IMMEDIATE" } else { "BEGIN" }
    }

    /// Opens it and brings it up to date.
    pub(super) async fn connect(&self) -> Result<Connections, StoreError> {
        install_default_drivers();
        let started = Instant::now();
        loop {
            let opened = match self {
                Database::File(path) => open_file(path).await,
                Database::Postgres(address) => open_postgres(address).await,
            };
            match opened {
                // While another program turns on the write-ahead log, SQLite refuses at once instead of waiting.
                Err(cause) if is_busy(&cause) && started.elapsed() < WAIT => sleep(PAUSE).await,
                opened => return opened.map_err(|cause| StoreError::Open { database: self.to_string(), cause }),
            }
        }
    }
}

fn pool(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(connections).acquire_timeout(WAIT)
}

async fn open_file(path: &Path) -> Result<Connections, sqlx::Error> {
    let file = address_of(path);
    // Every commit is on disk before it returns, and what is deleted is overwritten.
    let set_up = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; \
                  PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 4000;";
    let writer = pool(1)
        .after_connect(move |connection, _| Box::pin(async move { connection.execute(set_up).await.map(|_| ()) }))
        // A full disk makes SQLite roll back by itself, which sqlx does not notice: such a connection would begin nothing more.
        .before_acquire(|connection, _| Box::pin(ready(Ok(!connection.is_in_transaction()))))
        .connect_with(AnyConnectOptions::from_str(&format!("{file}?mode=rwc"))?)
        .await?;
    migrate(&SQLITE, &writer).await?;
    let readers = pool(READERS).connect_with(AnyConnectOptions::from_str(&format!("{file}?mode=ro"))?).await?;
    Ok(Connections { writer, readers })
}

async fn open_postgres(address: &str) -> Result<Connections, sqlx::Error> {
    let options = AnyConnectOptions::from_str(address)?;
    // A node that stops within a transaction holds its rows locked: the others must not wait for it to wake.
    let set_up = "SET idle_in_transaction_session_timeout = 2000";
    let writer = pool(POSTGRES_CONNECTIONS)
        .after_connect(move |connection, _| Box::pin(async move { connection.execute(set_up).await.map(|_| ()) }))
        .connect_with(options.clone())
        .await?;
    migrate(&POSTGRES, &writer).await?;
    let readers = pool(POSTGRES_CONNECTIONS).connect_with(options).await?;
    Ok(Connections { writer, readers })
}

/// Another program (`agent add` beside `serve`) may take the same step at the same moment. Then ours fails whole, and the next
/// look finds the step done; so there are at most as many failures as steps.
async fn migrate(migrations: &Migrator, writer: &AnyPool) -> Result<(), sqlx::Error> {
    for _ in migrations.iter() {
        if migrations.run(writer).await.is_ok() {
            return Ok(());
        }
    }
    Ok(migrations.run(writer).await?)
}

/// The file as an address, with everything escaped that has a meaning in one.
fn address_of(path: &Path) -> String {
    let mut address = String::from("sqlite:");
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(byte) {
            address.push(char::from(*byte));
        } else {
            address += &format!("%{byte:02X}");
        }
    }
    address
}

/// Whether somebody else has the file at this moment.
fn is_busy(error: &sqlx::Error) -> bool {
    /// In the low byte of SQLite's codes; the rest tells why.
    const SQLITE_BUSY: u32 = 5;
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_databases_password_is_never_shown() {
        for (written, shown) in [
            ("postgres://bell:secret@db.example/shop?sslmode=require", "postgres://db.example/shop"),
            ("postgresql://db.example/shop?password=secret", "postgres://db.example/shop"),
            ("data/shopbell.db", "data/shopbell.db"),
        ] {
            let database: Database = written.parse().expect("anything is a place");
            assert_eq!(database.to_string(), shown);
            assert_eq!(format!("{database:?}"), shown);
        }
    }

    #[test]
    fn a_files_odd_name_stays_its_name() {
        assert_eq!(address_of(Path::new("/a b/x?mode=ro#1%.db")), "sqlite:/a%20b/x%3Fmode%3Dro%231%25.db");
    }
}
