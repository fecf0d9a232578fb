//! What is odd costs itself alone; what only looks like a credential is none.

use super::*;

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
        ("tmpw3x9qk2f.pem", CandidateReason::Expected, true),
        (".azure/managementCertificate.pem", CandidateReason::Walked, true),
        (".azure-work/sp.pem", CandidateReason::Walked, true),
        // A server's, found on the way.
        ("nginx/server.pem", CandidateReason::Walked, false),
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
        let candidate = Candidate { path, because: CandidateReason::Expected };
        let sources = folder::read_all(&[candidate], home.path(), &TimeZone::UTC, &mut |_| {});
        assert!(sources[0].found.profile.secrets.is_empty());
    }
}
