//! The line from outside: a real service on a free port, and clients that speak frames and nothing else.

mod agents;
mod bad_input;
mod conversation;
mod door;
mod example;
mod lasting;
mod lines;
mod place;
mod queue;
mod resume;
mod shop;
mod sign_in;
