//! Of the machine: what it lacks, and what runs on it.

use super::situation::{Situation, Start, all_hold};

/// What stands in for an agent of another version.
const OF_ANOTHER_VERSION: &str = r#"cat >other.py <<'END'
import os, socket, struct, sys
path = sys.argv[1]
listening = socket.socket(socket.AF_UNIX)
listening.bind(path)
listening.listen()
print(flush=True)
while True:
    caller = listening.accept()[0]
    length = struct.unpack(">I", caller.recv(4, socket.MSG_WAITALL))[0]
    verb = caller.recv(length, socket.MSG_WAITALL)[0]
    # It knows how to lock, and refuses all else.
    caller.sendall(struct.pack(">IB", 1, 0 if verb == 2 else 4))
    if verb == 2:
        os.unlink(path)
        break
END
azvault unlock; socket=$(echo run/azvault/*.sock)
kill $(azvault status -o json --query agent.pid); while [ -e $socket ]; do sleep 0.05; done
mkfifo ready; python3 other.py $socket >ready 2>/dev/null & read <ready; azvault context list"#;

#[rustfmt::skip]
const SITUATIONS: [Situation; 9] = [
    (Start::Nothing, "HOME=$PWD/gone azvault scan", 5, "set HOME, or name the files with --from PATH", "azvault migrate --from .Azure --no-recovery", 0),
    (Start::Contexts, "env -u HOME unshare --map-user=54321 azvault status", 1, "set HOME, or name the vault with --vault FILE and the files with --from PATH", "azvault status", 0),
    (Start::Contexts, "azvault doctor", 10, "what is said to type, then azvault doctor again", "azvault doctor | grep -qF 'azvault key add recovery' && azvault key add recovery --recovery-file code && ! azvault doctor | grep -qF 'azvault key add recovery'", 0),
    (Start::Contexts, "unshare --map-root-user --mount sh -c 'mount -t tmpfs none /usr/bin; azvault key add keyring'", 13, "sudo apt install libsecret-tools (Fedora, Arch: libsecret)", "azvault key add raw own.key", 0),
    (Start::Contexts, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere azvault key add keyring", 13, "unlock the keyring of your desktop; over SSH and in CI there is none: azvault key add raw FILE", "azvault key add raw own.key", 0),
    (Start::Contexts, "unshare --map-root-user --net --pid --fork --mount-proc bash -c 'unset AZVAULT_PASSPHRASE_FILE; azvault panic'", 14, "azvault panic in a terminal, or azvault panic --passphrase-file FILE", "unshare --map-root-user --net --pid --fork --mount-proc azvault panic --passphrase-file passphrase", 0),
    (Start::Contexts, "unshare --map-root-user --mount --net sh -c 'mount -t tmpfs none /proc; azvault panic'", 1, "mount -t proc proc /proc && azvault panic", "unshare --map-root-user --mount --net --pid --fork sh -c 'mount -t proc proc /proc && azvault panic'", 0),
    (Start::Contexts, "unshare --map-root-user --mount --net sh -c 'mount -t tmpfs none /proc; azvault status'", 1, "mount -t proc proc /proc && azvault status", "unshare --map-root-user --mount --net --pid --fork sh -c 'mount -t proc proc /proc && azvault status'", 0),
    (Start::Contexts, OF_ANOTHER_VERSION, 1, "azvault lock; azvault unlock", "azvault lock; azvault unlock; azvault context list", 0),
];

#[test]
fn a_hint_works_in_the_situation_that_prints_it() {
    all_hold(&SITUATIONS);
}
