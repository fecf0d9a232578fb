//! A situation that prints a hint, and what a person types who follows it.

use std::fs;

use azvault_test_support::{Home, Ran, copy_folder, fixture, has, peer, ran};
use serde_json::{Value, json};

use crate::stack::{Azure, HOME_TENANT, OTHER_TENANT, USER, certificates, subscription};

/// A situation: what is typed, its exit code, the hint (`~` for the home), what a person types who follows
/// it, and its exit code.
pub(super) type Situation = (Start, &'static str, i32, &'static str, &'static str, i32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Files of Azure PowerShell, and no vault.
    Nothing,
    /// A vault with contexts.
    Contexts,
    /// A vault with contexts that lack something, or are like others; `cached` has a token.
    Odd,
    /// A vault that knows a small Azure of its own, at `$ORIGIN`, as `Test`.
    Service,
}

impl Start {
    fn home(self, azure: Option<&Azure>) -> Home {
        match self {
            Self::Nothing => {
                let home = Home::empty();
                copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
                home
            }
            Self::Contexts => Home::with_contexts(),
            Self::Odd => {
                let home = Home::with_agent();
                fs::write(home.join("saved.json"), odd().to_string()).unwrap();
                home.run(&["migrate", "run", "--yes", "--from", "saved.json"]).expect(0);
                home
            }
            Self::Service => azure.unwrap().home(),
        }
    }
}

/// Contexts as Azure PowerShell would save them, each with something that one rule is about.
fn odd() -> Value {
    const TENANT: &str = "72f00000-0000-4000-8000-000000000001";
    let context = |account: Value| {
        json!({
            "Account": account, "Tenant": { "Id": TENANT }, "Environment": { "Name": "AzureCloud" },
        })
    };
    let user = |id: &str| context(json!({ "Id": id, "Type": "User", "ExtendedProperties": {} }));
    let with = |mut context: Value, member: &str, value: Value| {
        context[member] = value;
        context
    };
    let owner = json!({ "home_account_id": "oid-1.t", "environment": "login.microsoftonline.com" });
    let of_cache = |mut entry: Value| {
        entry.as_object_mut().unwrap().extend(owner.as_object().unwrap().clone());
        entry
    };
    let cache = json!({
        "AccessToken": { "a": of_cache(json!({
            "credential_type": "AccessToken", "secret": "at-of-the-cache", "realm": TENANT,
            "client_id": "1950a258-227b-4e31-a9cf-717495945fc2",
            "target": "https://management.core.windows.net//.default", "expires_on": "4102444800",
        })) },
        "Account": { "p": of_cache(json!({
            "realm": TENANT, "username": "ada@contoso.example", "authority_type": "MSSTS",
        })) },
    });
    let cache = data_encoding::BASE64.encode(cache.to_string().as_bytes());
    let of_home = |home: &str| {
        let account = json!({
            "Id": "same@x.example", "Type": "User", "ExtendedProperties": { "HomeAccountId": home },
        });
        context(account)
    };
    let twice = |number: usize| {
        let id = format!("5b000000-0000-4000-8000-00000000010{number}");
        let subscription = json!({ "Id": id, "Name": "Twice", "State": "Enabled" });
        with(user("bea@x.example"), "Subscription", subscription)
    };
    let handed = json!({ "AccessToken": "at-handed" });
    let authority = "https://login.bare.example/";
    json!({
        "DefaultContextKey": "is not there",
        "EnvironmentTable": {},
        "Contexts": {
            "cached": with(user("ada@contoso.example"), "TokenCache", json!({ "CacheData": cache })),
            "one": of_home("1.1"),
            "two": of_home("2.2"),
            "twice-1": twice(1),
            "twice-2": twice(2),
            "nobody": context(Value::Null),
            "tenantless": with(user("ada@contoso.example"), "Tenant", Value::Null),
            "machine": context(json!({ "Id": "userAssignedIdentity", "Type": "ManagedService" })),
            "eve": user("eve@x.example"),
            "handed": context(json!({
                "Id": "eve@x.example", "Type": "AccessToken", "ExtendedProperties": handed,
            })),
            "bare": with(
                user("bare@contoso.example"),
                "Environment",
                json!({ "Name": "Bare", "ActiveDirectoryAuthority": authority }),
            ),
        },
        "ExtendedProperties": {},
    })
}

/// Two tenants that one person sees, and a token of which nobody can tell which of them it is for.
fn service() -> Value {
    let tenant = |id: &str, domain: &str, number: usize| {
        let subscriptions =
            json!([{ "id": subscription(number), "name": format!("Sub {number}") }]);
        json!({ "id": id, "name": domain, "domain": domain, "subscriptions": subscriptions })
    };
    json!({
        "user": USER, "home": HOME_TENANT, "brought": { "opaque": HOME_TENANT },
        "tenants": [
            tenant(HOME_TENANT, "contoso.example", 1), tenant(OTHER_TENANT, "fabrikam.example", 2),
        ],
    })
}

/// Each command fails as the table says, with that hint, and what it says helps.
#[track_caller]
pub(super) fn all_hold(situations: &[Situation]) {
    let is_service = |situation: &Situation| situation.0 == Start::Service;
    let azure = situations.iter().any(is_service).then(|| Azure::start(&service()));
    let mut wrong = Vec::new();
    for (start, command, code, hint, typed, after) in situations {
        if typed.contains("| jq") && !has("jq") {
            continue;
        }
        let home = start.home(azure.as_ref());
        home.secret_file("wrong", "another passphrase than that");
        let run = |script: &str| {
            let mut command = home.script(&format!("set +e\n{script}"));
            command.env("TERMINAL", peer("terminal.py"));
            if let Some(azure) = &azure {
                command.env("ORIGIN", azure.origin()).env("CERTIFICATES", certificates());
                command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
            }
            ran(command.output().unwrap())
        };
        let failed = run(command);
        let printed = last_hint(&failed, &home);
        if (failed.code, printed.as_deref()) != (*code, Some(*hint)) {
            let Ran { code, stdout, stderr, .. } = &failed;
            wrong.push(format!("{command}: {code} {printed:?}\n{stdout}\n{stderr}"));
        }
        let next = run(typed);
        if next.code != *after {
            wrong.push(format!("{typed}: {} {} {}", next.code, next.stdout, next.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The last hint that was printed, on a terminal or not, or by az, which has it in the line of the error.
fn last_hint(ran: &Ran, home: &Home) -> Option<String> {
    let text = format!("{}\n{}", ran.stdout, ran.stderr);
    let text = console::strip_ansi_codes(&text).replace(". Next: ", "\ntry: ");
    let hint = text.lines().filter_map(|line| line.strip_prefix("try: ")).next_back()?;
    // Of an endpoint it stands in JSON.
    Some(hint.trim_end_matches("\"}").replace(home.path().to_str()?, "~"))
}
