//! A secret that a member has besides, for an account that the team shares, is the member's own.

use std::fs;

use azvault_test_support::Home;
use serde_json::Value;

use super::{Team, secrets};

/// Bob imports the principal of Ada's "ci", with a secret that nobody else has.
#[track_caller]
fn bob_has_one_besides(team: &Team) {
    let (ada, bob) = (&team.ada, &team.bob);
    let text = fs::read_to_string(ada.join(".Azure/AzureRmContext.json")).unwrap();
    let mut all: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let contexts = all["Contexts"].as_object_mut().unwrap();
    contexts.retain(|name, _| name == "ci");
    let account = &mut contexts["ci"]["Account"];
    account["ExtendedProperties"]["ServicePrincipalSecret"] = "of-bob-alone".into();
    all["DefaultContextKey"] = "ci".into();
    let file = bob.join("own.json");
    fs::write(&file, all.to_string()).unwrap();
    bob.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
}

fn both(of_team: &[String]) -> Vec<String> {
    let mut both = of_team.to_vec();
    both.push("of-bob-alone".to_owned());
    both.sort();
    both
}

#[track_caller]
fn synced(homes: &[&Home]) {
    for home in homes {
        home.run(&["team", "sync"]).expect(0);
    }
}

#[test]
fn it_stays_here_while_the_team_has_its_own_and_when_that_one_goes() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "ci"]).expect(0);
    team.joined("writer");
    let of_team = secrets(ada, "client_secret");
    bob_has_one_besides(&team);
    assert_eq!(secrets(bob, "client_secret"), both(&of_team));
    synced(&[bob, ada, bob]);
    assert_eq!(secrets(ada, "client_secret"), of_team);
    assert_eq!(secrets(bob, "client_secret"), both(&of_team));

    ada.run(&["context", "unshare", "ci"]).expect(0);
    synced(&[bob, ada]);
    assert_eq!(secrets(bob, "client_secret"), ["of-bob-alone"]);
    assert_eq!(secrets(ada, "client_secret"), of_team);
}

#[test]
fn it_stays_when_the_member_leaves() {
    let Some(team) = Team::begun() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    ada.run(&["context", "share", "ci"]).expect(0);
    team.joined("writer");
    bob_has_one_besides(&team);
    bob.run(&["team", "leave", "--yes"]).expect(0);
    assert_eq!(secrets(bob, "client_secret"), ["of-bob-alone"]);
}
