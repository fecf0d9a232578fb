//! What is written where, and what is named as left out.

mod tokens;

use azvault_exporter::azure_powershell::{ContextReason, Credentials, Reason, Written, write};
use azvault_importer::Reading;
use azvault_model::rules::secrets::Restriction;
use azvault_model::{
    Account, AccountType, Context, ContextAccount, ContextName, HeldSecret, IdentityKind, Kept,
    KnownAccountType, Profile, Secret, SecretDescription, SecretKind, Subscription, Tenant,
};
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

pub(super) const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const OTHER_TENANT: &str = "22222222-2222-3333-4444-555555555555";
const SUBSCRIPTION: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const HOME: &str = "0a000000-0000-4000-8000-00000000000a.11111111-2222-3333-4444-555555555555";

pub(super) fn context(name: &str, account: &str, kind: KnownAccountType, tenant: &str) -> Context {
    Context {
        name: ContextName::new(name),
        account: Some(ContextAccount {
            id: account.into(),
            account_type: AccountType::from(kind),
            properties: Default::default(),
        }),
        tenant: Some(Tenant { id: tenant.into(), name: None }),
        subscription: Some(Subscription { id: SUBSCRIPTION.into(), name: None, state: None }),
        environment: Some("AzureCloud".into()),
        version_profile: None,
        extended_properties: Default::default(),
        labels: Default::default(),
        kept: Kept::default(),
    }
}

pub(super) fn held(kind: SecretKind, account: &str, value: &[u8]) -> HeldSecret {
    let description =
        SecretDescription { account: Some(account.into()), ..SecretDescription::of(kind) };
    HeldSecret { description, value: Secret::copied_from(value) }
}

/// A token of Megan, whose home account it names.
pub(super) fn token(kind: SecretKind, value: &[u8]) -> HeldSecret {
    let mut held = held(kind, "megan", value);
    held.description.client_id = Some("client".into());
    held.description.home_account_id = Some(HOME.into());
    held
}

pub(super) fn text(written: &Written) -> &str {
    std::str::from_utf8(&written.bytes).unwrap()
}

fn kinds(written: &Written) -> Vec<SecretKind> {
    written.left_out.iter().map(|left| left.description.kind).collect()
}

use SecretKind::{
    AccessToken, Certificate, CertificatePassword, CertificatePath, ClientSecret, IdToken,
    RefreshToken, SshCertificate, StorageConnectionString,
};

#[test]
fn without_credentials_two_kinds_are_left_out_and_no_other() {
    let mut storage = held(StorageConnectionString, "app", b"value-of-storage");
    storage.description.target = Some(SUBSCRIPTION.to_uppercase().into());
    let profile = || Profile {
        contexts: vec![context("ci", "app", KnownAccountType::ServicePrincipal, TENANT)],
        secrets: vec![
            held(ClientSecret, "app", b"value-of-secret"),
            held(CertificatePassword, "APP", b"value-of-password"),
            held(CertificatePath, "app", b"value-of-path"),
            token(RefreshToken, b"value-of-refresh"),
        ],
        ..Profile::default()
    };
    for (credentials, left_out) in
        [(Credentials::With, &[][..]), (Credentials::Without, &[ClientSecret, CertificatePassword])]
    {
        let mut profile = profile();
        profile.secrets.push(HeldSecret {
            description: storage.description.clone(),
            value: Secret::copied_from(b"value-of-storage"),
        });
        let written = write(&profile, credentials);
        assert_eq!(kinds(&written), left_out);
        for (name, value, there) in [
            ("ServicePrincipalSecret", "value-of-secret", credentials == Credentials::With),
            ("CertificatePassword", "value-of-password", credentials == Credentials::With),
            ("CertificatePath", "value-of-path", true),
            ("StorageAccount", "value-of-storage", true),
        ] {
            let member = format!("\"{name}\": \"{value}\"");
            assert_eq!(text(&written).contains(&member), there, "{member} {credentials:?}");
        }
        assert!(!text(&written).contains("\"CacheData\": null"));
    }
}

#[test]
fn what_has_no_place_is_named() {
    let principal = || context("ci", "app", KnownAccountType::ServicePrincipal, TENANT);
    let elsewhere = |mut held: HeldSecret| {
        held.description.tenant = Some(OTHER_TENANT.into());
        held
    };
    let token = |value: &[u8]| token(RefreshToken, value);
    let storage = |value: &[u8]| {
        let mut held = held(StorageConnectionString, "app", value);
        held.description.target = Some(SUBSCRIPTION.into());
        held
    };
    let path = |value: &[u8]| held(CertificatePath, "app", value);
    let with_path = || {
        let mut context = principal();
        let properties = &mut context.account.as_mut().unwrap().properties;
        properties.insert("certificatePath".to_owned(), "/mine.pem".to_owned());
        context
    };
    let second =
        || vec![held(ClientSecret, "app", b"old-one"), held(ClientSecret, "app", b"new-one")];
    let elsewhere_too =
        || vec![elsewhere(held(ClientSecret, "app", b"old-one")), held(ClientSecret, "app", b"x")];
    let bound = |edit: fn(&mut SecretDescription)| {
        let mut token = token(b"x");
        edit(&mut token.description);
        vec![token]
    };
    type Case = (&'static str, Vec<Context>, Vec<HeldSecret>, &'static [Reason]);
    let cases: Vec<Case> = vec![
        (
            "a certificate",
            vec![principal()],
            vec![held(Certificate, "app", b"x")],
            &[Reason::Certificate],
        ),
        (
            "an SSH certificate",
            vec![principal()],
            vec![held(SshCertificate, "app", b"x")],
            &[Reason::NoSuchMember],
        ),
        (
            "no context",
            vec![],
            vec![held(ClientSecret, "app", b"x"), token(b"x")],
            &[Reason::NoContext, Reason::NoContext],
        ),
        (
            "another account",
            vec![principal()],
            vec![held(ClientSecret, "other", b"x")],
            &[Reason::NoContext],
        ),
        // The application has no other.
        (
            "another tenant",
            vec![principal()],
            vec![elsewhere(held(ClientSecret, "app", b"x"))],
            &[],
        ),
        ("another tenant beside its own", vec![principal()], elsewhere_too(), &[Reason::NoContext]),
        (
            "no text",
            vec![principal()],
            vec![held(ClientSecret, "app", b"\xff"), token(b"\xff")],
            &[Reason::NotText, Reason::NotText],
        ),
        ("empty", vec![principal()], vec![held(ClientSecret, "app", b"")], &[Reason::NotText]),
        ("a second of one name", vec![principal()], second(), &[Reason::Superseded]),
        (
            "a second string of one subscription",
            vec![principal()],
            vec![storage(b"old-one"), storage(b"new-one")],
            &[Reason::Superseded],
        ),
        (
            "another path than the context has",
            vec![with_path()],
            vec![path(b"/other.pem")],
            &[Reason::Superseded],
        ),
        ("the path that the context has", vec![with_path()], vec![path(b"/mine.pem")], &[]),
        (
            "a user without home account",
            vec![principal()],
            vec![held(RefreshToken, "megan", b"x")],
            &[Reason::NoHomeAccount],
        ),
        (
            "a user's name in the place of the home account",
            vec![principal()],
            bound(|about| about.home_account_id = Some("Megan".into())),
            &[Reason::NoHomeAccount],
        ),
        (
            "a token that is bound to a key",
            vec![principal()],
            bound(|about| about.token_type = Some("pop".into())),
            &[Reason::Restricted(Restriction::Bound)],
        ),
        (
            "a token of a partition",
            vec![principal()],
            bound(|about| about.partition = Some("p".into())),
            &[Reason::Restricted(Restriction::Partitioned)],
        ),
        (
            "a token on behalf of a user",
            vec![principal()],
            bound(|about| about.on_behalf_of = Some("h".into())),
            &[Reason::Restricted(Restriction::OnBehalfOf)],
        ),
        ("nothing", vec![principal()], vec![held(ClientSecret, "app", b"x"), token(b"x")], &[]),
    ];
    for (why, contexts, secrets, left_out) in cases {
        let written =
            write(&Profile { contexts, secrets, ..Profile::default() }, Credentials::With);
        let reasons: Vec<Reason> = written.left_out.iter().map(|left| left.because).collect();
        assert_eq!(reasons, left_out, "{why}");
        assert!(!text(&written).contains("old-one"), "{why}");
    }
}

/// Each of these has Az.Accounts 4.0.2 refuse the file, forget the contexts behind it, or drop the
/// context.
#[test]
fn a_context_that_the_product_cannot_read_is_left_out_and_named() {
    type Edit = fn(&mut Context);
    let edits: [(Edit, Option<ContextReason>); 9] = [
        (|_| {}, None),
        (|c| c.tenant = None, Some(ContextReason::NoTenant)),
        (
            |c| {
                c.tenant = None;
                let properties = &mut c.account.as_mut().unwrap().properties;
                properties.insert("tenants".to_owned(), TENANT.to_owned());
            },
            None,
        ),
        (
            |c| {
                c.tenant = None;
                let properties = &mut c.account.as_mut().unwrap().properties;
                properties.insert("Tenants".to_owned(), " ,".to_owned());
            },
            Some(ContextReason::NoTenant),
        ),
        (
            |c| c.tenant.as_mut().unwrap().id = "contoso.example".into(),
            Some(ContextReason::TenantDomain),
        ),
        (|c| c.tenant.as_mut().unwrap().id = Default::default(), Some(ContextReason::TenantDomain)),
        (
            |c| c.subscription.as_mut().unwrap().id = "N/A".into(),
            Some(ContextReason::SubscriptionId),
        ),
        (|c| c.name = ContextName::new("Default"), Some(ContextReason::ReservedName)),
        (
            |c| {
                (c.account, c.tenant, c.subscription) = (None, None, None);
                c.environment = None;
            },
            Some(ContextReason::NameAlone),
        ),
    ];
    for (number, (edit, because)) in edits.into_iter().enumerate() {
        let mut odd = context("odd", "app", KnownAccountType::ServicePrincipal, TENANT);
        edit(&mut odd);
        let name = odd.name.clone();
        let other = context("other", "megan", KnownAccountType::User, TENANT);
        let profile = Profile {
            contexts: vec![odd, other],
            default: Some(name.clone()),
            secrets: vec![held(ClientSecret, "app", b"x"), token(RefreshToken, b"x")],
            ..Profile::default()
        };
        let written = write(&profile, Credentials::With);
        let left: Vec<_> = written.left_contexts.iter().map(|l| (&l.name, l.because)).collect();
        assert_eq!(left, because.iter().map(|why| (&name, *why)).collect::<Vec<_>>(), "{number}");
        // Its secret goes with it, and the rest stays.
        assert_eq!(kinds(&written).len(), usize::from(because.is_some()), "{number}");
        let found = super::read_named(&written.bytes, "exported.json").profile;
        assert_eq!(found.default, Some(name).filter(|_| because.is_none()), "{number}");
        let names: Vec<&str> = found.contexts.iter().map(|c| c.name.as_str()).collect();
        assert!(names.contains(&"other"), "{number}");
        assert_eq!(names.len(), 2 - left.len(), "{number}");
    }
    // Alone it is not dropped.
    let alone = context("Default", "megan", KnownAccountType::User, TENANT);
    let written =
        write(&Profile { contexts: vec![alone], ..Profile::default() }, Credentials::With);
    assert_eq!(written.left_contexts, []);
}
