//! `token`: from the cache, or a new one that is stored before anybody has it.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::azure::{
    ARM, Azure, CACHED, CLIENT_SECRET, PRINCIPAL, REFRESH_TOKEN, certificates, origin, port, seen,
};
use crate::stack;
use azvault_test_support::{all_bytes, contains, ran};

#[test]
fn a_token_that_lives_comes_from_the_cache_and_nobody_is_asked() {
    let azure = Azure::with(&["cached.example"]);
    assert_eq!(azure.token(&["--resource", "keyvault"]), CACHED);
    assert_eq!(azure.token(&["--resource", "https://vault.azure.net"]), CACHED);
    assert_eq!(azure.token(&["--for", "https://vault.azure.net/.default"]), CACHED);
    assert_eq!(seen("cached.example"), [] as [Value; 0]);
    // As az prints it.
    let document = azure.run(&["token", "--resource", "keyvault", "-o", "json"]).expect(0).json();
    assert_eq!(document["accessToken"], CACHED);
    assert_eq!(document["expires_on"], 4_102_444_800_i64);
    assert_eq!(document["expiresOn"], "2100-01-01 00:00:00.000000");
    assert_eq!(document["tenant"], "cached.example");
    assert_eq!(document["subscription"], "5b000000-0000-4000-8000-0000000000aa");
    assert_eq!(document["tokenType"], "Bearer");
    // Each one stands in the log.
    let log = azure.home.json(&["audit", "log", "--verb", "token"]);
    assert_eq!(log["entries"].as_array().unwrap().len(), 5);
}

#[test]
fn a_new_token_is_stored_with_the_refresh_token_that_came_with_it() {
    let azure = Azure::with(&["strict-store.example"]);
    let first = azure.token(&[]);
    assert!(first.starts_with("at."), "{first}");
    assert_eq!(azure.token(&["--resource", "arm"]), first);
    let asked = seen("strict-store.example");
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0]["form"]["grant_type"], "refresh_token");
    assert_eq!(asked[0]["form"]["refresh_token"], REFRESH_TOKEN);
    let scope = asked[0]["form"]["scope"].as_str().unwrap();
    assert!(scope.starts_with(&format!("{ARM}/.default")), "{scope}");
    // The service gave another one, and takes the old one no more.
    let stored = azure.values("refresh_token");
    assert_eq!(stored.len(), 1);
    assert!(stored[0].starts_with("rt.") && stored[0] != REFRESH_TOKEN);
    assert!(azure.values("access_token").contains(&first));
    let log = azure.home.json(&["audit", "log", "--verb", "token renew"]);
    assert_eq!(log["entries"][0]["subjects"].as_array().unwrap().len(), 2);
    azure.home.run(&["verify"]).expect(0);
}

#[test]
fn a_service_principal_signs_in_with_its_secret() {
    let azure = Azure::with(&["good-sp.example"]);
    let token = azure.token(&["--context", "sp-good-sp.example"]);
    assert!(token.starts_with("at."));
    let asked = seen("good-sp.example");
    assert_eq!(asked[0]["form"]["grant_type"], "client_credentials");
    assert_eq!(asked[0]["form"]["client_secret"], CLIENT_SECRET);
    assert_eq!(azure.token(&["--context", "sp-good-sp.example"]), token);
    assert_eq!(seen("good-sp.example").len(), 1);
    assert_eq!(azure.values("client_secret"), [CLIENT_SECRET]);
}

#[test]
fn a_hundred_processes_at_once_are_one_question_and_a_hundred_equal_answers() {
    let azure = Azure::with(&["strict-many.example"]);
    let children: Vec<_> = (0..100)
        .map(|_| {
            let mut command = azure.command(&["token"]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let answers: Vec<String> = children
        .into_iter()
        .map(|child| ran(child.wait_with_output().unwrap()).expect(0).stdout)
        .collect();
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.starts_with("at.")));
    assert_eq!(seen("strict-many.example").len(), 1);
}

#[test]
fn a_command_that_is_killed_between_two_answers_loses_no_refresh_token() {
    let tenant = "strictslow-kill.example";
    let azure = Azure::with(&[tenant]);
    let mut asking = azure.command(&["token"]).spawn().unwrap();
    let start = Instant::now();
    while seen(tenant).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing is asked");
        std::thread::sleep(Duration::from_millis(20));
    }
    // The service has made the old one void, and its answer is under way.
    asking.kill().unwrap();
    asking.wait().unwrap();
    let token = azure.token(&[]);
    assert!(token.starts_with("at."));
    let stored = azure.values("refresh_token");
    assert!(stored.len() == 1 && stored[0] != REFRESH_TOKEN, "the one that came is stored");
    // It works: another resource needs it.
    assert!(azure.token(&["--resource", "aad-graph"]).starts_with("at."));
    assert_eq!(seen(tenant).len(), 2);
}

#[test]
fn without_the_agent_the_command_stores_what_comes() {
    let azure = Azure::with(&["strict-alone.example"]);
    azure.home.run(&["lock"]).expect(0);
    let token = azure.token(&["--no-agent"]);
    assert!(token.starts_with("at."));
    assert_eq!(azure.token(&["--no-agent"]), token);
    assert_eq!(seen("strict-alone.example").len(), 1);
    // Nobody but azvault itself starts a renewal.
    azure.run(&["renew"]).expect(2);
}

#[test]
fn a_terminal_sees_a_token_only_when_that_is_asked_for() {
    let azure = Azure::with(&["good-terminal.example"]);
    let on_terminal = |line: &str| ran(azure.home.script(line).output().unwrap());
    let script = |words: &str| format!("script --quiet --return --command '{words}' /dev/null");
    let refused = on_terminal(&script("azvault token --resource keyvault")).expect(7);
    assert!(!refused.stdout.contains(CACHED) && refused.stdout.contains("--reveal"));
    let shown = on_terminal(&script("azvault token --resource keyvault --reveal")).expect(0);
    assert!(shown.stdout.contains(CACHED));
    // A variable is no terminal.
    let line = script("x=$(azvault token --resource keyvault); echo ${#x}");
    assert!(on_terminal(&line).expect(0).stdout.contains(&CACHED.len().to_string()));
}

#[test]
fn what_goes_wrong_is_said_with_the_providers_code_and_only_the_log_tells_of_it() {
    for (tenant, context, code, says) in [
        ("aadsts50076-t.example", "", 4, "AADSTS50076"),
        ("aadsts65001-t.example", "", 4, "AADSTS65001"),
        ("aadsts700082-t.example", "", 4, "AADSTS700082"),
        ("aadsts7000215-t.example", "sp-", 4, "AADSTS7000215"),
        ("aadsts7000222-t.example", "sp-", 4, "AADSTS7000222"),
        ("throttle-t.example", "", 12, "17 s"),
        ("broken-t.example", "", 12, "AADSTS90033"),
        ("cut-t.example", "", 12, "try:"),
        ("html-t.example", "", 12, "localhost"),
    ] {
        let azure = Azure::with(&[tenant]);
        let stored = || {
            let secrets = azure.home.json(&["secret", "list", "--reveal"])["secrets"].clone();
            (secrets, azure.home.json(&["context", "list"]))
        };
        let before = stored();
        let name = format!("{context}{tenant}");
        let failed = azure.run(&["token", "--context", &name, "-vv"]).expect(code);
        assert!(failed.stderr.contains(says), "{tenant}: {}", failed.stderr);
        assert_eq!(failed.stdout, "");
        for secret in [REFRESH_TOKEN, CLIENT_SECRET] {
            assert!(!failed.stderr.contains(secret), "{tenant}");
        }
        assert_eq!(stored(), before, "{tenant}");
        // The credential has left, and nothing came for it.
        let log = azure.home.json(&["audit", "log", "--verb", "token renew failed"]);
        let entries = log["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 1, "{tenant}: {log}");
        let account = if context.is_empty() { "person@example.com" } else { PRINCIPAL };
        let what = format!("credentials of {account} sent for {tenant}, and no token came");
        assert_eq!(entries[0]["subjects"][0]["what"], what);
    }
}

#[test]
fn a_server_that_nobody_confirmed_or_trusts_gets_no_credential() {
    let tenant = "good-unconfirmed.example";
    let azure = Azure::unconfirmed(&[tenant], &origin());
    let refused = azure.run(&["token"]).expect(7);
    assert!(refused.stderr.contains(&format!("--confirm {}", origin())), "{}", refused.stderr);
    assert_eq!(seen(tenant), [] as [Value; 0]);
    azure.run(&["token", "--confirm", "https://elsewhere.example"]).expect(2);
    azure.run(&["token", "--confirm", &origin()]).expect(0);
    let log = azure.home.json(&["audit", "log", "--verb", "confirm"]);
    assert_eq!(log["entries"][0]["subjects"][0]["what"], format!("confirmed {}", origin()));
    // Once is enough.
    azure.run(&["token", "--resource", "aad-graph"]).expect(0);

    // Confirmed, and its certificate is of an authority that nobody knows.
    let stranger = format!("https://localhost:{}", port("stranger"));
    let azure = Azure::unconfirmed(&["good-stranger.example"], &stranger);
    azure.run(&["token", "--confirm", &stranger]).expect(12).says("certificate");
    let log = azure.home.json(&["audit", "log", "--verb", "token renew failed"]);
    assert_eq!(log["entries"], serde_json::json!([]), "nothing has left");
    assert_eq!(seen("good-stranger.example"), [] as [Value; 0]);

    // Nobody is there.
    let nobody = "https://localhost:1";
    let azure = Azure::unconfirmed(&["good-nobody.example"], nobody);
    azure.run(&["token", "--confirm", nobody]).expect(12).says("--ca-bundle");
}

#[test]
fn a_token_is_for_a_resource_of_the_contexts_cloud() {
    let azure = Azure::with(&["good-where.example"]);
    let unknown = azure.run(&["token", "--resource", "keyvalt"]).expect(2);
    assert!(unknown.stderr.contains("keyvault"), "{}", unknown.stderr);
    let two = ["--for", "https://vault.azure.net/.default", "https://graph.windows.net//.default"];
    azure.run(&[&["token"][..], &two].concat()).expect(2);
    azure.run(&["token", "--for", "openid"]).expect(2);
    assert_eq!(seen("good-where.example"), [] as [Value; 0]);
}

#[test]
fn an_account_without_anything_to_sign_in_with_is_told_so() {
    let tenant = "good-nothing.example";
    let azure = Azure::with(&[tenant]);
    for secret in azure.home.json(&["secret", "list"])["secrets"].as_array().unwrap() {
        assert_eq!(secret["scope"], "user");
    }
    // The contexts come back without the secrets that went with them.
    azure.home.run(&["disconnect", "--all", "--yes"]).expect(0);
    let written = fs::read(azure.home.join("contexts.json")).unwrap();
    let mut file: Value = serde_json::from_slice(&written).unwrap();
    for context in file["Contexts"].as_object_mut().unwrap().values_mut() {
        context["TokenCache"] = Value::Null;
        context["Account"]["ExtendedProperties"] = json!({});
    }
    fs::write(azure.home.join("out.json"), file.to_string()).unwrap();
    azure.home.run(&["context", "import", "out.json"]).expect(0);
    let principal = format!("sp-{tenant}");
    let said = azure.run(&["token", "--context", &principal]).expect(4);
    assert!(said.stderr.contains("azvault connect"), "{}", said.stderr);
    assert_eq!(seen(tenant), [] as [Value; 0]);
}

#[test]
fn a_session_keeps_what_it_gets_to_itself() {
    let tenant = "strict-session.example";
    let azure = Azure::with(&["other.example"]);
    let file = Azure::unconfirmed(&[tenant], &origin());
    fs::copy(file.home.join("contexts.json"), azure.home.join("brought.json")).unwrap();
    let session = azure.home.session();
    session.run(&["context", "import", "brought.json", "--scope", "process"]).expect(0);
    let with_ca = |args: &[&str]| {
        let mut command = session.command(args);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap())
    };
    let token = with_ca(&["token"]).expect(0).stdout;
    assert!(token.starts_with("at."), "{token}");
    assert_eq!(with_ca(&["token"]).expect(0).stdout, token);
    assert_eq!(seen(tenant).len(), 1);
    // Other shells do not have it.
    let stored = azure.values("access_token");
    assert!(!stored.contains(&token.trim_end().to_owned()));
    let log = azure.home.json(&["audit", "log", "--verb", "token"]);
    let last = log["entries"].as_array().unwrap().last().unwrap();
    assert_eq!(last["subjects"][0]["what"], "access_token of a session");
}

#[test]
fn no_token_is_in_a_file_an_argument_or_an_error() {
    let azure = Azure::with(&["strict-clear.example"]);
    let token = azure.token(&[]);
    let stored = azure.values("refresh_token");
    for (path, bytes) in all_bytes(&azure.home.join(".local")) {
        for secret in [&token, &stored[0], &REFRESH_TOKEN.to_owned(), &CLIENT_SECRET.to_owned()] {
            assert!(!contains(&bytes, secret.as_bytes()), "{}", path.display());
        }
    }
}

#[test]
fn a_federated_token_that_has_expired_is_read_again_from_its_file() {
    let azure = stack::Azure::start(&stack::one_tenant(stack::subscriptions(1..2)));
    let home = azure.home();
    let jwt = |exp: i64, number: usize| {
        let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let (head, claims) = (json!({ "federated": true }), json!({ "exp": exp, "jti": number }));
        format!("{}.{}.c2lnbmF0dXJl", part(head), part(claims))
    };
    let (past, future) = (1_000_000_000, 4_000_000_000);
    let file = home.secret_file("federated", &jwt(past, 1));
    let application = ["--service-principal", "--application", stack::APPLICATION];
    let tenant = ["--tenant", stack::HOME_TENANT, "--federated-token-file", "federated"];
    let connect = || azure.connect(&home, &[&application[..], &tenant].concat()).expect(0);
    connect();
    let shown = |number: usize| {
        let all = azure.requests();
        let mut asked = all.iter().filter_map(|asked| asked["form"]["client_assertion"].as_str());
        assert_eq!(asked.next_back(), Some(&*jwt(future, number)));
    };
    let token = |resource: &str| {
        let mut command = home.command(&["token", "--resource", resource]);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap())
    };
    // Whoever issues them has written another one.
    fs::write(&file, format!("{}\n", jwt(future, 2))).unwrap();
    let said = token("graph").expect(0);
    assert_eq!(said.stderr, "");
    shown(2);

    // What is no token, is as old, or is not there is not shown to anybody.
    let before = azure.requests().len();
    let secret = "-----BEGIN PRIVATE KEY-----";
    for (text, says) in [
        (secret.to_owned(), "has none that says how long it lives"),
        (String::new(), "has none"),
        (jwt(past, 3), "so has the one in"),
    ] {
        fs::write(&file, text).unwrap();
        let said =
            token("keyvault").expect(4).says("has expired").says(says).says("azvault connect");
        assert!(!said.stderr.contains(secret));
    }
    fs::remove_file(&file).unwrap();
    token("keyvault").expect(4).says("federated is not there");
    rustix::fs::mkfifoat(rustix::fs::CWD, &file, rustix::fs::Mode::RUSR).unwrap();
    token("keyvault").expect(4).says("federated is not there");
    assert_eq!(azure.requests().len(), before);

    // One that lives is shown as it is stored, whatever became of its file.
    fs::remove_file(&file).unwrap();
    home.secret_file("federated", &jwt(future, 4));
    connect();
    fs::remove_file(&file).unwrap();
    token("graph").expect(0);
    shown(4);
}

#[test]
fn an_identity_is_asked_for_as_it_was_named() {
    let azure = stack::Azure::start(&stack::one_tenant(stack::subscriptions(1..2)));
    for (option, name) in
        [("--client-id", "client_id"), ("--object-id", "object_id"), ("--resource-id", "mi_res_id")]
    {
        let home = azure.home();
        let with = |mut command: Command| {
            command.env("IDENTITY_ENDPOINT", azure.identity_endpoint());
            ran(command.env("IDENTITY_HEADER", "the identity header").output().unwrap())
        };
        with(azure.prepared(&home, &["--identity", option, "unknown"])).expect(12);
        with(azure.prepared(&home, &["--identity", option, "assigned"])).expect(0);
        with(home.command(&["token", "--resource", "graph"])).expect(0);
        let all = azure.requests();
        let asked = &all.last().unwrap()["query"];
        assert_eq!(
            (&asked[name], &asked["resource"]),
            (&json!("assigned"), &json!("https://graph.test"))
        );
        let ids = ["client_id", "object_id", "mi_res_id"];
        assert_eq!(ids.iter().filter(|id| asked.get(**id).is_some()).count(), 1, "{asked}");
        let both =
            [option, "a", if option == "--client-id" { "--object-id" } else { "--client-id" }, "b"];
        azure.connect(&home, &[&["--identity"], &both[..]].concat()).expect(2);
    }
}
