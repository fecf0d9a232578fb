-- What a team's vault needs of a database: PostgreSQL 13 or newer. Run it once, as an administrator of the
-- database. Everything it stores is sealed and signed by the members' devices; it keeps bytes in order.

CREATE SCHEMA azvault_team;

-- The owner cannot sign in. Members' roles get azvault_team_member: GRANT azvault_team_member TO ada;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'azvault_team_owner') THEN
        CREATE ROLE azvault_team_owner NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'azvault_team_member') THEN
        CREATE ROLE azvault_team_member NOLOGIN;
    END IF;
END
$$;

CREATE TABLE azvault_team.head (
    team bytea PRIMARY KEY CHECK (octet_length(team) = 16),
    seq bigint NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE azvault_team.log (
    team bytea NOT NULL CHECK (octet_length(team) = 16),
    seq bigint NOT NULL CHECK (seq > 0),
    device bytea NOT NULL CHECK (octet_length(device) = 16),
    device_seq bigint NOT NULL CHECK (device_seq > 0),
    prev bytea NOT NULL CHECK (octet_length(prev) = 32),
    epoch integer NOT NULL CHECK (epoch > 0),
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 255),
    body bytea NOT NULL CHECK (octet_length(body) <= 67108864),
    signature bytea NOT NULL CHECK (octet_length(signature) = 64),
    PRIMARY KEY (team, seq)
);

CREATE INDEX log_of_device ON azvault_team.log (team, device, kind, seq);

-- A body is a box: it does not get smaller.
ALTER TABLE azvault_team.log ALTER COLUMN body SET STORAGE EXTERNAL;

-- The only way to write: one record behind the last one.
CREATE FUNCTION azvault_team.append(
    the_team bytea,
    the_seq bigint,
    the_device bytea,
    the_device_seq bigint,
    the_prev bytea,
    the_epoch integer,
    the_kind smallint,
    the_body bytea,
    the_signature bytea
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last record;
BEGIN
    INSERT INTO azvault_team.head (team, seq, hash)
        VALUES (the_team, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
    SELECT head.seq, head.hash INTO last FROM azvault_team.head WHERE head.team = the_team FOR UPDATE;
    IF the_seq IS DISTINCT FROM last.seq + 1 OR the_prev IS DISTINCT FROM last.hash THEN
        RAISE EXCEPTION 'another record was appended before' USING ERRCODE = 'AZ001';
    END IF;
    INSERT INTO azvault_team.log (team, seq, device, device_seq, prev, epoch, kind, body, signature)
        VALUES (the_team, the_seq, the_device, the_device_seq, the_prev, the_epoch, the_kind, the_body,
                the_signature);
    UPDATE azvault_team.head SET
        seq = the_seq,
        hash = sha256('azt1'::bytea || the_team || int8send(the_seq) || the_device
            || int8send(the_device_seq) || the_prev || int4send(the_epoch)
            || substring(int2send(the_kind) FROM 2) || int4send(octet_length(the_body)) || the_body
            || the_signature)
        WHERE head.team = the_team;
    PERFORM pg_notify('azvault_team', encode(the_team, 'hex'));
END
$$;

ALTER TABLE azvault_team.head OWNER TO azvault_team_owner;
ALTER TABLE azvault_team.log OWNER TO azvault_team_owner;
GRANT USAGE ON SCHEMA azvault_team TO azvault_team_owner, azvault_team_member;
ALTER FUNCTION azvault_team.append OWNER TO azvault_team_owner;
REVOKE ALL ON FUNCTION azvault_team.append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION azvault_team.append TO azvault_team_member;

-- A role sees the log whose random number it names, and cannot list others.
ALTER TABLE azvault_team.head ENABLE ROW LEVEL SECURITY;
ALTER TABLE azvault_team.log ENABLE ROW LEVEL SECURITY;
CREATE POLICY named ON azvault_team.head FOR SELECT TO azvault_team_member
    USING (team = decode(current_setting('azvault.team', true), 'hex'));
CREATE POLICY named ON azvault_team.log FOR SELECT TO azvault_team_member
    USING (team = decode(current_setting('azvault.team', true), 'hex'));
GRANT SELECT ON azvault_team.head, azvault_team.log TO azvault_team_member;
