//! Conversations and their events. `seq` is given in the transaction that stores the event, so the log has no holes.

use super::{
    Store, StoreError,
    commit::{Write, Written},
    now_ms, signed, unsigned,
};
use crate::decision::{self, Decision, Facts, Refusal, Sender, Wish};
use protocol::{Author, Event, EventBody, Floor, Message};
use sqlx::{AnyConnection, Row, any::AnyRow};
use uuid::Uuid;

/// Characters of the visitor's latest message that the queue shows.
const PREVIEW_CHARS: usize = 120;

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
#[derive(Clone, Debug, PartialEq, Eq)]
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
        sender: &Sender,
        cid: &str,
        wish: &Wish,
    ) -> Result<Result<Recorded, Refusal>, StoreError> {
        let write = Write::Record {
            conversation: conversation.to_owned(),
            sender: sender.clone(),
            cid: cid.to_owned(),
            wish: wish.clone(),
        };
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
        let mut standing = Standing { head: 0, floor: Floor::default() };
        for (index, body) in std::iter::once(EventBody::Rang).chain(texts.iter().map(message)).enumerate() {
            let cid = if index == 0 { cid.to_owned() } else { Uuid::now_v7().to_string() };
            append(&mut transaction, &conversation, &mut standing, &Sender::Visitor, &cid, body, now_ms()).await?;
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
        let events = "SELECT seq, cid, at, body FROM event WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3";
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
}

/// Holds the conversation's row until the end of the transaction, so that what is read of it next stays true. For Postgres; a
/// statement of its own, because the next one then sees everything that was committed before the lock.
pub(super) async fn lock(connection: &mut AnyConnection, conversation: &str) -> Result<(), StoreError> {
    let lock = "SELECT head FROM conversation WHERE id = $1 FOR UPDATE";
    sqlx::query(lock).bind(conversation).fetch_optional(connection).await?;
    Ok(())
}

/// Decides on a wish and stores what comes of it. A wish of the same sender and cid is stored once, unless `dedupe` is off, which
/// only tests do.
pub(super) async fn record(
    connection: &mut AnyConnection,
    conversation: &str,
    sender: &Sender,
    cid: &str,
    wish: &Wish,
    at: i64,
    dedupe: bool,
) -> Result<Result<Recorded, Refusal>, StoreError> {
    let known = "SELECT c.head, c.floor, c.agent, e.seq AS earlier FROM conversation c \
                 LEFT JOIN event e ON e.conversation = c.id AND e.sender = $2 AND e.cid = $3 WHERE c.id = $1";
    let row =
        sqlx::query(known).bind(conversation).bind(written(sender)).bind(cid).fetch_optional(&mut *connection).await?;
    let Some(row) = row else {
        return Ok(Err(Refusal::NotFound("There is no such conversation.")));
    };
    let stands = |seq: i64| Ok(Ok(Recorded { seq: unsigned(seq), dup: true, added: Vec::new() }));
    let earlier: Option<i64> = row.try_get("earlier")?;
    if let Some(seq) = earlier.filter(|_| dedupe) {
        return stands(seq);
    }
    let mut standing = Standing { head: unsigned(row.try_get("head")?), floor: floor(&row)? };
    let facts = facts(connection, conversation, &standing.floor, wish).await?;
    let stood = match decision::decide(&facts, wish) {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(Decision::Add(bodies)) => {
            let mut added = Vec::with_capacity(bodies.len());
            for body in bodies {
                let own = added.is_empty() && (dedupe || earlier.is_none());
                let cid = if own { cid.to_owned() } else { Uuid::now_v7().to_string() };
                added.push(append(connection, conversation, &mut standing, sender, &cid, body, at).await?);
            }
            if let Wish::Edit { seq, text, .. } = wish
                && text.is_empty()
            {
                take_back(connection, conversation, *seq).await?;
            }
            let seq = added.first().map_or(standing.head, |event| event.seq);
            return Ok(Ok(Recorded { seq, dup: false, added }));
        }
        Ok(Decision::RingStands) => "SELECT e.seq FROM conversation c JOIN event e ON e.id = c.ring WHERE c.id = $1",
        Ok(Decision::ClaimStands) => "SELECT e.seq FROM conversation c JOIN event e ON e.id = c.claim WHERE c.id = $1",
    };
    let (seq,) = sqlx::query_as(stood).bind(conversation).fetch_one(connection).await?;
    stands(seq)
}

/// Reads what the decision on this wish depends on.
async fn facts(
    connection: &mut AnyConnection,
    conversation: &str,
    floor: &Floor,
    wish: &Wish,
) -> Result<Facts, StoreError> {
    let mut facts = Facts { floor: floor.clone(), ..Facts::default() };
    match wish {
        Wish::Edit { seq, .. } => {
            let edited = "SELECT body FROM event WHERE conversation = $1 AND seq = $2";
            let edited = sqlx::query(edited).bind(conversation).bind(signed(*seq)).fetch_optional(connection).await?;
            facts.edited = edited.map(|row| body(&row)).transpose()?;
        }
        Wish::Transfer { to: Some(to), .. } => {
            // SQLite finds the name in whatever letters; who has the floor is told by the exact ones.
            let receiver = "SELECT name FROM agent WHERE name = $1";
            let receiver: Option<(String,)> = sqlx::query_as(receiver).bind(to).fetch_optional(connection).await?;
            facts.receiver_exists = receiver.is_some_and(|(name,)| name == *to);
        }
        _ => {}
    }
    Ok(facts)
}

/// Empties a message that its author took back, and every edit of it: the words themselves must be gone.
async fn take_back(connection: &mut AnyConnection, conversation: &str, seq: u64) -> Result<(), StoreError> {
    let touched = "SELECT seq, body FROM event WHERE conversation = $1 \
                   AND (seq = $2 OR seq > $2 AND body LIKE '{\"edited\"%')";
    let rows = sqlx::query(touched).bind(conversation).bind(signed(seq)).fetch_all(&mut *connection).await?;
    for row in rows {
        let mut body = body(&row)?;
        match &mut body {
            EventBody::Message(message) => message.text.clear(),
            EventBody::Edited { seq: edited, text, .. } if *edited == seq => text.clear(),
            _ => continue,
        }
        let emptied = "UPDATE event SET body = $3 WHERE conversation = $1 AND seq = $2";
        let at: i64 = row.try_get("seq")?;
        sqlx::query(emptied).bind(conversation).bind(at).bind(json(&body)?).execute(&mut *connection).await?;
    }
    Ok(())
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

pub(super) async fn standing(
    connection: &mut AnyConnection,
    conversation: &str,
) -> Result<Option<Standing>, StoreError> {
    let standing = "SELECT head, floor, agent FROM conversation WHERE id = $1";
    let row = sqlx::query(standing).bind(conversation).fetch_optional(connection).await?;
    row.map(|row| Ok(Standing { head: unsigned(row.try_get("head")?), floor: floor(&row)? })).transpose()
}

/// Adds one event to the end of a log that stands as `standing` says, and keeps the conversation's own row and `standing` true.
pub(super) async fn append(
    connection: &mut AnyConnection,
    conversation: &str,
    standing: &mut Standing,
    sender: &Sender,
    cid: &str,
    body: EventBody,
    at: i64,
) -> Result<Event, StoreError> {
    let seq = standing.head + 1;
    let event =
        "INSERT INTO event (conversation, seq, sender, cid, at, body) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let (id,): (i64,) = sqlx::query_as(event)
        .bind(conversation)
        .bind(signed(seq))
        .bind(written(sender))
        .bind(cid)
        .bind(at)
        .bind(json(&body)?)
        .fetch_one(&mut *connection)
        .await?;
    let after = std::mem::take(&mut standing.floor).after(&body);
    let (floor, agent) = match &after {
        Floor::Bot => ("bot", None),
        Floor::Ringing => ("ringing", None),
        Floor::Human { agent } => ("human", Some(agent.clone())),
        Floor::Closed => ("closed", None),
    };
    // How `unanswered` goes on: one more from the visitor, none after a person.
    let (preview, keep, add) = match &body {
        EventBody::Message(Message { author: Author::Visitor, text, .. }) => {
            (Some(text.chars().take(PREVIEW_CHARS).collect::<String>()), 1_i64, 1_i64)
        }
        EventBody::Message(Message { author: Author::Human, .. }) => (None, 0, 0),
        _ => (None, 1, 0),
    };
    let ring = matches!(body, EventBody::Rang).then_some(id);
    let claim = matches!(body, EventBody::Claimed { .. } | EventBody::Transferred { to: Some(_), .. }).then_some(id);
    let update = "UPDATE conversation SET head = $2, floor = $3, agent = $4, ring = coalesce($5, ring), \
                  claim = coalesce($6, claim), preview = coalesce($7, preview), \
                  unanswered = unanswered * $8 + $9 WHERE id = $1";
    sqlx::query(update)
        .bind(conversation)
        .bind(signed(seq))
        .bind(floor)
        .bind(agent)
        .bind(ring)
        .bind(claim)
        .bind(preview)
        .bind(keep)
        .bind(add)
        .execute(connection)
        .await?;
    *standing = Standing { head: seq, floor: after };
    Ok(Event { seq, cid: cid.to_owned(), at: unsigned(at), body })
}

fn written(sender: &Sender) -> String {
    match sender {
        Sender::Visitor => "visitor".to_owned(),
        Sender::Agent(name) => format!("agent/{name}"),
    }
}

fn json(body: &EventBody) -> Result<String, StoreError> {
    serde_json::to_string(body).map_err(|_| StoreError::Unreadable { what: "an event" })
}

fn body(row: &AnyRow) -> Result<EventBody, StoreError> {
    let body: String = row.try_get("body")?;
    serde_json::from_str(&body).map_err(|_| StoreError::Unreadable { what: "an event" })
}

pub(super) fn event(row: &AnyRow) -> Result<Event, StoreError> {
    Ok(Event {
        seq: unsigned(row.try_get("seq")?),
        cid: row.try_get("cid")?,
        at: unsigned(row.try_get("at")?),
        body: body(row)?,
    })
}

pub(super) fn floor(row: &AnyRow) -> Result<Floor, StoreError> {
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
