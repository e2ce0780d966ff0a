//! The line from outside: a real service on a free port, and clients that speak frames and nothing else.

mod agents;
mod bad_input;
mod conversation;
mod door;
mod edits;
mod example;
mod hands;
mod identities;
mod keeping;
mod killed;
mod lasting;
mod lines;
mod node;
mod nodes;
mod place;
mod presence;
mod queue;
mod resume;
mod served;
mod shop;
mod sign_in;
mod slow;
mod stream;
mod upgrading;
mod without_websocket;
