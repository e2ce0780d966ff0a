//! What may happen in a story.

/// Something that happens. Who: 0 and 1 are the visitor's tabs, 2 and 3 the agents.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Say(usize),
    Ring(usize),
    Claim(usize),
    Reply(usize),
    /// The agent hands back to the bot, or closes.
    GiveUp(usize, bool),
    Edit(usize, u64),
    /// One frame on its way to the backend arrives.
    Up(usize),
    /// One frame on its way to the client arrives.
    Down(usize),
    /// The store answers the backend's end of this client's line.
    Answer(usize),
    /// The backend's end of this client's line hears that the log has grown.
    Hear(usize),
    /// What was handed in goes to disk.
    Commit,
    /// The store fails at the first of what was handed in, and goes on.
    Fail,
    /// This client's next message comes too fast.
    TooFast(usize),
    /// The connection breaks; what was on its way is lost.
    Cut(usize),
    /// The page is closed and opened again with what it had stored.
    Reload(usize),
    /// The client's timer runs out, however long it was.
    Timer(usize),
    /// The backend dies and comes back; what was not committed is lost.
    Crash,
}
