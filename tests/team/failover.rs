//! The primary is killed and its standby promoted.

use azvault_team::{Fault, Role, SCHEMA};
use azvault_test_support::eventually;
use azvault_test_support::postgres::Postgres;

use crate::member::{Member, assert_same};

/// Both servers in one URL: the driver goes to the one that can be written to.
fn of_both(primary: &Postgres, standby: &Postgres, user: &str) -> String {
    let url = primary.url(user);
    url.replace(
        &format!("localhost:{}", primary.port),
        &format!("localhost:{},localhost:{}", primary.port, standby.port),
    )
}

#[test]
fn with_synchronous_replication_no_acknowledged_record_is_lost() {
    let Some(mut primary) = Postgres::start() else { return };
    primary.prepare(SCHEMA, &["ada", "bob"]);
    let standby = primary.standby();
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.sql("SELECT pg_reload_conf()");
    eventually("the standby follows", || {
        primary.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"
    });
    let mut ada = Member::found(&primary, "ada");
    let mut bob = ada.admit(&primary, "bob", Role::Writer);
    ada.url = of_both(&primary, &standby, "ada");
    bob.url = of_both(&primary, &standby, "bob");
    for number in 0..10 {
        ada.write("prod", "name", &format!("{number}")).unwrap();
    }
    primary.kill();
    standby.promote();
    ada.expect_sync();
    bob.expect_sync();
    assert_eq!(bob.value("prod", "name").as_deref(), Some("9"));
    // The new primary has no follower; it is not to wait for one.
    standby.sql("ALTER SYSTEM SET synchronous_standby_names = ''");
    standby.sql("SELECT pg_reload_conf()");
    bob.write("prod", "name", "after").unwrap();
    ada.expect_sync();
    assert_same(&ada, &bob);
}

#[test]
fn with_asynchronous_replication_a_loss_is_detected_and_repaired_from_a_member() {
    let Some(mut primary) = Postgres::start() else { return };
    primary.prepare(SCHEMA, &["ada", "bob"]);
    let mut standby = primary.standby();
    let mut ada = Member::found(&primary, "ada");
    let mut bob = ada.admit(&primary, "bob", Role::Writer);
    ada.url = of_both(&primary, &standby, "ada");
    bob.url = of_both(&primary, &standby, "bob");
    let last = bob.replica.head().seq;
    eventually("the standby has all so far", || {
        standby.sql("SELECT coalesce(max(seq), 0) FROM azvault_team.log") == last.to_string()
    });
    // What comes now does not reach the standby.
    standby.kill();
    ada.write("prod", "name", "lost with the primary").unwrap();
    ada.write("prod", "tenant", "lost too").unwrap();
    let ours = ada.replica.head();
    primary.kill();
    standby.resume();
    standby.promote();
    let taken = ada.sync().unwrap();
    assert_eq!(taken.fault, Some(Fault::RolledBack { ours, theirs: last }));

    let mut database = ada.database().unwrap();
    let at_last = database.from(last).unwrap();
    let lost = ada.replica.lost_behind(last, at_last.first()).unwrap();
    assert_eq!(lost.len(), 2);
    database.append(&lost).unwrap();
    ada.expect_sync();
    bob.expect_sync();
    assert_eq!(bob.value("prod", "name").as_deref(), Some("lost with the primary"));
    assert_same(&ada, &bob);
}
