//! The administrator of the database does what he likes with its rows.

use azvault_team::{Fault, RefusedBecause, Role, SCHEMA};
use azvault_test_support::postgres::Postgres;

use crate::member::{Member, set};

/// What he does, and what a member who had not seen the last three records says to it: how many of them were
/// taken before, and what was found.
struct Deed {
    sql: &'static str,
    taken: usize,
    found: fn(&Found) -> bool,
}

struct Found {
    fault: Option<Fault>,
    refused: Vec<RefusedBecause>,
}

/// The last three are numbers 8, 9 and 10; the one who looks knows 7.
const DEEDS: [Deed; 10] = [
    Deed {
        sql: "DELETE FROM azvault_team.log WHERE seq = 9",
        taken: 1,
        found: |found| found.fault == Some(Fault::Gap { expected: 9, found: 10 }),
    },
    Deed {
        sql: "DELETE FROM azvault_team.log WHERE seq > 6; UPDATE azvault_team.head SET seq = 6",
        taken: 0,
        found: |found| matches!(found.fault, Some(Fault::RolledBack { theirs: 6, .. })),
    },
    Deed {
        sql: "DELETE FROM azvault_team.log; DELETE FROM azvault_team.head",
        taken: 0,
        found: |found| matches!(found.fault, Some(Fault::RolledBack { theirs: 0, .. })),
    },
    Deed {
        sql: "UPDATE azvault_team.log SET seq = 1008 - seq WHERE seq IN (8, 9);
              UPDATE azvault_team.log SET seq = seq - 991 WHERE seq > 900",
        taken: 0,
        found: |found| found.fault.is_some(),
    },
    Deed {
        sql: "UPDATE azvault_team.log a SET body = b.body FROM azvault_team.log b WHERE a.seq = 9 AND b.seq = 8",
        taken: 1,
        found: |found| found.refused == [RefusedBecause::Signature] && found.fault.is_some(),
    },
    Deed {
        sql: "UPDATE azvault_team.log SET body = set_byte(body, 80, get_byte(body, 80) # 1) WHERE seq = 7",
        taken: 0,
        found: |found| matches!(found.fault, Some(Fault::Forked { .. })),
    },
    Deed {
        sql: "UPDATE azvault_team.log SET prev = '\\x00' || substring(prev FROM 2) WHERE seq = 9",
        taken: 1,
        found: |found| matches!(found.fault, Some(Fault::OutOfChain { seq: 9, .. })),
    },
    Deed {
        sql: "UPDATE azvault_team.log SET signature = set_byte(signature, 0, get_byte(signature, 0) # 1)
              WHERE seq = 10",
        taken: 2,
        found: |found| found.refused == [RefusedBecause::Signature],
    },
    // An old record again, behind the last one.
    Deed {
        sql: "INSERT INTO azvault_team.log SELECT team, 11, device, device_seq, prev, epoch, kind, body, signature
              FROM azvault_team.log WHERE seq = 8; UPDATE azvault_team.head SET seq = 11",
        taken: 3,
        found: |found| matches!(found.fault, Some(Fault::OutOfChain { seq: 11, .. })),
    },
    // The same, chained: he can compute hashes, and sign nothing.
    Deed {
        sql: "INSERT INTO azvault_team.log SELECT old.team, 11, old.device, 99, head.hash, old.epoch, old.kind,
              old.body, old.signature FROM azvault_team.log old, azvault_team.head WHERE old.seq = 8;
              UPDATE azvault_team.head SET seq = 11",
        taken: 3,
        found: |found| found.refused == [RefusedBecause::Signature] && found.fault.is_none(),
    },
];

#[test]
fn whatever_the_administrator_does_no_record_is_taken_that_was_not_written_so() {
    let Some(postgres) = Postgres::start() else { return };
    postgres.prepare(SCHEMA, &["ada", "bob"]);
    let mut ada = Member::found(&postgres, "ada");
    let mut bob = ada.admit(&postgres, "bob", Role::Writer);
    // Numbers: 1 to 3 found the team, 4 to 6 admit bob, 7 he knows.
    ada.write("prod", "name", "known").unwrap();
    bob.expect_sync();
    for change in ["one", "two", "three"] {
        ada.write("prod", "name", change).unwrap();
    }
    assert_eq!((bob.replica.head().seq, ada.replica.head().seq), (7, 10));
    let known = bob.replica.to_bytes();
    postgres.sql(
        "CREATE TABLE kept_log AS SELECT * FROM azvault_team.log;
         CREATE TABLE kept_head AS SELECT * FROM azvault_team.head",
    );
    let (mut accepted, mut named) = (0, 0);
    for deed in &DEEDS {
        postgres.sql(deed.sql);
        let replica =
            azvault_team::Replica::from_bytes(&known).unwrap_or_else(|_| panic!("its own"));
        let mut bob = Member { replica, url: bob.url.clone() };
        let taken = bob.sync().unwrap();
        assert_eq!(taken.applied.len(), deed.taken, "{}: {taken:?}", deed.sql);
        let honest = ["known", "one", "two", "three"][deed.taken];
        accepted += usize::from(bob.value("prod", "name").as_deref() != Some(honest));
        let refused = taken.refused.iter().map(|refused| refused.because).collect();
        let found = Found { fault: taken.fault, refused };
        assert!((deed.found)(&found), "{}: {:?} {:?}", deed.sql, found.fault, found.refused);
        named += 1;
        postgres.sql(
            "DELETE FROM azvault_team.log; INSERT INTO azvault_team.log SELECT * FROM kept_log;
             DELETE FROM azvault_team.head; INSERT INTO azvault_team.head SELECT * FROM kept_head",
        );
    }
    assert_eq!(accepted, 0);
    println!(
        "figure: {accepted} of {} deeds of the database's administrator accepted, {named} named",
        DEEDS.len()
    );
    // What is put back as it was goes on.
    bob.expect_sync();
    assert_eq!(bob.value("prod", "name").as_deref(), Some("three"));
}

#[test]
fn two_members_who_are_shown_different_logs_find_out() {
    let Some(postgres) = Postgres::start() else { return };
    postgres.prepare(SCHEMA, &["ada", "bob"]);
    let mut ada = Member::found(&postgres, "ada");
    let mut bob = ada.admit(&postgres, "bob", Role::Writer);
    let fork = bob.replica.head();
    ada.write("prod", "name", "ada's").unwrap();
    // Bob is shown the log without her record, and writes at its place.
    postgres.sql(
        "CREATE TABLE hers AS SELECT * FROM azvault_team.log WHERE seq = 7;
         DELETE FROM azvault_team.log WHERE seq = 7",
    );
    let records = bob.replica.draft_change(&[set("prod", "name", "bob's")], 3);
    let hash = format!("{}", fork.hash);
    postgres.sql(&format!("UPDATE azvault_team.head SET seq = 6, hash = decode('{hash}', 'hex')"));
    bob.database().unwrap().append(&records).unwrap();
    bob.expect_sync();
    // She sees his in the place of hers, and later his in the place behind hers.
    assert!(matches!(ada.sync().unwrap().fault, Some(Fault::Forked { .. })));
    postgres.sql(
        "UPDATE azvault_team.log SET seq = 8 WHERE seq = 7; INSERT INTO azvault_team.log SELECT * FROM hers;
         UPDATE azvault_team.head SET seq = 8",
    );
    assert!(matches!(ada.sync().unwrap().fault, Some(Fault::OutOfChain { seq: 8, .. })));
    assert!(matches!(bob.sync().unwrap().fault, Some(Fault::Forked { .. })));
    assert_eq!(ada.value("prod", "name").as_deref(), Some("ada's"));
}

#[test]
fn a_removed_member_with_all_his_keys_reads_and_writes_nothing_later() {
    let Some(postgres) = Postgres::start() else { return };
    postgres.prepare(SCHEMA, &["ada", "bob"]);
    let mut ada = Member::found(&postgres, "ada");
    let mut bob = ada.admit(&postgres, "bob", Role::Admin);
    let kept = bob.replica.to_bytes();
    let gone = bob.replica.device().public().device;
    ada.database().unwrap().append(&ada.replica.draft_remove(gone, 5)).unwrap();
    ada.expect_sync();
    ada.write("prod", "secret", "later").unwrap();
    let taken = bob.sync().unwrap();
    assert!(matches!(taken.fault, Some(Fault::Removed { .. })), "{taken:?}");
    // From what he kept, by any start there is.
    let replica = azvault_team::Replica::from_bytes(&kept).unwrap_or_else(|_| panic!("its own"));
    let mut again = Member { replica, url: bob.url.clone() };
    assert!(matches!(again.sync().unwrap().fault, Some(Fault::Removed { .. })));
    for member in [&bob, &again] {
        assert_eq!(member.value("prod", "secret"), None);
    }
    assert_eq!(ada.value("prod", "secret").as_deref(), Some("later"));
}
