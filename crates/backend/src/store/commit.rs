//! The one writer: takes what is to be written, as much as has gathered while the last commit went to disk, and commits it in
//! one transaction. Thousands of small writes then share few waits for the disk (group commit), and each is answered only
//! after its commit.
//!
//! SQLite has one lane. Postgres has several, each with its own connection; a conversation always takes the same one.

use super::{Database, StoreError, batch::Batch, now_ms, visitors};
use crate::{
    decision::{Refusal, Sender, Wish},
    line::Order,
    metrics::Metrics,
    secret::SecretHash,
    store::Recorded,
    teeth::Weakness,
};
use sqlx::{AnyConnection, AnyPool};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

/// Writes that may wait for a lane before those who write wait, too.
const WAITING: usize = 4_096;
/// Writes in one transaction. The more there are for a conversation, the fewer pages each costs; beyond these the first would wait
/// longer than it gains.
const BATCH: usize = 1_024;
const POSTGRES_LANES: usize = 4;
/// How long a commit is put off that was acknowledged too early on purpose.
const TOO_LATE: Duration = Duration::from_millis(20);

/// Something to write.
#[derive(Debug)]
pub(super) enum Write {
    /// With the order of the line that a visitor's message comes over, when others may be on their way at once.
    Record {
        conversation: String,
        sender: Sender,
        cid: String,
        wish: Wish,
        order: Option<Order>,
    },
    AddVisitor {
        token: SecretHash,
    },
}

impl Write {
    /// What must not be stored behind another that was not. A ring may: it waits for nothing.
    fn order(&self) -> Option<&Order> {
        match self {
            Write::Record { wish: Wish::Tell { .. }, order, .. } => order.as_ref(),
            _ => None,
        }
    }
}

/// What was written.
#[derive(Debug)]
pub(super) enum Written {
    Recorded(Result<Recorded, Refusal>),
    /// The visitor's number and the conversation's id.
    Visitor(i64, String),
}

#[derive(Debug)]
struct Job {
    write: Write,
    done: oneshot::Sender<Result<Written, StoreError>>,
}

/// A handle on the writer. Clones share it; it ends when the last one is dropped.
#[derive(Clone, Debug)]
pub(super) struct Committer(Arc<[mpsc::Sender<Job>]>);

impl Committer {
    pub(super) fn start(
        pool: &AnyPool,
        database: &Database,
        weakness: Option<Weakness>,
        metrics: &Metrics,
    ) -> Committer {
        let lanes = if database.is_file() { 1 } else { POSTGRES_LANES };
        let lanes = (0..lanes).map(|_| {
            let (jobs, waiting) = mpsc::channel(WAITING);
            let lane = Lane { pool: pool.clone(), database: database.clone(), weakness, metrics: metrics.clone() };
            tokio::spawn(lane.run(waiting));
            jobs
        });
        Committer(lanes.collect())
    }

    /// Hands in something to write, in order after what was handed in before for the same conversation. The answer comes after
    /// the commit.
    pub(super) async fn write(&self, write: Write) -> Result<Written, StoreError> {
        let mut hasher = DefaultHasher::new();
        match &write {
            Write::Record { conversation, .. } => conversation.hash(&mut hasher),
            Write::AddVisitor { token } => token.0.hash(&mut hasher),
        }
        let lane = hasher.finish() as usize % self.0.len();
        let (done, answer) = oneshot::channel();
        self.0[lane].send(Job { write, done }).await.map_err(|_| StoreError::Stopping)?;
        answer.await.map_err(|_| StoreError::Stopping)?
    }
}

/// One connection's worth of writing.
struct Lane {
    pool: AnyPool,
    database: Database,
    weakness: Option<Weakness>,
    metrics: Metrics,
}

impl Lane {
    async fn run(self, mut waiting: mpsc::Receiver<Job>) {
        let mut jobs = Vec::new();
        while waiting.recv_many(&mut jobs, BATCH).await > 0 {
            self.commit(&mut jobs).await;
        }
    }

    /// Writes and answers these jobs. When something fails, each is tried by itself, so that only what is at fault suffers.
    async fn commit(&self, jobs: &mut Vec<Job>) {
        if self.weakness == Some(Weakness::AckBeforeCommit) {
            return self.commit_too_late(jobs).await;
        }
        for job in jobs.extract_if(.., |job| job.write.order().is_some_and(Order::is_broken)) {
            let _ = job.done.send(Ok(Written::Recorded(Err(Refusal::Unavailable))));
        }
        if jobs.is_empty() {
            return;
        }
        match self.attempt(jobs).await {
            Ok(written) => {
                for (job, written) in jobs.drain(..).zip(written) {
                    // An error means that nobody waits for the answer any more.
                    let _ = job.done.send(Ok(written));
                }
            }
            Err(_) if jobs.len() > 1 => {
                for job in std::mem::take(jobs) {
                    Box::pin(self.commit(&mut vec![job])).await;
                }
            }
            Err(cause) => {
                if let Some(job) = jobs.pop() {
                    job.write.order().inspect(|order| order.fail());
                    let _ = job.done.send(Err(cause));
                }
            }
        }
    }

    async fn attempt(&self, jobs: &[Job]) -> Result<Vec<Written>, StoreError> {
        let begun = Instant::now();
        let mut transaction = self.pool.begin_with(self.database.begin()).await?;
        let written = self.write(&mut transaction, jobs.iter().map(|job| &job.write)).await?;
        transaction.commit().await?;
        self.metrics.committed(jobs.len(), begun.elapsed());
        Ok(written)
    }

    /// The broken promise of [`Weakness::AckBeforeCommit`].
    async fn commit_too_late(&self, jobs: &mut Vec<Job>) {
        for Job { write, done } in jobs.drain(..) {
            let Ok(mut transaction) = self.pool.begin_with(self.database.begin()).await else { continue };
            if let Ok(mut written) = self.write(&mut transaction, std::iter::once(&write)).await {
                let _ = written.pop().map(|written| done.send(Ok(written)));
                sleep(TOO_LATE).await;
                let _ = transaction.commit().await;
            }
        }
    }

    async fn write<'a>(
        &self,
        connection: &mut AnyConnection,
        writes: impl Iterator<Item = &'a Write> + Clone,
    ) -> Result<Vec<Written>, StoreError> {
        let mut written = Vec::new();
        for write in writes.clone() {
            if let Write::AddVisitor { token } = write {
                let (visitor, conversation) = visitors::add(connection, token).await?;
                written.push(Written::Visitor(visitor, conversation));
            }
        }
        let mut visitors = written.into_iter();
        let frames = writes.clone().filter_map(|write| match write {
            Write::Record { conversation, sender, cid, wish, .. } => {
                Some((conversation.as_str(), sender, cid.as_str(), wish))
            }
            Write::AddVisitor { .. } => None,
        });
        let dedupe = self.weakness != Some(Weakness::NoDeduplication);
        let mut batch = Batch::begin(connection, &self.database, now_ms(), dedupe, frames).await?;
        let mut written = Vec::new();
        for write in writes {
            written.extend(match write {
                Write::Record { conversation, sender, cid, wish, .. } => {
                    Some(Written::Recorded(batch.record_audited(conversation, sender, cid, wish).await?))
                }
                Write::AddVisitor { .. } => visitors.next(),
            });
        }
        batch.finish().await?;
        Ok(written)
    }
}
