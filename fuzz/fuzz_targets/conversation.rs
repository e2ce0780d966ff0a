//! A conversation from any text, a frame a line: whatever client or backend is told, all four pure ends of the lines go on, and
//! both clients are told what is stored.

#![no_main]

use channel::{Input, Line, Output, agent_line, visitor_line};
use fuzz::conversation::{CONVERSATION, Conversation};
use libfuzzer_sys::fuzz_target;

/// The most frames of one input.
const MOST_FRAMES: usize = 24;

fuzz_target!(|text: &str| {
    let mut conversation = Conversation::default();
    let mut visitor = channel::VisitorLine::default();
    let mut agent = channel::AgentLine::default();
    let watch = agent_line::Command::Watch { conversation: CONVERSATION.to_owned(), after: 0 };
    put(&mut visitor, [visitor_line::Command::Talk, visitor_line::Command::Follow].map(Input::Command));
    put(&mut agent, [agent_line::Command::Follow, watch].map(Input::Command));
    for frame in text.lines().take(MOST_FRAMES) {
        conversation.hears(frame);
        // As if the backend said it.
        put(&mut visitor, [Input::Text(frame.to_owned())]);
        put(&mut agent, [Input::Text(frame.to_owned())]);
    }
});

/// Tells a client's line all this. Whatever it closes or asks for opens at once.
fn put<L: Line>(line: &mut L, inputs: impl IntoIterator<Item = Input<L::Command>>) {
    for input in inputs {
        for output in line.on(input, 0.5) {
            match output {
                Output::Open(_) => drop(line.on(Input::Opened, 0.5)),
                Output::Close => drop(line.on(Input::RetryNow, 0.5)),
                _ => {}
            }
        }
    }
}
