//! What a member signs in with at the database: a token that azvault gets itself, a client certificate, another
//! password.

use azvault_test_support::postgres::{PASSWORD, Postgres};
use azvault_test_support::{Home, eventually};

use super::Team;
use crate::azure::{Azure, PRINCIPAL, seen};

const RESOURCE: &str = "https://ossrdbms-aad.database.windows.net";

/// Whom the database lets in how, before members by SCRAM.
fn prepared(home: &Home, access: &str) -> Option<Postgres> {
    let postgres = Postgres::start()?;
    let schema = home.run(&["team", "schema"]).expect(0).stdout;
    postgres.prepare(&schema, &["ada", "bob"]);
    postgres.allow(access);
    Some(postgres)
}

#[test]
fn a_token_of_entra_takes_the_place_of_the_password() {
    let tenant = "good-teamlogin.example";
    let azure = Azure::with(&[tenant]);
    // As Azure does: the token comes as a password over TLS, and the server says whether it is the one.
    let access = "hostssl all ada 127.0.0.1/32 password";
    let Some(postgres) = prepared(&azure.home, access) else { return };
    let principal = format!("sp-{tenant}");
    let of = ["--context", &principal, "--resource", RESOURCE];
    let token = azure.token(&of);
    assert!(seen(tenant).iter().any(|one| {
        one["form"]["client_id"] == PRINCIPAL
            && one["form"]["scope"].as_str().unwrap_or_default().contains("ossrdbms")
    }));
    postgres.sql(&format!("ALTER ROLE ada PASSWORD '{token}'"));
    let url = postgres.url("ada");
    let by = ["--database", &url, "--database-identity", &principal];
    azure.run(&[&["team", "create", "payments"], &by[..]].concat()).expect(0);
    azure.run(&["context", "share", tenant]).expect(0);
    azure.run(&["team", "history"]).expect(0);
    let sync = || azure.home.json(&["team", "status"])["sync"].clone();
    eventually("the agent has it too", || sync()["last"].is_u64());
    let log = azure.home.json(&["audit", "log", "--verb", "token"]).to_string();
    assert!(log.contains(PRINCIPAL), "{log}");
    // Another token: the database does not know it.
    azure.token(&[&of[..], &["--refresh"]].concat());
    let login = "azvault team database, with what the database takes";
    azure.run(&["team", "sync"]).expect(7).says(login);
    let absent = [&["team", "database"], &["--database-identity", "absent"][..]].concat();
    azure.run(&absent).expect(5).says("azvault context list");
}

#[test]
fn the_agent_gets_a_new_token_when_the_old_one_ends() {
    let tenant = "brief-teamlogin.example";
    let azure = Azure::with(&[tenant]);
    // Whatever is shown: it is the token that matters here.
    let Some(postgres) = prepared(&azure.home, "hostssl all ada 127.0.0.1/32 trust") else {
        return;
    };
    let (url, principal) = (postgres.url("ada"), format!("sp-{tenant}"));
    let by = ["--database", &url, "--database-identity", &principal];
    azure.run(&[&["team", "create", "payments"], &by[..]].concat()).expect(0);
    let asked = || {
        let all = seen(tenant);
        let is_its = |scope: &str| scope.contains("ossrdbms");
        all.iter().filter(|one| one["form"]["scope"].as_str().is_some_and(is_its)).count()
    };
    let last = || azure.home.json(&["team", "status"])["sync"]["last"].as_i64();
    eventually("it is synced", || last().is_some());
    let before = asked();
    std::thread::sleep(std::time::Duration::from_secs(11));
    postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ada'");
    eventually("another token is asked for", || asked() > before);
    eventually("all is well", || azure.home.json(&["team", "status"])["sync"]["problem"].is_null());
}

#[test]
fn a_client_certificate_is_sealed_in_the_vault_and_shown_to_the_database() {
    let home = Home::with_contexts();
    let Some(postgres) = prepared(&home, "hostssl all bob 127.0.0.1/32 cert") else { return };
    let [certificate, key] = postgres.client_certificate("bob");
    let url = postgres.url("bob");
    let create = ["team", "create", "payments", "--database", &url];
    let files = ["--sslcert", certificate.to_str().unwrap(), "--sslkey", key.to_str().unwrap()];
    let half =
        ["--sslcert", certificate.to_str().unwrap(), "--sslkey", certificate.to_str().unwrap()];
    let both = "--sslcert FILE --sslkey FILE, both of PEM";
    home.run(&[&create[..], &half].concat()).expect(2).says(both);
    let absent = ["--sslcert", "/absent", "--sslkey", "/absent"];
    home.run(&[&create[..], &absent].concat()).expect(5).says(both);
    home.run(&[&create[..], &files].concat()).expect(0);
    // The files are not needed any more.
    std::fs::remove_file(&certificate).unwrap();
    std::fs::remove_file(&key).unwrap();
    home.run(&["context", "share", "dev"]).expect(0);
    home.run(&["team", "sync"]).expect(0);
}

#[test]
fn a_member_changes_its_password_without_leaving() {
    let Some(team) = Team::begun() else { return };
    let ada = &team.ada;
    ada.run(&["context", "share", "dev"]).expect(0);
    team.postgres.sql("ALTER ROLE ada PASSWORD 'another'");
    ada.run(&["team", "sync"]).expect(7).says("azvault team database");
    let wrong = team.password(ada);
    let database = ["team", "database", "--password-file"];
    ada.run(&[&database[..], &[&wrong]].concat()).expect(7);
    let file = ada.secret_file("another-password", "another\n");
    let said = ada.json(&[&database[..], &[&file]].concat());
    assert_eq!(said["team"], "payments");
    ada.run(&["team", "sync"]).expect(0);
    let elsewhere = ["--database", "postgresql://ada@localhost:1/postgres"];
    ada.run(&[&database[..], &[&file], &elsewhere[..]].concat()).expect(12);
    ada.run(&["team", "sync"]).expect(0);
    team.postgres.sql(&format!("ALTER ROLE ada PASSWORD '{PASSWORD}'"));
}
