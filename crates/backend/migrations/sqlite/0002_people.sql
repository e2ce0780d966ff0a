-- The index by cid begins with the cid: UUIDv7s grow with time, so what is added lies together, and a commit of many
-- conversations' messages writes a few pages of it instead of one for each conversation.
-- What refers to events is put aside meanwhile: SQLite would take it for orphaned.
CREATE TABLE put_aside AS SELECT id, ring, claim FROM conversation;
UPDATE conversation SET ring = NULL, claim = NULL;
CREATE TABLE event_by_cid (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT    NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    seq          INTEGER NOT NULL,
    sender       TEXT    NOT NULL,
    cid          TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    UNIQUE (conversation, seq),
    UNIQUE (cid, conversation, sender)
) STRICT;
INSERT INTO event_by_cid SELECT id, conversation, seq, sender, cid, at, body FROM event ORDER BY id;
DROP TABLE event;
ALTER TABLE event_by_cid RENAME TO event;
UPDATE conversation SET ring = put_aside.ring, claim = put_aside.claim FROM put_aside WHERE put_aside.id = conversation.id;
DROP TABLE put_aside;

-- Roles, who visitors are, who is there to answer, and the audit log.

ALTER TABLE agent ADD COLUMN role TEXT NOT NULL DEFAULT 'agent' CHECK (role IN ('agent', 'lead', 'admin'));

-- Who the shop says the visitor is: JSON with id, name and email. Null: it says nothing.
ALTER TABLE visitor ADD COLUMN identity TEXT;

-- Which agents have the inbox open at which node. A node renews its rows; what is past `until` belongs to a node that died.
CREATE TABLE presence (
    node      TEXT    NOT NULL,
    agent     TEXT    NOT NULL,
    available INTEGER NOT NULL, -- 1: takes conversations now
    until     INTEGER NOT NULL,
    PRIMARY KEY (node, agent)
) STRICT;

-- What was done by whom to what. Each entry's hash covers the one before it, so that nothing can be taken out or changed
-- without a trace; the triggers keep honest programs from trying.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL, -- an agent's name, or 'operator' for the command line
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL, -- a conversation's id, an agent's name, a setting
    hash    TEXT    NOT NULL  -- SHA-256 in hexadecimal of the entry before and this one
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- The last hash. One row, which whoever adds an entry locks.
CREATE TABLE audit_head (hash TEXT NOT NULL, entries INTEGER NOT NULL) STRICT;
INSERT INTO audit_head (hash, entries) VALUES ('', 0);
