//! Who a visitor is: what `hello` asks.

use crate::{
    error::Error,
    line::Arrival,
    secret::{new_secret, read_secret},
    service::Service,
};

/// Recognises a visitor by their token, or makes a new one. `None`: the token is unknown or the conversation not theirs.
pub(crate) async fn arrive(
    service: &Service,
    token: Option<String>,
    conversation: Option<String>,
    identity: Option<String>,
) -> Result<Option<Arrival>, Error> {
    let arrival = recognise(service, token, conversation).await?;
    // A word of the shop that does not hold, or cannot be kept, only adds nothing: it keeps nobody out.
    if let (Some(arrival), Some(identity)) = (&arrival, identity) {
        match service.identities.read(&identity) {
            Ok(identity) => {
                if let Err(cause) = service.store.identify(arrival.visitor, &identity).await {
                    service.metrics.store_failed();
                    tracing::error!(%cause, conversation = arrival.conversation, "an identity was not stored");
                }
            }
            Err(cause) => tracing::info!(conversation = arrival.conversation, %cause, "an identity was not believed"),
        }
    }
    Ok(arrival)
}

async fn recognise(
    service: &Service,
    token: Option<String>,
    conversation: Option<String>,
) -> Result<Option<Arrival>, Error> {
    let store = &service.store;
    let Some(token) = token else {
        if conversation.is_some() {
            return Ok(None);
        }
        let (token, hash) = new_secret()?;
        let (visitor, conversation) = store.add_visitor(&hash).await?;
        return Ok(Some(Arrival { visitor, conversation, token: Some(token) }));
    };
    let Some(hash) = read_secret(&token) else { return Ok(None) };
    let known = match conversation {
        Some(conversation) => store.visitor_of(&hash, &conversation).await?.map(|visitor| (visitor, conversation)),
        None => match store.visitor(&hash).await? {
            Some(visitor) => Some((visitor, store.latest_conversation(visitor).await?)),
            None => None,
        },
    };
    Ok(known.map(|(visitor, conversation)| Arrival { visitor, conversation, token: None }))
}
