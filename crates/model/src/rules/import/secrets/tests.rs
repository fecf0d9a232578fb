use super::super::{Action, Incoming, Origin, Present, Wishes, plan};
use crate::rules::testing::of_principal;
use crate::{
    Account, AccountType, Context, Environment, HeldSecret, Profile, Secret, SecretDescription,
    SecretKind,
};

fn about(account: Option<&str>, tenant: Option<&str>) -> SecretDescription {
    SecretDescription {
        account: account.map(Into::into),
        tenant: tenant.map(Into::into),
        ..SecretDescription::of(SecretKind::ClientSecret)
    }
}

fn held(description: SecretDescription) -> HeldSecret {
    HeldSecret { description, value: Secret::copied_from(b"one") }
}

/// What the plan says of each secret.
fn described(profiles: Vec<Profile>) -> Vec<SecretDescription> {
    let origin = Origin::AzurePowerShell;
    let files = profiles.into_iter().map(|profile| Incoming { origin, profile }).collect();
    let plan = plan(files, &Present::default(), &Wishes::default()).unwrap();
    plan.secrets.into_iter().map(|planned| planned.item.description).collect()
}

#[test]
fn other_files_say_whose_a_secret_is() {
    let account = Account {
        id: "ada@x".into(),
        account_type: AccountType::new("User"),
        environment: None,
        home_account_id: Some("Home.T".into()),
        tenants: Vec::new(),
        properties: Default::default(),
    };
    let accounts = Profile { accounts: vec![account], ..Profile::default() };
    for (named, home, wanted) in [
        (None, Some("home.t"), Some("ada@x")),
        (Some("bob@x"), Some("home.t"), Some("bob@x")),
        (None, Some("other"), None),
        (None, None, None),
    ] {
        let home_account_id = home.map(str::to_owned);
        let about = SecretDescription {
            home_account_id: home_account_id.map(Into::into),
            ..about(named, None)
        };
        let secrets = Profile { secrets: vec![held(about)], ..Profile::default() };
        let accounts = Profile { accounts: accounts.accounts.clone(), ..Profile::default() };
        let found = described(vec![secrets, accounts]);
        assert_eq!(found[0].account.as_deref(), wanted, "{named:?} {home:?}");
    }
}

#[test]
fn the_cloud_of_a_principal_is_that_of_its_contexts_if_they_agree() {
    let in_cloud = |name: &str, subscription: &str, cloud: &str| -> Context {
        let mut context = of_principal(name, "App", subscription);
        context.environment = Some(cloud.into());
        context
    };
    let (china, also) =
        (in_cloud("a", "s1", "AzureChinaCloud"), in_cloud("b", "s2", "AzureChinaCloud"));
    let elsewhere = in_cloud("c", "s3", "AzureCloud");
    for (contexts, tenant, wanted) in [
        (vec![china.copied()], "T", Some("AzureChinaCloud")),
        (vec![china.copied(), also.copied()], "t", Some("AzureChinaCloud")),
        (vec![china.copied(), also.copied(), elsewhere.copied()], "t", None),
        (vec![china.copied()], "other", None),
    ] {
        let secrets = vec![held(about(Some("app"), Some(tenant)))];
        let profile = Profile { contexts, secrets, ..Profile::default() };
        assert_eq!(described(vec![profile])[0].environment.as_deref(), wanted, "{tenant}");
    }
}

#[test]
fn a_custom_authority_becomes_the_name_of_its_cloud_and_a_built_in_one_stays() {
    let settings = [("ActiveDirectoryAuthority", "https://adfs.example/"), ("x", "AzureCloud")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let stack = Environment { name: "Stack".to_owned(), settings: settings.into() };
    // It says of itself that it signs in at what is the name of a built-in cloud.
    let settings = [("ActiveDirectoryAuthority".to_owned(), "AzureCloud".to_owned())];
    let liar = Environment { name: "Liar".to_owned(), settings: settings.into() };
    for (host, wanted) in [
        ("adfs.example", "Stack"),
        ("AzureCloud", "AzureCloud"),
        ("unknown.example", "unknown.example"),
    ] {
        let environment = Some(host.to_owned());
        let account = Account {
            id: "ada@x".into(),
            account_type: AccountType::new("User"),
            environment: environment.as_deref().map(Into::into),
            home_account_id: None,
            tenants: Vec::new(),
            properties: Default::default(),
        };
        let profile = Profile {
            environments: vec![stack.clone(), liar.clone()],
            accounts: vec![account],
            secrets: vec![held(SecretDescription {
                environment: environment.map(Into::into),
                ..about(Some("a"), None)
            })],
            ..Profile::default()
        };
        let files = vec![Incoming { origin: Origin::AzureCli, profile }];
        let plan = plan(files, &Present::default(), &Wishes::default()).unwrap();
        let secret = &plan.secrets[0].item.description;
        assert_eq!(secret.environment.as_deref(), Some(wanted));
        assert_eq!(plan.accounts[0].item.environment.as_deref(), Some(wanted));
    }
}

#[test]
fn what_several_files_say_of_one_secret_is_put_together_and_what_the_vault_says_too() {
    let full = SecretDescription {
        client_id: Some("client".into()),
        environment: Some("AzureCloud".into()),
        target: Some("target".into()),
        expires_on: Some(7),
        family_id: Some("1".into()),
        home_account_id: Some("home".into()),
        ..SecretDescription {
            account: Some("app".into()),
            tenant: Some("t".into()),
            ..SecretDescription::of(SecretKind::RefreshToken)
        }
    };
    let bare = SecretDescription {
        account: Some("APP".into()),
        target: Some("own".into()),
        ..SecretDescription::of(SecretKind::RefreshToken)
    };
    let both = SecretDescription {
        account: bare.account.clone(),
        target: bare.target.clone(),
        ..full.clone()
    };
    let file = |about: &SecretDescription| Incoming {
        origin: Origin::AzurePowerShell,
        profile: Profile { secrets: vec![held(about.clone())], ..Profile::default() },
    };
    let planned =
        plan(vec![file(&bare), file(&full)], &Present::default(), &Wishes::default()).unwrap();
    assert_eq!(planned.secrets.len(), 1);
    let numbered = SecretDescription { place: Some(1), ..both.clone() };
    assert_eq!(planned.secrets[0].item.description, numbered);
    for (stored, incoming, wanted, action) in
        [(&full, &bare, &both, Action::Update), (&both, &bare, &both, Action::Same)]
    {
        let secrets = [(stored.clone(), Secret::copied_from(b"one"))];
        let present = Present { secrets: &secrets, ..Present::default() };
        let planned = plan(vec![file(incoming)], &present, &Wishes::default()).unwrap();
        let secret = &planned.secrets[0];
        assert_eq!((&secret.item.description, secret.action), (wanted, action));
    }
}

#[test]
fn one_value_of_one_application_in_two_clouds_is_two_secrets() {
    let of = |cloud: Option<&str>| SecretDescription {
        environment: cloud.map(Into::into),
        ..about(Some("app"), Some("t"))
    };
    let file = |clouds: &[Option<&str>], contexts: &[&str]| {
        let context = |cloud: &&str| {
            let mut context = of_principal(cloud, "app", "s");
            context.environment = Some((*cloud).into());
            context
        };
        Profile {
            contexts: contexts.iter().map(context).collect(),
            secrets: clouds.iter().map(|cloud| held(of(*cloud))).collect(),
            ..Profile::default()
        }
    };
    let both = ["AzureCloud", "AzureChinaCloud"];
    for (clouds, contexts, wanted) in [
        (&[Some("AzureCloud"), Some("AzureChinaCloud")][..], &both[..], 2),
        (&[Some("AzureCloud"), Some("azurecloud")], &both, 1),
        (&[None, Some("AzureCloud")], &both, 1),
        (&[Some("AzureCloud"), None], &both, 2),
        (&[Some("AzureCloud"), None], &both[..1], 1),
    ] {
        let found = described(vec![file(clouds, contexts)]);
        assert_eq!(found.len(), wanted, "{clouds:?} {contexts:?}");
        // What is of both clouds stays so.
        let open = clouds.contains(&None) && contexts.len() == 2;
        assert_eq!(found.iter().any(|about| about.environment.is_none()), open, "{clouds:?}");
    }
}

#[test]
fn a_user_name_gets_its_home_account_where_there_is_exactly_one() {
    let user = |home: Option<&str>| SecretDescription {
        home_account_id: home.map(Into::into),
        environment: Some("AzureCloud".into()),
        ..SecretDescription {
            account: Some("ada@x".into()),
            ..SecretDescription::of(SecretKind::RefreshToken)
        }
    };
    let other = |home| HeldSecret { description: user(home), value: Secret::copied_from(b"two") };
    for (homes, wanted) in
        [(vec![Some("h1")], Some("h1")), (vec![Some("h1"), Some("h2")], None), (vec![None], None)]
    {
        let mut secrets = vec![held(user(None))];
        for (at, home) in homes.iter().enumerate() {
            let value = Secret::copied_from(format!("other {at}").as_bytes());
            secrets.push(HeldSecret { description: user(*home), value });
        }
        secrets.push(other(Some("ada@x")));
        let contexts = vec![crate::rules::testing::context("c", "ADA@x", "s")];
        let profile = Profile { contexts, secrets, ..Profile::default() };
        let files = vec![Incoming { origin: Origin::AzureCli, profile }];
        let plan = plan(files, &Present::default(), &Wishes::default()).unwrap();
        let first = &plan.secrets[0].item.description;
        assert_eq!(first.home_account_id.as_deref(), wanted, "{homes:?}");
        let account = plan.contexts[0].item.account.as_ref().unwrap();
        assert_eq!(account.home_account_id(), wanted, "{homes:?}");
        // Caches that were made from ADAL's name the user in the place of the home account.
        let last = &plan.secrets.last().unwrap().item.description;
        assert_eq!(last.home_account_id.as_deref(), wanted.or(Some("ada@x")), "{homes:?}");
    }
}
