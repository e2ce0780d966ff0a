-- The same tables as for SQLite, where each is explained; here only what differs.

CREATE TABLE epoch (name TEXT NOT NULL);
INSERT INTO epoch (name) VALUES (replace(gen_random_uuid()::text, '-', ''));

CREATE TABLE visitor (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash BYTEA  NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    identity   TEXT
);

-- A row is locked while an event is added to its log: that lock is what makes `seq` gap-free.
CREATE TABLE conversation (
    id         TEXT   PRIMARY KEY,
    visitor    BIGINT REFERENCES visitor (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    head       BIGINT NOT NULL DEFAULT 0,
    floor      TEXT   NOT NULL DEFAULT 'bot' CHECK (floor IN ('bot', 'ringing', 'human', 'closed')),
    agent      TEXT   CHECK ((floor = 'human') = (agent IS NOT NULL)),
    ring       BIGINT,
    claim      BIGINT,
    preview    TEXT   NOT NULL DEFAULT '',
    unanswered BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX conversation_of_visitor ON conversation (visitor, created_at);
CREATE INDEX conversation_in_queue ON conversation (ring) WHERE floor IN ('ringing', 'human');

-- `id` is given before the commit and may be seen out of order: only `seq` orders a log.
CREATE TABLE event (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation TEXT   NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    seq          BIGINT NOT NULL,
    sender       TEXT   NOT NULL,
    cid          TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    body         TEXT   NOT NULL,
    UNIQUE (conversation, seq),
    UNIQUE (cid, conversation, sender)
);

CREATE TABLE door (
    cid          TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE
);

CREATE TABLE agent (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    role          TEXT   NOT NULL DEFAULT 'agent' CHECK (role IN ('agent', 'lead', 'admin'))
);
CREATE UNIQUE INDEX agent_by_name ON agent (lower(name));

CREATE TABLE agent_session (
    token_hash BYTEA  PRIMARY KEY,
    agent      BIGINT NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX agent_session_of_agent ON agent_session (agent);

CREATE TABLE presence (
    node      TEXT   NOT NULL,
    agent     TEXT   NOT NULL,
    available BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    PRIMARY KEY (node, agent)
);

CREATE TABLE audit (
    id      BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    hash    TEXT   NOT NULL
);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TABLE audit_head (hash TEXT NOT NULL, entries BIGINT NOT NULL);
INSERT INTO audit_head (hash, entries) VALUES ('', 0);
