//! What to type next, in each situation of a team.

use azvault_test_support::Home;
use azvault_test_support::postgres::PASSWORD;

use super::Team;

#[test]
fn without_a_team_each_verb_says_how_one_begins() {
    let home = Home::with_contexts();
    let begin = "azvault team create NAME --database URL, or azvault team join";
    for args in [
        &["team", "status"][..],
        &["team", "members"],
        &["team", "invite"],
        &["team", "remove", "bob", "--yes"],
        &["team", "rotate"],
        &["team", "leave", "--yes"],
        &["team", "history"],
        &["context", "share", "dev"],
    ] {
        home.run(args).expect(5).says(begin);
    }
    home.run(&["team", "sync"]).expect(0).says("this vault is in no team");
    home.run(&["team", "list"]).expect(0).says("this vault is in no team");
    home.run(&["team", "status", "--team", "nothing"]).expect(5).says("azvault team list");
    home.run(&["context", "unshare", "dev"]).expect(5).says("azvault context list");
    let join = ["team", "join", "--database-user", "bob"];
    home.run(&join).expect(14).says("azvault team join INVITATION --database-user USER");
    let join = ["team", "join", "nonsense", "--database-user", "bob"];
    home.run(&join).expect(2).says("azvault team invite, on an admin's machine, prints one");
    let create = |url: &str| home.run(&["team", "create", "payments", "--database", url]);
    create("nonsense").expect(2).says("--database postgresql://USER@HOST/DATABASE");
    create("postgresql://ada@localhost:1/db").expect(14).says("add --password-file FILE");
}

#[test]
fn in_a_team_each_failure_says_what_to_type() {
    let Some(mut team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    let confirm =
        |home: &Home, request: &str| home.run(&["team", "confirm", request, "--words", "x"]);
    confirm(ada, "nonsense").expect(2).says("azvault team join, on the other machine, prints one");
    ada.run(&["team", "remove", "cleo", "--yes"]).expect(5).says("azvault team members");
    let admin = "azvault team invite --role admin, and confirm the answer, before";
    ada.run(&["team", "remove", "ada", "--yes"]).expect(7).says(admin);
    let again = ada.run(&[
        "team",
        "create",
        "Payments",
        "--database",
        &team.postgres.url("ada"),
        "--password-file",
        &team.password(ada),
    ]);
    again.expect(9).says("azvault team list");

    let code = ada.json(&["team", "invite"])["code"].as_str().unwrap().to_owned();
    let joined = team.answer(&code);
    let request = joined["request"].as_str().unwrap();
    bob.run(&["team", "history"]).expect(5).says("azvault team sync");
    confirm(ada, request).expect(7).says("azvault team invite, and another way to send the code");
    confirm(bob, request).expect(7).says("azvault team members names the admins");
    let words = joined["words"].as_str().unwrap();
    ada.run(&["team", "confirm", request, "--words", words]).expect(0);
    bob.run(&["team", "sync"]).expect(0);
    bob.run(&["team", "rotate"]).expect(7).says("azvault team members names the admins");
    bob.run(&["team", "invite"]).expect(7).says("azvault team members names the admins");

    // A second team: which one is meant has to be said.
    let (url, password) = (team.postgres.url("bob"), team.password(bob));
    bob.run(&["team", "create", "ops", "--database", &url, "--password-file", &password]).expect(0);
    bob.run(&["team", "status"]).expect(5).says("add --team NAME");
    bob.run(&["team", "status", "--team", "ops"]).expect(0);
    // An answer to an invitation of another team.
    let bobs = ["team", "confirm", request, "--words", words, "--team", "ops"];
    bob.run(&bobs).expect(7).says("azvault team invite");

    // Another password, and rights that are gone.
    team.postgres.sql("ALTER ROLE ada PASSWORD 'another'");
    let login =
        "azvault team database, with what the database takes; azvault team status names the user";
    ada.run(&["team", "sync"]).expect(7).says(login);
    team.postgres.sql(&format!("ALTER ROLE ada PASSWORD '{PASSWORD}'"));
    team.postgres.sql("REVOKE azvault_team_member FROM ada");
    let set_up = "azvault team schema | psql, as an administrator; then GRANT azvault_team_member TO the user";
    ada.run(&["team", "sync"]).expect(7).says(set_up);
    team.postgres.sql("GRANT azvault_team_member TO ada");
    ada.run(&["team", "sync"]).expect(0);

    // What Bob does not have any more he cannot give back.
    ada.run(&["team", "remove", "bob", "--yes"]).expect(0);
    let removed = ["team", "sync", "--team", "payments"];
    bob.run(&removed).expect(7).says("azvault team leave");
    team.postgres.sql("DELETE FROM azvault_team.log WHERE seq < 3");
    team.postgres.kill();
    let leave = ["team", "leave", "--yes", "--team", "ops"];
    team.bob.run(&leave).expect(0);
    team.ada.run(&["team", "sync"]).expect(12).says("azvault team sync, once the database answers");
}

#[test]
fn who_cannot_reach_the_database_may_leave_here_alone() {
    let Some(mut team) = Team::begun() else { return };
    team.joined("writer");
    team.postgres.kill();
    let local = "azvault team leave --local, if the database is gone for good";
    team.bob.run(&["team", "leave", "--yes"]).expect(12).says(local);
    team.bob.run(&["team", "leave", "--yes", "--local"]).expect(0);
    team.bob.run(&["team", "status"]).expect(5);
}

#[test]
fn more_than_a_device_has_it_does_not_give_back() {
    let Some(team) = Team::begun() else { return };
    team.joined("writer");
    team.ada.run(&["context", "share", "dev"]).expect(0);
    // All of it, which began before the last records that a device keeps as they were.
    team.postgres.sql("DELETE FROM azvault_team.log; DELETE FROM azvault_team.head");
    team.bob.run(&["team", "sync"]).expect(8).says("rollback detected");
    let other = "azvault team sync --repair on the machine of another member";
    team.bob.run(&["team", "sync", "--repair"]).expect(8).says(other);
    // The first member has all of it.
    team.ada.run(&["team", "sync", "--repair"]).expect(0);
    team.bob.run(&["team", "sync"]).expect(0);
}
