//! A team's vault, by the real binary on a real PostgreSQL: from the first member to the one who is removed.

mod background;
mod enemy;
mod hints;
mod login;
mod own;

use azvault_test_support::postgres::{PASSWORD, Postgres};
use azvault_test_support::{Home, Ran};
use serde_json::Value;

/// Members with homes of their own, and the database that they share.
struct Team {
    postgres: Postgres,
    ada: Home,
    bob: Home,
}

impl Team {
    /// Ada has begun it; Bob has a vault without contexts.
    #[track_caller]
    fn begun() -> Option<Self> {
        let postgres = Postgres::start()?;
        let ada = Home::with_contexts();
        let bob = Home::with_agent();
        let schema = ada.run(&["team", "schema"]).expect(0).stdout;
        postgres.prepare(&schema, &["ada", "bob", "cleo"]);
        for home in [&ada, &bob] {
            home.secret_file("database-password", &format!("{PASSWORD}\n"));
        }
        let team = Self { postgres, ada, bob };
        let (url, password) = (team.postgres.url("ada"), team.password(&team.ada));
        let create =
            ["team", "create", "payments", "--database", &url, "--password-file", &password];
        team.ada.run(&create).expect(0).says("the team \"payments\" begins");
        Some(team)
    }

    fn password(&self, home: &Home) -> String {
        home.join("database-password").to_str().unwrap().to_owned()
    }

    /// Bob answers an invitation, and Ada confirms the words that he reads out.
    #[track_caller]
    fn joined(&self, role: &str) {
        let code = self.ada.json(&["team", "invite", "--role", role])["code"].clone();
        let joined = self.answer(code.as_str().unwrap());
        let (request, words) =
            (joined["request"].as_str().unwrap(), joined["words"].as_str().unwrap());
        self.ada.run(&["team", "confirm", request, "--words", words]).expect(0);
        self.bob.run(&["team", "sync"]).expect(0);
    }

    #[track_caller]
    fn answer(&self, code: &str) -> Value {
        let (url, password) = (self.postgres.url("bob"), self.password(&self.bob));
        self.bob.json(&["team", "join", code, "--database", &url, "--password-file", &password])
    }
}

fn contexts(home: &Home) -> Vec<(String, Option<String>)> {
    let list = home.json(&["context", "list"]);
    let mut all: Vec<_> = list["contexts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["name"].as_str().unwrap().to_owned(), one["team"].as_str().map(str::to_owned))
        })
        .collect();
    all.sort();
    all
}

fn secrets(home: &Home, kind: &str) -> Vec<String> {
    let list = home.json(&["secret", "list", "--reveal"]);
    let all = list["secrets"].as_array().unwrap().iter();
    let mut found: Vec<_> = all
        .filter(|one| one["kind"] == kind)
        .map(|one| one["value"].as_str().unwrap_or_default().to_owned())
        .collect();
    found.sort();
    found
}

fn shared(name: &str) -> (String, Option<String>) {
    (name.to_owned(), Some("payments".to_owned()))
}

#[test]
fn a_second_member_works_with_what_the_first_shares_and_no_token_goes_along() {
    let Some(mut team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "ci", "dev"])
        .expect(0)
        .says("2 contexts shared with \"payments\"");
    assert!(contexts(ada).contains(&shared("ci")));
    let table = ada.run(&["context", "list"]).expect(0).stdout;
    assert!(table.contains("team payments"), "{table}");

    team.joined("writer");
    assert_eq!(contexts(bob), [shared("ci"), shared("dev")]);
    let credential = secrets(ada, "client_secret");
    assert!(!credential.is_empty());
    assert_eq!(secrets(bob, "client_secret"), credential);
    assert!(!secrets(ada, "refresh_token").is_empty());
    assert_eq!(secrets(bob, "refresh_token"), Vec::<String>::new());
    assert_eq!(secrets(bob, "access_token"), Vec::<String>::new());

    // It works as any context, also when there is no database.
    team.postgres.kill();
    let bob = &team.bob;
    bob.run(&["context", "select", "ci", "--scope", "user"]).expect(0);
    assert_eq!(bob.json(&["context", "show"])["name"], "ci");
    let failed = bob.run(&["team", "sync"]).expect(12);
    assert!(failed.stderr.contains("azvault team sync"), "{}", failed.stderr);
}

#[test]
fn changes_go_both_ways_and_the_last_one_wins_field_by_field() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "dev", "prod"]).expect(0);
    team.joined("writer");
    // Both while the other does not look: different contexts, then the same one.
    ada.run(&["context", "rename", "dev", "development", "--scope", "user"]).expect(0);
    bob.run(&["context", "rename", "prod", "production", "--scope", "user"]).expect(0);
    for home in [ada, bob, ada] {
        home.run(&["team", "sync"]).expect(0);
    }
    let names = |home| -> Vec<_> {
        contexts(home)
            .into_iter()
            .filter(|(_, team)| team.is_some())
            .map(|(name, _)| name)
            .collect()
    };
    assert_eq!(names(ada), ["development", "production"]);
    assert_eq!(names(bob), names(ada));
    // Whichever member renames it, the default stays the default.
    assert_eq!(ada.json(&["context", "list"])["default"], "production");
    ada.run(&["context", "rename", "development", "from-ada", "--scope", "user"]).expect(0);
    bob.run(&["context", "rename", "development", "from-bob", "--scope", "user"]).expect(0);
    for home in [ada, bob, ada] {
        home.run(&["team", "sync"]).expect(0);
    }
    assert_eq!(names(ada), ["from-bob", "production"]);
    assert_eq!(names(bob), names(ada));
    let history = ada.json(&["team", "history"]);
    let entries = history["entries"].as_array().unwrap();
    let what: Vec<_> = entries.iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert!(what.iter().any(|what| what.contains("from-ada")), "{what:?}");
    assert!(what.iter().any(|what| what.contains("from-bob")), "{what:?}");
    let heads = [ada, bob].map(|home| home.json(&["team", "status"])["head_hash"].clone());
    assert_eq!(heads[0], heads[1]);
}

#[test]
fn what_is_not_shared_any_more_goes_from_the_others_and_stays_with_its_owner() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "ci", "dev"]).expect(0);
    team.joined("writer");
    let own = secrets(ada, "client_secret");
    ada.run(&["context", "unshare", "ci"]).expect(0);
    bob.run(&["team", "sync"]).expect(0);
    assert_eq!(contexts(bob), [shared("dev")]);
    assert_eq!(secrets(bob, "client_secret"), Vec::<String>::new());
    assert_eq!(secrets(ada, "client_secret"), own);
    assert!(contexts(ada).contains(&("ci".to_owned(), None)));
    ada.run(&["context", "unshare", "ci"]).expect(5);
}

#[test]
fn a_device_becomes_a_member_with_the_same_words_alone() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    let code = ada.json(&["team", "invite"])["code"].as_str().unwrap().to_owned();
    let joined = team.answer(&code);
    let (request, words) = (joined["request"].as_str().unwrap(), joined["words"].as_str().unwrap());
    assert_eq!(words.split(' ').count(), 6);
    assert_eq!(
        bob.json(&["team", "sync"])["waiting"],
        "the admin has not confirmed this device yet"
    );
    assert_eq!(bob.json(&["team", "status"])["role"], "waiting");
    let wrong = "abandon ability able about above absent";
    ada.run(&["team", "confirm", request, "--words", wrong]).expect(7).says("the six words differ");
    // Another request under the same invitation, by one who does not have the code.
    let forged = format!("{}A", &request[..request.len() - 1]);
    let forged =
        if forged == request { format!("{}B", &request[..request.len() - 1]) } else { forged };
    assert_ne!(ada.run(&["team", "confirm", &forged, "--words", words]).code, 0);
    assert_eq!(ada.json(&["team", "members"])["members"].as_array().unwrap().len(), 1);
    ada.run(&["team", "confirm", request, "--words", &words.to_uppercase()]).expect(0);
    bob.run(&["team", "sync"]).expect(0);
    let members = ada.json(&["team", "members"]);
    let names: Vec<_> =
        members["members"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["ada", "bob"]);
    assert_eq!(bob.json(&["team", "status"])["role"], "writer");
    // Twice is once.
    ada.run(&["team", "confirm", request, "--words", words]).expect(0);
    assert_eq!(ada.json(&["team", "list"])["teams"][0]["members"], 2);
}

#[test]
fn an_invitation_is_pasted_where_no_process_list_shows_it() {
    let Some(team) = Team::begun() else { return };
    let code = team.ada.json(&["team", "invite"])["code"].as_str().unwrap().to_owned();
    let (url, password) = (team.postgres.url("bob"), team.password(&team.bob));
    let joined = team.bob.on_terminal(
        &[
            ("Invitation", &format!("{code}\n")),
            ("Passphrase of the vault", "correct horse battery staple\n"),
        ],
        &["team", "join", "--database", &url, "--password-file", &password],
    );
    assert!(joined.stdout.contains("azvault-team-request-v1:"), "{}", joined.stdout);
}

#[test]
fn a_reader_shares_nothing_and_who_was_removed_reads_nothing_that_came_later() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "dev"]).expect(0);
    team.joined("reader");
    bob.run(&["context", "rename", "dev", "mine", "--scope", "user"]).expect(0);
    bob.run(&["team", "sync"]).expect(0).says("readers share nothing");
    assert_eq!(contexts(bob), [shared("dev")]);
    bob.run(&["context", "share", "dev"]).expect(7).says("may not share");

    ada.run(&["team", "remove", "nobody", "--yes"]).expect(5);
    ada.run(&["team", "remove", "ada", "--yes"]).expect(7).says("without an admin");
    ada.run(&["team", "remove", "bob"]).expect(14);
    ada.run(&["team", "remove", "bob", "--yes"]).expect(0).says("\"bob\" is removed");
    assert_eq!(ada.json(&["team", "status"])["epoch"], 2);
    ada.run(&["context", "share", "ci"]).expect(0);
    bob.run(&["team", "sync"]).expect(7).says("this device was removed from the team");
    assert_eq!(contexts(bob), [shared("dev")]);
    assert_eq!(bob.json(&["team", "status"])["role"], "removed");
    bob.run(&["team", "leave", "--yes"]).expect(0).says("1 context went");
    assert_eq!(contexts(bob), []);
    bob.run(&["team", "status"]).expect(5).says("this vault is in no team");
}

#[test]
fn a_member_leaves_and_the_next_admin_begins_an_epoch() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "dev"]).expect(0);
    team.joined("writer");
    // The question says what goes.
    let asked = bob.on_terminal(
        &[("Passphrase of the vault", "correct horse battery staple\n"), ("[y/N]", "n\n")],
        &["team", "leave"],
    );
    let words: Vec<&str> = asked.stdout.split_whitespace().collect();
    let question = "1 context of it and its credentials go from this vault \
                    (azvault context unshare keeps one)";
    assert!(words.join(" ").contains(question), "{}", asked.stdout);
    assert_eq!(contexts(bob), [shared("dev")]);
    bob.run(&["team", "leave", "--yes"]).expect(0);
    assert_eq!(
        (contexts(bob), bob.json(&["team", "list"])["teams"].clone()),
        (vec![], Value::Array(vec![]))
    );
    ada.run(&["team", "sync"]).expect(0).says("removed \"bob\"");
    assert_eq!(ada.json(&["team", "status"])["epoch"], 2);
    ada.run(&["team", "rotate"]).expect(0);
    let status = ada.json(&["team", "status"]);
    assert_eq!((&status["epoch"], &status["members"]), (&3.into(), &1.into()));
}

#[test]
fn a_saved_file_and_a_clear_vault_have_no_part_in_the_team() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "ci"]).expect(0);
    let passphrase = ada.secret_file("export", "a passphrase of four words\n");
    let (file, to) =
        (ada.join("saved.azvault"), bob.secret_file("export", "a passphrase of four words\n"));
    let file = file.to_str().unwrap();
    ada.run(&["context", "save", file, "--export-passphrase-file", &passphrase]).expect(0);
    bob.run(&["context", "import", file, "--export-passphrase-file", &to, "--scope", "user"])
        .expect(0);
    assert!(contexts(bob).contains(&("ci".to_owned(), None)));
    assert_eq!(bob.json(&["team", "list"])["teams"], Value::Array(vec![]));
    // Contexts that are cleared come back with the team's next sync; the membership stays.
    ada.run(&["context", "clear", "--scope", "user", "--yes"]).expect(0);
    assert_eq!(contexts(ada), []);
    ada.run(&["team", "sync"]).expect(0);
    assert_eq!(contexts(ada), [shared("ci")]);
}

#[test]
fn a_context_of_ones_own_is_not_covered_up() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "dev"]).expect(0);
    bob.run(&["context", "set", "dev", "--tenant", "own.example", "--scope", "user"]);
    let own = contexts(bob);
    team.joined("writer");
    if own.is_empty() {
        assert_eq!(contexts(bob), [shared("dev")]);
    } else {
        assert_eq!(contexts(bob), own);
    }
}

#[test]
fn a_team_that_cannot_be_begun_leaves_nothing() {
    let Some(postgres) = Postgres::start() else { return };
    let home = Home::with_vault();
    let password = home.secret_file("database-password", "wrong\n");
    postgres.sql("CREATE ROLE ada LOGIN PASSWORD 'right'");
    let url = postgres.url("ada");
    let create = |url: &str| -> Ran {
        home.run(&["team", "create", "payments", "--database", url, "--password-file", &password])
    };
    create(&url).expect(7).says("does not let this user in");
    home.secret_file("database-password", "right\n");
    create(&url).expect(7).says("azvault team schema");
    create("postgresql://ada:right@localhost/postgres").expect(2).says("has a password in it");
    create("postgresql://ada@localhost/postgres?sslmode=disable").expect(2).says("does not verify");
    create("postgresql://ada@localhost:1/postgres").expect(12);
    assert_eq!(home.json(&["team", "list"])["teams"], Value::Array(vec![]));
}
