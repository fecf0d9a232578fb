//! The verbs of `migrate`: by the agent, without it, and where it is locked.

use azvault_test_support::{AgentHome, FABRIKAM, PRINCIPAL, Ran, copy_folder, fixture, peer, ran};

use super::{seen, without_ids};

/// Three homes that were made alike.
struct ThreeWays {
    agent: AgentHome,
    alone: AgentHome,
    /// Its agent runs, and has no keys.
    locked: AgentHome,
}

impl ThreeWays {
    fn of(make: impl Fn() -> AgentHome) -> Self {
        let three = Self { agent: make(), alone: make(), locked: make() };
        three.agent.unlock();
        three.locked.unlock();
        ran(three.locked.given(&["lock"]).output().unwrap()).expect(0);
        three
    }

    /// Runs a command in each, which says the same.
    #[track_caller]
    fn same(&self, args: &[&str]) -> Ran {
        self.same_of(args, seen)
    }

    /// As `same`, of the answer alone.
    #[track_caller]
    fn same_answer(&self, args: &[&str]) -> Ran {
        self.same_of(args, |home, ran| {
            let text = format!("{}\n{}", ran.code, ran.stdout);
            text.replace(home.path().to_str().unwrap(), "HOME")
        })
    }

    #[track_caller]
    fn same_of(&self, args: &[&str], seen: impl Fn(&AgentHome, &Ran) -> String) -> Ran {
        let by_agent = self.agent.alone(args);
        let no_agent: Vec<&str> = ["--no-agent"].iter().chain(args).copied().collect();
        let by_command = ran(self.alone.given(&no_agent).output().unwrap());
        let locked = ran(self.locked.given(args).output().unwrap());
        let wanted = without_ids(&seen(&self.agent, &by_agent));
        assert_eq!(wanted, without_ids(&seen(&self.alone, &by_command)), "{args:?}");
        assert_eq!(wanted, without_ids(&seen(&self.locked, &locked)), "{args:?}");
        by_agent
    }
}

/// The id of the only migration of a home, which is another in each.
fn migration(home: &AgentHome) -> String {
    let list = ran(home.given(&["migrate", "list", "-o", "json"]).output().unwrap()).expect(0);
    list.json()["migrations"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn originals_are_forgotten_alike() {
    let three = ThreeWays::of(AgentHome::migrated);
    three.same(&["migrate", "forget", "0123456789abcdef", "--yes"]).expect(5);
    let each = [&three.agent, &three.alone, &three.locked];
    let ids = each.map(migration);
    for (yes, code, dropped) in
        [(&[][..], 14, ""), (&["--yes"], 0, "of 2 files"), (&["--yes"], 0, "of 0 files")]
    {
        let verb = |id: &str| -> Vec<String> {
            ["migrate", "forget", id].iter().chain(yes).map(|word| (*word).to_owned()).collect()
        };
        let said = [
            three.agent.alone(&words(&verb(&ids[0]))),
            ran(three.alone.given(&words(&verb(&ids[1]))).arg("--no-agent").output().unwrap()),
            ran(three.locked.given(&words(&verb(&ids[2]))).output().unwrap()),
        ];
        let said = said.map(|ran| ran.expect(code));
        assert!(said[0].stdout.contains(dropped), "{}", said[0].stdout);
        let seen: Vec<_> =
            each.iter().zip(&said).map(|(home, ran)| without_ids(&seen(home, ran))).collect();
        assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    }
}

#[test]
fn originals_come_back_alike() {
    let three = ThreeWays::of(AgentHome::migrated);
    for args in [
        &["migrate", "rollback", "--yes"][..],
        &["migrate", "clean", "--dry-run"],
        &["migrate", "verify"],
        &["migrate", "rollback"],
        &["migrate", "rollback", "--yes"],
        &["migrate", "rollback", "--yes", "-o", "json"],
        &["migrate", "rollback", "0123456789abcdef", "--yes"],
    ] {
        three.same(args);
    }
    // What has to be revoked is in the order of ids where nothing else tells two apart.
    three.same_answer(&["migrate", "clean", "--yes"]);
    for args in [
        &["migrate", "verify"][..],
        &["migrate", "verify", "-o", "json"],
        &["migrate", "rollback", "--force"],
        &["migrate", "verify", "-o", "json"],
    ] {
        three.same(args).expect(0);
    }
}

#[test]
fn files_are_imported_alike() {
    let three = ThreeWays::of(|| {
        let home = AgentHome::with_vault();
        copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
        home
    });
    for args in [
        &["migrate", "verify"][..],
        &["migrate", "plan"],
        &["migrate", "plan", "-o", "json"],
        &["migrate", "plan", "--default", "nothing has this name"],
        &["migrate", "run"],
        &["migrate", "run", "--yes", "--default", "nothing has this name"],
        &["migrate", "run", "--yes", "-o", "json"],
        &["migrate", "run", "--yes"],
        &["migrate", "run"],
        &["migrate", "verify"],
        &["migrate", "verify", "-o", "json"],
        &["migrate", "--yes"],
        &["migrate", "clean", "--dry-run", "-o", "json"],
        &["context", "list", "-o", "json"],
    ] {
        three.same(args);
    }
    three.agent.verify();
}

#[test]
fn contexts_are_saved_and_come_back_alike() {
    let three = ThreeWays::of(|| {
        let home = AgentHome::migrated();
        std::fs::write(home.join("pass"), "a long passphrase of its own\n").unwrap();
        home
    });
    let plain = ["--format", "azure-powershell", "--plaintext"];
    let sealed = ["--export-passphrase-file", "pass"];
    let import = ["context", "import", "sealed", "--export-passphrase-file", "pass"];
    for args in [
        &[&["context", "save", "sealed"][..], &sealed].concat()[..],
        &[&["context", "save", "sealed"][..], &sealed].concat(),
        &[&["context", "save", "plain.json"][..], &plain].concat(),
        &[&["context", "save", "plain.json", "--yes", "-o", "json"][..], &plain].concat(),
        &[&["context", "save", "whole", "--yes", "--with-credential"][..], &plain].concat(),
        &[&import[..], &["--dry-run"]].concat(),
        &["context", "remove", PRINCIPAL, "--yes"],
        &[&import[..], &["-o", "json"]].concat(),
        &["context", "remove", FABRIKAM, "--yes"],
        &import,
        &["context", "import", "plain.json"],
        &["context", "import", "nothing"],
        &["context", "list", "-o", "json"],
    ] {
        three.same(args);
    }
    let file = |home: &AgentHome| std::fs::read(home.join("whole")).unwrap();
    assert!(file(&three.agent).len() > 1000 && file(&three.agent) == file(&three.alone));
}

fn words(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// What stands on a terminal on which `migrate run` is agreed to twice, after the vault was changed
/// while its first question waited.
fn agreed_twice(home: &AgentHome, more: &[&str]) -> Ran {
    let plain = home.given(&[more, &["migrate", "run"]].concat());
    let program = plain.get_program().to_str().unwrap();
    let change = [program, "context", "rename", FABRIKAM, "other", "--no-agent"];
    let question = "Import this into the vault?";
    let steps = serde_json::json!([[question, "y\n", change], [question, "y\n"]]);
    let mut command = std::process::Command::new("python3");
    command.arg(peer("terminal.py")).arg(steps.to_string()).arg(program).args(plain.get_args());
    command.env_clear().current_dir(home.path());
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("TERM", "xterm").env("PATH", "/usr/local/bin:/usr/bin:/bin");
    ran(command.output().unwrap())
}

#[test]
fn what_a_person_agreed_to_is_done_and_another_plan_is_asked_again() {
    let three = ThreeWays::of(|| {
        let home = AgentHome::migrated();
        std::fs::create_dir(home.join(".azure")).unwrap();
        copy_folder(&fixture("azure-cli/msal-2.91.0"), &home.join(".azure"));
        home
    });
    for (home, more) in
        [(&three.agent, &[][..]), (&three.alone, &["--no-agent"]), (&three.locked, &[])]
    {
        let said = agreed_twice(home, more).expect(0);
        let asked = said.stdout.matches("Import this into the vault?").count();
        assert_eq!(asked, 2, "{}", said.stdout);
        assert!(said.stdout.contains("the vault changed meanwhile"), "{}", said.stdout);
        let list = ran(home.given(&["migrate", "list", "-o", "json"]).output().unwrap()).expect(0);
        assert_eq!(list.json()["migrations"].as_array().unwrap().len(), 2);
        ran(home.given(&["migrate", "verify"]).output().unwrap()).expect(0);
        home.verify();
    }
}
