//! Every word the inbox says, in one table. Another language is another table of the same shape.

macro_rules! table {
    ($($name:ident: $english:literal;)*) => {
        /// What the inbox says. `{name}`, `{to}`, `{text}`, `{time}` and `{count}` stand for values.
        #[derive(Debug)]
        pub struct Strings {
            $(#[doc = $english] pub $name: &'static str,)*
        }

        /// The words in English.
        pub static ENGLISH: Strings = Strings { $($name: $english,)* };
    };
}

table! {
    title: "Shopbell inbox";
    title_with_count: "({count}) Shopbell inbox";
    loading: "Loading…";

    log_in_heading: "Log in";
    name: "Name";
    password: "Password";
    log_in: "Log in";
    logging_in: "Logging in…";
    log_out: "Log out";
    logged_in_as: "Logged in as";
    wrong_log_in: "Name or password is wrong.";
    too_many_log_ins: "Too many attempts. Try again in {time}.";
    not_reached: "The inbox cannot reach the backend. Check the connection and try again.";
    log_in_ended: "Your log-in has ended. Log in again; what was not sent is kept.";
    log_in_not_kept: "The browser did not keep the log-in. Allow cookies for this page and try again.";

    connected: "Connected";
    connecting: "Connecting…";
    reconnecting: "Connection lost. Reconnecting…";
    unreachable: "No connection. Trying again…";
    try_now: "Try now";

    taking: "Taking conversations";
    agents_here: "{count} here";
    agents_heading: "Who has the inbox open";
    agent_is_you: "(you)";
    available: "available";
    away: "away";

    queue: "Queue";
    queue_empty: "Nobody is waiting.";
    queue_more: "and {count} more";
    waiting: "Waiting";
    with_you: "With you";
    with_name: "With {name}";
    waits_since: "for {time}";
    rang_before: "rang {time} ago";
    only_rang: "Rang the bell and has not written yet.";
    unseen: "{count} new";
    given: "New with you";
    visitor_label: "Visitor {name}";
    customer_label: "Customer {name}";
    confirmed: "confirmed by the shop";
    under_a_minute: "less than a minute";
    minutes: "{count} min";
    hours: "{count} h";

    conversation: "Conversation";
    choose: "Choose a conversation from the queue.";
    back: "Back to the queue";
    claim: "Claim";
    claiming: "Claiming…";
    claim_hint: "Claim the conversation to answer.";
    held_by: "{name} has this conversation.";
    is_closed: "This conversation is closed.";
    with_the_bot: "Nobody is waiting in this conversation.";
    take_over: "Take over";
    give: "Give to…";
    give_question: "Give this conversation to:";
    give_to_queue: "Back to the queue";
    give_nobody: "No other agent is here.";
    give_keep: "Keep it";
    giving: "Giving it to {name}…";
    giving_to_queue: "Giving it back to the queue…";
    hand_back: "Back to the bot";
    handing_back: "Giving it back to the bot…";
    close: "Close";
    close_question: "Close this conversation?";
    close_confirm: "Close it";
    close_keep: "Keep it open";
    closing: "Closing…";

    transcript: "Transcript";
    visitor: "Visitor";
    bot: "Bot";
    bot_entry: "from FAQ entry";
    system: "Shopbell";
    agent: "Agent {name}";
    you: "You";
    visitor_rang: "The visitor rang the bell.";
    you_claimed: "You claimed the conversation.";
    name_claimed: "{name} claimed the conversation.";
    you_took_over: "You took over the conversation.";
    name_took_over: "{name} took over the conversation.";
    you_released: "You gave the conversation back to the queue.";
    name_released: "{name} gave the conversation back to the queue.";
    you_transferred: "You gave the conversation to {to}.";
    name_transferred: "{name} gave the conversation to {to}.";
    to_you: "you";
    you_handed_back: "You gave the floor back to the bot.";
    name_handed_back: "{name} gave the floor back to the bot.";
    you_closed: "You closed the conversation.";
    name_closed: "{name} closed the conversation.";
    visitor_writes: "The visitor is writing…";
    sending: "Sending…";
    sending_waits: "Waiting for the connection…";
    sent: "Sent";
    not_sent: "Not sent.";
    not_changed: "Not changed.";
    retry: "Try again";
    changed: "changed";
    taken_back: "taken back";
    change: "Change";
    take_back: "Take back";
    take_back_question: "Take this message back?";
    take_back_confirm: "Take it back";
    take_back_keep: "Keep it";

    composer: "Your reply";
    composer_hint: "Enter sends, Shift+Enter begins a new line.";
    send: "Send";
    composer_change: "Change your message";
    composer_change_hint: "Enter saves, Escape leaves it as it is.";
    change_save: "Save";
    change_leave: "Leave it";

    problem_taken: "{name} has already claimed this conversation.";
    problem_taken_unknown: "Another agent has already claimed this conversation.";
    problem_not_waiting: "Nobody is waiting in this conversation any more.";
    problem_not_yours: "This conversation is not yours any more.";
    problem_not_allowed: "Your role does not allow this.";
    problem_agent_left: "{name} is not here any more. The conversation stays with you.";
    problem_no_message: "There is no such message any more.";
    problem_gone: "There is no such conversation any more.";
    problem_too_long: "The message is too long: at most {count} characters.";
    problem_unsent: "Some messages are not sent yet. Press “Log out” again to leave without sending them.";
    problem_log_out: "You are still logged in: the backend could not be reached. Try again.";
    problem_outdated: "This page is older than the backend. Load it again.";
    dismiss: "Dismiss";

    announce_ring: "New ring.";
    announce_ring_text: "New ring: {text}";
    announce_visitor: "Visitor: {text}";
    announce_given: "{name} is with you now.";
    announce_taken: "{name} is with {to} now.";
    announce_released: "{name} is in the queue again.";
    you_changed: "Your message is changed.";
    name_changed: "{name} changed a message: {text}";
    you_took_back: "Your message is taken back.";
    name_took_back: "{name} took back a message.";
}

/// Puts `value` where `text` says `place`.
pub fn fill(text: &str, place: &str, value: &str) -> String {
    text.replace(place, value)
}
