//! Every secret with its kind and its owner.

use super::*;

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
    let m365_connections: [ExpectedSecret; 8] = [
        (AccessToken, "m365-access-canary", DEV, T, public),
        (AccessToken, "m365-app-access-canary", P, T, "AzureUSGovernment"),
        (ClientSecret, "m365~secret-canary-1", P, T, "AzureUSGovernment"),
        (AccessToken, "m365-app-access-canary", P2, T, "AzureChinaCloud"),
        (Certificate, pem, P2, T, "AzureChinaCloud"),
        (AccessToken, "m365-app-access-canary", P3, T, public),
        (Certificate, "not text", P3, T, public),
        (CertificatePassword, "m365~pfx-password-canary", P3, T, public),
    ];
    let cases: &[(&str, Format, Product, Outcome, &[ExpectedSecret])] = &[
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
