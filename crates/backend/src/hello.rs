//! Who a visitor is and where their log goes on: what `hello` asks and `welcome` answers.

use crate::{
    error::Error,
    secret::{new_secret, read_secret},
    store::Store,
};
use protocol::Resume;

/// A visitor at their conversation.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) visitor: i64,
    pub(crate) conversation: String,
    /// A new visitor's secret, to be told this once.
    pub(crate) token: Option<String>,
}

/// Recognises a visitor by their token, or makes a new one. `None`: the token is unknown or the conversation not theirs.
pub(crate) async fn arrive(
    store: &Store,
    token: Option<String>,
    conversation: Option<String>,
) -> Result<Option<Arrival>, Error> {
    let Some(token) = token else {
        if conversation.is_some() {
            return Ok(None);
        }
        let (token, hash) = new_secret()?;
        let (visitor, conversation) = store.add_visitor(&hash).await?;
        return Ok(Some(Arrival { visitor, conversation, token: Some(token) }));
    };
    let Some(hash) = read_secret(&token) else { return Ok(None) };
    let Some(visitor) = store.visitor(&hash).await? else { return Ok(None) };
    let conversation = match conversation {
        Some(conversation) if store.is_of_visitor(visitor, &conversation).await? => conversation,
        Some(_) => return Ok(None),
        None => store.latest_conversation(visitor).await?,
    };
    Ok(Some(Arrival { visitor, conversation, token: None }))
}

/// After which `seq` the log is told, and whether the client must first drop what it holds.
pub(crate) fn resume_after(epoch: &str, head: u64, named_conversation: bool, resume: Option<Resume>) -> (u64, bool) {
    match resume {
        None => (0, false),
        // Without the conversation's id there is no telling whether it is the one the client holds.
        Some(held) if held.epoch == epoch && held.seq <= head && named_conversation => (held.seq, false),
        Some(_) => (0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_goes_on_where_it_was_read_to_or_is_told_anew() {
        let held = |epoch: &str, seq| Some(Resume { epoch: epoch.into(), seq });
        for (resume, named, expected) in [
            (None, true, (0, false)),
            (held("this", 0), true, (0, false)),
            (held("this", 3), true, (3, false)),
            (held("this", 5), true, (5, false)),
            (held("this", 6), true, (0, true)),
            (held("other", 3), true, (0, true)),
            (held("this", 3), false, (0, true)),
        ] {
            assert_eq!(resume_after("this", 5, named, resume.clone()), expected, "{resume:?}, named: {named}");
        }
    }
}
