//! Conversations and their events. `seq` is given in the transaction that stores the event, so the log has no holes.

use super::{BEGIN, Store, StoreError, now_ms, signed, unsigned};
use crate::decision::{self, Decision, Refusal, Sender, Wish};
use protocol::{Author, Event, EventBody, Floor, Message};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

/// Characters of the visitor's latest message that the queue shows.
const PREVIEW_CHARS: usize = 120;

/// Where a wish came to stand in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) seq: u64,
    /// Nothing was added: it had been stored before.
    pub(crate) dup: bool,
}

/// How a conversation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) head: u64,
    pub(crate) floor: Floor,
}

/// One conversation of the queue: ringing, or with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) conversation: String,
    pub(crate) floor: Floor,
    /// Milliseconds since the Unix epoch.
    pub(crate) rang_at: u64,
    pub(crate) head: u64,
    pub(crate) preview: String,
    pub(crate) unanswered: u32,
}

impl Store {
    /// Decides on a wish and stores what comes of it, in one transaction: two who wish at once are decided one after the other.
    pub(crate) async fn record(
        &self,
        conversation: &str,
        sender: &Sender,
        cid: &str,
        wish: &Wish,
    ) -> Result<Result<Recorded, Refusal>, StoreError> {
        let mut transaction = self.writer.begin_with(BEGIN).await?;
        let earlier = "SELECT seq FROM event WHERE conversation = ? AND sender = ? AND cid = ?";
        let earlier: Option<(i64,)> = sqlx::query_as(earlier)
            .bind(conversation)
            .bind(written(sender))
            .bind(cid)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some((seq,)) = earlier {
            return Ok(Ok(Recorded { seq: unsigned(seq), dup: true }));
        }
        let Some(standing) = standing(&mut transaction, conversation).await? else {
            return Ok(Err(Refusal::NotFound));
        };
        let stands = match decision::decide(&standing.floor, wish) {
            Err(refusal) => return Ok(Err(refusal)),
            Ok(Decision::Add(body)) => {
                let seq = append(&mut transaction, conversation, standing, sender, cid, &body).await?;
                transaction.commit().await?;
                return Ok(Ok(Recorded { seq, dup: false }));
            }
            Ok(Decision::RingStands) => "SELECT e.seq FROM conversation c JOIN event e ON e.id = c.ring WHERE c.id = ?",
            Ok(Decision::ClaimStands) => {
                "SELECT e.seq FROM conversation c JOIN event e ON e.id = c.claim WHERE c.id = ?"
            }
        };
        let (seq,) = sqlx::query_as(stands).bind(conversation).fetch_one(&mut *transaction).await?;
        Ok(Ok(Recorded { seq: unsigned(seq), dup: true }))
    }

    /// Stores what was left at the door as a conversation of its own that rings. False when this cid had been stored before.
    pub(crate) async fn record_at_door(&self, cid: &str, texts: &[String]) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin_with(BEGIN).await?;
        let known = sqlx::query("SELECT 1 FROM door WHERE cid = ?").bind(cid).fetch_optional(&mut *transaction).await?;
        if known.is_some() {
            return Ok(false);
        }
        let conversation = new_conversation(&mut transaction, None).await?;
        let entry = "INSERT INTO door (cid, conversation) VALUES (?, ?)";
        sqlx::query(entry).bind(cid).bind(&conversation).execute(&mut *transaction).await?;
        let message = |text: &String| {
            EventBody::Message(Message { author: Author::Visitor, text: text.clone(), name: None, entry: None })
        };
        let mut standing = Standing { head: 0, floor: Floor::default() };
        append(&mut transaction, &conversation, standing.clone(), &Sender::Visitor, cid, &EventBody::Rang).await?;
        standing.floor = Floor::Ringing;
        for body in texts.iter().map(message) {
            standing.head += 1;
            let cid = Uuid::now_v7().to_string();
            append(&mut transaction, &conversation, standing.clone(), &Sender::Visitor, &cid, &body).await?;
        }
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
        let events = "SELECT seq, cid, at, body FROM event WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?";
        let rows = sqlx::query(events)
            .bind(conversation)
            .bind(signed(seq))
            .bind(signed(limit as u64))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(event).collect()
    }

    /// How the conversation stands; `None` when there is none of this id.
    pub(crate) async fn standing(&self, conversation: &str) -> Result<Option<Standing>, StoreError> {
        standing(&mut *self.readers.acquire().await?, conversation).await
    }

    /// Every conversation that is ringing or with a person, oldest ring first.
    pub(crate) async fn queue(&self) -> Result<Vec<Waiting>, StoreError> {
        let queue = "SELECT c.id, c.floor, c.agent, c.head, c.preview, c.unanswered, e.at AS rang_at \
                     FROM conversation c JOIN event e ON e.id = c.ring \
                     WHERE c.floor IN ('ringing', 'human') ORDER BY c.ring";
        let rows = sqlx::query(queue).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    conversation: row.try_get("id")?,
                    floor: floor(row)?,
                    rang_at: unsigned(row.try_get("rang_at")?),
                    head: unsigned(row.try_get("head")?),
                    preview: row.try_get("preview")?,
                    unanswered: row.try_get("unanswered")?,
                })
            })
            .collect()
    }
}

/// Makes an empty conversation and returns its id.
pub(super) async fn new_conversation(
    connection: &mut SqliteConnection,
    visitor: Option<i64>,
) -> Result<String, StoreError> {
    let id = Uuid::now_v7().to_string();
    let conversation = "INSERT INTO conversation (id, visitor, created_at) VALUES (?, ?, ?)";
    sqlx::query(conversation).bind(&id).bind(visitor).bind(now_ms()).execute(connection).await?;
    Ok(id)
}

pub(super) async fn standing(
    connection: &mut SqliteConnection,
    conversation: &str,
) -> Result<Option<Standing>, StoreError> {
    let standing = "SELECT head, floor, agent FROM conversation WHERE id = ?";
    let row = sqlx::query(standing).bind(conversation).fetch_optional(connection).await?;
    row.map(|row| Ok(Standing { head: unsigned(row.try_get("head")?), floor: floor(&row)? })).transpose()
}

/// Adds one event to the end of a log that stands as `standing` says, and keeps the conversation's own row true.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    conversation: &str,
    standing: Standing,
    sender: &Sender,
    cid: &str,
    body: &EventBody,
) -> Result<u64, StoreError> {
    let seq = standing.head + 1;
    let json = serde_json::to_string(body).map_err(|_| StoreError::Unreadable { what: "an event" })?;
    let event = "INSERT INTO event (conversation, seq, sender, cid, at, body) VALUES (?, ?, ?, ?, ?, ?) RETURNING id";
    let (id,): (i64,) = sqlx::query_as(event)
        .bind(conversation)
        .bind(signed(seq))
        .bind(written(sender))
        .bind(cid)
        .bind(now_ms())
        .bind(json)
        .fetch_one(&mut *connection)
        .await?;
    let (floor, agent) = match standing.floor.after(body) {
        Floor::Bot => ("bot", None),
        Floor::Ringing => ("ringing", None),
        Floor::Human { agent } => ("human", Some(agent)),
        Floor::Closed => ("closed", None),
    };
    let said_by = match body {
        EventBody::Message(message) => Some(message.author),
        _ => None,
    };
    let preview = match body {
        EventBody::Message(Message { author: Author::Visitor, text, .. }) => {
            Some(text.chars().take(PREVIEW_CHARS).collect::<String>())
        }
        _ => None,
    };
    // How `unanswered` goes on: one more from the visitor, none after a person.
    let (keep, add) = match said_by {
        Some(Author::Visitor) => (1, 1),
        Some(Author::Human) => (0, 0),
        _ => (1, 0),
    };
    let update = "UPDATE conversation SET head = ?, floor = ?, agent = ?, ring = coalesce(?, ring), claim = coalesce(?, claim), \
                  preview = coalesce(?, preview), unanswered = unanswered * ? + ? WHERE id = ?";
    sqlx::query(update)
        .bind(signed(seq))
        .bind(floor)
        .bind(agent)
        .bind(matches!(body, EventBody::Rang).then_some(id))
        .bind(matches!(body, EventBody::Claimed { .. }).then_some(id))
        .bind(preview)
        .bind(keep)
        .bind(add)
        .bind(conversation)
        .execute(connection)
        .await?;
    Ok(seq)
}

fn written(sender: &Sender) -> String {
    match sender {
        Sender::Visitor => "visitor".to_owned(),
        Sender::Agent(name) => format!("agent/{name}"),
    }
}

fn event(row: &SqliteRow) -> Result<Event, StoreError> {
    let body: String = row.try_get("body")?;
    Ok(Event {
        seq: unsigned(row.try_get("seq")?),
        cid: row.try_get("cid")?,
        at: unsigned(row.try_get("at")?),
        body: serde_json::from_str(&body).map_err(|_| StoreError::Unreadable { what: "an event" })?,
    })
}

fn floor(row: &SqliteRow) -> Result<Floor, StoreError> {
    let agent: Option<String> = row.try_get("agent")?;
    match (row.try_get("floor")?, agent) {
        ("bot", None) => Ok(Floor::Bot),
        ("ringing", None) => Ok(Floor::Ringing),
        ("human", Some(agent)) => Ok(Floor::Human { agent }),
        ("closed", None) => Ok(Floor::Closed),
        _ => Err(StoreError::Unreadable { what: "a conversation" }),
    }
}
