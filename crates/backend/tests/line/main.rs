//! The line from outside: a real service on a free port, and clients that speak frames and nothing else.

mod agents;
mod bad_input;
mod conversation;
mod decisions;
mod door;
mod example;
mod injection;
mod kept;
mod lasting;
mod lines;
mod place;
mod queue;
mod resume;
mod security;
mod shop;
mod sign_in;
