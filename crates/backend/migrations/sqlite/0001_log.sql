-- The log of every conversation, who may read it, and the agents who answer.

-- One random name for this file's logs. A client that resumes under another name must read anew.
CREATE TABLE epoch (name TEXT NOT NULL) STRICT;
INSERT INTO epoch (name) VALUES (lower(hex(randomblob(16))));

-- A browser that has rung or written. The token itself is only in that browser; here is its SHA-256.
CREATE TABLE visitor (
    id         INTEGER PRIMARY KEY,
    token_hash BLOB    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL -- milliseconds since the Unix epoch, as every time in this file
) STRICT;

-- A conversation, with what the queue shows of it. Everything but id and visitor follows from its events
-- and is kept here, in the same transaction, so that the queue is one indexed read.
CREATE TABLE conversation (
    id         TEXT    PRIMARY KEY,                                    -- UUIDv7
    visitor    INTEGER REFERENCES visitor (id) ON DELETE CASCADE,      -- null: came through the door
    created_at INTEGER NOT NULL,
    head       INTEGER NOT NULL DEFAULT 0,                             -- the last event's seq
    floor      TEXT    NOT NULL DEFAULT 'bot' CHECK (floor IN ('bot', 'ringing', 'human', 'closed')),
    agent      TEXT    CHECK ((floor = 'human') = (agent IS NOT NULL)), -- who has the floor
    ring       INTEGER REFERENCES event (id),                          -- the latest ring; its order is the queue's
    claim      INTEGER REFERENCES event (id),                          -- the latest claim
    preview    TEXT    NOT NULL DEFAULT '',                            -- the visitor's latest message, cut short
    unanswered INTEGER NOT NULL DEFAULT 0                              -- visitor's messages since the last human one
) STRICT;
CREATE INDEX conversation_of_visitor ON conversation (visitor, created_at);
CREATE INDEX conversation_in_queue ON conversation (ring) WHERE floor IN ('ringing', 'human');

-- The log. `id` orders events over all conversations and is never used again after a deletion.
CREATE TABLE event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT    NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    seq          INTEGER NOT NULL, -- 1, 2, 3, ... within the conversation
    sender       TEXT    NOT NULL, -- 'visitor' or 'agent/NAME': whose cids these are
    cid          TEXT    NOT NULL, -- the client-made id: the same one from the same sender is stored once
    at           INTEGER NOT NULL,
    body         TEXT    NOT NULL, -- the event's body, in the wire's JSON
    UNIQUE (conversation, seq),
    UNIQUE (conversation, sender, cid)
) STRICT;

-- A message left at the door (plain HTTP): the same cid is stored once.
CREATE TABLE door (
    cid          TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE
) STRICT;

-- Who may answer. Visitors see the name.
CREATE TABLE agent (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT    NOT NULL, -- argon2id, in PHC form
    created_at    INTEGER NOT NULL
) STRICT;

-- A log-in. The secret is only in the agent's cookie; here is its SHA-256.
CREATE TABLE agent_session (
    token_hash BLOB    PRIMARY KEY,
    agent      INTEGER NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX agent_session_of_agent ON agent_session (agent);
