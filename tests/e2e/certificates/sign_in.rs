//! Certificates that were imported sign in, before their files are removed and afterwards.

use std::fs;
use std::path::Path;
use std::process::Command;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::STORE;
use crate::azure::{ARM, certificates, origin, seen};
use azvault_test_support::{Home, Ran, ran};

const APPLICATION: &str = "a9900000-0000-4000-8000-0000000000bb";

/// SHA-1 of the certificate that all the files of these tests hold.
fn thumbprint() -> String {
    let mut openssl = Command::new("openssl");
    openssl.args(["x509", "-noout", "-fingerprint", "-sha1", "-in"]);
    let said = openssl.arg(certificates().join("client-cert.pem")).output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    said.trim().split('=').nth(1).unwrap().replace(':', "")
}

/// Contexts of one application, one a tenant, each with properties of its account.
fn context_file(home: &Home, tenants: &[(&str, Value)]) {
    let origin = origin();
    let environment = json!({
        "Name": "Test",
        "ActiveDirectoryAuthority": format!("{origin}/"),
        "ResourceManagerUrl": format!("{origin}/"),
        "ActiveDirectoryServiceEndpointResourceId": ARM,
    });
    let context = |(tenant, properties): &(&str, Value)| {
        let account = json!({
            "Id": APPLICATION, "Type": "ServicePrincipal", "ExtendedProperties": properties,
        });
        let context =
            json!({"Account": account, "Tenant": {"Id": tenant}, "Environment": environment});
        ((*tenant).to_owned(), context)
    };
    let contexts: serde_json::Map<_, _> = tenants.iter().map(context).collect();
    let text = json!({
        "DefaultContextKey": tenants[0].0,
        "EnvironmentTable": {"Test": environment},
        "Contexts": contexts,
    });
    fs::create_dir_all(home.join(".Azure")).unwrap();
    fs::write(home.join(".Azure/AzureRmContext.json"), text.to_string()).unwrap();
}

fn run(home: &Home, args: &[&str]) -> Ran {
    let mut command = home.command(args);
    command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    ran(command.output().unwrap())
}

/// How many certificates stood in the head of the last assertion of a tenant.
fn sent_certificates(tenant: &str) -> usize {
    let asked = seen(tenant);
    let assertion = asked.last().unwrap()["form"]["client_assertion"].as_str().unwrap().to_owned();
    let head = BASE64URL_NOPAD.decode(assertion.split('.').next().unwrap().as_bytes()).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    head["x5c"].as_array().map_or(0, Vec::len)
}

fn copy(name: &str, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(certificates().join(name), to).unwrap();
}

#[test]
fn certificates_by_path_and_by_thumbprint_sign_in_also_after_clean() {
    let home = Home::with_agent();
    copy("client.pfx", &home.join("certs/app.pfx"));
    copy("client.pem", &home.join("certs/app.pem"));
    let stored = format!("{STORE}/{}.pfx", thumbprint());
    copy("client-nopassword.pfx", &home.join(&stored));
    let at = |name: &str| home.join(name).to_str().unwrap().to_owned();
    context_file(
        &home,
        &[
            (
                "good-cert-pfx.example",
                json!({"CertificatePath": at("certs/app.pfx"), "CertificatePassword": "pässword"}),
            ),
            (
                "good-cert-pem.example",
                json!({"CertificatePath": at("certs/app.pem"), "SendCertificateChain": "True"}),
            ),
            // As people paste it; and a secret of before is not what it signs in with.
            (
                "good-cert-thumb.example",
                json!({
                    "CertificateThumbprint": thumbprint().to_lowercase(),
                    "ServicePrincipalSecret": "of-before",
                }),
            ),
        ],
    );
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["unlock"]).expect(0);
    let token = |tenant: &str| run(&home, &["token", "--context", tenant, "--confirm", &origin()]);
    token("good-cert-pfx.example").expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    for file in ["certs/app.pfx", "certs/app.pem", &stored] {
        assert!(!home.join(file).exists(), "{file}");
    }
    for (tenant, certificates) in
        [("good-cert-pfx.example", 0), ("good-cert-pem.example", 2), ("good-cert-thumb.example", 0)]
    {
        let said = run(&home, &["token", "--context", tenant]).expect(0);
        assert!(said.stdout.starts_with("at."), "{}", said.stdout);
        assert_eq!(sent_certificates(tenant), certificates, "{tenant}");
    }
}

#[test]
fn of_two_certificates_of_an_application_the_one_that_opens_is_taken() {
    let home = Home::with_agent();
    // One has the password, the other none; both are in one tenant.
    copy("client.pfx", &home.join("certs/app.pfx"));
    copy("client-nopassword.pfx", &home.join(&format!("{STORE}/{}.pfx", thumbprint())));
    let pfx = home.join("certs/app.pfx");
    context_file(
        &home,
        &[("good-cert-two.example", json!({"CertificateThumbprint": thumbprint()}))],
    );
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let file = home.join(".Azure/AzureRmContext.json");
    let text = fs::read_to_string(&file).unwrap();
    let path = format!("\"CertificatePath\":{},\"CertificatePassword\":\"wrong\"", json!(pfx));
    let thumb = format!("\"CertificateThumbprint\":\"{}\"", thumbprint());
    fs::write(&file, text.replace(&thumb, &path)).unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["unlock"]).expect(0);
    let tenant = "good-cert-two.example";
    run(&home, &["token", "--context", tenant, "--confirm", &origin()]).expect(0);
    assert_eq!(sent_certificates(tenant), 0);
}
