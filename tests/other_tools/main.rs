//! Files of other tools through the readers: whose, and every secret by value.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use azvault_importer::folder::{self, Source};
use azvault_importer::places::{Because, Candidate};
use azvault_importer::{Format, Found, Outcome, Product, Reading};
use azvault_model::SecretKind;
use jiff::tz::TimeZone;

const T: &str = "0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c";
const P: &str = "2b6f0c11-7a3d-4e58-9c21-d4e5f6a7b8c9";
const P2: &str = "3c7a1d22-8b4e-4f69-8d32-e5f6a7b8c9d0";
const P3: &str = "4d8b2e33-9c5f-4a7a-9e43-f6a7b8c9d0e1";
const SUBSCRIPTION: &str = "8d7c6b5a-4e3f-4210-9a8b-7c6d5e4f3a2b";
const DEV: &str = "dev@contoso.example";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/other-tools")
        .canonicalize()
        .unwrap()
}

/// The file, and what it points to.
fn sources(path: &str) -> Vec<Source> {
    let path = fixtures().join(path);
    let candidate = Candidate { path, because: Because::Expected };
    folder::read_all(&[candidate], fixtures().as_path(), &TimeZone::UTC, &mut |_| {})
}

fn read(file_name: &str, content: &str) -> Found {
    let reading = Reading { file_name, time_zone: &TimeZone::UTC };
    azvault_importer::read(content.as_bytes(), &reading)
}

/// Kind, end of the value, account, tenant, cloud of each secret, in order.
fn secrets(found: &Found) -> Vec<(SecretKind, String, String, String, String)> {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    let row = |held: &azvault_model::HeldSecret| {
        let about = &held.description;
        // EXPOSE: compared with the fixture's truth.
        let value = str::from_utf8(held.value.expose()).unwrap_or("not text").to_owned();
        let end = value.rsplit_once('.').map_or(value.as_str(), |(_, end)| end).to_owned();
        (about.kind, end, word(&about.account), word(&about.tenant), word(&about.environment))
    };
    let mut rows: Vec<_> = found.profile.secrets.iter().map(row).collect();
    rows.sort();
    rows
}

type Wanted<'a> = (SecretKind, &'a str, &'a str, &'a str, &'a str);

use SecretKind::{
    AccessToken, Certificate, CertificatePassword, CertificatePath, ClientSecret, IdToken,
    RefreshToken,
};

fn kubelogin() -> String {
    let (server, client) =
        ("6dae42f8-4368-4678-94ff-3960e28e3630", "80faf920-1908-4b52-b5ef-a8e7bedfc67a");
    format!("kubelogin/AzurePublicCloud-{server}-{client}-{T}.json")
}

#[test]
fn every_secret_is_read_with_its_owner() {
    let pem = fs::read_to_string(fixtures().join("service-principal/tmpw3x9qk2f.pem")).unwrap();
    let pem = pem.as_str();
    let public = "AzureCloud";
    let kubelogin = kubelogin();
    let azd = |client: &str| format!("azd/auth/cred{T}.{client}.json");
    let (azd, azd_certificate) = (azd(P), azd(P2));
    let packer = format!("packer/oauth-{T}.json");
    let docker_machine = format!("docker-machine/{T}.json");
    let m365_connections: [Wanted; 8] = [
        (AccessToken, "m365-access-canary", DEV, T, public),
        (AccessToken, "m365-app-access-canary", P, T, "AzureUSGovernment"),
        (ClientSecret, "m365~secret-canary-1", P, T, "AzureUSGovernment"),
        (AccessToken, "m365-app-access-canary", P2, T, "AzureChinaCloud"),
        (Certificate, pem, P2, T, "AzureChinaCloud"),
        (AccessToken, "m365-app-access-canary", P3, T, public),
        (Certificate, "not text", P3, T, public),
        (CertificatePassword, "m365~pfx-password-canary", P3, T, public),
    ];
    let cases: &[(&str, Format, Product, Outcome, &[Wanted])] = &[
        (
            "service-principal/sdk-auth.json",
            Format::ServicePrincipal,
            Product::AzureSdk,
            Outcome::Accept,
            &[(ClientSecret, "sdk~auth-canary-1", P, T, "AzureUSGovernment")],
        ),
        (
            "service-principal/create-for-rbac.json",
            Format::ServicePrincipal,
            Product::AzureSdk,
            Outcome::Accept,
            &[(ClientSecret, "rbac~plain-canary-1", P2, T, "")],
        ),
        (
            "service-principal/create-cert.json",
            Format::ServicePrincipal,
            Product::AzureSdk,
            Outcome::Accept,
            &[(CertificatePath, "pem", P3, T, "")],
        ),
        (
            "service-principal/azure.json",
            Format::ServicePrincipal,
            Product::AzureSdk,
            Outcome::Accept,
            &[(ClientSecret, "kube~azure-json-canary", P, T, public)],
        ),
        (
            "azure-cli-aks/aksServicePrincipal.json",
            Format::AksServicePrincipals,
            Product::AzureCli,
            Outcome::Accept,
            &[
                (ClientSecret, "aks~secret-canary-1", P, "", ""),
                (ClientSecret, "aks~secret-canary-2", P2, "", ""),
            ],
        ),
        (
            "ansible/credentials",
            Format::ServicePrincipalIni,
            Product::Ansible,
            Outcome::Accept,
            &[
                (ClientSecret, "ansible~secret=canary-1", P, T, "AzureChinaCloud"),
                (ClientSecret, "chef~secret-canary-2", P2, T, public),
            ],
        ),
        (
            "azure-sdk-java/azure.properties",
            Format::ServicePrincipalProperties,
            Product::AzureSdk,
            Outcome::Accept,
            &[(ClientSecret, "java~secret=canary\\1", P, T, public)],
        ),
        (
            &azd,
            Format::AzdCredential,
            Product::AzureDeveloperCli,
            Outcome::Accept,
            &[(ClientSecret, "azd~secret-canary-1", P, T, "")],
        ),
        (
            &azd_certificate,
            Format::AzdCredential,
            Product::AzureDeveloperCli,
            Outcome::Accept,
            &[(Certificate, pem, P2, T, "")],
        ),
        (
            &kubelogin,
            Format::GoAutorestToken,
            Product::AzureSdk,
            Outcome::Accept,
            &[
                (RefreshToken, "AX-kubelogin-refresh-canary", DEV, T, public),
                (AccessToken, "kubelogin-access-canary", DEV, T, public),
            ],
        ),
        (
            &packer,
            Format::GoAutorestToken,
            Product::Packer,
            Outcome::Accept,
            &[
                (RefreshToken, "AX-packer-refresh-canary", DEV, T, public),
                (AccessToken, "packer-access-canary", DEV, T, public),
            ],
        ),
        (
            // Its token is no JWT: nothing says whose it is.
            &docker_machine,
            Format::GoAutorestToken,
            Product::AzureSdk,
            Outcome::Warn,
            &[
                (RefreshToken, "AX-docker-machine-refresh-canary", "", T, ""),
                (AccessToken, "opaque-docker-machine-access-canary", "", T, ""),
            ],
        ),
        (
            "docker-azure/dockerAccessToken.json",
            Format::DockerAzureToken,
            Product::Docker,
            Outcome::Accept,
            &[
                (RefreshToken, "AX-docker-refresh-canary", DEV, T, public),
                (AccessToken, "docker-access-canary", DEV, T, public),
            ],
        ),
        (
            "maven/azure-secret.json",
            Format::MavenSecret,
            Product::MavenPlugins,
            Outcome::Accept,
            &[
                (RefreshToken, "AX-maven-refresh-canary", DEV, "", "AzureChinaCloud"),
                (AccessToken, "maven-access-canary", DEV, T, "AzureChinaCloud"),
                (IdToken, "maven-id-canary", DEV, T, "AzureChinaCloud"),
            ],
        ),
        (
            "cli-microsoft365/.cli-m365-connection.json",
            Format::M365Connection,
            Product::CliForMicrosoft365,
            Outcome::Accept,
            // Signing in again leaves the secret of an earlier sign-in in the connection.
            &[
                (AccessToken, "m365-access-canary", DEV, T, public),
                (ClientSecret, "m365~secret-canary-1", "", "", ""),
            ],
        ),
        (
            "cli-microsoft365/.cli-m365-all-connections.json",
            Format::M365Connection,
            Product::CliForMicrosoft365,
            Outcome::Accept,
            &m365_connections,
        ),
        (
            "cli-microsoft365-7/.cli-m365-all-connections.json",
            Format::M365Connection,
            Product::CliForMicrosoft365,
            Outcome::Accept,
            &m365_connections,
        ),
        (
            "power-platform-cli/pac.spn.cache.fallback.dat",
            Format::PacSecrets,
            Product::PowerPlatformCli,
            Outcome::Accept,
            &[(ClientSecret, "pac~secret-canary-1", P, "", "")],
        ),
        (
            "sfctl/config",
            Format::SfctlConfig,
            Product::ServiceFabricCli,
            Outcome::Accept,
            &[
                (RefreshToken, "AX-sfctl-refresh-canary", DEV, T, public),
                (AccessToken, "sfctl-access-canary", DEV, T, public),
            ],
        ),
        (
            "sfctl-pickled/config",
            Format::SfctlConfig,
            Product::ServiceFabricCli,
            Outcome::Accept,
            &[
                (RefreshToken, "AX-sfctl-refresh-canary", DEV, T, public),
                (AccessToken, "sfctl-access-canary", DEV, T, public),
                (AccessToken, "sfctl-cached-access-canary", DEV, T, public),
            ],
        ),
    ];
    for (path, format, product, outcome, wanted) in cases {
        let sources = sources(path);
        let found = &sources[0].found;
        let notes = &found.notes;
        assert_eq!((found.format, found.outcome), (*format, *outcome), "{path}: {notes:?}");
        assert_eq!(found.product, *product, "{path}");
        let mut wanted: Vec<_> = wanted
            .iter()
            .map(|(kind, value, account, tenant, cloud)| {
                let [value, account, tenant, cloud] =
                    [value, account, tenant, cloud].map(|text| (*text).to_owned());
                (*kind, value, account, tenant, cloud)
            })
            .collect();
        wanted.sort();
        assert_eq!(secrets(found), wanted, "{path}");
    }
}

#[test]
fn caches_of_msal_are_read_whoever_wrote_them() {
    for (path, product, of_applications) in [
        ("azd/auth/msal/cache.json", Product::AzureDeveloperCli, 0),
        ("azure-identity/.IdentityService/billing.nocae", Product::AzureIdentity, 0),
        ("azure-identity/.IdentityService/billing.cae", Product::AzureIdentity, 0),
        ("azure-identity-node/.IdentityService/node", Product::AzureIdentity, 0),
        ("graph-powershell/.mg/mg.msal.cache.cae", Product::GraphPowerShell, 0),
        ("cli-microsoft365/.cli-m365-msal.json", Product::CliForMicrosoft365, 3),
        ("power-platform-cli/tokencache_msalv3.dat", Product::PowerPlatformCli, 0),
    ] {
        let found = &sources(path)[0].found;
        assert_eq!((found.format, found.outcome), (Format::MsalCache, Outcome::Accept), "{path}");
        assert_eq!(found.product, product, "{path}");
        let secrets = secrets(found);
        let named = secrets.iter().filter(|row| row.1.contains("canary") && row.2 == DEV);
        assert_eq!((secrets.len(), named.count()), (3 + of_applications, 3), "{path}");
    }
}

#[test]
fn a_certificate_in_a_connection_is_the_file_that_was_given() {
    let sources = sources("cli-microsoft365/.cli-m365-all-connections.json");
    let secrets = sources[0].found.profile.secrets.iter();
    let mut of_p3 = secrets.filter(|held| held.description.account.as_deref() == Some(P3));
    let certificate = of_p3.find(|held| held.description.kind == Certificate).unwrap();
    // EXPOSE: a made-up key of the fixture.
    let archive = azvault_pfx::open(certificate.value.expose(), "m365~pfx-password-canary");
    assert!(archive.is_some_and(|archive| archive.key.is_some()));
}

#[test]
fn a_file_of_ansible_is_read_as_ansible_reads_it() {
    let folder = fixtures().join("ansible-variants");
    let truth = fs::read_to_string(folder.join("read-by-ansible.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    let mut wanted: Vec<_> = truth
        .as_object()
        .unwrap()
        .values()
        .map(|profile| {
            let [secret, client, tenant] = ["secret", "client_id", "tenant"]
                .map(|name| profile[name].as_str().unwrap().to_owned());
            let cloud = profile["cloud_environment"].as_str().unwrap_or("AzureCloud");
            (ClientSecret, secret, client, tenant, cloud.to_owned())
        })
        .collect();
    wanted.sort();
    let sources = sources("ansible-variants/credentials");
    let found = &sources[0].found;
    assert_eq!(found.outcome, Outcome::Accept, "{:?}", found.notes);
    assert_eq!(secrets(found), wanted);
    assert_eq!(found.profile.contexts.len(), 3);
}

#[test]
fn a_subscription_becomes_a_context() {
    for (path, contexts) in [
        ("service-principal/sdk-auth.json", 1),
        ("service-principal/create-for-rbac.json", 0),
        ("azure-cli-aks/aksServicePrincipal.json", 2),
        // One names its subscription, the other's section is one.
        ("ansible/credentials", 2),
        ("azure-sdk-java/azure.properties", 1),
    ] {
        let sources = sources(path);
        let found = &sources[0].found;
        assert_eq!(found.profile.contexts.len(), contexts, "{path}");
        for context in &found.profile.contexts {
            assert!(context.account.is_some() && context.subscription.is_some(), "{path}");
        }
    }
    let sources = sources("service-principal/sdk-auth.json");
    let [context] = &sources[0].found.profile.contexts[..] else { panic!("one context") };
    assert_eq!(context.subscription.as_ref().unwrap().id, SUBSCRIPTION);
    assert_eq!(context.environment.as_deref(), Some("AzureUSGovernment"));
}

#[test]
fn a_certificate_that_an_entry_points_to_is_read_beside_it() {
    let sources = sources("service-principal/create-cert.json");
    let [_, certificate] = &sources[..] else { panic!("the entry and its certificate") };
    assert_eq!(certificate.found.format, Format::Certificate);
    let held = &certificate.found.profile.secrets[0];
    assert_eq!(
        (held.description.kind, held.description.account.as_deref()),
        (Certificate, Some(P3))
    );
}

#[test]
fn an_odd_member_costs_that_member() {
    for (name, content, format, outcome, values) in [
        // The secret is what it should be; the tenant is not.
        (
            "sp.json",
            r#"{"clientId":"a","clientSecret":"s-1","tenantId":{"x":1}}"#,
            Format::ServicePrincipal,
            Outcome::Warn,
            &["s-1"][..],
        ),
        (
            "sp.json",
            r#"[{"appId":"a","password":"s-1","tenant":"t"},{"appId":"b","password":[],"tenant":"t"}]"#,
            Format::ServicePrincipal,
            Outcome::Warn,
            &["s-1"],
        ),
        (
            "aksServicePrincipal.json",
            r#"{"8d7c6b5a-4e3f-4210-9a8b-7c6d5e4f3a2b":{"client_secret":"s-1"},
                "9e8d7c6b-5f40-4321-8b9c-8d7e6f5a4b3c":{"client_secret":"s-2","service_principal":"b"}}"#,
            Format::AksServicePrincipals,
            Outcome::Warn,
            &["s-2"],
        ),
        (
            "credentials",
            "[a]\nclient_id=a\nsecret=s-1\ntenant=t\n[b]\nsecret=s-2\ntenant=t\nclient_id=\n",
            Format::ServicePrincipalIni,
            Outcome::Warn,
            &["s-1"],
        ),
        (
            "token.json",
            r#"{"access_token":{},"refresh_token":"s-1","expires_on":"soon","resource":"r"}"#,
            Format::GoAutorestToken,
            Outcome::Warn,
            &["s-1"],
        ),
        (
            ".cli-m365-connection.json",
            r#"{"authType":0,"appId":"a","tenant":"common","accessTokens":{"x":7,"y":{"accessToken":"s-1"}}}"#,
            Format::M365Connection,
            Outcome::Warn,
            &["s-1"],
        ),
        // A member that the format does not have is kept, and said.
        (
            ".cli-m365-connection.json",
            r#"{"authType":5,"appId":"a","secret":"s-1","accessTokens":{},"later":"x"}"#,
            Format::M365Connection,
            Outcome::Warn,
            &["s-1"],
        ),
        (
            "cred0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c.a.json",
            r#"{"clientSecret":"s-1","later":{"a":1}}"#,
            Format::AzdCredential,
            Outcome::Warn,
            &["s-1"],
        ),
        (
            "token.json",
            r#"{"access_token":"s-1","expires_on":1,"resource":"r","later":[]}"#,
            Format::GoAutorestToken,
            Outcome::Warn,
            &["s-1"],
        ),
        ("pac.spn.cache.dat", r#"{"a":[],"b":"s-1"}"#, Format::PacSecrets, Outcome::Warn, &["s-1"]),
        (
            "config",
            "[servicefabric]\naad_token = {\"accessToken\":\"s-1\",\"userId\":\"u\"}\naad_cache = {broken\n",
            Format::SfctlConfig,
            Outcome::Warn,
            &["s-1"],
        ),
        (
            "a.publishsettings",
            "<PublishData><PublishProfile ManagementCertificate=\"%%\"><Subscription Id='1' \
             ManagementCertificate='cy0x'/></PublishProfile></PublishData>",
            Format::PublishSettings,
            Outcome::Warn,
            &["s-1"],
        ),
    ] {
        let found = read(name, content);
        assert_eq!(
            (found.format, found.outcome),
            (format, outcome),
            "{content}: {:?}",
            found.notes
        );
        let read: Vec<_> = secrets(&found).into_iter().map(|row| row.1).collect();
        assert_eq!(read, values, "{content}");
        assert!(!format!("{:?}", found.notes).contains("s-1"));
    }
}

#[test]
fn what_only_looks_like_one_is_none() {
    for (name, content) in [
        // Google's, without a tenant.
        ("credentials.json", r#"{"installed":{"client_id":"a","client_secret":"b"}}"#),
        ("client_secret.json", r#"{"client_id":"a","client_secret":"b","auth_uri":"c"}"#),
        // A token of another service has no `resource`.
        ("token.json", r#"{"access_token":"a","refresh_token":"b","expires_in":3600}"#),
        ("credentials", "[default]\naws_access_key_id = a\naws_secret_access_key = b\n"),
        ("app.properties", "client=a\nname=b\n"),
        ("cred.json", r#"{"clientSecret":"a"}"#),
        ("auth.json", r#"{"auth":{"docker.io":{"auth":"x"}}}"#),
        ("a.xml", "<PublishData></PublishData>"),
        ("data.json", r#"{"not-an-id":{"client_secret":"a"}}"#),
    ] {
        let format = azvault_importer::recognise(content.as_bytes(), name);
        assert_eq!(format, Format::NotAContextFile, "{name} {content}");
    }
}

#[test]
fn a_signal_file_says_where_its_content_is() {
    for name in ["msal_token_cache.sig", "service_principal_entries.sig"] {
        let found = read(name, "");
        assert_eq!((found.format, found.outcome), (Format::AzcliSignal, Outcome::Opaque));
        assert!(found.notes[0].text.contains("keyring"));
    }
}

#[test]
fn management_certificates_of_the_classic_cli_are_held_whole() {
    let sources = sources("classic-cli/azureProfile.json");
    let found = &sources[0].found;
    assert_eq!(found.format, Format::AzcliProfile);
    assert_eq!(found.profile.contexts.len(), 2);
    let [certificate] = &found.profile.secrets[..] else { panic!("one certificate") };
    assert!(certificate.description.target.as_deref().unwrap().contains(SUBSCRIPTION));
    // EXPOSE: compared with the fixture's truth.
    let value = String::from_utf8(certificate.value.expose().to_vec()).unwrap();
    assert!(value.starts_with("-----BEGIN ") && value.contains("PRIVATE KEY-----"));
    let [public] = &found.left_out[..] else { panic!("its public half") };
    assert!(public.place.ends_with("/managementCertificate/cert"));
}

#[test]
fn a_certificate_that_lies_alone_is_held_where_a_product_writes_it() {
    let home = tempfile::tempdir().unwrap();
    let pem = fs::read(fixtures().join("service-principal/tmpw3x9qk2f.pem")).unwrap();
    for (path, because, held) in [
        ("tmpw3x9qk2f.pem", Because::Expected, true),
        (".azure/managementCertificate.pem", Because::Walked, true),
        (".azure-work/sp.pem", Because::Walked, true),
        // A server's, found on the way.
        ("nginx/server.pem", Because::Walked, false),
    ] {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &pem).unwrap();
        let candidate = Candidate { path: path.clone(), because };
        let sources = folder::read_all(&[candidate], home.path(), &TimeZone::UTC, &mut |_| {});
        let secrets: usize = sources.iter().map(|s| s.found.profile.secrets.len()).sum();
        assert_eq!(secrets, usize::from(held), "{}", path.display());
    }
    // Neither a certificate of an authority nor a bare key is one to sign in with.
    let key = b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";
    let authority = b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    for bytes in [&key[..], authority] {
        let path = home.path().join(".azure/x.pem");
        fs::write(&path, bytes).unwrap();
        let candidate = Candidate { path, because: Because::Expected };
        let sources = folder::read_all(&[candidate], home.path(), &TimeZone::UTC, &mut |_| {});
        assert!(sources[0].found.profile.secrets.is_empty());
    }
}
