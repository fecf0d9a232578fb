//! The runtime folder: which one is used, which is refused, and that all find one agent.

use super::world::World;
use azvault_test_support::{is_root, not_run};

const PASS: &str = "--passphrase-file passphrase";

#[test]
fn an_agent_is_found_from_every_environment_of_the_same_user() {
    let Some(world) = World::new() else { return };
    let said = world.bash(&format!(
        "set -e; uid=$(id -u); mkdir -m 700 /tmp/run /tmp/other
         pid() {{ azvault status -o json | sed 's/.*\"agent\":{{\"pid\":\\([0-9]*\\).*/\\1/'; }}
         # Without a folder of the system it is ours, and the shell that has one finds it there.
         azvault {PASS} unlock >/dev/null; one=$(pid)
         # The next one takes its place.
         export XDG_RUNTIME_DIR=/tmp/run; azvault {PASS} unlock >/dev/null; two=$(pid)
         XDG_RUNTIME_DIR=/tmp/other azvault context list -q >/dev/null
         XDG_RUNTIME_DIR=/tmp/nowhere azvault context list -q >/dev/null
         unset XDG_RUNTIME_DIR; three=$(pid)
         [ \"$one\" != \"$two\" ] && [ \"$two\" = \"$three\" ] && echo same
         stat -c '%a %u' /tmp/azvault-$uid | sed \"s/ $uid\\$/ own/\"
         ls /tmp/run /tmp/other | grep -c sock || true
         # A session is found as well.
         eval \"$(azvault session start)\"; azvault use fab >/dev/null
         XDG_RUNTIME_DIR=/tmp/run azvault prompt"
    ));
    let said = said.expect(0);
    assert_eq!(said.stdout, "same\n700 own\n0\nfab*\n", "{}", said.stderr);
}

#[test]
fn an_agent_in_a_folder_that_only_another_shell_names_is_found_through_the_kernel() {
    let Some(world) = World::new() else { return };
    let said = world.bash(&format!(
        "set -e; mkdir -m 700 /tmp/run /tmp/other
         export XDG_RUNTIME_DIR=/tmp/run; azvault {PASS} unlock >/dev/null
         eval \"$(azvault session start)\"; azvault use fab >/dev/null
         XDG_RUNTIME_DIR=/tmp/other azvault prompt; unset XDG_RUNTIME_DIR; azvault prompt
         azvault {PASS} unlock >/dev/null; azvault context list -q >/dev/null
         ls -d /tmp/other/azvault /tmp/azvault-* 2>/dev/null | wc -l
         pgrep -f -c 'azvault agent [s]erve'"
    ));
    assert_eq!(said.expect(0).stdout, "fab*\nfab*\n0\n1\n");
}

#[test]
fn a_shell_that_is_process_1_can_have_a_session() {
    let Some(world) = World::new() else { return };
    // As in `docker run IMAGE bash`.
    let said = world.bash(&format!(
        "unshare --mount --pid --fork --mount-proc bash -c 'mount -t tmpfs -o mode=1777 none /tmp
           echo $$; azvault {PASS} unlock >/dev/null
           eval \"$(azvault session start)\"; azvault use fab >/dev/null; azvault prompt'"
    ));
    assert_eq!(said.stdout, "1\nfab*\n", "{}", said.stderr);
}

#[test]
fn the_folder_of_a_login_is_used_by_a_shell_that_was_not_told_of_it() {
    let Some(world) = World::new() else { return };
    let said = world.bash(&format!(
        "[ -d /run/user ] || exit 98
         uid=$(id -u); mkdir -m 700 /run/user/$uid; azvault {PASS} unlock >/dev/null || exit
         ls /run/user/$uid/azvault | grep -c sock; ls -d /tmp/azvault-* 2>/dev/null || echo none"
    ));
    if said.code == 98 {
        not_run("this machine has no /run/user");
        return;
    }
    assert_eq!(said.expect(0).stdout, "1\nnone\n");
}

#[test]
fn a_path_is_as_long_as_a_socket_can_have_it_and_one_byte_more_is_passed_over() {
    let Some(world) = World::new() else { return };
    // sun_path has 107 bytes: the folder, `/azvault/`, 32 digits and `.sock`.
    let said = world.bash(&format!(
        "for length in 61 62; do
           export XDG_RUNTIME_DIR=/tmp/$(printf 'x%.0s' $(seq $((length - 5)))); mkdir -m 700 $XDG_RUNTIME_DIR
           azvault {PASS} unlock >/dev/null || exit
           ls $XDG_RUNTIME_DIR | wc -l; azvault doctor --no-agent | grep -c 'is too long for a socket'
           azvault lock -q >/dev/null
           while pkill -x -P 1 azvault; do sleep 0.05; done
         done"
    ));
    assert_eq!(said.stdout, "1\n0\n0\n1\n", "{}", said.stderr);
}

#[test]
fn a_folder_that_is_not_this_users_alone_is_refused_and_the_advice_works() {
    let Some(world) = World::new() else { return };
    let own = "/tmp/azvault-$(id -u)";
    // What lies at the name, what is said of it, and whether only root can put it there.
    for (made, said, root) in [
        ("mkdir -m 700 OWN; chown 4242 OWN", "belongs to another user (uid 4242)", true),
        ("mkdir -m 755 OWN", "has mode 0755: others can enter it", false),
        ("mkdir -m 770 OWN", "has mode 0770: others can enter it", false),
        ("mkdir -m 700 theirs; ln -s $PWD/theirs OWN", "is not a folder", false),
        ("ln -s /nowhere OWN", "is not a folder", false),
        ("touch OWN", "is not a folder", false),
        ("mkfifo OWN", "is not a folder", false),
        ("chmod 777 /tmp", "has mode 0777: others can replace what is in it", false),
        ("chmod 1777 /tmp; chown 4242 /tmp", "belongs to another user (uid 4242)", true),
    ] {
        if root && !is_root() {
            not_run(&format!("{made}: only root can do that"));
            continue;
        }
        let made = made.replace("OWN", own);
        let ran = world.bash(&format!(
            "rm -rf theirs; {made}; ls -ld {own} /tmp | cut -c1-10 >before 2>/dev/null
             azvault {PASS} unlock 2>said; echo $?; cat said
             ls -ld {own} /tmp | cut -c1-10 >after 2>/dev/null; cmp before after; ls theirs 2>/dev/null
             azvault {PASS} --no-agent exec fab -- true; echo $?
             azvault {PASS} --no-agent exec fab -- sh -c 'stat -c %a $AZURE_CONFIG_DIR'
             azvault {PASS} --no-agent context list -q >/dev/null; echo $?
             eval \"$(sed -n 's/^try: //p' said)\"
             azvault {PASS} unlock; azvault context list -q >/dev/null; echo $?
             azvault doctor -o json | grep -c '\"name\":\"runtime-folder\",\"state\":\"ok\"'"
        ));
        let lines: Vec<&str> = ran.stdout.lines().collect();
        let case = format!("{made}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(lines[0], "13", "{case}");
        assert!(lines[1].contains(said), "{case}");
        assert_eq!(lines[3..7], ["0", "700", "0", "unlocked for 12h"], "{case}");
        assert_eq!(lines[7..], ["0", "1"], "{case}");
    }
}

#[test]
fn doctor_says_which_folder_is_used_and_why() {
    let Some(world) = World::new() else { return };
    let said = world.bash(
        "look() { azvault --no-agent doctor -o tsv | grep runtime-folder; }
         look; XDG_RUNTIME_DIR=/tmp/nowhere look; XDG_RUNTIME_DIR=relative look
         mkdir -m 755 /tmp/lax; XDG_RUNTIME_DIR=/tmp/lax look
         mkdir -m 700 /tmp/run; XDG_RUNTIME_DIR=/tmp/run look; ls -d /tmp/azvault-* 2>/dev/null",
    );
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "looking makes nothing: {}", said.stdout);
    for (line, words) in lines.iter().zip([
        &["azvault-", " is used: XDG_RUNTIME_DIR is not set; /run/user/", "does not exist"][..],
        &["is used: XDG_RUNTIME_DIR, /tmp/nowhere, does not exist"],
        &["is used: XDG_RUNTIME_DIR, relative, is not an absolute path"],
        &["XDG_RUNTIME_DIR, /tmp/lax, has mode 0755: others can enter it", "chmod 700 /tmp/lax"],
        &["/tmp/run/azvault is yours alone"],
    ]) {
        assert!(words.iter().all(|word| line.contains(word)), "{line}: {words:?}");
    }
}
