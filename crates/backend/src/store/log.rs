//! Conversations and their events. `seq` is given in the transaction that stores the event, so the log has no holes.

use super::{
    Store, StoreError,
    batch::{Batch, rows},
    commit::{Write, Written},
    now_ms, signed, unsigned,
};
use crate::{
    decision::{Refusal, Sender, Wish},
    line::Order,
};
use protocol::{Author, Event, EventBody, Floor, Message};
use sqlx::{AnyConnection, Row, any::AnyRow};
use uuid::Uuid;

/// Where a wish came to stand in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) seq: u64,
    /// Nothing was added: it had been stored before.
    pub(crate) dup: bool,
    /// What was added, in order; the first has `seq`.
    pub(crate) added: Vec<Event>,
}

/// How a conversation stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) head: u64,
    pub(crate) floor: Floor,
}

impl Store {
    /// Decides on a wish and stores what comes of it, in one transaction: two who wish at once are decided one after the other.
    /// Returns after the commit.
    pub(crate) async fn record(
        &self,
        conversation: &str,
        sender: Sender,
        cid: &str,
        wish: Wish,
        order: Option<Order>,
    ) -> Result<Result<Recorded, Refusal>, StoreError> {
        let write = Write::Record { conversation: conversation.to_owned(), sender, cid: cid.to_owned(), wish, order };
        match self.committer.write(write).await? {
            Written::Recorded(recorded) => Ok(recorded),
            Written::Visitor(..) => Err(StoreError::Unreadable { what: "an answer" }),
        }
    }

    /// Stores what was left at the door as a conversation of its own that rings. False when this cid had been stored before.
    pub(crate) async fn record_at_door(&self, cid: &str, texts: &[String]) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin_with(self.database.begin()).await?;
        let conversation = new_conversation(&mut transaction, None).await?;
        let entry = "INSERT INTO door (cid, conversation) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let added = sqlx::query(entry).bind(cid).bind(&conversation).execute(&mut *transaction).await?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        let message = |text: &String| {
            EventBody::Message(Message { author: Author::Visitor, text: text.clone(), name: None, entry: None })
        };
        let mut batch = Batch::begin(&mut transaction, &self.database, now_ms(), true, std::iter::empty()).await?;
        batch.is_new(&conversation);
        for (index, body) in std::iter::once(EventBody::Rang).chain(texts.iter().map(message)).enumerate() {
            let cid = if index == 0 { cid.to_owned() } else { Uuid::now_v7().to_string() };
            batch.append(&conversation, &Sender::Visitor, cid, body)?;
        }
        batch.finish().await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// At most `limit` events after `seq`, in order and without holes.
    pub(crate) async fn events_after(
        &self,
        conversation: &str,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let events = "SELECT seq, cid, at, body FROM event WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let rows = sqlx::query(events)
            .bind(conversation)
            .bind(signed(seq))
            .bind(signed(limit as u64))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(event).collect()
    }

    /// How far these conversations' logs go.
    pub(crate) async fn heads(&self, conversations: &[String]) -> Result<Vec<(String, u64)>, StoreError> {
        let heads = if self.database.is_file() {
            "SELECT id, head FROM conversation WHERE id IN (SELECT value FROM json_each($1))"
        } else {
            "SELECT id, head FROM conversation WHERE id IN (SELECT json_array_elements_text($1::json))"
        };
        let heads: Vec<(String, i64)> =
            sqlx::query_as(heads).bind(rows(&conversations)?).fetch_all(&self.readers).await?;
        Ok(heads.into_iter().map(|(conversation, head)| (conversation, unsigned(head))).collect())
    }

    /// How the conversation stands; `None` when there is none of this id.
    pub(crate) async fn standing(&self, conversation: &str) -> Result<Option<Standing>, StoreError> {
        if !is_conversation(conversation) {
            return Ok(None);
        }
        standing(&mut *self.readers.acquire().await?, conversation).await
    }
}

/// Whether this may be a conversation's id. What cannot be one is not looked up: Postgres fails at a zero byte.
pub(crate) fn is_conversation(id: &str) -> bool {
    Uuid::try_parse(id).is_ok()
}

/// Makes an empty conversation and returns its id.
pub(super) async fn new_conversation(
    connection: &mut AnyConnection,
    visitor: Option<i64>,
) -> Result<String, StoreError> {
    let id = Uuid::now_v7().to_string();
    let conversation = "INSERT INTO conversation (id, visitor, created_at) VALUES ($1, $2, $3)";
    sqlx::query(conversation).bind(&id).bind(visitor).bind(now_ms()).execute(connection).await?;
    Ok(id)
}

impl Standing {
    /// The floor as stored: its name, and the agent who has it.
    pub(super) fn columns(&self) -> (&'static str, Option<&str>) {
        match &self.floor {
            Floor::Bot => ("bot", None),
            Floor::Ringing => ("ringing", None),
            Floor::Human { agent } => ("human", Some(agent)),
            Floor::Closed => ("closed", None),
        }
    }
}

async fn standing(connection: &mut AnyConnection, conversation: &str) -> Result<Option<Standing>, StoreError> {
    let standing = "SELECT head, floor, agent FROM conversation WHERE id = $1";
    let row = sqlx::query(standing).bind(conversation).fetch_optional(connection).await?;
    row.map(|row| Ok(Standing { head: unsigned(row.try_get("head")?), floor: floor_of(&row)? })).transpose()
}

/// The sender as stored: whose cids these are.
pub(super) fn words_of(sender: &Sender) -> String {
    match sender {
        Sender::Visitor => "visitor".to_owned(),
        Sender::Agent(name) => format!("agent/{name}"),
    }
}

pub(super) fn json_of(body: &EventBody) -> Result<String, StoreError> {
    serde_json::to_string(body).map_err(|_| StoreError::Unreadable { what: "an event" })
}

pub(super) fn body_of(row: &AnyRow) -> Result<EventBody, StoreError> {
    let body: String = row.try_get("body")?;
    serde_json::from_str(&body).map_err(|_| StoreError::Unreadable { what: "an event" })
}

pub(super) fn event(row: &AnyRow) -> Result<Event, StoreError> {
    Ok(Event {
        seq: unsigned(row.try_get("seq")?),
        cid: row.try_get("cid")?,
        at: unsigned(row.try_get("at")?),
        body: body_of(row)?,
    })
}

pub(super) fn floor_of(row: &AnyRow) -> Result<Floor, StoreError> {
    let agent: Option<String> = row.try_get("agent")?;
    let floor: String = row.try_get("floor")?;
    match (floor.as_str(), agent) {
        ("bot", None) => Ok(Floor::Bot),
        ("ringing", None) => Ok(Floor::Ringing),
        ("human", Some(agent)) => Ok(Floor::Human { agent }),
        ("closed", None) => Ok(Floor::Closed),
        _ => Err(StoreError::Unreadable { what: "a conversation" }),
    }
}
