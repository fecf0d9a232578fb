use super::{Action, Incoming, NoSuchDefault, Origin, Plan, Present, Remark, Wishes, plan};
use crate::{
    Account, AccountType, AutosaveMode, Context, ContextAccount, ContextName, Environment,
    HeldSecret, Kept, Profile, Secret, SecretDescription, SecretKind, Subscription, Tenant,
};

fn context(name: &str, account: &str, subscription: &str) -> Context {
    Context {
        name: ContextName::new(name),
        account: Some(ContextAccount {
            id: account.into(),
            account_type: AccountType::new("User"),
            properties: Default::default(),
        }),
        tenant: Some(Tenant { id: "t".into(), name: None }),
        subscription: Some(Subscription { id: subscription.into(), name: None, state: None }),
        environment: Some("AzureCloud".into()),
        version_profile: None,
        extended_properties: Default::default(),
        labels: Default::default(),
        kept: Kept::default(),
    }
}

fn file(origin: Origin, contexts: Vec<Context>, default: Option<&str>) -> Incoming {
    let default = default.map(ContextName::new);
    Incoming { origin, profile: Profile { contexts, default, ..Profile::default() } }
}

fn names(plan: &Plan) -> Vec<(&str, Action)> {
    plan.contexts.iter().map(|p| (p.item.name.as_str(), p.action)).collect()
}

use Origin::{AzureCli, AzurePowerShell};

fn wishes(default: Option<ContextName>) -> Wishes {
    Wishes { default, ..Wishes::default() }
}

#[test]
fn an_az_subscription_of_the_same_identity_is_the_powershell_context_and_its_name_stays() {
    let mut az = context("Dev (s1)", "Megan@x", "S1");
    az.subscription.as_mut().unwrap().state = Some("Enabled".into());
    let files = vec![
        file(AzureCli, vec![az, context("Prod (s2)", "megan@x", "s2")], None),
        file(AzurePowerShell, vec![context("dev", "megan@x", "s1")], None),
    ];
    let plan = plan(files, &Present::default(), &Wishes::default()).unwrap();
    assert_eq!(names(&plan), [("dev", Action::Add), ("Prod (s2)", Action::Add)]);
    assert_eq!(*plan.contexts[0].sources, [1, 0]);
    let state = plan.contexts[0].item.subscription.as_ref().unwrap().state.as_deref();
    assert_eq!(state, Some("Enabled"));
}

#[test]
fn an_az_name_that_two_accounts_have_gets_the_account_appended() {
    let files = vec![
        file(AzureCli, vec![context("Dev (s1)", "megan@x", "s1")], None),
        file(AzureCli, vec![context("Dev (s1)", "alex@x", "s1")], Some("Dev (s1)")),
    ];
    let plan = plan(files, &Present::default(), &Wishes::default()).unwrap();
    let wanted = [("Dev (s1) - megan@x", Action::Add), ("Dev (s1) - alex@x", Action::Add)];
    assert_eq!(names(&plan), wanted);
    assert_eq!(plan.default.unwrap().as_str(), "Dev (s1) - alex@x");
}

#[test]
fn one_name_of_two_identities_is_kept_twice_and_two_names_of_one_identity_both_stay() {
    let files = vec![
        file(
            AzurePowerShell,
            vec![context("a", "megan@x", "s1"), context("b", "megan@x", "s1")],
            None,
        ),
        file(AzurePowerShell, vec![context("A", "alex@x", "s9")], Some("A")),
    ];
    let plan = plan(files, &Present::default(), &Wishes::default()).unwrap();
    assert_eq!(names(&plan), [("a", Action::Add), ("b", Action::Add), ("A (2)", Action::Conflict)]);
    assert_eq!(plan.default.unwrap().as_str(), "A (2)");
}

#[test]
fn a_second_import_of_the_same_files_changes_nothing() {
    let files = || {
        vec![
            file(AzurePowerShell, vec![context("a", "megan@x", "s1")], Some("a")),
            file(AzurePowerShell, vec![context("A", "alex@x", "s9")], None),
            file(AzureCli, vec![context("Dev (s2)", "megan@x", "s2")], None),
        ]
    };
    let first = plan(files(), &Present::default(), &Wishes::default()).unwrap();
    let contexts: Vec<Context> = first.contexts.into_iter().map(|p| p.item).collect();
    let present =
        Present { contexts: &contexts, default: first.default.as_ref(), ..Present::default() };
    let second = plan(files(), &present, &Wishes::default()).unwrap();
    assert!(second.contexts.iter().all(|p| p.action == Action::Same), "{:?}", names(&second));
    assert!(second.changes_nothing(&present));
}

#[test]
fn the_default_is_chosen_in_order_and_never_invented() {
    let a = || context("a", "megan@x", "s1");
    let b = || context("b (s2)", "megan@x", "s2");
    let powershell = |default| file(AzurePowerShell, vec![a()], default);
    let az = |default| file(AzureCli, vec![b()], default);
    for (powershell_default, az_default, asked, wanted, differ) in [
        (Some("a"), Some("b (s2)"), None, Some("a"), true),
        (None, Some("b (s2)"), None, Some("b (s2)"), false),
        (Some("A"), None, None, Some("a"), false),
        (None, None, None, None, false),
        (Some("a"), Some("b (s2)"), Some("B (S2)"), Some("b (s2)"), false),
    ] {
        let files = vec![powershell(powershell_default), az(az_default)];
        let asked = asked.map(ContextName::new);
        let plan = plan(files, &Present::default(), &wishes(asked)).unwrap();
        assert_eq!(plan.default.as_ref().map(ContextName::as_str), wanted);
        let said = plan.remarks.iter().any(|r| matches!(r, Remark::DefaultsDiffer { .. }));
        assert_eq!(said, differ);
    }
    let nobody = ContextName::new("nobody");
    let refused = plan(vec![powershell(None)], &Present::default(), &wishes(Some(nobody)));
    assert_eq!(refused.err(), Some(NoSuchDefault));
}

#[test]
fn a_default_that_the_vault_has_stays() {
    let contexts = [context("mine", "megan@x", "s7")];
    let mine = ContextName::new("mine");
    let present = Present { contexts: &contexts, default: Some(&mine), ..Present::default() };
    let files = vec![file(AzurePowerShell, vec![context("a", "megan@x", "s1")], Some("a"))];
    let plan = plan(files, &present, &Wishes::default()).unwrap();
    assert_eq!(plan.default.as_ref().unwrap().as_str(), "mine");
    assert!(matches!(plan.remarks.as_slice(), [Remark::DefaultStays { .. }]));
}

#[test]
fn a_secret_is_one_by_kind_owner_and_value() {
    let held = |kind, account: &str, value: &str| HeldSecret {
        description: SecretDescription {
            account: Some(account.into()),
            ..SecretDescription::of(kind)
        },
        value: Secret::copied_from(value.as_bytes()),
    };
    use SecretKind::{AccessToken, RefreshToken};
    let with = |secrets| Incoming {
        origin: AzurePowerShell,
        profile: Profile { secrets, ..Profile::default() },
    };
    let files = vec![
        with(vec![held(RefreshToken, "megan@x", "one"), held(RefreshToken, "MEGAN@x", "one")]),
        with(vec![
            held(RefreshToken, "megan@x", "one"),
            held(AccessToken, "megan@x", "one"),
            held(RefreshToken, "alex@x", "one"),
            held(RefreshToken, "megan@x", "two"),
        ]),
    ];
    let plan = plan(files, &Present::default(), &Wishes::default()).unwrap();
    assert_eq!(plan.secrets.len(), 4);
    assert_eq!(*plan.secrets[0].sources, [0, 1]);
}

#[test]
fn actions_have_the_words_that_scripts_read() {
    let all = [Action::Add, Action::Update, Action::Same, Action::Conflict].map(Action::as_str);
    assert_eq!(all, ["add", "update", "same", "conflict"]);
}

#[test]
fn the_autosave_mode_is_what_azure_powershell_says() {
    let with =
        |origin, autosave| Incoming { origin, profile: Profile { autosave, ..Profile::default() } };
    for (powershell, az, wanted) in [
        (Some(AutosaveMode::Process), None, Some(AutosaveMode::Process)),
        (None, Some(AutosaveMode::Process), None),
        (
            Some(AutosaveMode::CurrentUser),
            Some(AutosaveMode::Process),
            Some(AutosaveMode::CurrentUser),
        ),
    ] {
        let files = vec![with(AzureCli, az), with(AzurePowerShell, powershell)];
        assert_eq!(plan(files, &Present::default(), &Wishes::default()).unwrap().autosave, wanted);
    }
}

#[test]
fn a_plan_changes_nothing_only_if_no_part_of_it_does() {
    let contexts = [context("a", "megan@x", "s1")];
    let a = ContextName::new("a");
    let present = || Present { contexts: &contexts, default: Some(&a), ..Present::default() };
    let files = |profile: Profile| {
        let whole = Profile {
            contexts: vec![context("a", "megan@x", "s1")],
            default: Some(ContextName::new("a")),
            ..profile
        };
        vec![Incoming { origin: AzurePowerShell, profile: whole }]
    };
    let changes = |profile: Profile, present: &Present<'_>| {
        !plan(files(profile), present, &Wishes::default()).unwrap().changes_nothing(present)
    };
    assert!(!changes(Profile::default(), &present()));
    let account = Account {
        id: "new@x".into(),
        account_type: AccountType::new("User"),
        environment: None,
        home_account_id: None,
        tenants: Vec::new(),
        properties: Default::default(),
    };
    let environment = Environment { name: "Stack".to_owned(), settings: Default::default() };
    let secret = HeldSecret {
        description: SecretDescription::of(SecretKind::RefreshToken),
        value: Secret::copied_from(b"one"),
    };
    let mode = Some(AutosaveMode::Process);
    for profile in [
        Profile { accounts: vec![account], ..Profile::default() },
        Profile { environments: vec![environment], ..Profile::default() },
        Profile { secrets: vec![secret], ..Profile::default() },
        Profile { autosave: mode, ..Profile::default() },
    ] {
        assert!(changes(profile, &present()));
    }
    assert!(changes(Profile::default(), &Present { default: None, ..present() }));
    assert!(changes(Profile::default(), &Present { contexts: &[], ..present() }));
    // A mode that the vault has already stays.
    let profile = Profile { autosave: mode, ..Profile::default() };
    let has_one = Present { autosave: Some(AutosaveMode::CurrentUser), ..present() };
    assert!(!changes(profile, &has_one));
}

#[test]
fn files_that_say_different_things_of_one_context_are_told_of() {
    let mut other = context("a", "megan@x", "s1");
    other.extended_properties.insert("p".to_owned(), "1".to_owned());
    for (second, differ) in [(context("A", "megan@x", "s1"), false), (other, true)] {
        let files = vec![
            file(AzurePowerShell, vec![context("a", "megan@x", "s1")], None),
            file(AzurePowerShell, vec![second], None),
        ];
        let plan = plan(files, &Present::default(), &Wishes::default()).unwrap();
        assert_eq!(names(&plan), [("a", Action::Add)]);
        let said = [Remark::FilesDiffer { name: ContextName::new("a"), source: 1 }];
        assert_eq!(plan.remarks, if differ { &said[..] } else { &[] });
    }
}

#[test]
fn a_name_that_the_vault_gives_to_another_identity_is_taken() {
    let contexts = [context("a", "alex@x", "s9")];
    let present = Present { contexts: &contexts, ..Present::default() };
    let files = vec![file(AzurePowerShell, vec![context("A", "megan@x", "s1")], None)];
    let plan = plan(files, &present, &Wishes::default()).unwrap();
    assert_eq!(names(&plan), [("A (2)", Action::Conflict)]);
}

#[test]
fn the_default_is_the_marked_context_also_where_another_has_its_name() {
    let other_tenant = |mut context: Context| {
        context.tenant = Some(Tenant { id: "t2".into(), name: None });
        context
    };
    let dev = |account: &str| context("Dev (s1)", account, "s1");
    for (first, second, names_wanted) in [
        (dev("pat@x"), dev("zoe@x"), ["Dev (s1) - pat@x", "Dev (s1) - zoe@x"]),
        (
            dev("pat@x"),
            other_tenant(dev("pat@x")),
            ["Dev (s1) - t - pat@x", "Dev (s1) - t2 - pat@x"],
        ),
    ] {
        for (at, wanted) in names_wanted.iter().enumerate() {
            let contexts = vec![first.copied(), second.copied()];
            let mut file = file(AzureCli, contexts, Some("Dev (s1)"));
            file.profile.default_at = Some(at);
            let plan = plan(vec![file], &Present::default(), &Wishes::default()).unwrap();
            assert_eq!(plan.default.as_ref().map(ContextName::as_str), Some(*wanted));
            let found: Vec<&str> = names(&plan).into_iter().map(|(name, _)| name).collect();
            assert_eq!(found, names_wanted);
        }
    }
}

#[test]
fn two_home_accounts_of_one_name_are_two_accounts_with_contexts_of_their_own() {
    let of_home = |name: &str, home: &str| {
        let mut context = context(name, "pat@x", "s1");
        let account = context.account.as_mut().unwrap();
        account.properties.insert("HomeAccountId".to_owned(), home.to_owned());
        context
    };
    let account = |home: Option<&str>| Account {
        id: "pat@x".into(),
        account_type: AccountType::new("User"),
        environment: Some("AzureCloud".into()),
        home_account_id: home.map(Into::into),
        tenants: Vec::new(),
        properties: Default::default(),
    };
    for (homes, accounts, contexts) in [
        (["h1", "h2"], vec![account(Some("h1")), account(Some("h2"))], 2),
        (["h1", "H1"], vec![account(Some("h1")), account(None)], 1),
    ] {
        let number = accounts.len().min(contexts);
        let mut file =
            file(AzurePowerShell, vec![of_home("a", homes[0]), of_home("A", homes[1])], None);
        file.profile.accounts = accounts;
        let plan = plan(vec![file], &Present::default(), &Wishes::default()).unwrap();
        assert_eq!(plan.accounts.len(), number, "{homes:?}");
        assert_eq!(plan.contexts.len(), contexts, "{homes:?}");
    }
}
