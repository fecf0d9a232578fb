//! The verbs of `migrate`: by the agent, without it, and where it is locked.

use azvault_test_support::{AgentHome, Ran, ran};

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

fn words(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}
