//! NATS core: publish and subscribe, nothing kept.

use super::{Note, gathered, hear};
use crate::{metrics::Metrics, wake::Wake};
use async_nats::{ConnectError, ConnectOptions, Event};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use uuid::Uuid;

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
    from: Uuid,
    wake: &Wake,
    notes: &mut mpsc::Receiver<Note>,
    metrics: &Metrics,
) -> Result<(), NatsError> {
    let again = (wake.clone(), metrics.clone());
    let options = ConnectOptions::new().event_callback(move |event| {
        let (wake, metrics) = again.clone();
        async move {
            match event {
                Event::Connected => {
                    metrics.bus_connected();
                    // What was said while the connection was gone is lost.
                    wake.look_everywhere();
                }
                Event::Disconnected => metrics.bus_failed(),
                _ => {}
            }
        }
    });
    let client = options.connect(address).await?;
    let mut heard = client.subscribe(subject.clone()).await?;
    let speaking = async {
        while let Some(messages) = gathered(from, notes).await {
            for message in messages {
                client.publish(subject.clone(), message.into()).await?;
                metrics.told_other_nodes();
            }
        }
        Ok(())
    };
    let hearing = async {
        while let Some(message) = heard.next().await {
            hear(from, &message.payload, wake, metrics);
        }
        Err(NatsError::Closed)
    };
    tokio::select! {
        ended = speaking => ended,
        ended = hearing => ended,
    }
}
