//! Profiles that no product ever wrote.

use std::collections::BTreeMap;
use std::fmt;

use azvault_importer::{Format, Found, Product};
use azvault_model::{
    AccountType, Context, ContextAccount, ContextName, Environment, HeldSecret, Kept,
    KnownAccountType, Profile, Secret, SecretDescription, SecretKind, Subscription, Tenant,
};
use proptest::prelude::*;
use proptest::sample::select;
use zeroize::Zeroizing;

/// Text of any kind: what breaks terminals, parsers and paths, and what chance brings.
fn text() -> impl Strategy<Value = String> {
    let chosen = [
        "prod",
        "Default",
        "a \"quoted\" 'name'",
        "back\\slash/and/slash",
        "~0~1",
        "😀 東京 æøå",
        "\u{202e}right to left\u{200f}",
        "\0\u{1}\u{1f}\u{7f}\u{85}\u{2028}\u{2029}\t\r\n",
        "../../etc/passwd",
        "--option",
        " ",
    ];
    let chosen = select(chosen.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        chosen,
        Just("n".repeat(400)),
        any::<String>().prop_filter("no text", |t| !t.is_empty())
    ]
}

fn map() -> impl Strategy<Value = BTreeMap<String, String>> {
    // Names that the format has a meaning of its own for are another matter.
    let name = text().prop_map(|name| format!("x{name}"));
    proptest::collection::btree_map(name, text(), 0..3)
}

const ACCOUNTS: [&str; 4] = ["megan@contoso.example", "app \"1\"", "æ/\\ø", "MSI@50342"];
const TENANTS: [&str; 3] = [
    "72f00000-0000-4000-8000-000000000001",
    "72f00000-0000-4000-8000-000000000002",
    "contoso.example",
];
const CLOUDS: [&str; 3] = ["AzureCloud", "AzureUSGovernment", "Hub \"東京\""];
const SUBSCRIPTIONS: [&str; 3] =
    ["5b000000-0000-4000-8000-000000000001", "5b000000-0000-4000-8000-000000000002", "sub/2"];

/// A context that can be shown, because nothing in it is a secret of anybody.
struct Made(Context);

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(c) = self;
        let parts = (&c.account, &c.tenant, &c.subscription, &c.environment, c.kept.as_json());
        write!(f, "{:?} {parts:?} {:?}", c.name, (&c.version_profile, &c.extended_properties))
    }
}

/// A secret of nobody.
struct MadeUp(HeldSecret);

impl fmt::Debug for MadeUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // EXPOSE: made up by a test, and shown when it fails.
        write!(f, "{:?} {:?}", self.0.description, self.0.value.expose())
    }
}

fn context() -> impl Strategy<Value = Made> {
    let kinds = KnownAccountType::ALL.map(|kind| kind.as_str().to_owned()).to_vec();
    let kind = prop_oneof![select(kinds), Just("Odd".to_owned())];
    let account = (select(ACCOUNTS.to_vec()), kind, map()).prop_map(|(id, kind, properties)| {
        ContextAccount { id: id.into(), account_type: AccountType::new(kind), properties }
    });
    let tenant = (select(TENANTS.to_vec()), proptest::option::of(text()))
        .prop_map(|(id, name)| Tenant { id: id.into(), name: name.map(Into::into) });
    let optional = || proptest::option::of(text());
    let subscription =
        (select(SUBSCRIPTIONS.to_vec()), optional(), optional()).prop_map(|(id, name, state)| {
            Subscription { id: id.into(), name: name.map(Into::into), state: state.map(Into::into) }
        });
    let kept = proptest::option::of((text(), text()));
    let environment = proptest::option::of(select(CLOUDS.to_vec()));
    let parts = (
        text(),
        proptest::option::of(account),
        proptest::option::of(tenant),
        proptest::option::of(subscription),
        environment,
        optional(),
        map(),
        kept,
    );
    parts.prop_map(
        |(name, account, tenant, subscription, environment, version_profile, m, kept)| {
            Made(Context {
                name: ContextName::new(name),
                account,
                tenant,
                subscription,
                environment: environment.map(Into::into),
                version_profile: version_profile.map(Into::into),
                extended_properties: m,
                labels: Default::default(),
                kept: kept.map(kept_member).unwrap_or_default(),
            })
        },
    )
}

/// An unknown member, with white space and a number that must stay as they are.
fn kept_member((name, value): (String, String)) -> Kept {
    let name = format!("/x{}", name.replace('~', "~0").replace('/', "~1"));
    let name = serde_json::to_string(&name).unwrap();
    let value = serde_json::to_string(&value).unwrap();
    Kept::new(Zeroizing::new(format!("{{{name}:[ 1.50, {value}]}}")))
}

/// A secret as the importer finds it, of any kind, and bytes of any kind.
fn secret() -> impl Strategy<Value = MadeUp> {
    use SecretKind as K;
    let kinds = vec![
        K::RefreshToken,
        K::AccessToken,
        K::IdToken,
        K::ClientSecret,
        K::Certificate,
        K::CertificatePath,
        K::CertificatePassword,
        K::ClientAssertion,
        K::StorageConnectionString,
        K::ManagedIdentitySecret,
        K::SshCertificate,
    ];
    let value = prop_oneof![
        text().prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 1..40),
    ];
    let client = select(vec![None, Some("1950a258-227b-4e31-a9cf-717495945fc2"), Some("own")]);
    let target = select(vec![None, Some("KeyVault"), Some("https://a/.default b\"c")]);
    let number = proptest::option::of(any::<i64>());
    let parts = (
        select(kinds),
        select(ACCOUNTS.to_vec()),
        (proptest::option::of(select(TENANTS.to_vec())), select(CLOUDS.to_vec())),
        (client, target),
        (number, any::<bool>(), any::<bool>()),
        value,
    );
    parts.prop_map(
        |(kind, account, (tenant, cloud), (client, target), (expires, family, home), value)| {
            let owned = |text: &str| text.to_owned();
            let mut about = SecretDescription {
                account: Some(owned(account).into()),
                tenant: tenant.map(owned).map(Into::into),
                environment: Some(owned(cloud).into()),
                ..SecretDescription::of(kind)
            };
            if matches!(kind, K::RefreshToken | K::AccessToken | K::IdToken) {
                about.client_id =
                    client.map(|c| owned(if c == "own" { account } else { c })).map(Into::into);
                about.target = target.map(owned).map(Into::into);
                about.family_id = family.then(|| owned("1")).map(Into::into);
                about.home_account_id = home.then(|| format!("home of {account}")).map(Into::into);
            }
            if kind == K::AccessToken && about.client_id.is_some() {
                about.expires_on = expires;
            }
            if kind == K::StorageConnectionString {
                about.target = Some(owned(SUBSCRIPTIONS[usize::from(family)]).into());
                about.tenant = None;
            }
            // A token that was brought along is no family's.
            if about.client_id.is_none() {
                about.family_id = None;
            }
            MadeUp(HeldSecret { description: about, value: Secret::copied_from(&value) })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_profile_comes_back_as_it_was(
        contexts in proptest::collection::vec(context(), 0..6),
        secrets in proptest::collection::vec(secret(), 0..8),
        default in any::<prop::sample::Index>(),
        settings in map(),
    ) {
        let mut found = Found::new(Format::AzpsContext, Product::AzurePowerShell);
        let profile = &mut found.profile;
        for Made(context) in contexts {
            // A `Default` without these is the product's placeholder and no context, unless there
            // is nothing at all behind its name.
            let said = context.account.is_some()
                || context.tenant.is_some()
                || context.subscription.is_some()
                || (context.environment.is_none()
                    && context.version_profile.is_none()
                    && context.extended_properties.is_empty()
                    && context.kept.is_empty());
            let taken = profile.contexts.iter().any(|known| known.name.same_as(&context.name));
            if !taken && (said || context.name.as_str() != "Default") {
                profile.contexts.push(context);
            }
        }
        if !profile.contexts.is_empty() {
            profile.default = Some(default.get(&profile.contexts).name.clone());
        }
        let authority = ("ActiveDirectoryAuthority".to_owned(), "https://hub.example/".to_owned());
        let settings = settings.into_iter().chain([authority]).collect();
        profile.environments = vec![Environment { name: CLOUDS[2].to_owned(), settings }];
        profile.secrets = secrets.into_iter().map(|MadeUp(held)| held).collect();
        let profile = super::imported(vec![found]);
        super::assert_round_trip(&profile, "generated");
    }
}

#[test]
fn a_name_that_only_looks_like_the_reserved_one_is_a_context() {
    let mut profile = Profile::default();
    for name in ["default", "Default ", "DEFAULT\0"] {
        profile.contexts.push(Context {
            name: ContextName::new(name),
            account: None,
            tenant: None,
            subscription: None,
            environment: None,
            version_profile: None,
            extended_properties: BTreeMap::new(),
            labels: Default::default(),
            kept: Kept::default(),
        });
    }
    super::assert_round_trip(&profile, "names");
}
