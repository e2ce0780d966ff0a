//! LISTEN and NOTIFY on the database itself, over two connections of their own.

use super::{Note, gathered, hear};
use crate::{metrics::Metrics, wake::Wake};
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
    metrics: &Metrics,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(database).await?;
    listener.listen(CHANNEL).await?;
    let mut speaker = PgConnection::connect(database).await?;
    metrics.bus_connected();
    let speaking = async {
        while let Some(messages) = gathered(from, notes).await {
            for message in messages {
                sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(message).execute(&mut speaker).await?;
                metrics.told_other_nodes();
            }
        }
        Ok(())
    };
    let hearing = async {
        loop {
            match listener.try_recv().await? {
                Some(said) => hear(from, said.payload().as_bytes(), wake, metrics),
                // It reconnected by itself; what was said in between is lost.
                None => {
                    metrics.bus_failed();
                    metrics.bus_connected();
                    wake.look_everywhere();
                }
            }
        }
    };
    tokio::select! {
        ended = speaking => ended,
        ended = hearing => ended,
    }
}
