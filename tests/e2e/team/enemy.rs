//! What a command says to a database that shows something else than it did.

use super::{Team, contexts, shared};

#[test]
fn a_rollback_a_fork_and_a_forged_record_are_named_and_nothing_of_them_is_taken() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob, postgres) = (&team.ada, &team.bob, &team.postgres);
    ada.run(&["context", "share", "dev"]).expect(0);
    team.joined("writer");
    let head = ada.json(&["team", "status"])["head"].as_u64().unwrap();

    // A record that no member wrote, in its right place.
    postgres.sql(
        "INSERT INTO azvault_team.log SELECT log.team, log.seq + 1, device, 99, hash, epoch, kind, body, signature
         FROM azvault_team.log, azvault_team.head WHERE log.seq = head.seq;
         UPDATE azvault_team.head SET seq = seq + 1",
    );
    let said = bob.run(&["team", "sync"]).expect(0);
    let named = format!("refused: record {}: its device did not sign it", head + 1);
    assert!(said.stderr.contains(&named), "{}", said.stderr);
    assert_eq!(contexts(bob), [shared("dev")]);

    // Less than was there.
    postgres.sql(&format!(
        "CREATE TABLE kept AS SELECT * FROM azvault_team.log WHERE seq > {head} - 1;
         DELETE FROM azvault_team.log WHERE seq > {head} - 1; UPDATE azvault_team.head SET seq = {head} - 1"
    ));
    let said = bob.run(&["team", "sync"]).expect(8).says("rollback detected");
    let hint =
        "ask who runs the database; if it was restored or failed over: azvault team sync --repair";
    assert!(said.stderr.contains(hint), "{}", said.stderr);

    // Another record at a place that was verified.
    postgres.sql(&format!(
        "INSERT INTO azvault_team.log SELECT * FROM kept; UPDATE azvault_team.head SET seq = {head} + 1;
         UPDATE azvault_team.log SET epoch = 7 WHERE seq = {head} + 1"
    ));
    let said = bob.run(&["team", "sync"]).expect(8).says("fork detected");
    let hint = "compare azvault team status with another member before you trust this database";
    assert!(said.stderr.contains(hint), "{}", said.stderr);
    assert_eq!(contexts(bob), [shared("dev")]);

    // No name and no secret is in what the administrator has.
    let everything = postgres.everything();
    for marker in [&b"payments"[..], b"contoso", b"Subscription"] {
        assert!(!everything.windows(marker.len()).any(|window| window == marker), "{marker:?}");
    }
}

#[test]
fn what_a_database_lost_a_member_gives_back() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob, postgres) = (&team.ada, &team.bob, &team.postgres);
    team.joined("writer");
    postgres.sql(
        "CREATE TABLE old_log AS SELECT * FROM azvault_team.log;
         CREATE TABLE old_head AS SELECT * FROM azvault_team.head",
    );
    ada.run(&["context", "share", "dev"]).expect(0);
    // An older backup is restored.
    postgres.sql(
        "DELETE FROM azvault_team.log; INSERT INTO azvault_team.log SELECT * FROM old_log;
         DELETE FROM azvault_team.head; INSERT INTO azvault_team.head SELECT * FROM old_head",
    );
    ada.run(&["team", "sync"]).expect(8).says("azvault team sync --repair");
    // One who has not seen the lost records has nothing to give back, and sees no loss.
    bob.run(&["team", "sync", "--repair"]).expect(0);
    ada.run(&["team", "sync", "--repair"]).expect(0);
    bob.run(&["team", "sync"]).expect(0);
    assert_eq!(contexts(bob), [shared("dev")]);
}
