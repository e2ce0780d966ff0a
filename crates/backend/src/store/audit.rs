//! Who did what: entries that are only ever added, each with a hash that covers the one before.
//!
//! The chain shows that an entry was changed or taken out. Somebody who can write to the database could write the whole chain
//! anew; against that, keep the last hash (`shopbell audit verify` prints it) somewhere else.

use super::{Store, StoreError, now_ms, unsigned};
use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Counted from 1 without gaps.
    pub id: u64,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    /// An agent's name, or "operator" for whoever sits at the command line.
    pub actor: String,
    /// What: "logged in", "viewed", "claimed", …
    pub action: String,
    /// To what: a conversation's id, an agent's name, a setting.
    pub subject: String,
    /// SHA-256 in hexadecimal of the hash before and everything above.
    pub hash: String,
}

/// What the chain says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditTrail {
    /// Nothing is missing, nothing was changed.
    Whole {
        /// How many entries.
        entries: u64,
        /// The last hash; empty without entries.
        hash: String,
    },
    /// An entry was changed, or is missing.
    Broken {
        /// The first entry that does not follow from the one before.
        at: u64,
    },
}

impl Store {
    /// Adds an entry.
    pub(crate) async fn audit(&self, actor: &str, action: &str, subject: &str) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with(self.database.begin()).await?;
        add(&mut transaction, actor, action, subject).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// At most `limit` entries after this one.
    pub(crate) async fn audit_after(&self, id: u64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let entries = "SELECT id, at, actor, action, subject, hash FROM audit WHERE id > $1 ORDER BY id LIMIT $2";
        let rows: Vec<(i64, i64, String, String, String, String)> =
            sqlx::query_as(entries).bind(super::signed(id)).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        let entry = |(id, at, actor, action, subject, hash)| AuditEntry {
            id: unsigned(id),
            at: unsigned(at),
            actor,
            action,
            subject,
            hash,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Follows the whole chain.
    pub(crate) async fn audit_trail(&self) -> Result<AuditTrail, StoreError> {
        let (hash, entries): (String, i64) =
            sqlx::query_as("SELECT hash, entries FROM audit_head").fetch_one(&self.readers).await?;
        let (mut last, mut id) = (String::new(), 0);
        loop {
            let page = self.audit_after(id, 1_000).await?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                if entry.id != id + 1 || entry.hash != hash_of(&last, &entry) {
                    return Ok(AuditTrail::Broken { at: id + 1 });
                }
                (last, id) = (entry.hash, entry.id);
            }
        }
        // What was added while this read is not missing; what is counted and not there is.
        if id < unsigned(entries) || (id == unsigned(entries) && last != hash) {
            return Ok(AuditTrail::Broken { at: id + 1 });
        }
        Ok(AuditTrail::Whole { entries: id, hash: last })
    }
}

/// Adds an entry as part of a transaction.
pub(super) async fn add(
    connection: &mut AnyConnection,
    actor: &str,
    action: &str,
    subject: &str,
) -> Result<(), StoreError> {
    // Counting first locks the row: entries are added one after the other.
    let head = "UPDATE audit_head SET entries = entries + 1 RETURNING hash, entries";
    let (before, id): (String, i64) = sqlx::query_as(head).fetch_one(&mut *connection).await?;
    let mut entry = AuditEntry {
        id: unsigned(id),
        at: unsigned(now_ms()),
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        hash: String::new(),
    };
    entry.hash = hash_of(&before, &entry);
    let row = "INSERT INTO audit (id, at, actor, action, subject, hash) VALUES ($1, $2, $3, $4, $5, $6)";
    sqlx::query(row)
        .bind(id)
        .bind(super::signed(entry.at))
        .bind(actor)
        .bind(action)
        .bind(subject)
        .bind(&entry.hash)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE audit_head SET hash = $1").bind(&entry.hash).execute(connection).await?;
    Ok(())
}

/// Each part with its length before it, so that no two entries read the same.
fn hash_of(before: &str, entry: &AuditEntry) -> String {
    let mut hash = Sha256::new();
    let numbers = [entry.id.to_string(), entry.at.to_string()];
    for part in [before, &numbers[0], &numbers[1], &entry.actor, &entry.action, &entry.subject] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    HEXLOWER.encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        decision::{Sender, Wish},
        secret::new_secret,
    };
    use protocol::Role;

    async fn audited() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("shopbell.db").into()).await.expect("opened");
        for (actor, action, subject) in
            [("Ada", "logged in", "Ada"), ("Ada", "viewed", "c1"), ("operator", "erased", "c1")]
        {
            store.audit(actor, action, subject).await.expect("added");
        }
        (folder, store)
    }

    #[tokio::test]
    async fn a_chain_that_nobody_touched_is_whole() {
        let (_folder, store) = audited().await;
        let AuditTrail::Whole { entries: 3, hash } = store.audit_trail().await.expect("read") else { panic!("broken") };
        let last = store.audit_after(2, 10).await.expect("read");
        assert_eq!((last.len(), &last[0].hash), (1, &hash));
    }

    #[tokio::test]
    async fn a_claim_is_stored_with_its_entry_or_not_at_all() {
        let (_folder, store) = audited().await;
        store.add_agent("Ada", "a hash", Role::Agent).await.expect("added");
        let (_, token) = new_secret().expect("random bits");
        let (_, conversation) = store.add_visitor(&token).await.expect("added");
        let record = async |sender: Sender, wish: Wish| {
            let cid = "0197a2c4-7d5e-7c3a-9f10-2b6c8d4e1f00";
            store.record(&conversation, sender, cid, wish, None).await.map(|decided| decided.expect("allowed").dup)
        };
        let claim =
            async || record(Sender::Agent("Ada".into()), Wish::Claim { agent: "Ada".into(), takes_over: false }).await;
        record(Sender::Visitor, Wish::Ring).await.expect("stored");
        let full = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END";
        sqlx::query(full).execute(&store.writer).await.expect("no room");
        assert!(claim().await.is_err());
        sqlx::query("DROP TRIGGER full").execute(&store.writer).await.expect("room");
        assert!(!claim().await.expect("stored"), "it had not been stored");
        assert!(claim().await.expect("stored"), "it has been now");
        let entries = store.audit_after(3, 10).await.expect("read");
        let entries: Vec<_> = entries.iter().map(|entry| [&*entry.actor, &*entry.action, &*entry.subject]).collect();
        assert_eq!(entries, [["Ada", "claimed", &conversation]]);
    }

    #[tokio::test]
    async fn whatever_is_changed_or_taken_out_shows() {
        for (touch, at) in [
            ("UPDATE audit SET subject = 'c2' WHERE id = 2", 2),
            ("DELETE FROM audit WHERE id = 1", 1),
            ("DELETE FROM audit WHERE id = 3", 3),
            ("UPDATE audit SET at = at + 1 WHERE id = 3", 3),
        ] {
            let (_folder, store) = audited().await;
            let refused = sqlx::query(touch).execute(&store.writer).await;
            assert!(refused.is_err(), "the database itself refuses: {touch}");
            for trigger in ["DROP TRIGGER audit_is_not_changed", "DROP TRIGGER audit_is_not_removed", touch] {
                sqlx::query(trigger).execute(&store.writer).await.expect("done by force");
            }
            assert_eq!(store.audit_trail().await.expect("read"), AuditTrail::Broken { at }, "{touch}");
        }
    }
}
