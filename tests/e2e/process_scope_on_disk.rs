//! The whole life of process scope under `strace`, commands and agent alike: it is in no file.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

use crate::agent_home::{AgentHome, FABRIKAM, MEGAN, is_root};
use crate::home::{Ran, all_bytes, has, ran};

const NAME: &str = "zq-marker-name-7f3a91";
const RENAMED: &str = "zq-marker-renamed-2c5d08";
const VALUE: &str = "zq-marker-value-91bc44";
const SUBSCRIPTION: &str = "0f0f0f0f-1234-4567-89ab-7777777777aa";
const SECRET: &str = "zq-marker-secret-5e77a0";
const TENANT: &str = "1e1e1e1e-1234-4567-89ab-8888888888bb";

/// Calls by which bytes can reach a file, and those that make or rename one.
const CALLS: &str = "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,rename,renameat,\
    renameat2,openat,creat,link,linkat,symlink,symlinkat,mkdir,mkdirat,mknod,mknodat,ftruncate,\
    truncate,fallocate,copy_file_range,sendfile,splice,mmap";

/// What a marker can look like in a buffer.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut forms = vec![bytes.to_vec()];
    forms.push(bytes.iter().flat_map(|byte| [*byte, 0]).collect());
    forms.extend([HEXLOWER.encode(bytes).into_bytes(), HEXUPPER.encode(bytes).into_bytes()]);
    for shift in 0..3 {
        // From the first whole group of four characters to the last.
        let padded = [&vec![b'-'; shift][..], bytes].concat();
        for text in [BASE64.encode(&padded), BASE64URL_NOPAD.encode(&padded)] {
            let start = if shift == 0 { 0 } else { 4 };
            forms.push(text.as_bytes()[start..padded.len() / 3 * 4].to_vec());
        }
    }
    forms
}

/// One line of the trace.
struct Call {
    name: String,
    /// What the first descriptor is: a path, `socket:…`, `UNIX-STREAM:…`, `pipe:…`.
    target: Option<String>,
    /// Everything that was printed of it, unescaped.
    bytes: Vec<u8>,
}

impl Call {
    fn parse(line: &str) -> Option<Self> {
        let (_, call) = line.split_once(' ')?;
        let (name, rest) = call.trim_start().split_once('(')?;
        let first = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let target = first.strip_prefix('<').and_then(|text| text.split_once(">,"));
        let target = target.map(|(target, _)| target.to_owned());
        Some(Self { name: name.to_owned(), target, bytes: unescaped(rest) })
    }

    /// The regular file that is written.
    fn file(&self) -> Option<&str> {
        let target = self.target.as_deref().filter(|target| target.starts_with('/'))?;
        (!target.contains("<char ")).then_some(target)
    }

    fn writes(&self) -> bool {
        let calls = ["write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate"];
        let more = ["fallocate", "copy_file_range", "sendfile", "splice"];
        calls.contains(&&*self.name) || more.contains(&&*self.name)
    }
}

/// strace escapes as C does.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes().peekable();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => plain.push(b'\n'),
            Some(b't') => plain.push(b'\t'),
            Some(b'r') => plain.push(b'\r'),
            Some(b'v') => plain.push(0x0b),
            Some(b'f') => plain.push(0x0c),
            Some(first @ b'0'..=b'7') => {
                let mut number = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|b| (b'0'..=b'7').contains(b)) else { break };
                    number = number * 8 + u32::from(digit - b'0');
                }
                plain.push(u8::try_from(number).unwrap());
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

/// Runs a script of bash and everything that it starts under strace; `None` where that is not
/// possible.
fn traced(home: &AgentHome, script: &str) -> Option<(Ran, Vec<Call>)> {
    if !has("strace") {
        return None;
    }
    if !is_root() {
        // A tracer of the same user sees addresses, and may not read what lies there.
        println!("not run: only root can trace a process that protects its memory");
        return None;
    }
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !works.is_ok_and(|status| status.success()) {
        println!("not run: nothing may be traced here");
        return None;
    }
    // The trace lies outside of what is looked at.
    let trace = tempfile::NamedTempFile::new().unwrap();
    // It has come to its end when the agent has, which is traced too.
    let script = format!(
        "set -eu\n{script}
         unset AZVAULT_SESSION
         kill $(azvault status -o json | sed 's/.*\"agent\":{{\"pid\":\\([0-9]*\\).*/\\1/')"
    );
    let inner = home.shell("bash", &script);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-yy", "-s", "4194304", "-e", CALLS, "-o"]).arg(trace.path());
    strace.arg("bash").args(inner.get_args()).current_dir(home.path()).env_clear();
    strace.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.env("AZVAULT_PASSPHRASE_FILE", home.join("passphrase"));
    let ran = ran(strace.stdin(Stdio::null()).output().unwrap());
    let text = fs::read_to_string(trace.path()).unwrap();
    Some((ran, text.lines().filter_map(Call::parse).collect()))
}

/// Regular files that were written, made, renamed or mapped for writing.
fn touched(calls: &[Call]) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for call in calls {
        let text = String::from_utf8(call.bytes.iter().map(|b| b & 0x7f).collect()).unwrap();
        let opens = call.name == "openat" && (text.contains("O_CREAT") || text.contains("O_TRUNC"));
        let maps =
            call.name == "mmap" && text.contains("PROT_WRITE") && text.contains("MAP_SHARED");
        if call.writes() {
            files.extend(call.file().map(str::to_owned));
        } else if (opens && !text.contains("/dev/null"))
            || (maps && !text.contains("MAP_ANONYMOUS"))
            || !["openat", "mmap", "sendto", "sendmsg"].contains(&&*call.name)
        {
            files.insert(format!("{} {text}", call.name));
        }
    }
    files
}

fn found(calls: &[Call], text: &str, among: impl Fn(&Call) -> bool) -> Vec<String> {
    let forms = forms(text);
    let calls = calls.iter().filter(|call| among(call));
    let hits = calls
        .filter(|call| forms.iter().any(|form| memchr::memmem::find(&call.bytes, form).is_some()));
    hits.map(|call| format!("{text} in {} to {:?}", call.name, call.target)).collect()
}

fn life(scope: &str) -> String {
    format!(
        "azvault unlock >/dev/null 2>&1
         eval \"$(azvault session start)\"
         echo \"$AZVAULT_SESSION\"
         unset AZVAULT_PASSPHRASE_FILE
         azvault use fab
         azvault context set {NAME} --subscription {SUBSCRIPTION} --tenant {TENANT} \
           --property k={VALUE} --scope {scope}
         azvault context set other --context fab --property k={VALUE}
         azvault context list -o json; azvault context show; azvault status; azvault prompt
         azvault session show
         azvault autosave disable --scope process
         azvault context set {NAME}2 --property more={VALUE}2 --force
         azvault context rename {NAME} {RENAMED} --scope {scope}
         azvault context select {RENAMED} --scope process
         azvault exec {RENAMED} -- azvault prompt
         azvault context import brought.json --scope {scope}
         azvault secret list
         azvault use -
         azvault context remove {RENAMED} --yes --scope {scope}
         azvault context clear --scope process --yes
         eval \"$(azvault session end)\""
    )
}

/// A saved file of a service principal whose secret is a marker.
fn brought() -> String {
    format!(
        "{{\"DefaultContextKey\":\"zq-brought\",\"Contexts\":{{\"zq-brought\":{{\"Account\":{{\"Id\":\
         \"zq-marker-app\",\"Type\":\"ServicePrincipal\",\"ExtendedProperties\":\
         {{\"ServicePrincipalSecret\":\"{SECRET}\"}}}},\"Tenant\":{{\"Id\":\"{TENANT}\"}},\
         \"Environment\":{{\"Name\":\"AzureCloud\"}}}}}}}}"
    )
}

fn home() -> AgentHome {
    let home = AgentHome::migrated();
    fs::write(home.join("brought.json"), brought()).unwrap();
    for (old, new) in [(MEGAN, "dev"), (FABRIKAM, "fab")] {
        home.run(&["context", "rename", old, new]).expect(0);
    }
    home
}

#[test]
fn process_scope_is_in_no_file_and_not_on_the_way_to_the_agent() {
    let home = home();
    let before = all_bytes(home.path());
    let Some((ran, calls)) = traced(&home, &life("process")) else { return };
    let ran = ran.expect(0);
    let handle = ran.stdout.lines().next().unwrap();
    let (_, key) = handle.split_once('.').unwrap();
    let key_bytes = BASE64URL_NOPAD.decode(key.as_bytes()).unwrap();
    assert!(ran.stdout.contains(NAME) && ran.stdout.contains(RENAMED), "{}", ran.stdout);

    // The control: what is printed is seen by the tracer, on its way to a pipe.
    let is_pipe = |call: &Call| call.target.as_ref().is_some_and(|t| t.starts_with("pipe:"));
    for text in [NAME, RENAMED, SUBSCRIPTION, TENANT, key, "zq-marker-app"] {
        assert!(!found(&calls, text, is_pipe).is_empty(), "{text} is not seen");
    }
    // And nowhere else, sockets included: what goes to the agent is sealed already.
    for text in [NAME, RENAMED, VALUE, SUBSCRIPTION, TENANT, key, SECRET, "zq-marker-app"] {
        assert_eq!(found(&calls, text, |call| !is_pipe(call)), [""; 0]);
    }
    let has_key = |call: &&Call| memchr::memmem::find(&call.bytes, &key_bytes).is_some();
    assert_eq!(calls.iter().filter(has_key).count(), 0);

    // No regular file is written but what az needs to know of the vault's own contexts while `exec`
    // runs; what is made is the agent's folder and its lock, which is empty.
    let mut files = touched(&calls);
    files.retain(|file| file.starts_with('/') || !file.contains("/run/azvault"));
    files.retain(|file| !file.contains("/run/azvault/az-"));
    assert_eq!(files, BTreeSet::new());
    let mut after = all_bytes(home.path());
    after.retain(|(path, bytes)| {
        assert!(path.extension().is_none_or(|e| e != "lock") || bytes.is_empty());
        !path.starts_with(home.runtime())
    });
    let (mut before, mut after) = (before, after);
    before.sort();
    after.sort();
    assert!(before == after, "vault and anchors are as they were, byte for byte");
    let writes = calls.iter().filter(|call| call.writes()).count();
    let sends = calls.iter().filter(|call| call.name.starts_with("send")).count();
    println!("{} calls, {writes} writes and {sends} sends among them; 0 to files", calls.len());
}

#[test]
fn the_tracer_sees_what_user_scope_writes_and_a_marker_in_a_file() {
    let home = home();
    let script = life("user").replace("--force\n", "--force --scope user\n")
        + &format!("\necho {VALUE} >plain; echo {VALUE} | base64 >encoded");
    // What the session clears and forbids is not there in user scope: such a line may fail.
    let script = script.replace("azvault use -\n", "azvault use - || true\n");
    let Some((ran, calls)) = traced(&home, &script) else { return };
    ran.expect(0);
    let files = touched(&calls);
    assert!(files.iter().any(|file| file.ends_with("/vault.db")), "{files:?}");
    assert!(files.iter().any(|file| file.contains("/anchors/")), "{files:?}");
    let plain = |ending: &'static str| {
        move |call: &Call| call.file().is_some_and(|file| file.ends_with(ending))
    };
    assert_eq!(found(&calls, VALUE, plain("/plain")).len(), 1);
    assert_eq!(found(&calls, VALUE, plain("/encoded")).len(), 1);
    // In the vault it is sealed.
    assert_eq!(found(&calls, VALUE, plain(".db")), [""; 0]);
    assert_eq!(found(&calls, VALUE, plain("-journal")), [""; 0]);
}

#[test]
fn a_revealed_secret_of_a_session_is_told_of_and_is_in_no_file() {
    let home = home();
    let script = "azvault unlock >/dev/null 2>&1
         eval \"$(azvault session start)\"
         unset AZVAULT_PASSPHRASE_FILE
         azvault context import brought.json --scope process
         id=$(azvault secret list -o tsv | grep zq-marker-app | cut -f1)
         azvault secret show $id --reveal
         azvault audit log -o json";
    let Some((ran, calls)) = traced(&home, script) else { return };
    let ran = ran.expect(0);
    assert!(ran.stdout.contains(&format!("\n{SECRET}\n")), "{}", ran.stdout);
    let log =
        ran.stdout.lines().find(|line| line.starts_with("{\"schema\":1,\"entries\"")).unwrap();
    let log: serde_json::Value = serde_json::from_str(log).unwrap();
    let entry = log["entries"].as_array().unwrap().last().unwrap();
    assert_eq!(entry["verb"], "secret reveal");
    assert_eq!(entry["subjects"][0]["what"], "client_secret of a session");
    // The entry is written, and nothing by which the session's secret could be known.
    assert!(touched(&calls).iter().any(|file| file.ends_with("/vault.db")));
    for text in [SECRET, "zq-marker-app", "zq-brought", TENANT] {
        assert_eq!(found(&calls, text, |call| call.file().is_some()), [""; 0]);
    }
}
