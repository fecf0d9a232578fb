//! What a policy forbids is allowed without it, refused with it by the line that forbids it, and not
//! begun.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::Command;

use azvault_contexts::{Secret, SecretDescription, SecretKind};
use azvault_vault::{Locked, Opener};
use serde_json::{Value, json};

use crate::azure::{Azure, CACHED, PRINCIPAL, seen};
use crate::home::{CHEAP, Home, PASSPHRASE, ran};
use crate::machine::{Machine, SYSTEM, can_be_made};
use crate::stack;

/// Writes the user's own policy, in the configuration folder of the home.
fn of_user(home: &Home, policy: impl AsRef<[u8]>) -> String {
    let file = home.join(".config/azvault/policy.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, policy).unwrap();
    file.to_str().unwrap().to_owned()
}

fn init(home: &Home, more: &[&str]) -> Command {
    home.command(&[&["init"], more].concat())
}

#[test]
fn autosave_off_keeps_changes_in_sessions_and_out_of_the_vault() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with("# nothing is kept\n\nautosave = \"off\"\n");
    let home = Home::with_contexts();
    let session = home.session();
    home.run(&["autosave", "enable"]).expect(0);
    session.run(&["autosave", "enable", "--scope", "process"]).expect(0);
    home.run(&["context", "select", "ci"]).expect(0);
    home.run(&[
        "context",
        "save",
        "saved.json",
        "--format",
        "azure-powershell",
        "--plaintext",
        "--yes",
    ])
    .expect(0);
    for args in [
        &["autosave", "enable"][..],
        &["autosave", "enable", "--scope", "process"],
        &["context", "select", "gov", "--scope", "user"],
        &["context", "set", "new", "--tenant", "t", "--scope", "user"],
        &["context", "rename", "gov", "new", "--scope", "user"],
        &["context", "import", "saved.json", "--force", "--scope", "user"],
        &["connect", "--device-code", "--scope", "user"],
    ] {
        machine.refuses(&home, &home.command(args), 3);
        machine.refuses(&home, &session.command(args), 3);
    }
    // Without a scope it is the session's, and without a session it is nobody's.
    machine.refuses(&home, &home.command(&["context", "select", "gov"]), 3).says("session start");
    let select = session.command(&["context", "select", "gov", "-o", "json"]);
    assert_eq!(machine.run(&select).expect(0).json()["scope"], "process");
    let show = machine.run(&session.command(&["autosave", "show", "-o", "json"])).expect(0).json();
    assert_eq!(
        (&show["mode"], &show["because"], &show["session"]),
        (&json!("Process"), &json!("forced by a policy"), &json!("CurrentUser"))
    );
    // What is stored can be removed, and what lies in clear can be moved in.
    let remove = home.command(&["context", "remove", "gov", "--yes", "--scope", "user"]);
    machine.run(&remove).expect(0);
    machine.run(&home.command(&["migrate", "run", "--yes"])).expect(0);
    // Lifted, it is as before.
    assert_eq!(session.json(&["autosave", "show"])["mode"], "CurrentUser");
}

#[test]
fn no_plaintext_leaves_the_vault() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with("plaintext-export = \"forbidden\"");
    let home = Home::with_contexts();
    let originals = crate::home::files(&home.join(".Azure"));
    let list = home.json(&["secret", "list"]);
    let id = list["secrets"][0]["id"].as_str().unwrap();
    let save = ["context", "save", "out", "--format", "azure-powershell", "--plaintext", "--yes"];
    let commands = [
        &save[..],
        &["secret", "show", id, "--reveal"],
        &["secret", "list", "--reveal", "-o", "json"],
    ];
    for args in commands {
        home.run(args).expect(0);
    }
    fs::remove_file(home.join("out")).unwrap();
    let clean = machine.run(&home.command(&["migrate", "clean", "--yes"])).expect(0);
    let clean = clean.says("they cannot be put back: refused by /etc/azvault/policy.toml line 1");
    assert!(!clean.stderr.contains("migrate rollback "), "{}", clean.stderr);
    let contexts = home.json(&["context", "list"]);
    let context = contexts["contexts"][0]["name"].as_str().unwrap();
    let further = [
        &["migrate", "rollback", "--yes"][..],
        &["exec", context, "--env-principal", "--", "touch", "out"],
    ];
    for args in commands.into_iter().chain(further) {
        machine.refuses(&home, &home.command(args), 1);
    }
    assert!(!home.join("out").exists());
    assert!(crate::home::files(&home.join(".Azure")).len() < originals.len());
    // What is sealed, and what says nothing, is none.
    fs::write(home.join("pass"), "another passphrase\n").unwrap();
    let sealed = ["context", "save", "sealed", "--export-passphrase-file", "pass"];
    machine.run(&home.command(&sealed)).expect(0);
    machine.run(&home.command(&["secret", "show", id])).expect(0);
    // The promise stands: lifted, the originals come back byte for byte.
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(crate::home::files(&home.join(".Azure")), originals);
}

#[test]
fn keys_are_held_no_longer_than_allowed() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with("[unlock]\nidle = \"5m\"\nfor = \"1h\"\n");
    let home = Home::with_agent();
    for (args, line, next) in [
        (&["unlock", "--for", "61m"][..], 3, "azvault unlock --for 1h"),
        (&["unlock", "--idle", "6m"], 2, "azvault unlock --idle 5m"),
    ] {
        home.run(args).expect(0);
        home.run(&["lock"]).expect(0);
        machine.refuses(&home, &home.command(args), line).says(next);
        assert_eq!(home.json(&["status"])["agent"]["expires_s"], Value::Null, "nothing is held");
    }
    let unlock = |args: &[&str]| {
        let args = [&["unlock", "-o", "json"], args].concat();
        let held = machine.run(&home.command(&args)).expect(0).json();
        (held["idle_limit_s"].as_u64().unwrap(), held["expires_s"].as_u64().unwrap())
    };
    assert_eq!(unlock(&[]), (300, 3600));
    assert_eq!(unlock(&["--for", "30m"]), (300, 1800));
    assert_eq!(unlock(&["--for", "3m", "--idle", "1m"]), (60, 180));
    assert!(home.json(&["status"])["agent"]["expires_s"].as_u64().unwrap() <= 180);

    // Keys that were handed over before there was the policy are not used any longer.
    home.run(&["unlock", "--for", "8h"]).expect(0);
    let mut status = home.command(&["status", "-o", "json"]);
    status.env_remove("AZVAULT_PASSPHRASE_FILE");
    let state = |command: &Command| machine.run(command).expect(0).json()["state"].clone();
    assert_eq!(ran(status.output().unwrap()).json()["state"], "unlocked");
    let check = machine.run(&home.command(&["policy", "check"])).expect(10);
    assert!(check.stdout.contains("line 3: the agent holds the keys for longer: azvault lock"));
    assert_eq!(state(&status), "locked");
    assert_eq!(ran(status.output().unwrap()).json()["state"], "locked", "they are wiped");
}

#[test]
fn a_guess_at_a_new_vault_costs_enough_and_an_older_one_is_told_of() {
    if !can_be_made() {
        return;
    }
    for (policy, line) in [
        ("kdf.memory-mib = 20", 1),
        ("[kdf]\npasses = 3", 2),
        ("# work\n[kdf]\nproduct-mib = 57", 3),
    ] {
        let machine = Machine::with(policy);
        let home = Home::empty();
        machine.refuses(&home, &init(&home, &CHEAP), line);
        assert!(!home.vault().exists());
        let enough = ["--no-recovery", "--kdf-memory", "20", "--kdf-passes", "3"];
        machine.run(&init(&home, &enough)).expect(0);

        let home = Home::with_agent();
        let warned = machine.run(&home.command(&["unlock"])).expect(0);
        warned.says(&format!("weaker than {SYSTEM} line {line} allows: a guess has to cost"));
        let check = machine.run(&home.command(&["policy", "check"])).expect(10);
        assert!(check.stdout.contains(&format!("{SYSTEM} line {line}: key ")), "{}", check.stdout);
    }
}

#[test]
fn only_contexts_of_allowed_environments_and_tenants_act() {
    if !can_be_made() {
        return;
    }
    // `gov` is in another cloud, `shared` and `tenant` in another tenant.
    let machine = Machine::with(
        "environments = [\"azurecloud\"]\ntenants = [\"72F00000-0000-4000-8000-000000000001\"]\n",
    );
    let home = Home::with_contexts();
    let session = home.session();
    for (name, line) in [("gov", 1), ("shared", 2), ("tenant", 2)] {
        session.run(&["use", name]).expect(0);
        session.run(&["use", "prod"]).expect(0);
        for args in [
            &["use", name][..],
            &["context", "select", name],
            &["context", "select", name, "--scope", "user"],
            &["exec", name, "--", "/bin/true"],
            &["shell", name],
            &["token", "--context", name],
            &["subscription", "list", "--refresh", "--context", name],
            &["context", "set", "new", "--tenant", "t", "--context", name],
        ] {
            machine.refuses(&home, &session.command(args), line);
        }
    }
    let other = ["context", "set", "new", "--tenant", "72f00000-0000-4000-8000-000000000002"];
    machine.refuses(&home, &session.command(&other), 2);
    machine.refuses(&home, &session.command(&["token", "--tenant", "t"]), 2);
    for (args, line) in [
        (&["--environment", "AzureChinaCloud", "--device-code"][..], 1),
        (&["--tenant", "contoso.example", "--device-code"], 2),
    ] {
        let connect = home.command(&[&["connect"], args].concat());
        machine.refuses(&home, &connect, line);
    }
    machine.run(&session.command(&["use", "dev"])).expect(0);
    machine.run(&session.command(&["exec", "dev", "--", "/bin/true"])).expect(0);
    // They can be looked at, and removed.
    let check = machine.run(&session.command(&["policy", "check"])).expect(10);
    assert_eq!(check.stdout.matches("may not be used").count(), 3, "{}", check.stdout);
    let expected = format!("{SYSTEM} line 1: the context \"gov\" may not be used");
    assert!(check.stdout.contains(&expected), "{}", check.stdout);
    assert!(check.stdout.contains("azvault context remove \"gov\""), "{}", check.stdout);
    machine.run(&home.command(&["context", "show", "gov"])).expect(0);
    machine.run(&home.command(&["context", "remove", "gov", "--yes"])).expect(0);
}

#[test]
fn a_tenant_that_is_not_allowed_gets_no_question_and_no_token() {
    if !can_be_made() {
        return;
    }
    let azure = Azure::with(&["good-policy.example", "good-forbidden.example"]);
    let machine = Machine::with("tenants = [\"good-policy.example\"]");
    let token = |args: &[&str]| azure.command(&[&["token"], args].concat());
    assert!(machine.run(&token(&[])).expect(0).stdout.starts_with("at."));
    let asked = seen("good-forbidden.example").len();
    let forbidden = ["--context", "good-forbidden.example"];
    machine.refuses(&azure.home, &token(&forbidden), 1);
    machine.refuses(&azure.home, &token(&["--tenant", "good-forbidden.example"]), 1);
    let az = "account get-access-token --tenant good-forbidden.example -o json";
    let words: Vec<&str> = ["az-shim", "run", "--"].into_iter().chain(az.split(' ')).collect();
    let shim = machine.run(&azure.command(&words)).expect(1);
    shim.says("refused by /etc/azvault/policy.toml line 1").says("az login");

    // The process that asks the service is told nothing that it could be talked out of.
    let wanted = json!({
        "context": "good-forbidden.example", "account": "person@example.com",
        "account_type": "User", "environment": "Test", "tenant": "good-forbidden.example",
        "subscription": null, "scopes": ["https://graph.windows.net//.default"],
    });
    // No epoch and no keys: the agent has them.
    fs::write(azure.home.join("wanted"), format!("{}{wanted}", "\0".repeat(8))).unwrap();
    let renew = || {
        let mut command = machine.command(&azure.command(&["renew"]));
        command.stdin(fs::File::open(azure.home.join("wanted")).unwrap());
        ran(command.output().unwrap()).expect(0).json()
    };
    let ended = renew();
    assert_eq!(ended["code"], 7, "{ended}");
    assert!(
        ended["what"].as_str().unwrap().starts_with("refused by /etc/azvault/policy.toml line 1")
    );
    assert_eq!(seen("good-forbidden.example").len(), asked, "nobody was asked");
    azure.run(&["token", "--context", "good-forbidden.example"]).expect(0);
    assert!(seen("good-forbidden.example").len() > asked);
    // What is in the cache is not handed out either.
    machine.refuses(&azure.home, &token(&forbidden), 1);
}

#[test]
fn a_door_that_is_open_already_obeys_too() {
    let azure = Azure::with(&["good-doorpolicy.example"]);
    let script = r#"
import json, os, sys, urllib.error, urllib.parse, urllib.request
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def ask():
    query = urllib.parse.urlencode({"api-version": "2019-08-01", "resource": "https://vault.azure.net"})
    request = urllib.request.Request(os.environ["IDENTITY_ENDPOINT"] + "?" + query,
        headers={"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]})
    try:
        return direct.open(request).status
    except urllib.error.HTTPError as error:
        return error.code
first = ask()
open(sys.argv[1], "w").write('tenants = ["elsewhere"]')
print(first, ask())
"#;
    let file = of_user(&azure.home, "");
    let mut command = azure.command(&["exec", "--", "python3", "-c", script, &file]);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let said = ran(command.output().unwrap()).expect(0).stdout;
    assert_eq!(said.trim_end(), "200 400");
}

#[test]
fn connect_leaves_out_tenants_that_are_not_allowed_and_stores_nothing_of_others() {
    if !can_be_made() {
        return;
    }
    let azure = stack::Azure::start(&crate::connect::several_tenants());
    let home = azure.home();
    let args = ["--device-code", "--subscription", "prod", "-o", "json"];
    let allowed = Machine::with(format!("tenants = [\"{}\"]", stack::HOME_TENANT));
    let done = allowed.run(&azure.prepared(&home, &args)).expect(0);
    let done = done.says(&format!("was left out: refused by {SYSTEM} line 1")).json();
    let contexts = done["contexts"].as_array().unwrap();
    assert!(contexts.iter().all(|context| context["tenant"]["id"] == stack::HOME_TENANT), "{done}");
    assert_eq!(done["skipped"].as_array().unwrap().len(), 3);
    let list = home.json(&["secret", "list"]);
    assert!(!list.to_string().contains(stack::OTHER_TENANT), "{list}");

    // Which tenant a person is in turns out when they have signed in.
    let home = azure.home();
    let other = Machine::with(format!("\ntenants = [\"{}\"]", stack::OTHER_TENANT));
    other.refuses(&home, &azure.prepared(&home, &["--device-code"]), 2);
    assert_eq!(home.json(&["secret", "list"])["secrets"], json!([]));
}

/// A token for Key Vault in the vault, which came so many seconds ago.
fn plant(home: &Home, tenant: &str, age: i64) {
    let passphrase = Secret::copied_from(PASSPHRASE.as_bytes());
    let anchors = home.join(".local/state/azvault/anchors");
    let locked = Locked::open(&home.vault()).unwrap();
    let mut vault = locked.unlock(&Opener::Passphrase(&passphrase), &anchors).unwrap();
    let about = SecretDescription {
        account: Some(PRINCIPAL.to_owned()),
        tenant: Some(tenant.to_owned()),
        environment: Some("Test".to_owned()),
        target: Some("https://vault.azure.net".to_owned()),
        expires_on: Some(4_102_444_800),
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let came = i64::try_from(now.as_secs()).unwrap() - age;
    let value = Secret::copied_from(b"at-planted-before");
    vault.write(|writing| writing.add_secret(&about, &value, came)).unwrap();
}

#[test]
fn a_token_of_the_cache_that_is_too_old_is_renewed() {
    if !can_be_made() {
        return;
    }
    let tenant = "good-aged.example";
    let azure = Azure::with(&[tenant]);
    plant(&azure.home, tenant, 3600);
    let name = format!("sp-{tenant}");
    let token = azure.command(&["token", "--resource", "keyvault", "--context", &name]);
    let printed = |machine: &Machine| machine.run(&token).expect(0).stdout.trim_end().to_owned();
    assert_eq!(printed(&Machine::with("token.cache = \"2h\"")), "at-planted-before");
    let short = Machine::with("token.cache = \"30m\"");
    let new = printed(&short);
    assert_ne!(new, "at-planted-before");
    assert_eq!(printed(&short), new, "which is young");
    assert!(!azure.values("access_token").contains(&"at-planted-before".to_owned()), "it is gone");
    assert!(azure.values("access_token").contains(&CACHED.to_owned()), "of another account");
}

#[test]
fn a_new_vault_has_the_slots_that_are_required_and_none_that_are_forbidden() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with(
        "[slots]\nrequired = [\"recovery-code\"]\nforbidden = [\"raw-key\", \"passphrase\"]",
    );
    let home = Home::empty();
    let key = home.join("key").to_str().unwrap().to_owned();
    let with = |more: &[&str]| init(&home, &[&CHEAP[..], more].concat());
    machine.refuses(&home, &with(&["--key-file", &key, "--no-recovery"]), 2).says("--no-recovery");
    machine.refuses(&home, &with(&["--key-file", &key, "--raw-key-file", "raw"]), 3);
    machine.refuses(&home, &with(&[]), 3);
    assert!(!home.vault().exists() && !home.join("key").exists() && !home.join("raw").exists());
    machine.run(&with(&["--key-file", &key])).expect(0);
    machine.run(&home.command(&["policy", "check", "--key-file", &key])).expect(0);

    let home = Home::with_vault();
    let check = machine.run(&home.command(&["policy", "check", "-o", "json"])).expect(10).json();
    let lines: Vec<_> = check["findings"].as_array().unwrap().iter().map(|f| &f["line"]).collect();
    assert_eq!(lines, [&json!(2), &json!(3)], "{check}");
    assert_eq!(check["findings"][0]["next"], "azvault key add recovery");
    // Slots can be seen from outside, contexts cannot.
    let mut check = home.command(&["policy", "check"]);
    check.env_remove("AZVAULT_PASSPHRASE_FILE");
    let check = machine.run(&check).expect(10).says("contexts were not looked at: azvault unlock");
    assert_eq!(check.stdout.lines().count(), 2);
}

#[test]
fn slots_are_neither_added_nor_removed_against_the_policy() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with(
        "kdf.passes = 3\n[slots]\nrequired = [\"recovery-code\"]\nforbidden = [\"raw-key\", \"keyring\"]",
    );
    let home = Home::with_vault();
    home.run(&["key", "add", "recovery", "--recovery-file", "code"]).expect(0);
    fs::write(home.join("new"), "another passphrase\n").unwrap();
    let list = home.json(&["key", "list"]);
    let kept = list["keys"].as_array().unwrap().iter().find(|key| key["kind"] == "recovery-code");
    let id = kept.unwrap()["id"].as_str().unwrap();
    let new = ["--new-passphrase-file", "new"];
    let weak = |verb: &[&'static str]| [verb, &new, &CHEAP].concat();
    for (args, line) in [
        (vec!["key", "add", "raw", "raw"], 4),
        (vec!["key", "add", "keyring"], 4),
        (weak(&["key", "add", "passphrase"]), 1),
        (weak(&["key", "add", "key-file", "key"]), 1),
        (weak(&["key", "passphrase"]), 1),
        (vec!["key", "remove", id, "--yes"], 3),
        (vec!["key", "rotate", "--no-recovery", "--yes"], 3),
    ] {
        machine.refuses(&home, &home.command(&args), line);
    }
    assert!(!home.join("raw").exists() && !home.join("key").exists());
    let enough = ["--kdf-memory", "19", "--kdf-passes", "3"];
    let add = [&["key", "add", "passphrase"][..], &new, &enough].concat();
    machine.run(&home.command(&add)).expect(0);
    machine.run(&home.command(&["key", "rotate", "--yes", "--recovery-file", "next"])).expect(0);
    home.run(&["key", "remove", id, "--yes"]).expect(0);
}

#[test]
fn the_environment_hides_no_policy_of_the_machine() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with("plaintext-export = \"forbidden\"\n");
    let home = Home::with_contexts();
    let elsewhere = home.join("elsewhere");
    fs::create_dir_all(elsewhere.join("azvault")).unwrap();
    let save = ["context", "save", "out", "--format", "azure-powershell", "--plaintext", "--yes"];
    let vault = ["--vault", home.vault().to_str().unwrap()].map(str::to_owned);
    for (name, value) in [
        ("HOME", elsewhere.to_str()),
        ("HOME", None),
        ("HOME", Some("/nowhere")),
        ("XDG_CONFIG_HOME", elsewhere.to_str()),
        ("XDG_CONFIG_HOME", Some("")),
        ("XDG_CONFIG_HOME", Some("/proc/self/cwd")),
        ("XDG_CONFIG_DIRS", elsewhere.to_str()),
        ("AZVAULT_POLICY", elsewhere.to_str()),
        ("AZVAULT_POLICY_FILE", Some("/dev/null")),
    ] {
        let mut command = home.command(&save);
        command.args(&vault);
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        machine.refuses(&home, &command, 1);
        assert!(!home.join("out").exists(), "{name} {value:?}");
    }
    // A user's file says more, and nothing less.
    let file = of_user(&home, "autosave = \"off\"\nplaintext-export = \"allowed\"\n");
    let refused = machine.run(&home.command(&save)).expect(7);
    refused.says(&format!("{file} line 2: plaintext-export may only tighten {SYSTEM} line 1"));
    machine.run(&home.command(&["token"])).expect(7);
    of_user(&home, "autosave = \"off\"\n");
    machine.refuses(&home, &home.command(&save), 1);
    let enable = machine.run(&home.command(&["autosave", "enable"])).expect(7);
    enable.says(&format!("refused by {file} line 1: autosave is off"));
}

/// Commands that do something that a policy could forbid.
const COULD_BE_FORBIDDEN: [&[&str]; 9] = [
    &["init", "--vault", "new.db"],
    &["unlock"],
    &["token"],
    &["exec", "--", "/bin/true"],
    &["use", "gov"],
    &["connect", "--device-code"],
    &["autosave", "enable"],
    &["context", "save", "out", "--format", "azure-powershell", "--plaintext", "--yes"],
    &["migrate", "rollback", "--yes"],
];

#[track_caller]
fn forbids_all(home: &Home, run: &dyn Fn(&[&str]) -> crate::home::Ran, word: &str) {
    for args in COULD_BE_FORBIDDEN {
        let ran =
            run(args).expect(7).says("refused by a policy that cannot be followed").says(word);
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    let check = run(&["policy", "check"]).expect(10);
    assert!(check.stdout.contains(word), "{}", check.stdout);
    run(&["policy", "show"]).expect(7);
    run(&["lock"]).expect(0);
    assert!(!home.join("new.db").exists() && !home.join("out").exists());
}

#[test]
fn a_file_that_cannot_be_read_forbids_all_that_a_policy_could() {
    let home = Home::with_contexts();
    let file = of_user(&home, "");
    let folder = home.join(".config/azvault");
    let run = |args: &[&str]| home.run(args);
    for (bytes, word) in [
        (&b"plaintext_export = \"forbidden\""[..], "line 1: there is no key plaintext_export"),
        (b"\nautosave = \"on\"", "line 2: this is no word for it"),
        (b"autosave = \"off", "line 1: this is no TOML"),
        (b"\xff\xfe", "it is not UTF-8"),
        (&[b'#'; 64 * 1024 + 1], "large"),
    ] {
        of_user(&home, bytes);
        forbids_all(&home, &run, word);
    }
    of_user(&home, "");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o660)).unwrap();
    forbids_all(&home, &run, "others can write it");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    home.run(&["policy", "check"]).expect(0);
    if chown(&file, Some(12345), None).is_ok() {
        forbids_all(&home, &run, "it belongs to another user");
    }
    fs::remove_file(&file).unwrap();
    symlink("/nowhere", &file).unwrap();
    forbids_all(&home, &run, "No such file");
    fs::remove_file(&file).unwrap();
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    forbids_all(&home, &run, "no regular file");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    forbids_all(&home, &run, "no regular file");
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "").unwrap();
    forbids_all(&home, &run, "Not a directory");
    fs::remove_file(&folder).unwrap();
    symlink("nowhere", &folder).unwrap();
    forbids_all(&home, &run, "No such file");
    fs::remove_file(&folder).unwrap();
    home.run(&["policy", "check"]).expect(0);
}

#[test]
fn a_machines_file_is_roots_alone() {
    if !can_be_made() {
        return;
    }
    let home = Home::with_contexts();
    let machine = Machine::with("");
    let run = |args: &[&str]| machine.run(&home.command(args));
    run(&["policy", "check"]).expect(0);
    let mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&machine.policy(), 0o602);
    forbids_all(&home, &run, "others can write it");
    mode(&machine.policy(), 0o644);
    mode(&machine.azvault(), 0o775);
    forbids_all(&home, &run, "others than root can write its folder");
    mode(&machine.azvault(), 0o755);
    fs::write(machine.policy(), "[unlock]\nhard = \"1h\"").unwrap();
    forbids_all(&home, &run, "/etc/azvault/policy.toml line 2: there is no key unlock.hard");
    fs::write(machine.policy(), b"\xc3").unwrap();
    forbids_all(&home, &run, "it is not UTF-8");
    if chown(machine.policy(), Some(12345), None).is_ok() {
        forbids_all(&home, &run, "it belongs to another user");
    }
    fs::remove_file(machine.policy()).unwrap();
    symlink("policy", machine.policy()).unwrap();
    forbids_all(&home, &run, "No such file");
}

#[test]
fn any_bytes_are_taken_or_refused() {
    let home = Home::empty();
    // A generator of our own numbers: a failure comes again.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap() % most
    };
    let pieces: [&[u8]; 14] = [
        b"autosave",
        b" = ",
        b"\"off\"",
        b"\n",
        b"[slots]",
        b"required",
        b"[\"keyring\"]",
        b"\xff",
        b"\0",
        b"#",
        b"[[",
        b"\"\"\"",
        b"unlock.idle = \"1h\"\n",
        b"\xef\xbb\xbf",
    ];
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..150 {
        let bytes: Vec<u8> =
            (0..next(6)).flat_map(|_| pieces[next(pieces.len())]).copied().collect();
        of_user(&home, &bytes);
        match home.run(&["policy", "show"]).code {
            0 => taken += 1,
            7 => refused += 1,
            code => panic!("{code} for {bytes:?}"),
        }
        // A line that nobody understands is not passed over, whatever stands before it.
        of_user(&home, [&bytes, &b"\nzzz = 1\n"[..]].concat());
        home.run(&["policy", "show"]).expect(7);
    }
    assert!(taken > 10 && refused > 10, "{taken} {refused}");
    println!("150 files: {taken} taken, {refused} refused");
}

#[test]
fn what_is_in_force_is_shown_with_its_lines() {
    if !can_be_made() {
        return;
    }
    let home = Home::with_vault();
    assert_eq!(home.json(&["policy", "show"])["members"], json!([]));
    assert_eq!(home.json(&["status"])["policy"], Value::Null);
    let machine = Machine::with(
        "autosave = \"off\"\nunlock.for = \"8h\"\nslots.required = [\"passphrase\"]\n",
    );
    let file = of_user(&home, "\nunlock.for = \"90m\"\ntenants = [\"b\", \"a\"]\n");
    let shown = machine.run(&home.command(&["policy", "show", "-o", "json"])).expect(0).json();
    let member = |key: &str, value: Value, file: &str, line: u64| json!({ "key": key, "value": value, "file": file, "line": line });
    assert_eq!(
        shown,
        json!({
            "schema": 1,
            "files": [{ "path": SYSTEM, "exists": true }, { "path": file, "exists": true }],
            "members": [
                member("autosave", json!("off"), SYSTEM, 1),
                member("tenants", json!(["b", "a"]), &file, 3),
                member("unlock.for", json!("1h 30m"), &file, 2),
                member("slots.required", json!("passphrase"), SYSTEM, 3),
            ],
        })
    );
    let status = machine.run(&home.command(&["status", "-o", "json"])).expect(0).json();
    assert_eq!(status["policy"], json!({ "files": [SYSTEM, file], "members": 4 }));
    let status = machine.run(&home.command(&["status"])).expect(0);
    assert!(
        status.stdout.contains("4 members of /etc/azvault/policy.toml and "),
        "{}",
        status.stdout
    );
    machine.run(&home.command(&["policy", "check"])).expect(0).says("nothing was found");
}

#[test]
fn a_file_is_checked_before_it_holds() {
    let home = Home::empty();
    fs::write(home.join("new.toml"), "autosafe = \"off\"\n[unlock]\nidle = 5\n").unwrap();
    let checked = home.run(&["policy", "check", "new.toml"]).expect(10);
    let lines: Vec<&str> = checked.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("new.toml line 1: there is no key autosafe: write autosave"));
    assert!(lines[1].contains("new.toml line 3: this is no time for it: write \"1h30m\""));
    fs::write(home.join("new.toml"), "autosave = \"off\"\n").unwrap();
    home.run(&["policy", "check", "new.toml"]).expect(0);
    home.run(&["policy", "check", "nowhere.toml"]).expect(10);
}
