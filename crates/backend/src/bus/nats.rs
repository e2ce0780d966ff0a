//! NATS core: publish and subscribe, nothing kept.

use super::{Node, Note, gathered};
use async_nats::{ConnectError, ConnectOptions, Event};
use futures_util::StreamExt;
use tokio::sync::mpsc;

/// Why word cannot be carried.
#[derive(Debug, thiserror::Error)]
pub(super) enum NatsError {
    #[error("cannot connect: {0}")]
    Connect(#[from] ConnectError),
    #[error("cannot listen: {0}")]
    Subscribe(#[from] async_nats::SubscribeError),
    #[error("cannot speak: {0}")]
    Publish(#[from] async_nats::PublishError),
    #[error("the server closed the subscription")]
    Closed,
}

/// Carries notes until the connection is closed for good; the client reconnects by itself before that.
pub(super) async fn carry(
    address: &str,
    subject: String,
    node: &Node,
    notes: &mut mpsc::Receiver<Note>,
) -> Result<(), NatsError> {
    let again = node.clone();
    let options = ConnectOptions::new().event_callback(move |event| {
        let node = again.clone();
        async move {
            match event {
                Event::Connected => {
                    node.metrics.bus_connected();
                    // What was said while the connection was gone is lost.
                    node.wake.has_missed();
                }
                Event::Disconnected => node.metrics.bus_failed(),
                _ => {}
            }
        }
    });
    let client = options.connect(address).await?;
    let mut heard = client.subscribe(subject.clone()).await?;
    let speaking = async {
        while let Some(messages) = gathered(node.id, notes).await {
            for message in messages {
                client.publish(subject.clone(), message.into()).await?;
                node.metrics.told_other_nodes();
            }
        }
        Ok(())
    };
    let hearing = async {
        while let Some(message) = heard.next().await {
            node.hear(&message.payload);
        }
        Err(NatsError::Closed)
    };
    tokio::select! {
        ended = speaking => ended,
        ended = hearing => ended,
    }
}
