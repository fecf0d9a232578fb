//! `exec`: its command, and the terminal of its command.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;

use rustix::process::Signal;

use super::{home, on_a_terminal, read};
use azvault_test_support::{PASSPHRASE, eventually, ran, signal};

#[test]
fn exec_is_its_command() {
    let home = home();
    let bash = |script: &str| home.shell("bash", script).output().unwrap();
    for (script, wanted) in [
        ("azvault exec fab -- true; echo $?", "0\n"),
        ("azvault exec fab -- sh -c 'exit 7'; echo $?", "7\n"),
        ("azvault exec fab -- sh -c 'exit 255'; echo $?", "255\n"),
        ("azvault exec fab -- sh -c 'kill -TERM $$'; echo $?", "143\n"),
        ("azvault exec fab -- sh -c 'kill -9 $$'; echo $?", "137\n"),
        ("azvault exec fab -- no-such-program; echo $?", "127\n"),
        ("azvault exec fab -- /etc/passwd; echo $?", "126\n"),
        ("azvault exec fab -- /; echo $?", "126\n"),
        ("azvault exec nobody -- echo ran; echo $?", "5\n"),
        ("printf 'a b' | azvault exec fab -- cat", "a b"),
        ("azvault exec fab -- azvault prompt", "fab*\n"),
        ("azvault exec -- azvault prompt", "dev*\n"),
        ("AZVAULT_CONTEXT=sp azvault exec fab -- azvault prompt", "fab*\n"),
        ("AZVAULT_CONTEXT=sp azvault exec -- azvault prompt", "sp*\n"),
        ("AZVAULT_CONTEXT=sp azvault exec fab -- sh -c 'echo \"[$AZVAULT_CONTEXT]\"'", "[]\n"),
        ("azvault exec fab -- azvault exec sp -- azvault prompt", "sp*\n"),
        ("azvault exec fab -- sh -c 'azvault use sp >/dev/null; azvault prompt'", "sp*\n"),
        ("umask 027; azvault exec fab -- sh -c umask", "0027\n"),
        ("ulimit -S -c 0; azvault exec fab -- sh -c 'ulimit -S -c'", "0\n"),
        ("azvault exec fab -- sh -c 'echo \"$1|$2\"' x 'a  b' '*'", "a  b|*\n"),
    ] {
        let output = bash(script);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, wanted, "{script}: {}", String::from_utf8(output.stderr).unwrap());
    }
    // What stood before it stands again.
    let core = bash("ulimit -S -c; azvault exec fab -- sh -c 'ulimit -S -c'").stdout;
    let core = String::from_utf8(core).unwrap();
    let lines: Vec<&str> = core.lines().collect();
    assert_eq!(lines[0], lines[1]);
    eventually("every session ends", || home.sessions() == 0);

    // The environment has a session more, and what `door` gives; nothing in it is a secret of the
    // vault.
    let script = "env -0 >before; azvault exec fab -- env -0 >after";
    ran(bash(script)).expect(0);
    let names = |file: &str| -> BTreeSet<String> {
        read(&home, file).split('\0').map(str::to_owned).collect()
    };
    let (before, after) = (names("before"), names("after"));
    let more: Vec<&String> = after.difference(&before).filter(|v| !v.starts_with("_=")).collect();
    let more: Vec<&str> = more.iter().filter_map(|v| Some(v.split_once('=')?.0)).collect();
    let expected = [
        "ANSIBLE_AZURE_AUTH_SOURCE",
        "ARM_ENVIRONMENT",
        "ARM_MSI_API_VERSION",
        "ARM_MSI_ENDPOINT",
        "ARM_SUBSCRIPTION_ID",
        "ARM_TENANT_ID",
        "ARM_USE_CLI",
        "ARM_USE_MSI",
        "AZCOPY_AUTO_LOGIN_TYPE",
        "AZD_AUTH_ENDPOINT",
        "AZD_AUTH_KEY",
        "AZURE_CONFIG_DIR",
        "AZURE_MSI_ENDPOINT",
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_TENANT_ID",
        "AZURE_TOKEN_CREDENTIALS",
        "AZVAULT_SESSION",
        "AzContextAutoSave",
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "MSI_ENDPOINT",
        "MSI_SECRET",
        "NO_PROXY",
        "no_proxy",
    ];
    assert_eq!(more, expected);
    assert!(!read(&home, "after").contains(PASSPHRASE));

    // A signal to the process is a signal to the command.
    let mut sleeper = home.without(&["exec", "fab", "--", "sleep", "1000"]).spawn().unwrap();
    let name = format!("/proc/{}/comm", sleeper.id());
    eventually("it runs", || fs::read_to_string(&name).is_ok_and(|name| name == "sleep\n"));
    signal(sleeper.id(), Signal::TERM);
    assert_eq!(sleeper.wait().unwrap().signal(), Some(15));
    eventually("its session ends", || home.sessions() == 0);
}

#[test]
fn the_terminal_is_that_of_the_command() {
    let home = home();
    let test = "azvault exec fab -- sh -c 'test -t 0 && test -t 1 && tty >/dev/null && echo a-tty; exit 9'";
    let (code, seen) = on_a_terminal(&home, test, "");
    assert!(seen.contains("a-tty"), "{seen}");
    assert_eq!(code, 9);
    let typed = "azvault prompt; echo \"[$(azvault prompt)]\"\nexit 3\n";
    let (code, seen) = on_a_terminal(&home, "azvault shell sp", typed);
    assert!(seen.contains("[sp*]"), "{seen}");
    assert_eq!(code, 3, "{seen}");
    eventually("the session ends", || home.sessions() == 0);
}
