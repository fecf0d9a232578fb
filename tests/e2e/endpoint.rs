//! The endpoint of `exec` and `shell`: tokens for a command and its children, as long as it runs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::azure::{ARM, Azure, CACHED, CLIENT_SECRET, REFRESH_TOKEN, certificates, seen};
use azvault_test_support::trace::{Call, found, trace};
use azvault_test_support::{PASSPHRASE, all_bytes, contains, not_run, ran};

const VAULT: &str = "https://vault.azure.net";

/// Asks as the clients of App Service do, or of another protocol at another address, over and over; a line is a resource, its answer a line.
pub(crate) const ASKING: &str = r#"
import json, os, socket, sys, urllib.error, urllib.parse, urllib.request
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
at, header = os.environ["IDENTITY_ENDPOINT"], os.environ["IDENTITY_HEADER"]
print(json.dumps(dict(os.environ)), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "socket" in asked:
        with socket.socket(socket.AF_UNIX) as agent:
            agent.connect(asked["socket"])
            agent.sendall(bytes(asked["bytes"]))
            reply = b""
            while part := agent.recv(65536):
                reply += part
        print(json.dumps({"status": 0, "text": reply.decode(errors="replace")}), flush=True)
        continue
    query = urllib.parse.urlencode({"api-version": "2019-08-01"} | asked["query"])
    headers = {"X-IDENTITY-HEADER": header} | asked.get("headers", {})
    request = urllib.request.Request(f"{asked.get('at', at)}?{query}", headers=headers)
    try:
        status, text = 200, direct.open(request).read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    except OSError as error:
        status, text = 0, str(error)
    print(json.dumps({"status": status, "text": text}), flush=True)
"#;

/// A command in an endpoint, which asks what it is told to ask.
pub(crate) struct Asking {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    environment: Value,
}

impl Asking {
    pub(crate) fn start(azure: &Azure, args: &[&str]) -> Self {
        let command = azure.command(&[args, &["--", "python3", "-c", ASKING]].concat());
        Self::of(command, Path::new("/bin/sh"))
    }

    /// A command that is such a program, or whose shell is.
    pub(crate) fn of(mut command: Command, shell: &Path) -> Self {
        command.env("SHELL", shell);
        let path = std::env::var_os("PATH").unwrap();
        command.env("PATH", path).env("AZURE_CLIENT_SECRET", "of somebody else");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let environment = serde_json::from_str(&line).unwrap();
        Self { child, stdin, stdout, environment }
    }

    pub(crate) fn variable(&self, name: &str) -> &str {
        self.environment[name].as_str().unwrap_or_else(|| panic!("{name} is not set"))
    }

    /// Status and body; 0 where nobody answers.
    pub(crate) fn asks(&mut self, what: Value) -> (u64, String) {
        writeln!(self.stdin.as_mut().unwrap(), "{what}").unwrap();
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        (answer["status"].as_u64().unwrap(), answer["text"].as_str().unwrap().to_owned())
    }

    pub(crate) fn environment(&self) -> &Value {
        &self.environment
    }

    /// Its number.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    #[track_caller]
    pub(crate) fn token(&mut self, resource: &str) -> String {
        let (status, text) = self.asks(json!({ "query": { "resource": resource } }));
        assert_eq!(status, 200, "{text}");
        let reply: Value = serde_json::from_str(&text).unwrap();
        reply["access_token"].as_str().unwrap().to_owned()
    }

    /// The process of its endpoint, a child of the process that became the command.
    pub(crate) fn endpoint(&self) -> rustix::process::Pid {
        let leader = self.child.id().to_string();
        let is_it = |pid: &i32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1));
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            parent == Some(&leader) && contains(&line, b"door")
        };
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let endpoint = pids.into_iter().find(is_it).unwrap();
        rustix::process::Pid::from_raw(endpoint).unwrap()
    }

    pub(crate) fn ends(mut self) {
        drop(self.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[track_caller]
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "not: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn no_thread_waits_for_tokens_before_the_first_request_and_one_caller_needs_one() {
    let azure = Azure::with(&["threads.example"]);
    let mut asking = Asking::start(&azure, &["exec", "threads.example"]);
    let tasks = format!("/proc/{}/task", asking.endpoint().as_raw_nonzero());
    let named = || {
        let tasks = fs::read_dir(&tasks).unwrap().flatten();
        let names = tasks.map(|task| fs::read_to_string(task.path().join("comm")).unwrap());
        names.filter(|name| name == "issuing\n").count()
    };
    assert_eq!(named(), 0);
    for _ in 0..3 {
        assert_eq!(asking.token(VAULT), CACHED);
        assert_eq!(named(), 1);
    }
    asking.ends();
}

#[test]
fn a_command_gets_the_tokens_of_its_context_and_az_a_folder_without_any() {
    let azure = Azure::with(&["door.example"]);
    let mut asking = Asking::start(&azure, &["exec", "door.example"]);
    // One from the cache and a new one, which is stored before it is handed out.
    assert_eq!(asking.token(VAULT), CACHED);
    let token = asking.token(ARM);
    assert!(token.starts_with("at."));
    assert_eq!(asking.token(ARM), token);
    assert_eq!(azure.token(&[]), token);
    assert_eq!(seen("door.example").len(), 1);

    // What signs in as somebody else is gone, and what is there is no token.
    assert!(asking.environment.get("AZURE_CLIENT_SECRET").is_none());
    assert_eq!(asking.variable("ARM_TENANT_ID"), "door.example");
    assert_eq!(asking.variable("AZURE_TOKEN_CREDENTIALS"), "prod");
    let environment = asking.environment.to_string();
    let folder = asking.variable("AZURE_CONFIG_DIR").to_owned();
    let files = all_bytes(Path::new(&folder));
    assert!(files.iter().any(|(path, _)| path.ends_with("azureProfile.json")), "{files:?}");
    for secret in [&token, CACHED, REFRESH_TOKEN, CLIENT_SECRET] {
        assert!(!environment.contains(secret));
        assert!(!files.iter().any(|(_, bytes)| contains(bytes, secret.as_bytes())));
    }
    // Every token stands in the log: three of the endpoint, two of `token`, and the one that was new.
    let log = azure.home.json(&["audit", "log", "--verb", "token"]);
    assert_eq!(log["entries"].as_array().unwrap().len(), 6, "{log}");

    let port = asking.variable("AZD_AUTH_ENDPOINT").rsplit(':').next().unwrap().to_owned();
    let port: u16 = port.parse().unwrap();
    asking.ends();
    eventually("the folder is gone", || !Path::new(&folder).exists());
    eventually("nobody listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn who_is_no_child_of_the_command_gets_nothing() {
    let azure = Azure::with(&["good-strangers.example"]);
    let mut asking = Asking::start(&azure, &["exec", "good-strangers.example"]);
    let query = json!({ "resource": ARM });
    for (headers, expected) in [
        (json!({ "X-IDENTITY-HEADER": "guessed" }), 401),
        (json!({ "Host": "evil.example" }), 403),
        (json!({ "Origin": "https://evil.example" }), 403),
    ] {
        let (status, text) = asking.asks(json!({ "query": query, "headers": headers }));
        assert_eq!(status, expected, "{headers}: {text}");
        assert!(!text.contains("at."));
    }
    for query in [
        json!({ "resource": "elsewhere.example" }),
        json!({ "resource": "https://user@elsewhere.example" }),
        json!({ "resource": ARM, "client_id": "33333333-3333-3333-3333-333333333333" }),
        json!({}),
    ] {
        let (status, text) = asking.asks(json!({ "query": query }));
        assert_eq!(status, 400, "{query}: {text}");
    }
    assert_eq!(seen("good-strangers.example"), [] as [Value; 0]);
    asking.ends();
}

#[test]
fn the_context_of_a_session_is_whose_tokens_come() {
    let azure = Azure::with(&["good-one.example", "good-two.example"]);
    let mut asking = Asking::start(&azure, &["exec", "good-one.example"]);
    let first = asking.token(ARM);
    let mut select = azure.command(&["use", "good-two.example"]);
    select.env("AZVAULT_SESSION", asking.variable("AZVAULT_SESSION"));
    ran(select.output().unwrap()).expect(0);
    assert_ne!(asking.token(ARM), first);
    assert_eq!((seen("good-one.example").len(), seen("good-two.example").len()), (1, 1));

    // Who locks the vault locks the endpoint, and says so to whoever asks.
    azure.home.run(&["lock"]).expect(0);
    let (status, text) = asking.asks(json!({ "query": { "resource": VAULT } }));
    assert_ne!(status, 200);
    assert!(text.contains("locked") && text.contains("azvault unlock"), "{text}");
    azure.home.run(&["unlock"]).expect(0);
    asking.ends();
}

#[test]
fn without_the_agent_the_endpoint_has_the_keys_as_long_as_its_command_runs() {
    let azure = Azure::with(&["strict-dooralone.example"]);
    azure.home.run(&["lock"]).expect(0);
    let mut asking = Asking::start(&azure, &["exec", "--no-agent"]);
    let token = asking.token(ARM);
    assert!(token.starts_with("at."));
    assert_eq!(asking.token(ARM), token);
    asking.ends();
    assert_eq!(seen("strict-dooralone.example").len(), 1);
    // Nobody but azvault itself opens one.
    for args in [&["door", "--leader", "1"][..], &["door"]] {
        assert_eq!(azure.run(args).expect(2).stdout, "");
    }
}

#[test]
fn a_killed_command_ends_its_endpoint_and_the_next_one_sweeps_a_killed_endpoint() {
    let azure = Azure::with(&["good-killed.example"]);
    let mut asking = Asking::start(&azure, &["exec"]);
    let folder = asking.variable("AZURE_CONFIG_DIR").to_owned();
    asking.child.kill().unwrap();
    asking.child.wait().unwrap();
    eventually("the folder is gone", || !Path::new(&folder).exists());

    let asking = Asking::start(&azure, &["exec"]);
    let folder = asking.variable("AZURE_CONFIG_DIR").to_owned();
    let endpoint = asking.endpoint();
    // Others' folders and files in its place, with names like those of such folders.
    let runtime = Path::new(&folder).parent().unwrap();
    let form = "az-0123456789abcdef";
    for name in ["az-notes", "az-1", form, "az-0123456789abcdeg0"] {
        fs::create_dir(runtime.join(name)).unwrap();
        fs::write(runtime.join(name).join("kept"), "of somebody else").unwrap();
    }
    fs::write(runtime.join("az-fedcba9876543210"), "a file").unwrap();
    fs::create_dir(azure.home.join("elsewhere")).unwrap();
    fs::write(azure.home.join("elsewhere/azvault-serves.json"), "{}").unwrap();
    let link = runtime.join("az-aaaabbbbccccdddd");
    std::os::unix::fs::symlink(azure.home.join("elsewhere"), &link).unwrap();
    rustix::process::kill_process(endpoint, rustix::process::Signal::KILL).unwrap();
    asking.ends();
    assert!(Path::new(&folder).exists());
    // Its parent is gone, and nobody waits for it but the system.
    let entry = format!("/proc/{}", endpoint.as_raw_nonzero());
    eventually("the door is gone", || !Path::new(&entry).exists());
    azure.run(&["exec", "--", "true"]).expect(0);
    assert!(!Path::new(&folder).exists());
    for name in ["az-notes", "az-1", form, "az-0123456789abcdeg0"] {
        assert!(runtime.join(name).join("kept").exists(), "{name}");
    }
    assert!(runtime.join("az-fedcba9876543210").exists() && link.exists());
    assert!(azure.home.join("elsewhere/azvault-serves.json").exists());
}

#[test]
fn an_endpoint_is_no_identity_of_the_machine() {
    let tenant = "good-nested.example";
    let azure = Azure::with(&[tenant]);
    let nested = [env!("CARGO_BIN_EXE_azvault"), "connect", "--identity", "--tenant", tenant];
    let cloud = ["--environment", "Test"];
    azure.run(&[&["exec", "--"], &nested[..], &cloud].concat()).expect(12);
    // The endpoint was not asked: it would have got a token of the person's.
    assert_eq!(seen(tenant), [] as [Value; 0]);
}

#[test]
fn nobody_waits_for_the_endpoint_and_what_writes_to_the_folder_later_does_not_keep_it() {
    let azure = Azure::with(&["good-late.example"]);
    // As az does: a process that is left behind writes to the folder after the command has ended.
    let script = "echo $AZURE_CONFIG_DIR; (exec >/dev/null 2>&1; \
                  while [ -d $AZURE_CONFIG_DIR ]; do sleep 0.1; done; \
                  mkdir -p $AZURE_CONFIG_DIR/logs; echo late >$AZURE_CONFIG_DIR/logs/late) &";
    let mut command = azure.command(&["exec", "--", "sh", "-c", script]);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let said = ran(command.output().unwrap()).expect(0);
    let folder = said.stdout.trim_end().to_owned();
    let late = format!("{folder}/logs/late");
    eventually("it is written to", || Path::new(&late).exists());
    eventually("it is gone again", || !Path::new(&folder).exists());
}

#[test]
fn a_command_that_runs_uses_the_vault_and_a_shell_that_is_left_open_does_not() {
    let azure = Azure::with(&["good-idle.example"]);
    azure.home.run(&["unlock", "--idle", "8s"]).expect(0);
    // As the agent alone sees it.
    let state = || {
        let mut command = azure.command(&["status", "-o", "json"]);
        ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(0).json()
    };
    azure.run(&["exec", "--", "/bin/sleep", "14"]).expect(0);
    assert_eq!(state()["state"], "unlocked");
    let mut shell = azure.command(&["shell"]);
    let wait = azure.home.join("wait");
    fs::write(&wait, "#!/bin/sh\nexec /bin/sleep 14\n").unwrap();
    fs::set_permissions(&wait, fs::Permissions::from_mode(0o700)).unwrap();
    ran(shell.env("SHELL", &wait).output().unwrap()).expect(0);
    assert_eq!(state()["state"], "locked");
}

#[test]
fn no_token_or_secret_is_in_a_file_an_argument_or_the_environment() {
    let azure = Azure::with(&["strict-traced.example"]);
    let script = "import os, urllib.parse, urllib.request as r; \
                  q = urllib.parse.urlencode({'api-version': '2019-08-01', 'resource': \
                  'https://management.core.windows.net/'}); \
                  r.build_opener(r.ProxyHandler({})).open(r.Request(os.environ['IDENTITY_ENDPOINT'] \
                  + '?' + q, headers={'X-IDENTITY-HEADER': os.environ['IDENTITY_HEADER']})).read()";
    let mut command = azure.command(&["exec", "--", "python3", "-c", script]);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let Some((ran, calls)) = trace(&command) else { return };
    ran.expect(0);
    let token = azure.token(&[]);
    let refresh = azure.values("refresh_token").remove(0);
    assert_ne!(refresh, REFRESH_TOKEN);
    // The control: the answer of the endpoint is seen, and so is a program's environment.
    let is_answer = |call: &Call| call.target.as_ref().is_some_and(|t| t.starts_with("TCP:"));
    assert!(!found(&calls, &token, is_answer).is_empty());
    let is_program = |call: &Call| call.name == "execve";
    assert!(!found(&calls, "AZURE_TOKEN_CREDENTIALS=prod", is_program).is_empty());
    let is_az = |call: &Call| call.file().is_some_and(|file| file.contains("azureProfile.json"));
    assert!(calls.iter().any(is_az));
    let outside = |call: &Call| call.file().is_some() || is_program(call);
    for secret in [&token, &refresh, REFRESH_TOKEN, CACHED, CLIENT_SECRET, PASSPHRASE] {
        assert_eq!(found(&calls, secret, outside), [""; 0]);
    }
    let outside = calls.iter().filter(|call| outside(call)).count();
    println!("{} calls, {outside} of them to files or of programs; 0 with a secret", calls.len());
}

#[test]
fn azure_identity_needs_nothing_but_exec() {
    let azure = Azure::with(&["good-sdk.example"]);
    let script = "from azure.identity import DefaultAzureCredential as D; \
                  print(D().get_token('https://management.core.windows.net//.default').token)";
    let home = azure.home.join("empty");
    fs::create_dir(&home).unwrap();
    let mut command = azure.command(&["exec", "--", "python3", "-c", script]);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    let said = ran(command.output().unwrap());
    if said.stderr.contains("No module named 'azure'") && std::env::var_os("CI").is_none() {
        not_run("python3 -m pip install -r tests/requirements.txt");
        return;
    }
    assert_eq!(said.expect(0).stdout.trim_end(), azure.token(&[]));
}
