//! Visitors: browsers that hold a secret, and the conversations that are theirs.

use super::{BEGIN, Store, StoreError, log::new_conversation, now_ms};
use crate::secret::SecretHash;

impl Store {
    /// Makes a visitor with a first, empty conversation: the visitor's number and the conversation's id.
    pub(crate) async fn add_visitor(&self, token: &SecretHash) -> Result<(i64, String), StoreError> {
        let mut transaction = self.writer.begin_with(BEGIN).await?;
        let visitor = "INSERT INTO visitor (token_hash, created_at) VALUES (?, ?) RETURNING id";
        let (visitor,) = sqlx::query_as(visitor).bind(&token.0[..]).bind(now_ms()).fetch_one(&mut *transaction).await?;
        let conversation = new_conversation(&mut transaction, Some(visitor)).await?;
        transaction.commit().await?;
        Ok((visitor, conversation))
    }

    /// The visitor who holds this secret.
    pub(crate) async fn visitor(&self, token: &SecretHash) -> Result<Option<i64>, StoreError> {
        let visitor = "SELECT id FROM visitor WHERE token_hash = ?";
        let found: Option<(i64,)> = sqlx::query_as(visitor).bind(&token.0[..]).fetch_optional(&self.readers).await?;
        Ok(found.map(|(visitor,)| visitor))
    }

    /// Whether the conversation is this visitor's.
    pub(crate) async fn is_of_visitor(&self, visitor: i64, conversation: &str) -> Result<bool, StoreError> {
        let theirs = "SELECT 1 FROM conversation WHERE id = ? AND visitor = ?";
        let found = sqlx::query(theirs).bind(conversation).bind(visitor).fetch_optional(&self.readers).await?;
        Ok(found.is_some())
    }

    /// The visitor's latest conversation, or a new one when they have none.
    pub(crate) async fn latest_conversation(&self, visitor: i64) -> Result<String, StoreError> {
        let mut transaction = self.writer.begin_with(BEGIN).await?;
        let latest = "SELECT id FROM conversation WHERE visitor = ? ORDER BY created_at DESC, id DESC LIMIT 1";
        if let Some((id,)) = sqlx::query_as(latest).bind(visitor).fetch_optional(&mut *transaction).await? {
            return Ok(id);
        }
        let id = new_conversation(&mut transaction, Some(visitor)).await?;
        transaction.commit().await?;
        Ok(id)
    }
}
