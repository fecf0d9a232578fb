CREATE TABLE header (
    k INTEGER PRIMARY KEY CHECK (k = 1),
    vault_id BLOB NOT NULL CHECK (length(vault_id) = 16),
    epoch INTEGER NOT NULL CHECK (epoch >= 1),
    head BLOB NOT NULL CHECK (length(head) >= 72)
) STRICT;

CREATE TABLE slot (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    m INTEGER NOT NULL,
    t INTEGER NOT NULL,
    p INTEGER NOT NULL,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    box BLOB NOT NULL CHECK (length(box) >= 72)
) STRICT;

CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    rev INTEGER NOT NULL,
    box BLOB NOT NULL CHECK (length(box) >= 72)
) STRICT;

CREATE TABLE secret (
    id INTEGER PRIMARY KEY,
    box BLOB NOT NULL CHECK (length(box) >= 72)
) STRICT;

CREATE TABLE original (
    id INTEGER NOT NULL,
    part INTEGER NOT NULL,
    box BLOB NOT NULL CHECK (length(box) >= 72),
    PRIMARY KEY (id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    box BLOB NOT NULL CHECK (length(box) >= 72)
) STRICT;
