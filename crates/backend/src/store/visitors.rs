//! Visitors: browsers that hold a secret, and the conversations that are theirs.

use super::{
    Store, StoreError,
    commit::{Write, Written},
    log::{is_conversation, new_conversation},
    now_ms,
};
use crate::secret::SecretHash;
use protocol::Identity;
use sqlx::AnyConnection;

impl Store {
    /// Makes a visitor with a first, empty conversation: the visitor's number and the conversation's id.
    pub(crate) async fn add_visitor(&self, token: &SecretHash) -> Result<(i64, String), StoreError> {
        match self.committer.write(Write::AddVisitor { token: token.clone() }).await? {
            Written::Visitor(visitor, conversation) => Ok((visitor, conversation)),
            Written::Recorded(_) => Err(StoreError::Unreadable { what: "an answer" }),
        }
    }

    /// The visitor who holds this secret, when this conversation is theirs.
    pub(crate) async fn visitor_of(&self, token: &SecretHash, conversation: &str) -> Result<Option<i64>, StoreError> {
        if !is_conversation(conversation) {
            return Ok(None);
        }
        let theirs = "SELECT v.id FROM visitor v JOIN conversation c ON c.visitor = v.id \
                      WHERE v.token_hash = $1 AND c.id = $2";
        let found: Option<(i64,)> =
            sqlx::query_as(theirs).bind(&token.0[..]).bind(conversation).fetch_optional(&self.readers).await?;
        Ok(found.map(|(visitor,)| visitor))
    }

    /// The visitor who holds this secret.
    pub(crate) async fn visitor(&self, token: &SecretHash) -> Result<Option<i64>, StoreError> {
        let visitor = "SELECT id FROM visitor WHERE token_hash = $1";
        let found: Option<(i64,)> = sqlx::query_as(visitor).bind(&token.0[..]).fetch_optional(&self.readers).await?;
        Ok(found.map(|(visitor,)| visitor))
    }

    /// The visitor's latest conversation, or a new one when they have none.
    pub(crate) async fn latest_conversation(&self, visitor: i64) -> Result<String, StoreError> {
        let mut transaction = self.writer.begin_with(self.database.begin()).await?;
        let latest = "SELECT id FROM conversation WHERE visitor = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
        if let Some((id,)) = sqlx::query_as(latest).bind(visitor).fetch_optional(&mut *transaction).await? {
            return Ok(id);
        }
        let id = new_conversation(&mut transaction, Some(visitor)).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Keeps who the shop says the visitor is. Writes only what is new: most who come back are who they were.
    pub(crate) async fn identify(&self, visitor: i64, identity: &Identity) -> Result<(), StoreError> {
        let json = serde_json::to_string(identity).map_err(|_| StoreError::Unreadable { what: "an identity" })?;
        let known = "SELECT identity FROM visitor WHERE id = $1";
        let known: Option<(Option<String>,)> =
            sqlx::query_as(known).bind(visitor).fetch_optional(&self.readers).await?;
        if known.is_some_and(|(known,)| known.as_ref() == Some(&json)) {
            return Ok(());
        }
        let identify = "UPDATE visitor SET identity = $2 WHERE id = $1";
        sqlx::query(identify).bind(visitor).bind(json).execute(&self.writer).await?;
        Ok(())
    }
}

pub(super) async fn add(connection: &mut AnyConnection, token: &SecretHash) -> Result<(i64, String), StoreError> {
    let visitor = "INSERT INTO visitor (token_hash, created_at) VALUES ($1, $2) RETURNING id";
    let (visitor,) = sqlx::query_as(visitor).bind(&token.0[..]).bind(now_ms()).fetch_one(&mut *connection).await?;
    let conversation = new_conversation(connection, Some(visitor)).await?;
    Ok((visitor, conversation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::new_secret;

    #[tokio::test]
    async fn who_a_visitor_is_is_written_only_when_it_is_new() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("shopbell.db").into()).await.expect("opened");
        let (_, token) = new_secret().expect("random bits");
        let (visitor, _) = store.add_visitor(&token).await.expect("added");
        let mina = |name: &str| Identity { id: "customer-7".into(), name: Some(name.into()), email: None };
        store.identify(visitor, &mina("Mina")).await.expect("stored");
        let unwritable = "CREATE TRIGGER unwritable BEFORE UPDATE ON visitor BEGIN SELECT RAISE(ABORT, 'full'); END";
        sqlx::query(unwritable).execute(&store.writer).await.expect("no room");
        assert!(store.identify(visitor, &mina("Wilhelmina")).await.is_err());
        let writer = store.writer.acquire().await.expect("the one connection that writes");
        store.identify(visitor, &mina("Mina")).await.expect("as it was, without writing");
        drop(writer);
    }
}
