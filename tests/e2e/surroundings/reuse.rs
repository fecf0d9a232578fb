//! A number of a process that is given out again.

use super::world::World;

/// Leaves the session, has children connect to the agent and end, and asks for a session on their
/// connections once each number is that of a process of its shell.
const ATTACK: &str = r#"
import os, socket, struct, sys, time
path, session = sys.argv[1], int(sys.argv[2], 16)
def answer(s):
    try:
        s.sendall(struct.pack('>IBQ', 9, 4, session))
        reply = s.recv(5)
        return 'outcome %d' % reply[4] if reply else 'closed'
    except OSError:
        return 'closed'
def connected():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    return s
if sys.argv[3:] == ['member']:
    s = connected(); s.connect(path); print(answer(s)); sys.exit()
if os.fork(): sys.exit()
os.setsid()
if os.fork(): os._exit(0)
while os.getppid() != 1: time.sleep(0.01)
s = connected()
child = os.fork()
if child == 0:
    s.connect(path); os._exit(0)
os.waitpid(child, 0)
open('/tmp/pid.new', 'w').write(str(child)); os.rename('/tmp/pid.new', '/tmp/pid')
while not os.path.exists('/tmp/go'): time.sleep(0.01)
open('/tmp/said.new', 'w').write(answer(s)); os.rename('/tmp/said.new', '/tmp/said')
"#;

#[test]
fn a_connection_of_a_process_that_ended_reaches_no_session() {
    let Some(world) = World::new() else { return };
    let said = world.bash(&format!(
        "set -e; mkdir -m 700 /tmp/run; export XDG_RUNTIME_DIR=/tmp/run
         azvault --passphrase-file passphrase unlock >/dev/null 2>&1
         eval \"$(azvault session start)\"; id=${{AZVAULT_SESSION%%.*}}
         socket=$(echo /tmp/run/azvault/*.sock)
         cat >/tmp/attack.py <<'END'\n{ATTACK}\nEND
         for round in 1 2 3 4 5; do
             rm -f /tmp/pid /tmp/go /tmp/said
             python3 /tmp/attack.py $socket $id
             until [ -e /tmp/pid ]; do sleep 0.02; done
             pid=$(cat /tmp/pid)
             # The number that the kernel gives out next.
             echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid; sleep 60 &
             [ $! = $pid ] || echo \"not reused: $! for $pid\"
             echo >/tmp/go
             until [ -e /tmp/said ]; do sleep 0.02; done
             echo \"attacker $(cat /tmp/said)\"
             kill $pid; wait $pid 2>/dev/null || true
             echo \"member $(python3 /tmp/attack.py $socket $id member)\"
         done"
    ));
    let said = said.expect(0).stdout;
    assert_eq!(said, "attacker closed\nmember outcome 0\n".repeat(5));
    println!(
        "figure: 5 of 5 connections whose process ended and whose number a process of the shell \
         got: 0 answers"
    );
    println!("control: 5 of 5 answered while that process asks itself");
}

/// Asks the endpoint around it once.
const ASK: &str = r#"
import os, urllib.error, urllib.request as r
query = '?api-version=2019-08-01&resource=https://vault.azure.net'
headers = {'X-IDENTITY-HEADER': os.environ['IDENTITY_HEADER']}
request = r.Request(os.environ['IDENTITY_ENDPOINT'] + query, headers=headers)
try: r.build_opener(r.ProxyHandler({})).open(request)
except urllib.error.HTTPError: pass
"#;

/// Says to the agent what an endpoint said, and tells what comes back.
const REPLAY: &str = r#"
import socket, struct, sys
line = next(l for l in open(sys.argv[1], encoding='latin-1') if 'UNIX' in l and 'granted token' in l)
text = line[line.index('"') + 1:line.rindex('"')]
message = text.encode('latin-1').decode('unicode_escape').encode('latin-1')
parts, at = [], 1
while at < len(message):
    size = struct.unpack_from('>I', message, at)[0]
    parts.append(message[at + 4:at + 4 + size]); at += 4 + size
# Without the session of the command, which has ended too: the handle of the grant is the last secret.
named = parts[0].index(b'\xa7session') + 8
parts[0] = parts[0][:named] + b'\xc0' + parts[0][named + 1:]
del parts[2]
message = message[:1] + b''.join(struct.pack('>I', len(part)) + part for part in parts)
message = struct.pack('>IB', len(message) + 1, 7) + message
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[2]); s.sendall(message)
reply = b''
while part := s.recv(65536): reply += part
gone = b'the grant of this command is gone' in reply
print('gone' if gone else 'answered' if b'no token to' in reply else repr(reply)[:600])
"#;

#[test]
fn a_process_with_the_number_of_one_that_ended_has_no_grant_of_it() {
    let Some(world) = World::new() else { return };
    let said = world.bash(&format!(
        "set -e; mkdir -m 700 /tmp/run; export XDG_RUNTIME_DIR=/tmp/run
         azvault --passphrase-file passphrase unlock >/dev/null 2>&1
         socket=$(echo /tmp/run/azvault/*.sock)
         cat >/tmp/ask.py <<'END'\n{ASK}\nEND
         cat >/tmp/replay.py <<'END'\n{REPLAY}\nEND
         for round in 1 2 3; do
             rm -f /tmp/trace
             # The control: while its process runs, what descends from it is answered.
             cat >/tmp/within.sh <<'END'
                 python3 /tmp/ask.py; echo $$ >/tmp/pid
                 echo \"within $(python3 /tmp/replay.py /tmp/trace $1)\"
END
             strace -f -qq -yy -s 65536 -e trace=sendto,write,sendmsg -o /tmp/trace \
                 azvault exec dev -- bash /tmp/within.sh $socket
             pid=$(cat /tmp/pid)
             echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
             python3 /tmp/replay.py /tmp/trace $socket >/tmp/said &
             [ $! = $pid ] || echo \"not reused: $! for $pid\"
             wait $!; echo \"with its number $(cat /tmp/said)\"
         done"
    ));
    let said = said.expect(0).stdout;
    assert_eq!(said, "within answered\nwith its number gone\n".repeat(3));
}
