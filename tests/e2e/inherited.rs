//! What the command of `exec` and `shell` inherits: nothing that could unlock the vault.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use azvault_endpoint::FOREIGN_VARIABLES;
use serde_json::Value;

use azvault_test_support::{Home, PASSPHRASE, ran};

/// Says what it has: descriptors above 2 with what can be read from each, standard input, variables.
const LOOK: &str = r#"
import json, os
def read(fd):
    os.set_blocking(fd, False)
    try:
        # Opened once more: what was read from a file already is read from its beginning.
        with open(f"/proc/self/fd/{fd}", "rb", opener=lambda p, f: os.open(p, f | os.O_NONBLOCK)) as file:
            return (file.read() or b"").decode("latin-1")
    except OSError as error:
        return str(error)
found = {fd: read(int(fd)) for fd in os.listdir("/proc/self/fd") if int(fd) > 2 and os.path.exists(f"/proc/self/fd/{fd}")}
print(json.dumps({"descriptors": found, "stdin": read(0), "variables": dict(os.environ)}))
"#;

fn home() -> Home {
    let home = Home::with_contexts();
    fs::write(home.join("look.py"), LOOK).unwrap();
    fs::write(home.join("jobs"), "of a job server").unwrap();
    let key = home.join("raw.key");
    home.run(&["key", "add", "raw", key.to_str().unwrap()]).expect(0);
    home
}

/// What the command of a script for bash sees, after the control: the descriptor of a file that
/// unlocks nothing stays open in it.
#[track_caller]
fn seen(home: &Home, script: &str) -> Value {
    let mut command = home.script(&format!("{script} 5<jobs"));
    if !script.contains("AZVAULT_PASSPHRASE_FILE") {
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
    }
    let seen = ran(command.output().unwrap()).expect(0).json();
    assert_eq!(seen["descriptors"]["5"], "of a job server", "{script}: {seen}");
    seen
}

#[test]
fn no_descriptor_and_no_variable_unlocks_the_vault_in_the_command() {
    let home = home();
    let key = fs::read_to_string(home.join("raw.key")).unwrap();
    let python = "python3 look.py";
    let mut looked_at = 0;
    for unlocking in [
        "azvault --no-agent --passphrase-fd 3 exec dev -- PYTHON 3<passphrase",
        // At other numbers as well, and written to.
        "azvault --no-agent --passphrase-fd 3 exec dev -- PYTHON 3<passphrase 4<&3 7<>passphrase",
        "azvault --no-agent exec --passphrase-fd 9 dev -- PYTHON 9< <(cat passphrase; cat)",
        "azvault --no-agent --passphrase-fd 0 exec dev -- PYTHON <passphrase",
        "cat passphrase passphrase | azvault --no-agent --passphrase-fd 0 exec dev -- PYTHON",
        "azvault --no-agent --passphrase-file <(cat passphrase) exec dev -- PYTHON",
        "azvault --no-agent --passphrase-file passphrase exec dev -- PYTHON 3<passphrase",
        "AZVAULT_PASSPHRASE_FILE=$PWD/passphrase azvault --no-agent exec dev -- PYTHON",
        "AZVAULT_PASSPHRASE_FILE=/dev/stdin azvault --no-agent exec dev -- PYTHON <passphrase",
        "AZVAULT_KEY_FILE=$PWD/raw.key azvault --no-agent exec dev -- PYTHON 8<raw.key",
        "azvault --no-agent --key-file raw.key exec dev -- PYTHON 8<raw.key",
        // The agent has the keys, and the variable stands there all the same.
        "azvault --passphrase-file passphrase unlock >&2; \
         AZVAULT_PASSPHRASE_FILE=$PWD/passphrase azvault exec dev -- PYTHON",
    ] {
        let seen = seen(&home, &unlocking.replace("PYTHON", python));
        let text = seen.to_string();
        assert!(!text.contains(PASSPHRASE), "{unlocking}: {seen}");
        assert!(key.lines().all(|line| line.len() < 20 || !text.contains(line)), "{unlocking}");
        for (name, value) in seen["variables"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            let names = ["passphrase", "raw.key", "/dev/stdin"].iter();
            assert!(names.clone().all(|file| !value.ends_with(file)), "{unlocking}: {name}");
        }
        looked_at += 1;
    }
    println!(
        "figure: {looked_at} ways to unlock: 0 descriptors or variables that unlock the vault"
    );
}

#[test]
fn a_shell_and_a_program_behind_the_shim_inherit_as_little() {
    let home = home();
    let shell = home.join("shell");
    let script = "#!/bin/sh\nexec python3 look.py\n";
    for program in [shell, home.join("az")] {
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    }
    for starting in [
        "AZVAULT_PASSPHRASE_FILE=$PWD/passphrase SHELL=$PWD/shell azvault --no-agent shell dev \
         3<passphrase",
        "AZVAULT_PASSPHRASE_FILE=$PWD/passphrase PATH=$PWD:$PATH azvault az-shim run -- vm list \
         3<passphrase",
    ] {
        let seen = seen(&home, starting);
        assert!(!seen.to_string().contains(PASSPHRASE), "{starting}: {seen}");
        assert_eq!(seen["variables"]["AZVAULT_PASSPHRASE_FILE"], Value::Null, "{starting}");
    }
}

#[test]
fn a_terminal_that_somebody_types_on_stays_the_commands_own() {
    let home = home();
    let read = "read -r line </dev/tty; echo \"the command got $line\"";
    let ran = home.on_terminal(
        &[("Passphrase", &format!("{PASSPHRASE}\n")), ("now", "words\n")],
        &["--no-agent", "exec", "dev", "--", "/bin/sh", "-c", &format!("echo now; {read}")],
    );
    assert!(ran.stdout.contains("the command got words"), "{}", ran.stdout);
}

#[test]
fn a_descriptor_that_every_program_gets_holds_no_passphrase() {
    let home = home();
    for number in ["1", "2", "-1"] {
        let option = format!("--passphrase-fd={number}");
        let refused = home.run(&["--no-agent", &option, "exec", "dev", "--", "true"]);
        refused.expect(2);
    }
}

#[test]
fn no_variable_by_which_a_tool_would_sign_in_as_somebody_else_reaches_the_command() {
    let home = home();
    let planted = "of-somebody-else";
    for verb in [&["exec", "dev", "--", "python3", "look.py"][..], &["shell", "dev"]] {
        let mut command = home.command(verb);
        command.env("PATH", std::env::var_os("PATH").unwrap());
        let shell = home.join("shell");
        fs::write(&shell, "#!/bin/sh\nexec python3 look.py\n").unwrap();
        fs::set_permissions(&shell, fs::Permissions::from_mode(0o700)).unwrap();
        command.env("SHELL", &shell).env("AZURE_STORAGE_ACCOUNT", "is-no-credential");
        for row in FOREIGN_VARIABLES {
            command.env(row.name.replace('*', "NEXT_OF_ITS_FAMILY"), planted);
        }
        let seen = ran(command.output().unwrap()).expect(0).json();
        let variables = seen["variables"].as_object().unwrap();
        let left: Vec<_> = variables.iter().filter(|(_, value)| *value == planted).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(variables["AZURE_STORAGE_ACCOUNT"], "is-no-credential");
    }
    println!("figure: {} variables of other tools: 0 inherited", FOREIGN_VARIABLES.len());
}
