//! LISTEN and NOTIFY on the database itself, over two connections of their own.

use super::{Note, gathered, hear};
use crate::wake::Wake;
use sqlx::{
    Connection,
    postgres::{PgConnection, PgListener},
};
use tokio::sync::mpsc;
use uuid::Uuid;

const CHANNEL: &str = "shopbell";

/// Carries notes until a connection fails.
pub(super) async fn carry(
    database: &str,
    from: Uuid,
    wake: &Wake,
    notes: &mut mpsc::Receiver<Note>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(database).await?;
    listener.listen(CHANNEL).await?;
    let mut speaker = PgConnection::connect(database).await?;
    let speaking = async {
        while let Some(messages) = gathered(from, notes).await {
            for message in messages {
                sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(message).execute(&mut speaker).await?;
            }
        }
        Ok(())
    };
    let hearing = async {
        loop {
            match listener.try_recv().await? {
                Some(said) => hear(from, said.payload().as_bytes(), wake),
                // It reconnected by itself; what was said in between is lost.
                None => wake.look_everywhere(),
            }
        }
    };
    tokio::select! {
        ended = speaking => ended,
        ended = hearing => ended,
    }
}
