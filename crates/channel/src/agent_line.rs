//! An agent's line.

/// Being written.
pub struct AgentLine;
