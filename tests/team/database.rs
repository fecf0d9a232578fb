//! Signing in, and what a member's role may do in the database.

use azvault_team::{DatabaseError, Role, SCHEMA, TeamId};
use azvault_test_support::postgres::{PASSWORD, Postgres};

use crate::member::{Member, assert_same, connect};

#[test]
fn members_write_and_read_over_tls_with_scram() {
    let Some(postgres) = Postgres::start() else { return };
    postgres.prepare(SCHEMA, &["ada", "bob"]);
    let mut ada = Member::found(&postgres, "ada");
    ada.write("prod", "tenant", "marker-tenant").unwrap();
    let mut bob = ada.admit(&postgres, "bob", Role::Writer);
    assert_eq!(bob.value("prod", "tenant").as_deref(), Some("marker-tenant"));
    bob.write("prod", "secret", "marker-secret").unwrap();
    ada.expect_sync();
    assert_same(&ada, &bob);
    let used = postgres.sql(
        "SELECT count(*) FROM pg_authid WHERE rolname IN ('ada', 'bob') AND rolpassword LIKE 'SCRAM-SHA-256$%'",
    );
    assert_eq!(used, "2");

    // Nothing that a member wrote is in a row, a statement, the log of the server or a dump.
    let everything = postgres.everything();
    assert!(everything.len() > 100_000);
    for marker in
        [&b"marker-tenant"[..], b"marker-secret", b"marker-team", b"marker-ada", b"marker-bob"]
    {
        assert!(!everything.windows(marker.len()).any(|window| window == marker), "{marker:?}");
    }
    // The log of the server has what members ask for: the look above looked at something.
    assert!(postgres.log().contains("azvault_team.append"));
}

#[test]
fn nobody_comes_in_without_a_verified_server_and_a_password() {
    let Some(postgres) = Postgres::start() else { return };
    postgres.prepare(SCHEMA, &["ada"]);
    postgres.sql("CREATE ROLE stranger LOGIN PASSWORD 'stranger'");
    let Some(other) = Postgres::start() else { return };
    let team = TeamId::random();
    let url = postgres.url("ada");
    assert!(matches!(connect(&url, "wrong", team), Err(DatabaseError::Login)));
    // A server that another authority vouches for.
    let authority = other.authority();
    let (place, _) = url.split_once('?').unwrap();
    let foreign = format!("{place}?sslrootcert={}", authority.to_str().unwrap());
    let refused = connect(&foreign, PASSWORD, team).err().unwrap();
    assert!(
        matches!(&refused, DatabaseError::Unreachable(why) if why.contains("certificate")),
        "{refused}"
    );
    // A name that the certificate does not have.
    let renamed = url.replace("localhost", "127.0.0.1");
    assert!(matches!(connect(&renamed, PASSWORD, team), Err(DatabaseError::Unreachable(_))));
    // One who signs in and is of no team.
    let mut stranger = connect(&postgres.url("stranger"), "stranger", team).unwrap();
    assert!(matches!(stranger.last(), Err(DatabaseError::NotSetUp)));
}

#[test]
fn a_members_role_appends_behind_the_last_record_and_does_nothing_else() {
    let Some(postgres) = Postgres::start() else { return };
    postgres.prepare(SCHEMA, &["ada", "bob"]);
    let mut ada = Member::found(&postgres, "ada");
    ada.write("prod", "tenant", "t").unwrap();
    let team = ada.replica.team();
    let as_ada = |sql: &str| {
        let sql = format!("SET ROLE ada; SET azvault.team = '{team}'; {sql}");
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| postgres.sql(&sql)))
    };
    for forbidden in [
        "DELETE FROM azvault_team.log",
        "UPDATE azvault_team.log SET body = body",
        "INSERT INTO azvault_team.head VALUES ('\\x00', 0, '\\x00')",
        "TRUNCATE azvault_team.log",
        "UPDATE azvault_team.head SET seq = 0",
        "DROP TABLE azvault_team.log",
        "CREATE TABLE azvault_team.mine (it int)",
        "ALTER TABLE azvault_team.log DISABLE ROW LEVEL SECURITY",
    ] {
        assert!(as_ada(forbidden).is_err(), "{forbidden}");
    }
    let count = "SELECT count(*) FROM azvault_team.log";
    assert_eq!(as_ada(count).unwrap().lines().last(), Some("4"));
    // One who does not know the number of the log sees nothing of it.
    assert_eq!(postgres.sql(&format!("SET ROLE bob; {count}")).lines().last(), Some("0"));
    let mut bob = connect(&postgres.url("bob"), PASSWORD, TeamId::random()).unwrap();
    assert_eq!(bob.last().unwrap(), 0);
    // Not behind the last record.
    let records = ada.replica.draft_snapshot(4);
    let mut database = ada.database().unwrap();
    assert!(matches!(database.append(&records[1..]), Err(DatabaseError::HeadMoved)));
    let mut moved = records.clone();
    moved[0].prev.0[0] ^= 1;
    assert!(matches!(database.append(&moved), Err(DatabaseError::HeadMoved)));
    // All or nothing.
    moved = records.clone();
    moved[1].seq += 1;
    assert!(matches!(database.append(&moved), Err(DatabaseError::HeadMoved)));
    assert_eq!(database.last().unwrap(), 4);
    database.append(&records).unwrap();
    assert_eq!(database.last().unwrap(), 6);
    ada.expect_sync();
}

#[test]
fn a_database_that_was_not_prepared_is_said_to_be_so() {
    let Some(postgres) = Postgres::start() else { return };
    postgres.sql(&format!("CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'"));
    let mut database = connect(&postgres.url("ada"), PASSWORD, TeamId::random()).unwrap();
    assert!(matches!(database.last(), Err(DatabaseError::NotSetUp)));
}
