use super::{AccountTenants, BlastRadius, Rank, blast_radius};
use crate::rules::testing::of_principal;
use crate::{Accounts, Clouds, Context, SecretDescription, SecretKind};

const NOW: i64 = 1_000;
const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

fn of(kind: SecretKind) -> SecretDescription {
    SecretDescription {
        account: Some("who".into()),
        tenant: Some("t".into()),
        target: Some("what".into()),
        ..SecretDescription::of(kind)
    }
}

fn radius(about: &SecretDescription) -> BlastRadius {
    blast_radius("id", about, &AccountTenants::default(), NOW)
}

#[test]
fn each_kind_has_its_rank_its_sentence_and_what_revokes_it() {
    use SecretKind::*;
    let passwords = [
        "az ad app credential list --id who --query '[].keyId' --output tsv \
         | xargs -n 1 az ad app credential delete --id who --key-id",
        "az ad sp credential list --id who --query '[].keyId' --output tsv \
         | xargs -n 1 az ad sp credential delete --id who --key-id",
    ];
    let certificates = [
        "az ad app credential list --id who --cert --query '[].keyId' --output tsv \
         | xargs -n 1 az ad app credential delete --id who --cert --key-id",
        "az ad sp credential list --id who --cert --query '[].keyId' --output tsv \
         | xargs -n 1 az ad sp credential delete --id who --cert --key-id",
    ];
    let federated = ["az ad app federated-credential list --id who --query '[].id' --output tsv \
         | xargs -n 1 az ad app federated-credential delete --id who --federated-credential-id"];
    let storage = [
        "azvault secret show id --reveal --output table | tr ';' '\\n' | sed -n 's/^AccountName=//p' | xargs -I \
         NAME az storage account keys renew --subscription what --account-name NAME --key primary",
        "azvault secret show id --reveal --output table | tr ';' '\\n' | sed -n 's/^AccountName=//p' | xargs -I \
         NAME az storage account keys renew --subscription what --account-name NAME --key secondary",
    ];
    let sessions = [
        "az rest --method post --url https://graph.microsoft.com/v1.0/users/who/revokeSignInSessions",
    ];
    for (kind, rank, opens, revoke) in [
        (
            ClientSecret,
            Rank::Standing,
            "signs in as application who in tenant t, without MFA, until it is removed",
            &passwords[..],
        ),
        (
            Certificate,
            Rank::Standing,
            "signs in as application who in tenant t, without MFA, until it is removed",
            &certificates,
        ),
        (
            StorageConnectionString,
            Rank::Standing,
            "reads and writes a whole storage account in subscription what, for ever",
            &storage,
        ),
        (
            RefreshToken,
            Rank::Renewing,
            "signs in as who by a client that no file named; MFA counts as done",
            &sessions,
        ),
        (
            ClientAssertion,
            Rank::Renewing,
            "signs in as application who in tenant t, without MFA, until it expires",
            &federated,
        ),
        (
            AccessToken,
            Rank::Passing,
            "opens what as who in tenant t until it expires; it cannot be revoked",
            &[],
        ),
        (
            SshCertificate,
            Rank::Passing,
            "logs in to virtual machines by SSH as who until it expires",
            &[],
        ),
        (
            ManagedIdentitySecret,
            Rank::Passing,
            "gets tokens of the managed identity who, on its own machine alone",
            &[],
        ),
        (IdToken, Rank::Telling, "nothing: it says who who is", &[]),
        (
            CertificatePath,
            Rank::Telling,
            "nothing by itself: it says where the certificate of application who lies",
            &certificates,
        ),
        (
            CertificatePassword,
            Rank::Telling,
            "nothing by itself: it opens the certificate file of application who",
            &certificates,
        ),
    ] {
        let found = radius(&of(kind));
        assert_eq!((found.rank, found.opens.as_str()), (rank, opens), "{kind:?}");
        assert_eq!(found.revoke, revoke, "{kind:?}");
        let ends_by_itself = matches!(kind, AccessToken | SshCertificate | IdToken);
        assert_eq!(found.is_to_revoke(), !ends_by_itself, "{kind:?}");
        let ended = radius(&SecretDescription { expires_on: Some(NOW), ..of(kind) });
        assert_eq!((ended.rank, ended.is_to_revoke()), (Rank::Telling, false), "{kind:?}");
        let lives = radius(&SecretDescription { expires_on: Some(NOW + 1), ..of(kind) });
        assert_eq!((lives.rank, lives.until), (rank, Some(NOW + 1)), "{kind:?}");
    }
}

#[test]
fn a_refresh_token_of_a_family_client_serves_the_family_and_another_its_client() {
    for (client, family, clients, first) in [
        (Some(CLI), Some("1"), 24, "Azure CLI"),
        // Old caches do not say the family; the service goes by the client.
        (Some(CLI), None, 24, "Azure CLI"),
        (Some("1950A258-227B-4E31-A9CF-717495945FC2"), None, 24, "Azure CLI"),
        (Some("another"), Some("1"), 24, "Azure CLI"),
        (Some("another"), Some("2"), 1, "another"),
        (Some("another"), None, 1, "another"),
        (None, None, 0, ""),
    ] {
        let found = radius(&SecretDescription {
            client_id: client.map(Into::into),
            family_id: family.map(Into::into),
            ..of(SecretKind::RefreshToken)
        });
        assert_eq!(found.clients.len(), clients, "{client:?} {family:?}");
        assert_eq!(found.clients.first().map_or("", String::as_str), first);
        assert_eq!(found.opens.contains("any client of family 1"), clients > 1, "{}", found.opens);
        assert_eq!(found.opens.contains("the client another alone"), clients == 1);
    }
}

#[test]
fn a_principal_opens_every_tenant_in_which_a_context_names_it() {
    let with = |account: &str, tenant: &str| {
        let mut context: Context = of_principal("n", account, "s");
        context.tenant.as_mut().unwrap().id = tenant.into();
        context
    };
    let contexts = [with("WHO", "u"), with("who", "T"), with("other", "v")];
    let accounts = Accounts::of(Clouds::default(), &contexts, [], []);
    let known = AccountTenants::of(&contexts, accounts.into());
    let found = blast_radius("id", &of(SecretKind::ClientSecret), &known, NOW);
    assert_eq!(found.tenants, ["t", "u"]);
    assert!(found.opens.contains("in tenants t, u, without MFA"), "{}", found.opens);
    let nowhere = SecretDescription { tenant: None, ..of(SecretKind::ClientSecret) };
    assert!(radius(&nowhere).opens.contains("a tenant that no context names"));
}

#[test]
fn a_user_is_named_by_object_id_in_the_graph_of_the_cloud_and_never_breaks_out_of_the_word() {
    for (account, home, environment, command) in [
        ("a@x", Some("o.h"), None, "https://graph.microsoft.com/v1.0/users/o/"),
        ("a@x", None, Some("AzureUSGovernment"), "https://graph.microsoft.us/v1.0/users/a@x/"),
        (
            "a@x",
            None,
            Some("login.chinacloudapi.cn"),
            "https://microsoftgraph.chinacloudapi.cn/v1.0/users/a@x/",
        ),
        ("a@x", None, Some("AzureBleuCloud"), "https://graph.svc.sovcloud.fr/v1.0/users/a@x/"),
        ("a#EXT#@x", None, None, "https://graph.microsoft.com/v1.0/users/a%23EXT%23@x/"),
        ("a';x ø/", None, None, "https://graph.microsoft.com/v1.0/users/a%27%3Bx%20%C3%B8%2F/"),
    ] {
        let found = radius(&SecretDescription {
            account: Some(account.into()),
            home_account_id: home.map(Into::into),
            environment: environment.map(Into::into),
            ..of(SecretKind::RefreshToken)
        });
        let wanted = format!("az rest --method post --url {command}revokeSignInSessions");
        assert_eq!(found.revoke, [wanted], "{account}");
    }
    let personal = "o.9188040D-6c67-4c5b-b112-36a304b66dad".to_owned();
    let about = SecretDescription {
        home_account_id: Some(personal.into()),
        ..of(SecretKind::RefreshToken)
    };
    assert_eq!(radius(&about).revoke, [""; 0]);
    for (account, word) in [("$(x)", "'$(x)'"), ("a'b", r"'a'\''b'"), ("", "''"), ("a b", "'a b'")]
    {
        let about =
            SecretDescription { account: Some(account.into()), ..of(SecretKind::ClientSecret) };
        let start = format!("az ad app credential list --id {word} --query");
        assert!(radius(&about).revoke[0].starts_with(&start), "{account}");
    }
}

#[test]
fn whose_credential_it_is_has_to_be_found_out_where_no_file_named_it() {
    let nobody = |kind| radius(&SecretDescription { account: None, ..of(kind) });
    let found = nobody(SecretKind::ClientSecret);
    assert!(found.revoke.is_empty() && found.is_to_revoke());
    assert!(!nobody(SecretKind::AccessToken).is_to_revoke());
    assert_eq!(nobody(SecretKind::StorageConnectionString).revoke.len(), 2);
}

#[test]
fn the_worst_comes_first() {
    let family = SecretDescription { client_id: Some(CLI.into()), ..of(SecretKind::RefreshToken) };
    let worst_first = [
        of(SecretKind::ClientSecret),
        family,
        of(SecretKind::RefreshToken),
        of(SecretKind::AccessToken),
        of(SecretKind::IdToken),
    ];
    let order: Vec<_> = worst_first.iter().map(|about| radius(about).order()).collect();
    assert!(order.is_sorted());
    assert_eq!(radius(&worst_first[3]).rank.number(), 4);
}
