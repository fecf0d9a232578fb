//! An endpoint for a process that runs already: tokens of several accounts, each by its name.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::azure::{ARM, Azure, CACHED, PRINCIPAL, seen};
use crate::endpoint::{ASKING, Asking};
use crate::grants::{said_to_agent, socket};
use azvault_test_support::{eventually, find, has, is_root, is_running, not_run, ran};

const VAULT: &str = "https://vault.azure.net";

/// Opens an endpoint for itself, by the words that it is given, and asks that.
const OPENING: &str = r#"
import json, os, subprocess, sys
words = [own if word == "PID" else word for word in sys.argv[1:] for own in [str(os.getpid())]]
opened = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
for name in opened["foreign"]: del os.environ[name]
os.environ.update({one["name"]: one["value"] for one in opened["variables"]})
os.environ["OPENED"] = json.dumps(opened)
"#;

fn opening(azure: &Azure, before: &[&str], args: &[&str]) -> Asking {
    let of_azure = azure.command(&[]);
    let mut command = Command::new("python3");
    command.arg("-c").arg(format!("{OPENING}\n{ASKING}")).args(before);
    command.arg(of_azure.get_program()).args(["endpoint", "--for-process", "PID", "-o", "json"]);
    command.args(args).env_clear();
    command.envs(of_azure.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(of_azure.get_current_dir().unwrap());
    Asking::of(command, Path::new("/bin/sh"))
}

fn opened(asking: &Asking) -> Value {
    serde_json::from_str(asking.variable("OPENED")).unwrap()
}

/// The token of an account, or why there is none.
#[track_caller]
fn of(asking: &mut Asking, id: &str, resource: &str) -> Result<String, String> {
    let (status, text) = asking.asks(json!({ "query": { "resource": resource, "client_id": id } }));
    let reply: Value = serde_json::from_str(&text).unwrap_or_default();
    match (status, reply["access_token"].as_str()) {
        (200, Some(token)) => Ok(token.to_owned()),
        _ => Err(text),
    }
}

/// The endpoints of this vault, as processes.
fn endpoints(azure: &Azure) -> Vec<u32> {
    let status = azure.home.json(&["status"]);
    let holders = status["holders"].as_array().unwrap().iter();
    let endpoints = holders.filter(|holder| holder["kind"] == "endpoint");
    endpoints.filter_map(|one| u32::try_from(one["pid"].as_u64()?).ok()).collect()
}

#[test]
fn each_account_is_served_by_its_name_and_no_other() {
    let [one, two] = ["good-accounts1.example", "good-accounts2.example"];
    let azure = Azure::with(&[one, two]);
    let mut asking = opening(&azure, &[], &[one, &format!("sp-{two}")]);
    let opened = opened(&asking);
    assert!(asking.environment()["AZURE_CLIENT_SECRET"].is_null());
    let contexts = opened["contexts"].as_array().unwrap();
    let ids: Vec<&str> = contexts.iter().map(|own| own["client_id"].as_str().unwrap()).collect();
    let (person, principal) =
        (format!("person@example.com ({one})"), format!("{PRINCIPAL} ({two})"));
    assert_eq!(ids, [person.as_str(), principal.as_str()]);
    // Each in its tenant; the first where a tool names none.
    let token = of(&mut asking, &principal, ARM).unwrap();
    assert_eq!((seen(one).len(), seen(two).len()), (0, 1));
    assert_eq!(seen(two)[0]["form"]["grant_type"], "client_credentials");
    let person_token = of(&mut asking, &person.to_uppercase(), ARM).unwrap();
    assert_ne!(token, person_token);
    assert_eq!(asking.token(ARM), person_token);
    assert_eq!(of(&mut asking, &person, VAULT).as_deref(), Ok(CACHED));
    assert_eq!(of(&mut asking, &principal, ARM), Ok(token));
    // What was not named is not served: the same account elsewhere, another one here, no account at all.
    for (id, why) in [
        (format!("person@example.com ({two})"), "is none for which"),
        ("person@example.com".to_owned(), "is none for which"),
        (format!("{PRINCIPAL} ({one})"), "is none for which"),
        (PRINCIPAL.to_owned(), "is none for which"),
        ("33333333-3333-3333-3333-333333333333".to_owned(), "is none for which"),
    ] {
        let said = of(&mut asking, &id, ARM).unwrap_err();
        assert!(said.contains(why) && said.contains("azvault endpoint"), "{id}: {said}");
    }
    // az names them by ids of its own, each in the folder that it has.
    let folder = PathBuf::from(asking.variable("AZURE_CONFIG_DIR"));
    let profile = fs::read_to_string(folder.join("azureProfile.json")).unwrap();
    let profile: Value = serde_json::from_str(profile.trim_start_matches('\u{feff}')).unwrap();
    let info = profile["subscriptions"][0]["user"]["assignedIdentityInfo"].as_str().unwrap();
    assert!(of(&mut asking, info.strip_prefix("MSIClient-").unwrap(), VAULT).is_ok());
    // The session of the caller has no say in it.
    azure.home.run(&["context", "select", two, "--scope", "user"]).expect(0);
    assert_eq!(asking.token(VAULT), CACHED);
    asking.ends();
}

#[test]
fn it_lives_as_long_as_its_process_and_its_grant() {
    let tenant = "good-lives.example";
    let azure = Azure::with(&[tenant]);
    let mut asking = opening(&azure, &[], &["--all", "--only-resource", "keyvault"]);
    let document = opened(&asking);
    assert_eq!(document["contexts"].as_array().unwrap().len(), 2);
    // Azure PowerShell makes a GUID of every tenant.
    assert_eq!(document["not_in_az_profile"][0]["name"], tenant);
    assert_eq!(asking.token(VAULT), CACHED);
    let grants = azure.home.json(&["grant", "list"])["grants"].clone();
    assert_eq!(grants.as_array().unwrap().len(), 1);
    let grant = &grants[0];
    assert_eq!((&grant["verb"], &grant["id"]), (&json!("endpoint"), &document["grant"]));
    assert_eq!(grant["process"], asking.process());
    assert_eq!(grant["accounts"], json!([PRINCIPAL, "person@example.com"]));
    assert_eq!((&grant["account"], &grant["all_accounts"]), (&Value::Null, &json!(false)));
    let table = azure.run(&["grant", "list"]).expect(0).stdout;
    assert!(table.contains(PRINCIPAL) && table.contains("keyvault"), "{table}");
    let said = asking.asks(json!({ "query": { "resource": ARM } })).1;
    assert!(said.contains("no tokens for"), "{said}");

    // Locked it says so, at once, and goes on afterwards.
    azure.home.run(&["lock"]).expect(0);
    let (status, said) = asking.asks(json!({ "query": { "resource": VAULT } }));
    assert!(status == 400 && said.contains("locked"), "{said}");
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(asking.token(VAULT), CACHED);

    // Revoked it is gone, although its process goes on.
    let folder = PathBuf::from(asking.variable("AZURE_CONFIG_DIR"));
    let endpoint = endpoints(&azure).remove(0);
    azure.run(&["grant", "revoke", document["grant"].as_str().unwrap()]).expect(0);
    eventually("it has ended", || !is_running(endpoint));
    assert_eq!(asking.asks(json!({ "query": { "resource": VAULT } })).0, 0);
    assert!(!folder.exists());
    asking.ends();

    // Without that it ends with its process.
    let asking = opening(&azure, &[], &[tenant]);
    let (endpoint, folder) =
        (endpoints(&azure).remove(0), asking.variable("AZURE_CONFIG_DIR").to_owned());
    let port = asking.variable("AZD_AUTH_ENDPOINT").rsplit(':').next().unwrap().parse().unwrap();
    asking.ends();
    eventually("nobody listens", || TcpStream::connect(("127.0.0.1", port)).is_err());
    eventually("it has ended", || !is_running(endpoint) && !Path::new(&folder).exists());
    let grants = || azure.home.json(&["grant", "list"])["grants"].as_array().unwrap().len();
    eventually("its grant has ended", || grants() == 0);
}

#[test]
fn nothing_in_its_files_and_variables_is_a_secret_and_azure_powershell_can_read_them() {
    let tenant = "72f00000-0000-4000-8000-00000000f00d";
    let azure = Azure::with(&[tenant]);
    let mut asking = opening(&azure, &[], &[tenant, &format!("sp-{tenant}")]);
    assert_eq!(asking.token(VAULT), CACHED);
    let document = opened(&asking);
    let file = fs::read_to_string(document["az_profile"].as_str().unwrap()).unwrap();
    let profile: Value = serde_json::from_str(file.trim_start_matches('\u{feff}')).unwrap();
    assert_eq!(profile["DefaultContextKey"], tenant);
    assert_eq!(
        profile["EnvironmentTable"]["Test"]["ActiveDirectoryAuthority"],
        crate::azure::origin() + "/"
    );
    for context in document["contexts"].as_array().unwrap() {
        let own = &profile["Contexts"][context["name"].as_str().unwrap()];
        assert_eq!(own["Account"]["Id"], context["client_id"]);
        assert_eq!(own["Account"]["Type"], "ManagedService");
        assert_eq!(
            (&own["Tenant"]["Id"], &own["TokenCache"]["CacheData"]),
            (&json!(tenant), &Value::Null)
        );
        assert_eq!(own["Subscription"]["Id"], context["subscription"]);
    }
    assert_eq!(profile["Contexts"].as_object().unwrap().len(), 2);
    assert_eq!(document["not_in_az_profile"], json!([]));
    let all = format!("{file}{document}{}", asking.environment());
    for secret in [CACHED, crate::azure::REFRESH_TOKEN, crate::azure::CLIENT_SECRET] {
        assert!(!all.contains(secret));
    }
    asking.ends();
}

#[test]
fn what_cannot_be_served_is_refused_before_anything_is_given() {
    let azure = Azure::with(&["good-leftout.example"]);
    let own = std::process::id().to_string();
    let endpoint =
        |args: &[&str]| azure.run(&[&["endpoint", "--for-process", &own], args].concat());
    endpoint(&["nothing has this name"]).expect(5);
    endpoint(&["--only-resource", "nothing", "good-leftout.example"]).expect(2);
    endpoint(&["--all", "good-leftout.example"]).expect(2);
    azure.run(&["endpoint", "good-leftout.example"]).expect(2);
    // A process that started nothing of this: init, and one that is not there.
    let mut child = Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
    for process in [child.id().to_string(), u32::MAX.to_string(), "0".to_owned()] {
        azure.run(&["endpoint", "--for-process", &process, "good-leftout.example"]).expect(2);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(azure.home.json(&["grant", "list"])["grants"], json!([]));
    // Keys are shown to no library that answers queries.
    endpoint(&["--query", "variables", "-o", "json"]).expect(2);
}

#[test]
fn with_the_handle_of_an_endpoint_nobody_gets_anything_not_even_from_its_process() {
    if !has("strace") || !is_root() {
        return not_run("only root can trace a process that protects its memory");
    }
    let tenant = "good-claimed.example";
    let azure = Azure::with(&[tenant]);
    let trace = azure.home.join("trace");
    let strace = [
        "strace",
        "-f",
        "-D",
        "-qq",
        "-yy",
        "-s",
        "65536",
        "-e",
        "trace=sendto,write,sendmsg",
        "-o",
    ];
    let before = [&strace[..], &[trace.to_str().unwrap()]].concat();
    let mut asking = opening(&azure, &before, &[tenant]);
    assert_eq!(asking.token(VAULT), CACHED);
    let message = said_to_agent(&trace);
    // The control is in `grants.rs`: a grant that nobody has claimed answers it.
    let (_, said) = asking.asks(json!({ "socket": socket(&azure), "bytes": message }));
    assert!(!said.contains(CACHED) && said.contains("is gone"), "{said}");
    assert_eq!(asking.token(VAULT), CACHED);
    asking.ends();
}

#[test]
fn without_the_agent_the_endpoint_has_the_keys() {
    let tenant = "good-endpointalone.example";
    let azure = Azure::with(&[tenant]);
    azure.home.run(&["lock"]).expect(0);
    let mut asking = opening(&azure, &[], &["--no-agent", tenant]);
    assert_eq!(opened(&asking)["grant"], Value::Null);
    assert_eq!(asking.token(VAULT), CACHED);
    assert_eq!(
        of(&mut asking, &format!("person@example.com ({tenant})"), VAULT).as_deref(),
        Ok(CACHED)
    );
    assert!(of(&mut asking, PRINCIPAL, VAULT).is_err());
    asking.ends();
}

#[test]
fn every_shell_takes_what_it_is_told() {
    let azure = Azure::with(&["good-shelltold.example"]);
    let program = azure.command(&[]).get_program().to_str().unwrap().to_owned();
    let ask = "import os, sys, urllib.request as r; \
               q = os.environ['IDENTITY_ENDPOINT'] + '?api-version=2019-08-01&resource=https://vault.azure.net'; \
               h = {'X-IDENTITY-HEADER': os.environ['IDENTITY_HEADER']}; \
               sys.stdout.write(r.build_opener(r.ProxyHandler({})).open(r.Request(q, headers=h)).read().decode()); \
               print(' ', os.environ.get('AZURE_CLIENT_SECRET'))";
    let file = azure.home.join("ask.py");
    fs::write(&file, ask).unwrap();
    let file = file.to_str().unwrap();
    for (shell, args, script) in [
        ("bash", &["-c"][..], "eval \"$(azvault endpoint --for-process $$)\"; python3 FILE"),
        ("zsh", &["-c"], "eval \"$(azvault endpoint --for-process $$ --shell zsh)\"; python3 FILE"),
        (
            "fish",
            &["-c"],
            "azvault endpoint --for-process $fish_pid --shell fish | source; python3 FILE",
        ),
        (
            "pwsh",
            &["-NoProfile", "-c"],
            "azvault endpoint --for-process $PID --shell pwsh | Invoke-Expression; python3 FILE",
        ),
        (
            "nu",
            &["-n", "-c"],
            "azvault endpoint --for-process $nu.pid --shell nu | save -f told.nu; \
             nu -n -c 'source told.nu; python3 FILE'",
        ),
    ] {
        let Some(path) = find(shell) else { continue };
        let script = script.replace("azvault ", &format!("{program} ")).replace("FILE", file);
        let mut command = azure.command(&[]);
        let mut shell = Command::new(path);
        shell.args(args).arg(script).env_clear();
        command
            .env("AZURE_CLIENT_SECRET", "of somebody else")
            .env("PATH", std::env::var_os("PATH").unwrap());
        // A value that each language quotes in its own way.
        command.env("NO_PROXY", "it's,\"q\",\\,$HOME,`x`,\u{2019}");
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.env("POWERSHELL_TELEMETRY_OPTOUT", "1");
        shell.current_dir(azure.home.path());
        let said = ran(shell.output().unwrap()).expect(0);
        assert!(
            said.stdout.contains(CACHED) && said.stdout.trim_end().ends_with("None"),
            "{}",
            said.stdout
        );
    }
}

#[test]
fn hundreds_of_accounts_are_served_by_one_endpoint() {
    let azure = Azure::with(&["good-hundreds.example"]);
    let application = |number: usize| format!("a9900000-0000-4000-8000-{number:012}");
    let authority = crate::azure::origin() + "/";
    let environment = json!({
        "Name": "Test",
        "ActiveDirectoryAuthority": authority,
        "ResourceManagerUrl": authority,
        "ActiveDirectoryServiceEndpointResourceId": ARM,
    });
    let contexts: Vec<(String, Value)> = (0..400)
        .map(|number| {
            let secret = json!({ "ServicePrincipalSecret": format!("planted-{number}") });
            let context = json!({
                "Account": { "Id": application(number), "Type": "ServicePrincipal", "ExtendedProperties": secret },
                "Tenant": { "Id": "good-hundreds.example" },
                "Environment": environment,
            });
            (format!("number {number}"), context)
        })
        .collect();
    let contexts: serde_json::Map<_, _> = contexts.into_iter().collect();
    let file = json!({ "Contexts": contexts }).to_string();
    fs::write(azure.home.join("many.json"), file).unwrap();
    azure.home.run(&["context", "import", "many.json", "--scope", "user"]).expect(0);
    let mut asking = opening(&azure, &[], &["--all"]);
    assert_eq!(opened(&asking)["contexts"].as_array().unwrap().len(), 402);
    of(&mut asking, &application(399), ARM).unwrap();
    let grant = &azure.home.json(&["grant", "list"])["grants"][0];
    assert_eq!(grant["accounts"].as_array().unwrap().len(), 402);
    asking.ends();
}

#[test]
fn where_its_session_has_ended_it_says_what_opens_it_again() {
    let tenant = "good-endedsession.example";
    let azure = Azure::with(&[tenant]);
    let session = azure.home.session();
    let handle = session.command(&[]);
    let handle = handle.get_envs().find(|(name, _)| *name == "AZVAULT_SESSION").unwrap().1.unwrap();
    let variable = format!("AZVAULT_SESSION={}", handle.to_str().unwrap());
    // The session is of this process, which started the one that the endpoint is for.
    let mut asking = opening(&azure, &["env", &variable], &[tenant]);
    assert_eq!(asking.token(VAULT), CACHED);
    session.run(&["session", "end"]).expect(0);
    let (status, said) = asking.asks(json!({ "query": { "resource": VAULT } }));
    assert!(status == 400 && said.contains("session has ended in which this endpoint"), "{said}");
    assert!(
        said.contains("azvault endpoint --for-process") && said.contains("Connect-AzVault"),
        "{said}"
    );
    asking.ends();
}
