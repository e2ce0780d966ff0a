//! What is copied out of the database and what is erased from it.

use super::{Database, Store, StoreError, audit, log, unsigned};
use protocol::{Event, Identity};
use serde::Serialize;
use sqlx::{AnyConnection, Row};
use std::path::Path;
use uuid::Uuid;

/// Which conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// The one of this id.
    Conversation(String),
    /// Those of the visitor whom the shop knows by this id.
    Identity(String),
}

/// A conversation with everything that was said in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Its id.
    pub conversation: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_at: u64,
    /// Who the shop says the visitor is.
    pub identity: Option<Identity>,
    /// Its log.
    pub events: Vec<Event>,
}

impl Store {
    /// Copies the whole database into a new file while it is in use. The copy has an epoch of its own: whoever has read what
    /// came after it must read anew when it takes the original's place.
    pub(crate) async fn back_up(&self, file: &Path) -> Result<(), StoreError> {
        if !self.database.is_file() {
            return Err(StoreError::NotAFile);
        }
        sqlx::query("VACUUM INTO $1").bind(file.to_string_lossy().into_owned()).execute(&self.readers).await?;
        let copy = Store::open(&Database::from(file)).await?;
        let renewed = match copy.writer.acquire().await {
            Ok(mut connection) => renew_epoch(&mut connection).await,
            Err(cause) => Err(cause.into()),
        };
        copy.close().await;
        renewed
    }

    /// Gives the logs a new name, so that every client reads them anew.
    pub(crate) async fn renew_epoch(&self, actor: &str) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with(self.database.begin()).await?;
        renew_epoch(&mut transaction).await?;
        audit::add(&mut transaction, actor, "renewed the epoch", "").await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The ids of these conversations, oldest first.
    pub(crate) async fn which(&self, which: &Which) -> Result<Vec<String>, StoreError> {
        let all = "SELECT c.id, v.identity FROM conversation c LEFT JOIN visitor v ON v.id = c.visitor ORDER BY c.id";
        let rows: Vec<(String, Option<String>)> = sqlx::query_as(all).fetch_all(&self.readers).await?;
        let is_meant = |(id, identity): &(String, Option<String>)| match which {
            Which::All => true,
            Which::Conversation(conversation) => id == conversation,
            Which::Identity(meant) => read(identity.as_deref()).is_some_and(|identity| identity.id == *meant),
        };
        Ok(rows.into_iter().filter(is_meant).map(|(id, _)| id).collect())
    }

    /// One conversation, whole.
    pub(crate) async fn export(&self, conversation: &str) -> Result<Option<Exported>, StoreError> {
        let row = "SELECT c.created_at, v.identity FROM conversation c LEFT JOIN visitor v ON v.id = c.visitor \
                   WHERE c.id = $1";
        let row = sqlx::query(row).bind(conversation).fetch_optional(&self.readers).await?;
        let Some(row) = row else { return Ok(None) };
        let events = "SELECT seq, cid, at, body FROM event WHERE conversation = $1 ORDER BY seq";
        let events = sqlx::query(events).bind(conversation).fetch_all(&self.readers).await?;
        let identity: Option<String> = row.try_get("identity")?;
        Ok(Some(Exported {
            conversation: conversation.to_owned(),
            created_at: unsigned(row.try_get("created_at")?),
            identity: read(identity.as_deref()),
            events: events.iter().map(log::event).collect::<Result<_, _>>()?,
        }))
    }

    /// Erases one conversation, and its visitor when it was their last. False when there is none of this id.
    pub(crate) async fn erase(&self, conversation: &str, actor: &str) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin_with(self.database.begin()).await?;
        let erased = "DELETE FROM conversation WHERE id = $1 RETURNING visitor";
        let erased: Option<(Option<i64>,)> =
            sqlx::query_as(erased).bind(conversation).fetch_optional(&mut *transaction).await?;
        let Some((visitor,)) = erased else { return Ok(false) };
        let last = "DELETE FROM visitor WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM conversation WHERE visitor = $1)";
        sqlx::query(last).bind(visitor).execute(&mut *transaction).await?;
        audit::add(&mut transaction, actor, "erased", conversation).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Overwrites what was erased, which until then may lie unused in the file and in the write-ahead log beside it.
    pub(crate) async fn scrub(&self) -> Result<(), StoreError> {
        if self.database.is_file() {
            sqlx::query("VACUUM").execute(&self.writer).await?;
            // SQLite waits for readers as long as its busy_timeout says. That it waited in vain is no error but a word in the row.
            let checkpoint = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.writer).await?;
            if checkpoint.try_get::<i64, _>(0)? != 0 {
                return Err(StoreError::StillRead);
            }
        }
        Ok(())
    }
}

async fn renew_epoch(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let epoch = Uuid::new_v4().simple().to_string();
    sqlx::query("UPDATE epoch SET name = $1").bind(epoch).execute(connection).await?;
    Ok(())
}

fn read(identity: Option<&str>) -> Option<Identity> {
    serde_json::from_str(identity?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_somebody_still_reads_is_not_said_to_be_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("shopbell.db").into()).await.expect("opened");
        sqlx::query("PRAGMA busy_timeout = 20").execute(&store.writer).await.expect("set");
        store.audit("Ada", "logged in", "").await.expect("written");
        let mut reader = store.readers.begin().await.expect("begun");
        sqlx::query("SELECT name FROM epoch").fetch_one(&mut *reader).await.expect("read");
        assert!(matches!(store.scrub().await, Err(StoreError::StillRead)));
        reader.commit().await.expect("read");
        store.scrub().await.expect("overwritten");
        let log = std::fs::metadata(folder.path().join("shopbell.db-wal")).expect("the write-ahead log");
        assert_eq!(log.len(), 0);
    }
}
