//! The keyring of a desktop: the real gnome-keyring, on a bus of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::key::slots;
use crate::machine::{can_be_made, with_system_tool};
use azvault_test_support::{Home, Ran, contains, has, ran};

/// Runs a script of bash on a bus with an unlocked keyring, with the real `secret-tool`. `None` where
/// a program is missing.
fn on_desktop(home: &Home, script: &str) -> Option<Ran> {
    if !["dbus-run-session", "gnome-keyring-daemon", "secret-tool"].into_iter().all(has) {
        return None;
    }
    let script = format!(
        "printf desktop | gnome-keyring-daemon --unlock --components=secrets -d >/dev/null 2>&1
         export GIVEN=$AZVAULT_PASSPHRASE_FILE
         {script}"
    );
    let prepared = home.script(&script);
    let mut command = std::process::Command::new("dbus-run-session");
    command.arg("--").arg(prepared.get_program()).args(prepared.get_args());
    command.env_clear().current_dir(home.path());
    command.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Some(ran(command.output().unwrap()))
}

#[test]
fn a_vault_opens_unasked_while_the_keyring_is_unlocked() {
    let home = Home::with_vault();
    let Some(said) = on_desktop(
        &home,
        "azvault key add keyring
         unset AZVAULT_PASSPHRASE_FILE
         azvault context list
         azvault verify
         azvault key rotate --keep-or-fail 2>&1 || echo \"refused $?\"
         azvault key rotate --yes --also \"$GIVEN\"
         azvault verify
         azvault key list -o json
         secret-tool search --all service azvault 2>/dev/null | grep '^secret'
         azvault key remove 1 --yes || echo \"refused $?\"",
    ) else {
        return;
    };
    let said = said.expect(0);
    let out = &said.stdout;
    assert!(out.contains("slot 2 (keyring) opens the vault now"), "{out}");
    assert!(out.contains("the secret is not at hand of slot 1 (passphrase)"), "{out}");
    assert!(out.contains("refused 7"), "{out}");
    assert_eq!(out.matches("intact").count(), 2, "{out}");
    let listed = out.lines().find(|line| line.starts_with('{')).unwrap();
    assert!(listed.contains("\"keyring\""), "{listed}");
    // The entry of the old keys is gone, and a keyring is no way to be left with alone.
    assert_eq!(out.matches("secret = azvault-raw-key-v1:").count(), 1, "{out}");
    assert!(out.trim_end().ends_with("refused 7"), "{out}");
    // The key went through pipes: it is in no output of ours.
    let key = out.split("azvault-raw-key-v1:").nth(1).unwrap();
    let key = key.split_whitespace().next().unwrap();
    assert_eq!(key.len(), 56);
    assert!(!said.stderr.contains(key));

    // Without a desktop it is as if there were no such slot.
    let alone = |args: &[&str]| {
        let mut command = home.command(args);
        command.env("PATH", "/usr/bin:/bin").env_remove("AZVAULT_PASSPHRASE_FILE");
        ran(command.output().unwrap())
    };
    alone(&["context", "list"]).expect(14);
    alone(&["context", "list", "-v"]).expect(14).says("the keyring does not answer");
    home.run(&["context", "list"]).expect(0);

    // Removed, its key is in the keyring no more.
    let gone = "azvault key add keyring
         azvault key remove 3 --yes
         secret-tool search --all service azvault 2>/dev/null | grep -c '^secret' || true";
    let gone = on_desktop(&home, gone).unwrap().expect(0);
    assert!(gone.stdout.trim_end().ends_with("\n1"), "{}", gone.stdout);
    assert_eq!(slots(&home), ["1 passphrase", "2 keyring"]);
}

/// A folder with a `secret-tool` that keeps what it is given, and writes down how it was called.
fn fake(home: &Home, name: &str) -> PathBuf {
    let folder = home.join(name);
    fs::create_dir(&folder).unwrap();
    let tool = folder.join("secret-tool");
    let text = format!(
        "#!/bin/bash\n{{ echo \"$@\"; cat /proc/$$/environ; }} >>'{0}/called'\n\
         case $1 in store) cat >'{0}/kept';; lookup) cat '{0}/kept';; esac\n",
        folder.display()
    );
    fs::write(&tool, text).unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn a_program_of_the_path_gets_no_key_and_asks_for_none() {
    let home = Home::with_vault();
    let evil = fake(&home, "evil");
    let path = format!("{}:/usr/bin:/bin", evil.display());
    for args in [&["key", "add", "keyring"][..], &["doctor"], &["verify"]] {
        let mut command = home.command(args);
        let _ = command.env("PATH", &path).current_dir(&evil).output().unwrap();
        assert!(!evil.join("called").exists(), "{args:?}");
    }
    assert_eq!(slots(&home), ["1 passphrase"]);
    if !can_be_made() {
        return;
    }
    // The system's is called by its place, with what it needs of the environment and no more.
    let system = fake(&home, "system");
    let run = |args: &[&str]| {
        let mut command = home.command(args);
        command.env("PATH", &path).env("LD_PRELOAD", "").env("GIO_EXTRA_MODULES", "planted");
        command.env("AZVAULT_CONTEXT", "planted").env("AZURE_CLIENT_SECRET", "planted");
        if args != ["key", "add", "keyring"] {
            command.env_remove("AZVAULT_PASSPHRASE_FILE").env_remove("AZVAULT_CONTEXT");
        }
        ran(with_system_tool(&command, &system).output().unwrap())
    };
    run(&["key", "add", "keyring"]).expect(0);
    run(&["verify"]).expect(0);
    let called = fs::read(system.join("called")).unwrap();
    let was = |text: &str| contains(&called, text.as_bytes());
    assert!(was("store --label") && was("lookup service azvault") && was("PATH=/usr/bin:/bin"));
    for planted in ["planted", "GIO_", "LD_PRELOAD", "AZVAULT_", "azvault-raw-key-v1", "evil"] {
        assert!(!was(planted), "{planted}");
    }
    assert!(!evil.join("called").exists());
    // One that others can change is none of the system's.
    for (name, bits) in [("secret-tool", 0o777), ("secret-tool", 0o775)] {
        fs::set_permissions(system.join(name), fs::Permissions::from_mode(bits)).unwrap();
        run(&["verify"]).expect(14);
    }
}

#[test]
fn without_the_program_or_the_service_the_vault_stays_as_it_is_and_says_what_is_missing() {
    let home = Home::with_vault();
    let said = home.run(&["key", "add", "keyring"]).expect(13);
    if Path::new("/usr/bin/secret-tool").exists() {
        said.says("the keyring does not answer").says("azvault key add raw");
    } else {
        said.says("secret-tool, which is not installed").says("libsecret-tools");
    }
    assert_eq!(slots(&home), ["1 passphrase"]);
}
