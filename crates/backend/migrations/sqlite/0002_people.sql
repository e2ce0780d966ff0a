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
