//! Without an entry there is no reveal and no removal.

use super::*;

/// Runs where no file can grow: a limit that binds root as well as anybody.
fn without_room(home: &Home, args: &[&str]) -> Ran {
    let mut command = home.script("trap '' XFSZ; ulimit -f 0; exec azvault \"$@\"");
    ran(command.arg("bash").args(args).output().unwrap())
}

/// How large a file of the agent may be, which writes what it is asked to.
fn limit_agent(home: &Home, limit: &str) {
    let status = home.run(&["status", "-o", "json"]).expect(0).json();
    let agent = status["agent"]["pid"].as_u64().unwrap().to_string();
    let limit = format!("--fsize={limit}");
    let limited = std::process::Command::new("prlimit").args(["--pid", &agent, &limit]).status();
    assert!(limited.unwrap().success());
}

#[test]
fn what_cannot_be_told_is_not_revealed() {
    let home = Home::with_contexts();
    let id = client_secret(&home);
    let value = home.run(&["secret", "show", &id, "--reveal"]).expect(0).stdout;
    let value = value.trim_end().to_owned();
    let before = fs::read(home.vault()).unwrap();
    let reveals = [
        &["secret", "show", &id, "--reveal"][..],
        &["secret", "show", &id, "--reveal", "-o", "json"],
        &["secret", "list", "--reveal", "-o", "json"],
    ];
    for step in ["with the passphrase", "with the agent's keys"] {
        for reveal in reveals {
            let refused = without_room(&home, reveal);
            assert_eq!(refused.code, 1, "{step}: {reveal:?}: {}", refused.stderr);
            assert_eq!(refused.stdout, "", "{step}: {reveal:?}");
            assert!(!refused.stderr.contains(&value), "{step}: {reveal:?}");
            assert_eq!(fs::read(home.vault()).unwrap(), before, "{step}: {reveal:?}");
        }
        // The limit keeps nobody from reading.
        without_room(&home, &["secret", "show", &id]).expect(0);
        home.run(&["unlock"]).expect(0);
        limit_agent(&home, "0:");
    }
    limit_agent(&home, "unlimited:");
    assert_eq!(entries(&home, &[]).len(), 2);
    assert_eq!(told(&home, reveals[0]), owned("secret reveal", &[CLIENT_SECRET]));
}

#[test]
fn what_cannot_be_told_is_not_removed_or_put_back() {
    let home = Home::with_contexts();
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    let before = fs::read(home.vault()).unwrap();
    for change in [
        &["context", "remove", "gov"][..],
        &["context", "clear", "--yes"],
        &["disconnect", "--yes"],
        &["migrate", "rollback", "--yes"],
        &[
            "migrate",
            "forget",
            entries(&home, &["-n", "1"])[0]["subjects"][0]["id"].as_str().unwrap(),
            "--yes",
        ],
    ] {
        assert_eq!(without_room(&home, change).code, 1, "{change:?}");
        assert_eq!(fs::read(home.vault()).unwrap(), before, "{change:?}");
    }
    assert!(!home.join(".Azure/AzureRmContext.json").exists());
    home.run(&["verify"]).expect(0);
}
