//! Every verb that the agent answers gives the same without it: one answer to one request, whoever has
//! the vault open.

mod migrations;
mod reads;

use azvault_test_support::{AgentHome, FABRIKAM, Home, MEGAN, PRINCIPAL, Ran, not_run, ran};

/// What a person sees of a run, its home apart.
fn seen(home: &AgentHome, ran: &Ran) -> String {
    let text = format!("{}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
    text.replace(home.path().to_str().unwrap(), "HOME")
}

/// What each of the two says: the agent of one home, and a command of the other by itself.
struct BothWays {
    agent: AgentHome,
    alone: AgentHome,
}

impl BothWays {
    fn of(make: impl Fn() -> AgentHome) -> Self {
        let both = Self { agent: make(), alone: make() };
        both.agent.unlock();
        both
    }

    #[track_caller]
    fn same(&self, args: &[&str]) -> Ran {
        // Not one passphrase in reach: it is the agent that has the vault open.
        let by_agent = self.agent.alone(args);
        let args: Vec<&str> = ["--no-agent"].iter().chain(args).copied().collect();
        let by_command = ran(self.alone.given(&args).output().unwrap());
        assert_eq!(
            without_ids(&seen(&self.agent, &by_agent)),
            without_ids(&seen(&self.alone, &by_command)),
            "{args:?}"
        );
        by_agent
    }
}

/// Ids and times of records are the home's own.
fn without_ids(text: &str) -> String {
    let is_id = |word: &str| word.len() == 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let mut result = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let (bare, end) = match word.char_indices().last() {
            Some((at, last)) if !last.is_ascii_alphanumeric() => word.split_at(at),
            _ => (word, ""),
        };
        result.push_str(if is_id(bare) { "ID" } else { bare });
        result.push_str(end);
    }
    let created = result.split("\"created\":").enumerate().map(|(at, part)| match at {
        0 => part.to_owned(),
        _ => format!("\"created\":…{}", part.find(',').map_or("", |at| &part[at..])),
    });
    created.collect()
}

#[test]
fn what_is_asked_is_answered_alike() {
    let both = BothWays::of(AgentHome::migrated);
    for output in ["table", "json", "tsv"] {
        for args in [
            &["prompt"][..],
            &["context", "list"],
            &["context", "show"],
            &["context", "show", MEGAN],
            &["context", "show", "nothing has this name"],
            &["context", "list", "--context", FABRIKAM],
            &["context", "show", "--context", "nothing has this name"],
            &["prompt", "--context", PRINCIPAL],
            &["secret", "show", "0123456789abcdef"],
            &["token", "--resource", "https://nowhere.example"],
            &["token", "--context", "nothing has this name"],
        ] {
            both.same(&[args, &["-o", output]].concat());
        }
    }
    for args in [
        &["account", "show"][..],
        &["account", "show", "-s", "Contoso Dev"],
        &["account", "show", "-s", "nothing is called that"],
        &["account", "list"],
        &["account", "get-access-token", "-s", "nothing is called that"],
        &["account", "get-access-token", "--resource", "nowhere"],
    ] {
        both.same(&[&["az-shim", "run", "--"], args].concat());
    }
    // Lists are in the order of ids where nothing else tells two apart.
    let sorted = |ran: Ran| {
        let mut secrets = ran.expect(0).json()["secrets"].as_array().unwrap().clone();
        for secret in &mut secrets {
            secret["id"] = "ID".into();
            secret["created"] = "T".into();
            secret["blast_radius"]["revoke"] = "by id".into();
        }
        let mut lines: Vec<String> = secrets.iter().map(|secret| secret.to_string()).collect();
        lines.sort();
        lines
    };
    let list = ["secret", "list", "--wide", "-o", "json"];
    let alone = ["--no-agent", "secret", "list", "--wide", "-o", "json"];
    let by_command = ran(both.alone.given(&alone).output().unwrap());
    assert_eq!(sorted(both.agent.alone(&list)), sorted(by_command));
}

fn without_agent<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["--no-agent"], args].concat()
}

#[test]
fn what_is_changed_is_changed_alike() {
    let both = BothWays::of(AgentHome::migrated);
    let looks = || {
        both.same(&["context", "list", "-o", "json"]);
        both.same(&["prompt"]);
    };
    for args in [
        &["context", "select", FABRIKAM][..],
        &["context", "select", "nothing has this name"],
        &["context", "rename", FABRIKAM, "fab"],
        &["context", "rename", "fab", MEGAN],
        &["context", "rename", "fab", "fabrikam", "-o", "json"],
        &["context", "set", "again", "--subscription", "Contoso Dev"],
        &["context", "set", "--subscription", "nothing is called that"],
        &["context", "set", "fabrikam", "--subscription", "Contoso Dev"],
        &["context", "set", "fabrikam", "--subscription", "Contoso Dev", "--force"],
        &["use", MEGAN],
        // Questions: nobody is there, and then they were answered beforehand.
        &["context", "remove", "fabrikam"],
        &["context", "remove", "fabrikam", "--dry-run"],
        &["context", "remove", "fabrikam", "--yes"],
        &["context", "select", PRINCIPAL, "-o", "json"],
        &["disconnect"],
        &["disconnect", "--yes"],
        &["disconnect", "--account", "nobody@contoso.example", "--yes"],
        &["context", "clear"],
        &["context", "clear", "--yes", "-o", "json"],
        &["autosave", "disable"],
        &["autosave", "show"],
        &["autosave", "enable", "-o", "json"],
        &["autosave", "disable", "--scope", "process"],
    ] {
        both.same(args);
        looks();
    }
    // And each stands in the log, under its verb.
    let verbs = |ran: Ran| -> Vec<String> {
        let log = ran.expect(0).json();
        let entries = log["entries"].as_array().unwrap();
        entries.iter().map(|entry| entry["verb"].to_string()).collect()
    };
    let log = ["audit", "log", "-o", "json"];
    let alone = ran(both.alone.given(&[&["--no-agent"], &log[..]].concat()).output().unwrap());
    assert_eq!(verbs(both.agent.alone(&log)), verbs(alone));
}

#[test]
fn a_question_is_asked_once_by_the_command_and_its_answer_is_for_that_question() {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    let active = home.run(&["context", "show", "-o", "json"]).expect(0).json();
    let name = active["name"].as_str().unwrap();
    let remove = |answer: &str| {
        home.on_terminal(
            &[("is the current context. Remove", answer)],
            &["context", "remove", name],
        )
    };
    let refused = remove("n\n").expect(3);
    assert_eq!(refused.stdout.matches("is the current context").count(), 1, "{}", refused.stdout);
    home.run(&["context", "show", name]).expect(0);
    remove("y\n").expect(0);
    home.run(&["context", "show", name]).expect(5);
}

/// Connections to the agent, and files that are flushed, of one command.
fn cost(home: &AgentHome, args: &[&str]) -> Option<(usize, usize)> {
    let trace = home.join("trace");
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=connect,fsync,fdatasync", "-o"]).arg(&trace);
    let plain = home.without(args);
    command.arg(plain.get_program()).args(plain.get_args()).env_clear();
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let Ok(output) = command.output() else {
        not_run("strace is not installed");
        return None;
    };
    ran(output).expect(0);
    let calls = std::fs::read_to_string(trace).unwrap();
    let of = |name: &str| calls.lines().filter(|line| line.contains(name)).count();
    Some((of(".sock\"}"), of("sync(")))
}

#[test]
fn an_answer_is_one_round_trip_and_reading_flushes_nothing() {
    let home = AgentHome::migrated();
    home.unlock();
    let list = home.alone(&["secret", "list", "-o", "json"]).expect(0).json();
    let id = list["secrets"][0]["id"].as_str().unwrap().to_owned();
    for args in [
        &["prompt"][..],
        &["context", "show"],
        &["context", "list"],
        &["secret", "list"],
        &["secret", "show", &id],
        &["secret", "show", &id, "--reveal"],
        &["context", "select", FABRIKAM],
        &["context", "rename", FABRIKAM, "fab"],
        &["audit", "log"],
        &["audit", "verify"],
        &["verify"],
        &["migrate", "list"],
        &["autosave", "show"],
        &["autosave", "disable"],
        &["subscription", "list"],
        &["secret", "list", "--reveal", "-o", "json"],
        &["key", "list"],
        &["az-shim", "run", "--", "account", "show", "-o", "none"],
        &["az-shim", "run", "--", "account", "list", "--query", "[].id"],
    ] {
        let Some(cost) = cost(&home, args) else { return };
        assert_eq!(cost, (1, 0), "round trips and flushes of the command: {args:?}");
    }
}

#[test]
fn a_command_begins_with_one_round_trip() {
    let home = AgentHome::migrated();
    home.unlock();
    let Some(cost) = cost(&home, &["exec", FABRIKAM, "--", "true"]) else { return };
    assert_eq!(cost, (1, 0), "round trips and flushes of the command and of its endpoint");
}
