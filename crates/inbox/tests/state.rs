//! The inbox as agents live through it, without a browser: what is shown, and what is asked of the line.

/// A module a subject, in `tests/state`.
mod state {
    mod claiming;
    mod editing;
    mod logging_in;
    mod page;
    mod parting;
    mod presence;
    mod queue;
    mod saying;
    mod transcript;
}
