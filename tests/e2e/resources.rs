//! What tokens are for: every resource of the context's cloud, and none of another one.

use azvault_test_support::Home;
use serde_json::{Value, json};

use crate::azure::{Azure, PRINCIPAL, seen};
use crate::endpoint::Asking;
use crate::policy::of_user;

/// What tools ask for, as they write it.
const ASKED: [&str; 66] = [
    "https://management.azure.com",
    "https://management.azure.com/",
    "https://management.core.windows.net/",
    "https://graph.microsoft.com",
    "https://vault.azure.net",
    "https://vault.azure.net/",
    "https://managedhsm.azure.net",
    "https://storage.azure.com",
    "https://storage.azure.com/",
    "https://myacct.blob.core.windows.net",
    "https://database.windows.net/",
    "https://ossrdbms-aad.database.windows.net",
    "https://cognitiveservices.azure.com",
    "https://ai.azure.com",
    "https://search.azure.com",
    "https://cosmos.azure.com",
    "https://myacct.documents.azure.com",
    "https://servicebus.azure.net",
    "https://eventhubs.azure.net",
    "https://containerregistry.azure.net",
    "https://azconfig.io",
    "https://myconf.azconfig.io",
    "https://kusto.kusto.windows.net",
    "https://mycluster.westeurope.kusto.windows.net",
    "https://api.kusto.windows.net",
    "https://dev.azuresynapse.net",
    "https://ml.azure.com",
    "https://analysis.windows.net/powerbi/api",
    "https://api.fabric.microsoft.com",
    "https://purview.azure.net",
    "https://org.crm4.dynamics.com",
    "https://redis.azure.com",
    "https://digitaltwins.azure.net",
    "https://monitor.azure.com",
    "https://api.loganalytics.io",
    "https://api.loganalytics.azure.com",
    "https://attest.azure.net",
    "https://iothubs.azure.net",
    "https://signalr.azure.com",
    "https://webpubsub.azure.com",
    "https://communication.azure.com",
    "https://atlas.microsoft.com",
    "https://quantum.microsoft.com",
    "https://batch.core.windows.net/",
    "https://datalake.azure.net/",
    "https://api.applicationinsights.io",
    "https://appservice.azure.com",
    "https://dev.azure.com",
    "499b84ac-1321-427f-aa17-267ca6975798",
    "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
    "6dae42f8-4368-4678-94ff-3960e28e3630",
    "6256c85f-0aad-4d50-b960-e6e9b21efe35",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "api://my-own-app",
    "https://outlook.office365.com",
    "https://contoso.sharepoint.com",
    // And others of that kind.
    "https://acct.dfs.core.windows.net/",
    "https://acct.documents.azure.com:443/",
    "https://ns.servicebus.windows.net/",
    "https://adb-1234567890123456.7.azuredatabricks.net",
    "https://contoso.onmicrosoft.com/some-app",
    "api://0f0f0f0f-1111-4222-8333-444444444444",
    "API://My-Own.App/path",
    "HTTPS://Relay.Azure.Net/",
    "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/",
    "urn:contoso:app",
];

/// What is no resource, and what is one of another cloud.
const REFUSED: [(&str, i32); 16] = [
    ("keyvalt", 2),
    ("management.azure.com", 2),
    ("https://", 2),
    ("https://a b", 2),
    ("https://user:pass@vault.azure.net", 2),
    ("https://vault.azure.net?x=1", 2),
    ("https://127.0.0.1/", 2),
    ("file:///etc/passwd", 2),
    ("2ff814a6-3304", 2),
    ("--help", 2),
    ("https://management.chinacloudapi.cn/", 7),
    ("https://VAULT.azure.cn", 7),
    ("https://acct.blob.core.usgovcloudapi.net", 7),
    ("https://graph.microsoft.us", 7),
    ("https://management.microsoftazure.de/", 7),
    ("https://management.sovcloud-api.fr", 7),
];

/// The scopes that the service was asked for, oldest first, without those of OpenID Connect.
fn scopes(tenant: &str) -> Vec<String> {
    let first = |asked: &Value| {
        let scope = asked["form"]["scope"].as_str().unwrap();
        scope.split(' ').next().unwrap().to_owned()
    };
    seen(tenant).iter().map(first).collect()
}

#[test]
fn every_resource_is_served_as_it_was_written() {
    let tenant = "good-resources.example";
    let azure = Azure::with(&[tenant]);
    let mut asking = Asking::start(&azure, &["exec", &format!("sp-{tenant}")]);
    for resource in ASKED {
        assert!(asking.token(resource).starts_with("at."), "{resource}");
    }
    asking.ends();
    let expected: Vec<String> = ASKED.iter().map(|asked| format!("{asked}/.default")).collect();
    assert_eq!(scopes(tenant), expected);
    // `token` and the shim give what the endpoint got.
    for resource in ASKED {
        let token = azure.token(&["--context", &format!("sp-{tenant}"), "--resource", resource]);
        assert!(token.starts_with("at."), "{resource}");
    }
    let scope = ["--for", "https://servicebus.azure.net/.default", "--context"];
    azure.token(&[&scope[..], &[&format!("sp-{tenant}")]].concat());
    assert_eq!(scopes(tenant).len(), ASKED.len(), "all of them are in the cache");
}

#[test]
fn what_is_of_another_cloud_or_no_resource_is_refused_and_nobody_is_asked() {
    let home = Home::with_contexts();
    for (resource, code) in REFUSED {
        let resource = format!("--resource={resource}");
        let said = home.run(&["token", "--context", "dev", &resource]).expect(code);
        assert!(said.stderr.contains("try:") || said.stderr.contains("--help"), "{}", said.stderr);
    }
    // In the other direction, but for what has one name in both.
    let token = |resource: &str| home.run(&["token", "--context", "gov", "--resource", resource]);
    token("https://management.azure.com/").expect(7).says("AzureCloud").says("context list");
    token("https://cognitiveservices.azure.com").expect(7);
    for own in ["https://vault.usgovcloudapi.net", "https://servicebus.azure.net", "storage"] {
        let said = token(own).expect(4);
        assert!(said.stderr.contains("azvault connect"), "{own}: {}", said.stderr);
    }
    token("datalake").expect(5).says("has no resource called");
}

#[test]
fn a_tool_is_told_at_once_which_resource_is_refused_and_why() {
    let azure = Azure::with(&["aadsts500011-refused.example"]);
    let mut asking = Asking::start(&azure, &["exec"]);
    for (resource, says) in [
        ("https://nobody.contoso.example", "AADSTS500011"),
        ("keyvalt", "is no resource"),
        ("https://user@x.example", "is no resource"),
    ] {
        let (status, text) = asking.asks(json!({ "query": { "resource": resource } }));
        assert_eq!(status, 400, "{text}");
        for part in [resource, says, "Next: "] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    asking.ends();
    assert_eq!(seen("aadsts500011-refused.example").len(), 1, "one question, and no repetition");
}

#[test]
fn an_id_of_the_acting_identity_is_served_and_one_that_was_said_to_be_it() {
    let tenant = "good-ids.example";
    let azure = Azure::with(&[tenant]);
    let resource = "https://cosmos.azure.com";
    let further = "/subscriptions/5b/resourceGroups/g/providers/Microsoft.ManagedIdentity/i";
    let status = |asking: &mut Asking, name: &str, id: &str| {
        asking.asks(json!({ "query": { "resource": resource, name: id } })).0
    };
    let principal = format!("sp-{tenant}");
    let args = ["exec", "--as-identity", further, "--as-identity", "0b1ec7", &principal];
    let mut asking = Asking::start(&azure, &args);
    for (name, id, expected) in [
        ("client_id", PRINCIPAL, 200),
        ("client_id", &PRINCIPAL.to_uppercase(), 200),
        ("object_id", "0B1EC7", 200),
        ("mi_res_id", further, 200),
        ("msi_res_id", &further.to_uppercase(), 200),
        ("client_id", "33333333-3333-3333-3333-333333333333", 400),
        ("object_id", "oid-1", 400),
        // Of a context that is not served.
        ("client_id", "person@example.com", 400),
    ] {
        assert_eq!(status(&mut asking, name, id), expected, "{name} {id}");
    }
    asking.ends();
    let mut asking = Asking::start(&azure, &["exec", tenant]);
    assert_eq!(status(&mut asking, "object_id", "oid-1"), 200, "the person's object");
    assert_eq!(status(&mut asking, "client_id", PRINCIPAL), 400);
    let (_, text) = asking.asks(json!({ "query": { "resource": resource, "client_id": "other" } }));
    assert!(text.contains("--as-identity other"), "{text}");
    asking.ends();
    azure.run(&["exec", "--as-identity", "", "--", "true"]).expect(2);
}

#[test]
fn a_policy_allows_and_forbids_resources_by_name_and_by_address() {
    let tenant = "good-allowed.example";
    let azure = Azure::with(&[tenant]);
    let token = |resource: &str| azure.run(&["token", "--resource", resource]);
    let file = of_user(
        &azure.home,
        "resources = [\"arm\", \"cosmos\", \"https://*.contoso.example\"]\n\
         forbidden.resources = [\"https://hr.contoso.example\"]\n",
    );
    for resource in ["arm", "https://management.azure.com/", "https://acct.documents.azure.com"] {
        token(resource).expect(0);
    }
    token("https://app.contoso.example").expect(0);
    for (resource, line) in [
        ("keyvault", 1),
        ("https://vault.azure.net/", 1),
        ("https://contoso.example.evil.example", 1),
        ("6dae42f8-4368-4678-94ff-3960e28e3630", 1),
        ("https://hr.contoso.example/", 2),
    ] {
        token(resource).expect(7).says(&format!("refused by {file} line {line}"));
    }
    let mut asking = Asking::start(&azure, &["exec"]);
    let (status, text) =
        asking.asks(json!({ "query": { "resource": "https://graph.windows.net" } }));
    assert_eq!(status, 400);
    assert!(text.contains(&format!("{file} line 1")), "{text}");
    asking.ends();

    // By its name a resource is forbidden wherever it is, and by whichever id.
    of_user(&azure.home, "[forbidden]\nresources = [\"arm\", \"storage\"]\n");
    for resource in [
        "https://management.core.windows.net/",
        "https://management.azure.com",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        "https://acct.blob.core.windows.net",
    ] {
        token(resource).expect(7).says(&format!("refused by {file} line 2"));
    }
    token("https://cosmos.azure.com").expect(0);

    // A tenant, by its name here.
    of_user(&azure.home, format!("\n\n[forbidden]\ntenants = [\"{tenant}\"]"));
    token("https://cosmos.azure.com").expect(7).says(&format!("refused by {file} line 4"));

    // A name that nothing has would forbid nothing.
    let odd = of_user(&azure.home, "forbidden.resources = [\"keyvalt\"]");
    let said = azure.home.run(&["policy", "check"]).expect(10);
    assert!(
        said.stdout.contains(&format!("{odd} line 1: there is no resource keyvalt")),
        "{}",
        said.stdout
    );
    token("https://cosmos.azure.com").expect(7);
}

#[test]
fn help_and_completion_have_the_names_of_the_table() {
    let home = Home::empty();
    let help = home.run(&["token", "--help"]).expect(0).stdout;
    let line = ["complete", "--shell", "zsh", "--", "azvault", "token", "--resource", ""];
    let completed = home.run(&line).expect(0).stdout;
    for (name, what) in azvault_signin::resource::short_names() {
        assert!(help.contains(&format!("  {name} ")) && help.contains(what), "{name}");
        assert!(completed.lines().any(|line| line == format!("{name}:{what}")), "{name}");
    }
}
