//! LISTEN and NOTIFY on the database itself, over two connections of their own.

use super::{Node, Note, gathered};
use sqlx::{
    Connection,
    postgres::{PgConnection, PgListener},
};
use tokio::sync::mpsc;

const CHANNEL: &str = "shopbell";

/// Carries notes until a connection fails.
pub(super) async fn carry(database: &str, node: &Node, notes: &mut mpsc::Receiver<Note>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(database).await?;
    listener.listen(CHANNEL).await?;
    let mut speaker = PgConnection::connect(database).await?;
    node.metrics.bus_connected();
    let speaking = async {
        while let Some(messages) = gathered(node.id, notes).await {
            for message in messages {
                sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(message).execute(&mut speaker).await?;
                node.metrics.told_other_nodes();
            }
        }
        Ok(())
    };
    let hearing = async {
        loop {
            match listener.try_recv().await? {
                Some(said) => node.hear(said.payload().as_bytes()),
                // It reconnected by itself; what was said in between is lost.
                None => {
                    node.metrics.bus_failed();
                    node.metrics.bus_connected();
                    node.wake.has_missed();
                }
            }
        }
    };
    tokio::select! {
        ended = speaking => ended,
        ended = hearing => ended,
    }
}
