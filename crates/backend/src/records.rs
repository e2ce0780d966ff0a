//! What is kept, from outside: backups, exports, erasures, and the audit log. What `shopbell backup` and its like do.

use crate::store::{AuditEntry, AuditTrail, Database, Exported, Store, StoreError, Which};
use std::path::Path;

/// Who acts when it is somebody at the command line.
const OPERATOR: &str = "operator";

/// Copies a database into a new file, also while it is served. Putting the copy in the original's place gives the logs another
/// epoch, so that every page reads them anew.
///
/// # Errors
/// When the file is there already or cannot be written, or the database fails or is Postgres.
pub async fn back_up(database: &Database, file: &Path) -> Result<(), StoreError> {
    let store = Store::open(database).await?;
    let done = store.back_up(file).await;
    let audited = match done {
        Ok(()) => store.audit(OPERATOR, "backed up", &file.to_string_lossy()).await,
        failed => failed,
    };
    store.close().await;
    audited
}

/// Makes every page read its log anew. Needed after a Postgres database was restored from a copy.
///
/// # Errors
/// When the database fails.
pub async fn renew_epoch(database: &Database) -> Result<(), StoreError> {
    let store = Store::open(database).await?;
    let done = store.renew_epoch(OPERATOR).await;
    store.close().await;
    done
}

/// Hands each of these conversations to `take`, oldest first, and says how many they were.
///
/// # Errors
/// When the database fails.
pub async fn export(database: &Database, which: &Which, mut take: impl FnMut(Exported)) -> Result<u64, StoreError> {
    let store = Store::open(database).await?;
    let mut count = 0;
    for conversation in store.which(which).await? {
        if let Some(exported) = store.export(&conversation).await? {
            store.audit(OPERATOR, "exported", &conversation).await?;
            take(exported);
            count += 1;
        }
    }
    store.close().await;
    Ok(count)
}

/// Erases these conversations for good and says how many they were. A page that still shows one cannot go on with it.
///
/// # Errors
/// When the database fails.
pub async fn erase(database: &Database, which: &Which) -> Result<u64, StoreError> {
    let store = Store::open(database).await?;
    let mut count = 0;
    for conversation in store.which(which).await? {
        count += u64::from(store.erase(&conversation, OPERATOR).await?);
    }
    // Also when nothing was there to erase: an earlier try may have erased it and left its words in the file.
    let scrubbed = store.scrub().await;
    store.close().await;
    scrubbed.map(|()| count)
}

/// Whether the audit log is whole.
///
/// # Errors
/// When the database fails.
pub async fn verify_audit(database: &Database) -> Result<AuditTrail, StoreError> {
    let store = Store::open(database).await?;
    let trail = store.audit_trail().await;
    store.close().await;
    trail
}

/// Hands every entry of the audit log to `take`, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_audit(database: &Database, mut take: impl FnMut(AuditEntry)) -> Result<(), StoreError> {
    let store = Store::open(database).await?;
    let mut last = 0;
    loop {
        let page = store.audit_after(last, 1_000).await?;
        let Some(end) = page.last() else { break };
        last = end.id;
        page.into_iter().for_each(&mut take);
    }
    store.close().await;
    Ok(())
}
