//! Many frames written in a few statements. Where each conversation stands and which frames are known is read at once, every wish is
//! decided in memory, one after the other, and what comes of them is written at once: the database is asked as often for two
//! hundred frames as for one.
//!
//! Rows travel as one JSON array a statement, which both databases can read as a table.

use super::{
    Database, StoreError, audit,
    log::{Recorded, Standing, body_of, floor_of, json_of, words_of},
    signed, unsigned,
};
use crate::decision::{self, Decision, Facts, Refusal, Sender, Wish};
use protocol::{Author, Event, EventBody, Message};
use serde::Serialize;
use sqlx::{AnyConnection, Row};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Characters of the visitor's latest message that the queue shows.
const PREVIEW_CHARS: usize = 120;

/// The statements, as each database writes them. Their one parameter is a JSON array.
struct Statements {
    /// Of agents' names: those that exist. On Postgres nobody can remove them until the commit, and whoever is removing one is
    /// waited for.
    agents: &'static str,
    /// Of conversations' ids: how each stands. On Postgres their rows stay locked, in one order for every node.
    standings: &'static str,
    /// Of (conversation, sender, cid): those that are known, with their `seq`.
    known: &'static str,
    /// Of events' columns.
    add: &'static str,
    /// Of conversations' columns: `ring` and `claim` as the `seq` of an event, null to keep what is there.
    change: &'static str,
}

static SQLITE: Statements = Statements {
    agents: "SELECT name FROM agent WHERE name IN (SELECT value FROM json_each($1))",
    standings: "SELECT id, head, floor, agent FROM conversation WHERE id IN (SELECT value FROM json_each($1))",
    known: "SELECT e.conversation, e.sender, e.cid, e.seq FROM json_each($1) j CROSS JOIN event e \
            ON e.conversation = j.value ->> 0 AND e.sender = j.value ->> 1 AND e.cid = j.value ->> 2",
    add: "INSERT INTO event (conversation, seq, sender, cid, at, body) \
          SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each($1)",
    change: "UPDATE conversation SET head = j.value ->> 1, floor = j.value ->> 2, agent = j.value ->> 3, \
             ring = coalesce((SELECT e.id FROM event e WHERE e.conversation = j.value ->> 0 AND e.seq = j.value ->> 4), ring), \
             claim = coalesce((SELECT e.id FROM event e WHERE e.conversation = j.value ->> 0 AND e.seq = j.value ->> 5), claim), \
             preview = coalesce(j.value ->> 6, preview), unanswered = unanswered * (j.value ->> 7) + (j.value ->> 8) \
             FROM json_each($1) j WHERE conversation.id = j.value ->> 0",
};

static POSTGRES: Statements = Statements {
    agents: "SELECT name FROM agent WHERE name IN (SELECT json_array_elements_text($1::json)) ORDER BY id FOR SHARE",
    standings: "SELECT id, head, floor, agent FROM conversation \
                WHERE id IN (SELECT json_array_elements_text($1::json)) ORDER BY id FOR UPDATE",
    known: "SELECT e.conversation, e.sender, e.cid, e.seq FROM json_array_elements($1::json) j JOIN event e \
            ON e.conversation = j ->> 0 AND e.sender = j ->> 1 AND e.cid = j ->> 2",
    add: "INSERT INTO event (conversation, seq, sender, cid, at, body) \
          SELECT j ->> 0, (j ->> 1)::bigint, j ->> 2, j ->> 3, (j ->> 4)::bigint, j ->> 5 \
          FROM json_array_elements($1::json) WITH ORDINALITY rows(j, place) ORDER BY place",
    change: "UPDATE conversation SET head = (j ->> 1)::bigint, floor = j ->> 2, agent = j ->> 3, \
             ring = coalesce((SELECT e.id FROM event e WHERE e.conversation = j ->> 0 AND e.seq = (j ->> 4)::bigint), ring), \
             claim = coalesce((SELECT e.id FROM event e WHERE e.conversation = j ->> 0 AND e.seq = (j ->> 5)::bigint), claim), \
             preview = coalesce(j ->> 6, preview), unanswered = unanswered * (j ->> 7)::bigint + (j ->> 8)::bigint \
             FROM json_array_elements($1::json) j WHERE conversation.id = j ->> 0",
};

/// What is written together, in one transaction. [`Batch::finish`] must come last.
pub(super) struct Batch<'c> {
    connection: &'c mut AnyConnection,
    statements: &'static Statements,
    /// Milliseconds since the Unix epoch: when all of it is stored.
    at: i64,
    /// A frame is stored once. Off in tests alone.
    dedupe: bool,
    /// Those who may be given a conversation by these frames, and exist.
    agents: HashSet<String>,
    standings: HashMap<String, Standing>,
    /// The `seq` of each (conversation, sender, cid).
    known: HashMap<(String, String, String), u64>,
    added: Vec<NewEvent>,
    changed: HashMap<String, Change>,
    /// For the audit log: the agent, what they did, and the conversation.
    audited: Vec<(String, &'static str, String)>,
}

/// An event's columns: conversation, seq, sender, cid, at, body.
type NewEvent = (String, i64, String, String, i64, String);

/// How a conversation's row changes, beside what its standing says.
#[derive(Debug)]
struct Change {
    /// The `seq` of the latest ring, and of the latest claim or transfer.
    ring: Option<i64>,
    claim: Option<i64>,
    preview: Option<String>,
    /// How `unanswered` goes on: what was there times `keep`, and `add` more.
    keep: i64,
    add: i64,
}

impl<'c> Batch<'c> {
    /// Reads where these conversations stand, and which of these frames, as (conversation, sender, cid, wish), are known.
    pub(super) async fn begin<'a>(
        connection: &'c mut AnyConnection,
        database: &Database,
        at: i64,
        dedupe: bool,
        frames: impl Iterator<Item = (&'a str, &'a Sender, &'a str, &'a Wish)>,
    ) -> Result<Self, StoreError> {
        let statements = if database.is_file() { &SQLITE } else { &POSTGRES };
        let mut receivers = BTreeSet::new();
        let mut frame = |(conversation, sender, cid, wish): (&'a str, &Sender, &'a str, &'a Wish)| {
            receivers.extend(wish.receiver());
            (conversation, words_of(sender), cid)
        };
        let frames: Vec<(&str, String, &str)> = frames.map(&mut frame).collect();
        let mut batch = Batch {
            connection,
            statements,
            at,
            dedupe,
            agents: HashSet::new(),
            standings: HashMap::new(),
            known: HashMap::new(),
            added: Vec::new(),
            changed: HashMap::new(),
            audited: Vec::new(),
        };
        if frames.is_empty() {
            return Ok(batch);
        }
        // Before the conversations: who removes an agent locks in this order, too.
        if !receivers.is_empty() {
            let agents = sqlx::query_as(batch.statements.agents).bind(rows(&receivers)?);
            let agents: Vec<(String,)> = agents.fetch_all(&mut *batch.connection).await?;
            batch.agents = agents.into_iter().map(|(name,)| name).collect();
        }
        let conversations: BTreeSet<&str> = frames.iter().map(|(conversation, ..)| *conversation).collect();
        let standings = sqlx::query(statements.standings).bind(rows(&conversations)?);
        for row in standings.fetch_all(&mut *batch.connection).await? {
            let standing = Standing { head: unsigned(row.try_get("head")?), floor: floor_of(&row)? };
            batch.standings.insert(row.try_get("id")?, standing);
        }
        let known: Vec<(String, String, String, i64)> =
            sqlx::query_as(statements.known).bind(rows(&frames)?).fetch_all(&mut *batch.connection).await?;
        let seq_of = |(conversation, sender, cid, seq)| ((conversation, sender, cid), unsigned(seq));
        batch.known = known.into_iter().map(seq_of).collect();
        Ok(batch)
    }

    /// A conversation that this transaction has made.
    pub(super) fn is_new(&mut self, conversation: &str) {
        self.standings.insert(conversation.to_owned(), Standing::default());
    }

    /// Decides on a wish and adds what comes of it. The same frame of the same sender is taken once.
    pub(super) async fn record(
        &mut self,
        conversation: &str,
        sender: &Sender,
        cid: &str,
        wish: &Wish,
    ) -> Result<Result<Recorded, Refusal>, StoreError> {
        let Some(floor) = self.standings.get(conversation).map(|standing| standing.floor.clone()) else {
            return Ok(Err(Refusal::NotFound(decision::NO_CONVERSATION)));
        };
        let stands = |seq| Ok(Ok(Recorded { seq, dup: true, added: Vec::new() }));
        let earlier = self.known.get(&(conversation.to_owned(), words_of(sender), cid.to_owned())).copied();
        if let Some(seq) = earlier.filter(|_| self.dedupe) {
            return stands(seq);
        }
        let edited = match wish {
            Wish::Edit { seq, .. } => self.body(conversation, *seq).await?,
            _ => None,
        };
        // SQLite finds a name in whatever letters; who has the floor is told by the exact ones.
        let receiver_exists = wish.receiver().is_some_and(|receiver| self.agents.contains(receiver));
        let facts = Facts { floor, edited, receiver_exists };
        let column = match decision::decide(&facts, wish) {
            Err(refusal) => return Ok(Err(refusal)),
            Ok(Decision::Add(bodies)) => {
                let mut added = Vec::with_capacity(bodies.len());
                for body in bodies {
                    let own = added.is_empty() && earlier.is_none();
                    let cid = if own { cid.to_owned() } else { Uuid::now_v7().to_string() };
                    added.push(self.append(conversation, sender, cid, body)?);
                }
                if let Wish::Edit { seq, text, .. } = wish
                    && text.is_empty()
                {
                    self.take_back(conversation, *seq).await?;
                }
                let seq = added.first().map_or(0, |event| event.seq);
                return Ok(Ok(Recorded { seq, dup: false, added }));
            }
            Ok(Decision::RingStands) => {
                "SELECT e.seq FROM conversation c JOIN event e ON e.id = c.ring WHERE c.id = $1"
            }
            Ok(Decision::ClaimStands) => {
                "SELECT e.seq FROM conversation c JOIN event e ON e.id = c.claim WHERE c.id = $1"
            }
        };
        self.write().await?;
        let (seq,) = sqlx::query_as(column).bind(conversation).fetch_one(&mut *self.connection).await?;
        stands(unsigned(seq))
    }

    /// As [`Batch::record`], and notes in the audit log what an agent did: both are stored, or neither.
    pub(super) async fn record_audited(
        &mut self,
        conversation: &str,
        sender: &Sender,
        cid: &str,
        wish: &Wish,
    ) -> Result<Result<Recorded, Refusal>, StoreError> {
        let recorded = self.record(conversation, sender, cid, wish).await?;
        if let (Ok(Recorded { dup: false, .. }), Sender::Agent(agent), Some(action)) =
            (&recorded, sender, wish.audited())
        {
            self.audited.push((agent.clone(), action, conversation.to_owned()));
        }
        Ok(recorded)
    }

    /// Adds one event to the end of a log.
    pub(super) fn append(
        &mut self,
        conversation: &str,
        sender: &Sender,
        cid: String,
        body: EventBody,
    ) -> Result<Event, StoreError> {
        let standing = self.standings.entry(conversation.to_owned()).or_default();
        standing.head += 1;
        standing.floor = std::mem::take(&mut standing.floor).after(&body);
        let (seq, sender) = (standing.head, words_of(sender));
        self.known.insert((conversation.to_owned(), sender.clone(), cid.clone()), seq);
        self.added.push((conversation.to_owned(), signed(seq), sender, cid.clone(), self.at, json_of(&body)?));
        let change = self.changed.entry(conversation.to_owned()).or_default();
        match &body {
            EventBody::Message(Message { author: Author::Visitor, text, .. }) => {
                // Postgres keeps no zero byte, and nobody would see it.
                let visible = text.chars().filter(|sign| !sign.is_control() || sign.is_whitespace());
                change.preview = Some(visible.take(PREVIEW_CHARS).collect());
                change.add += 1;
            }
            EventBody::Message(Message { author: Author::Human, .. }) => (change.keep, change.add) = (0, 0),
            EventBody::Rang => change.ring = Some(signed(seq)),
            EventBody::Claimed { .. } | EventBody::Transferred { to: Some(_), .. } => change.claim = Some(signed(seq)),
            _ => {}
        }
        Ok(Event { seq, cid, at: unsigned(self.at), body })
    }

    /// Writes what is left to write.
    pub(super) async fn finish(mut self) -> Result<(), StoreError> {
        self.write().await?;
        // Last, because the audit log has one end, at which every other node would wait.
        for (agent, action, conversation) in &self.audited {
            audit::add(self.connection, agent, action, conversation).await?;
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        if self.added.is_empty() {
            return Ok(());
        }
        let added = rows(&self.added)?;
        self.added.clear();
        sqlx::query(self.statements.add).bind(added).execute(&mut *self.connection).await?;
        let mut changed = Vec::with_capacity(self.changed.len());
        for (conversation, change) in self.changed.drain() {
            let Some(standing) = self.standings.get(&conversation) else { continue };
            let (floor, agent) = standing.columns();
            let Change { ring, claim, preview, keep, add } = change;
            changed.push((conversation, signed(standing.head), floor, agent, ring, claim, preview, keep, add));
        }
        sqlx::query(self.statements.change).bind(rows(&changed)?).execute(&mut *self.connection).await?;
        Ok(())
    }

    async fn body(&mut self, conversation: &str, seq: u64) -> Result<Option<EventBody>, StoreError> {
        self.write().await?;
        let body = sqlx::query("SELECT body FROM event WHERE conversation = $1 AND seq = $2");
        let row = body.bind(conversation).bind(signed(seq)).fetch_optional(&mut *self.connection).await?;
        row.map(|row| body_of(&row)).transpose()
    }

    /// Empties a message that its author took back, and every edit of it: the words themselves must be gone.
    async fn take_back(&mut self, conversation: &str, seq: u64) -> Result<(), StoreError> {
        self.write().await?;
        let touched = "SELECT seq, body FROM event WHERE conversation = $1 \
                       AND (seq = $2 OR seq > $2 AND body LIKE '{\"edited\"%')";
        let touched = sqlx::query(touched).bind(conversation).bind(signed(seq));
        for row in touched.fetch_all(&mut *self.connection).await? {
            let mut body = body_of(&row)?;
            match &mut body {
                EventBody::Message(message) => message.text.clear(),
                EventBody::Edited { seq: edited, text, .. } if *edited == seq => text.clear(),
                _ => continue,
            }
            let emptied = sqlx::query("UPDATE event SET body = $3 WHERE conversation = $1 AND seq = $2");
            let at: i64 = row.try_get("seq")?;
            emptied.bind(conversation).bind(at).bind(json_of(&body)?).execute(&mut *self.connection).await?;
        }
        Ok(())
    }
}

impl Default for Change {
    fn default() -> Self {
        Change { ring: None, claim: None, preview: None, keep: 1, add: 0 }
    }
}

/// Rows as a statement's parameter.
pub(super) fn rows(rows: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|_| StoreError::Unreadable { what: "a batch" })
}
