//! A profile that is written and read again: what has to come back, and what may not.

use std::collections::{BTreeMap, BTreeSet};

use azvault_exporter::azure_powershell::{Credentials, LeftOut, write};
use azvault_importer::Outcome;
use azvault_model::rules::secrets::is_credential;
use azvault_model::{
    Context, HeldSecret, KnownAccountType, Profile, SecretDescription, SecretKind, Text,
};
use serde_json::value::RawValue;

use super::{imported, read_named};

/// Kept members: pointer and JSON as written.
pub(super) fn kept(json: &str) -> BTreeMap<String, String> {
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(if json.is_empty() { "{}" } else { json }).unwrap();
    members.into_iter().map(|(name, value)| (name, value.get().to_owned())).collect()
}

/// Kept members of AzureRM 1-3 under the pointers that today's shape has for them, and without its
/// environment, which has other names for everything.
fn kept_today(json: &str) -> BTreeMap<String, String> {
    let mut today = BTreeMap::new();
    for (pointer, value) in kept(json) {
        match &pointer[..] {
            "/Environment" if kept(&value).contains_key("Endpoints") => {}
            "/Subscription" => {
                for (name, value) in kept(&value) {
                    match &name[..] {
                        "Id" | "Name" | "State" => {}
                        "Properties" => today.extend(
                            kept(&value)
                                .into_iter()
                                .map(|(n, v)| (format!("/Subscription/ExtendedProperties/{n}"), v)),
                        ),
                        _ => {
                            today.insert(format!("/Subscription/ExtendedProperties/{name}"), value);
                        }
                    }
                }
            }
            _ => {
                today.insert(pointer, value);
            }
        }
    }
    today
}

/// Members that every context of the format has, and that the importer keeps.
const FRAME: [&str; 3] = ["/Account/TenantMap", "/Tenant/ExtendedProperties", "/Environment"];

/// Asserts that a context came back. Nothing of it is lost; what may be added is named here.
fn assert_same_context(before: &Context, after: &Context, secrets: &[HeldSecret], at: &str) {
    let at = format!("{at}: {:?}", before.name);
    assert_eq!(before.name, after.name, "{at}");
    assert_same_tenant(before, after, &at);
    assert_eq!(before.subscription, after.subscription, "{at}");
    assert_eq!(before.environment, after.environment, "{at}");
    assert_eq!(before.version_profile, after.version_profile, "{at}");
    assert_eq!(before.extended_properties, after.extended_properties, "{at}");
    match (&before.account, &after.account) {
        (Some(before), Some(after)) => {
            assert_eq!(before.id, after.id, "{at}");
            assert_eq!(before.account_type, after.account_type, "{at}");
            let mut properties = after.properties.clone();
            for (name, value) in &before.properties {
                // A user's name in the place of the home account finds nothing.
                if name == "HomeAccountId" && value.eq_ignore_ascii_case(&before.id) {
                    continue;
                }
                assert_eq!(properties.remove(name).as_ref(), Some(value), "{at}: {name}");
            }
            for (name, value) in properties {
                let known = match &name[..] {
                    // Without these the product finds no token and no secret of the account.
                    "HomeAccountId" | "Tenants" => true,
                    // A path is no secret to the product: it comes back as a property.
                    "CertificatePath" => secrets.iter().any(|held| {
                        held.description.kind == SecretKind::CertificatePath
                            // EXPOSE: compared with the property that it became.
                            && held.value.expose() == value.as_bytes()
                    }),
                    _ => false,
                };
                assert!(known, "{at}: the property {name} was not there");
            }
        }
        (None, None) => {}
        _ => panic!("{at}: one of the accounts is missing"),
    }
    let mut kept_after = kept(after.kept.as_json());
    for (pointer, value) in kept_today(before.kept.as_json()) {
        // The product would put a cache that nobody could read in the place of its own.
        if pointer == "/TokenCache" {
            continue;
        }
        assert_eq!(kept_after.remove(&pointer), Some(value), "{at}: {pointer}");
    }
    let named = kept(before.kept.as_json()).contains_key("/Tenant/ExtendedProperties");
    if let Some(name) = before.tenant.as_ref().and_then(|tenant| tenant.name.as_ref())
        && !named
        && let Some(directory) = kept_after.get("/Tenant/Directory")
        && serde_json::from_str::<String>(directory).unwrap() == *name
    {
        // The tenant's name where a file had it in a place of its own.
        kept_after.remove("/Tenant/Directory");
    }
    for pointer in kept_after.keys() {
        assert!(FRAME.contains(&&pointer[..]), "{at}: {pointer} was not there");
    }
}

/// A tenant by its domain comes back by its id, and the domain is its name then.
fn assert_same_tenant(before: &Context, after: &Context, at: &str) {
    let (Some(own), Some(other)) = (&before.tenant, &after.tenant) else {
        assert_eq!(before.tenant, after.tenant, "{at}");
        return;
    };
    if own.id.contains('.') {
        assert_eq!(other.id.len(), 36, "{at}: {}", other.id);
        assert_eq!(other.name.as_ref(), Some(own.name.as_ref().unwrap_or(&own.id)), "{at}");
    } else {
        assert_eq!(own, other, "{at}");
    }
}

type Row = (SecretKind, String, Vec<u8>, [Option<Text>; 5], BTreeSet<String>, Option<i64>);

/// Where a row has its home account.
const HOME: usize = 4;

/// A secret, everything that is known of it included.
fn row(about: &SecretDescription, value: &[u8]) -> Row {
    let words = about.target.iter().flat_map(|target| target.split(' ')).map(str::to_owned);
    let rest = [&about.tenant, &about.client_id, &about.environment, &about.family_id];
    let [tenant, client_id, environment, family_id] = rest.map(Clone::clone);
    let account = about.account.as_ref().map(|account| account.to_lowercase());
    let home = about.home_account_id.as_ref().map(|home| home.to_lowercase());
    let texts = [tenant, client_id, environment, family_id, home.map(Into::into)];
    (
        about.kind,
        account.unwrap_or_default(),
        value.to_vec(),
        texts,
        words.collect(),
        about.expires_on,
    )
}

/// What has to come back of a secret: all of it, but for what the format cannot say. `profile` has the
/// contexts that are in the file.
fn expected(about: &SecretDescription, profile: &Profile) -> Vec<SecretDescription> {
    let mut about = about.clone();
    let is_cached = match about.kind {
        // It comes back as a property of the account: `assert_same_context` has it.
        SecretKind::CertificatePath => return Vec::new(),
        // It stands in the contexts of its subscription, whatever their tenant.
        SecretKind::StorageConnectionString => {
            let own = profile.contexts.iter().filter(|context| {
                let subscription = context.subscription.as_ref().map(|s| &s.id[..]);
                let mut targets = about.target.iter().flat_map(|target| target.split(' '));
                holds(&about, context) && targets.any(|target| Some(target) == subscription)
            });
            let tenant = own.filter_map(tenant).next();
            about.tenant = about.tenant.or(tenant.map(Into::into));
            return vec![about];
        }
        // MSAL's refresh tokens are for every tenant of their user.
        SecretKind::RefreshToken => {
            about.tenant = None;
            true
        }
        SecretKind::IdToken => true,
        SecretKind::AccessToken => !is_brought(&about, profile),
        _ => false,
    };
    if is_cached {
        return vec![about];
    }
    // A credential stands in contexts, and is of their tenant, client and cloud. That of a service
    // principal, which is one a tenant, becomes one for each tenant if it names none.
    let contexts = contexts_of(&about, profile);
    let mut groups: Vec<Vec<&Context>> = vec![contexts.clone()];
    if !matches!(about.kind, SecretKind::AccessToken | SecretKind::ManagedIdentitySecret) {
        let tenants: BTreeSet<Option<String>> = contexts.iter().map(|c| tenant(c)).collect();
        let of = |own: Option<String>| contexts.iter().copied().filter(move |c| tenant(c) == own);
        groups = tenants.into_iter().map(|own| of(own).collect()).collect();
    }
    let in_group = |group: Vec<&Context>| {
        let mut about = about.clone();
        let is_client = |context: &&Context| {
            use KnownAccountType::{ClientAssertion, ServicePrincipal};
            matches!(account_type(context), Some(ServicePrincipal | ClientAssertion))
        };
        if group.iter().any(is_client) {
            about.client_id = about.client_id.or(about.account.clone());
        }
        about.tenant =
            about.tenant.or(group.iter().find_map(|context| tenant(context)).map(Into::into));
        let cloud = group.iter().find_map(|context| context.environment.clone());
        about.environment = about.environment.or(cloud);
        about
    };
    groups.into_iter().map(in_group).collect()
}

/// A credential of a tenant in which its application has no context stands where it has one.
fn of_another_tenant(held: &HeldSecret, after: &Profile, at: &str) -> Vec<SecretDescription> {
    let own = &held.description;
    let is_it = |other: &&HeldSecret| {
        let account = |about: &SecretDescription| about.account.as_ref().map(|a| a.to_lowercase());
        let is_own = other.description.kind == own.kind
            && account(&other.description) == account(own)
            && other.value.same_as(&held.value);
        // One that has a context in its own tenant is that one's.
        is_own && other.description.tenant != own.tenant
    };
    let found: Vec<_> = after.secrets.iter().filter(is_it).collect();
    let path = own.kind == SecretKind::CertificatePath;
    assert!(path || !found.is_empty(), "{at}: neither written nor named");
    found.into_iter().map(|held| held.description.clone()).collect()
}

fn tenant(context: &Context) -> Option<String> {
    context.tenant.as_ref().map(|tenant| tenant.id.clone()).map(|text| text.to_string())
}

fn account_type(context: &Context) -> Option<KnownAccountType> {
    context.account.as_ref()?.account_type.known()
}

/// Contexts that a credential stands in: those of the type that it is for, if the account has any.
fn contexts_of<'p>(about: &SecretDescription, profile: &'p Profile) -> Vec<&'p Context> {
    let owner = match about.kind {
        SecretKind::ClientAssertion => KnownAccountType::ClientAssertion,
        SecretKind::ManagedIdentitySecret => KnownAccountType::ManagedService,
        SecretKind::AccessToken => KnownAccountType::AccessToken,
        _ => KnownAccountType::ServicePrincipal,
    };
    let mut contexts: Vec<_> = profile.contexts.iter().filter(|c| holds(about, c)).collect();
    if contexts.iter().any(|context| account_type(context) == Some(owner)) {
        contexts.retain(|context| account_type(context) == Some(owner));
    }
    contexts
}

/// Whether an access token was brought along for an account, which a context has.
fn is_brought(about: &SecretDescription, profile: &Profile) -> bool {
    let names = ["GraphAccessToken", "KeyVault", "MicrosoftGraphAccessToken"];
    about.home_account_id.is_none()
        && about.client_id.is_none()
        && about.target.iter().flat_map(|target| target.split(' ')).all(|w| names.contains(&w))
        && profile.contexts.iter().any(|context| holds(about, context))
}

/// Whether the secret belongs to the account of that context.
fn holds(about: &SecretDescription, context: &Context) -> bool {
    let fits = |own: &Option<Text>, other: Option<&Text>| {
        own.is_none() || own.as_ref().map(|t| t.to_lowercase()) == other.map(|t| t.to_lowercase())
    };
    about.account.is_some()
        && fits(&about.account, context.account.as_ref().map(|account| &account.id))
        && fits(&about.tenant, context.tenant.as_ref().map(|tenant| &tenant.id))
        && fits(&about.environment, context.environment.as_ref())
}

/// The profile with the contexts that are in the file, as they are there.
fn in_file(before: &Profile, after: &Profile) -> Profile {
    let contexts = after.contexts.iter().map(|after| {
        let own = before.contexts.iter().find(|context| context.name == after.name);
        let mut own = own.unwrap().copied();
        own.tenant.clone_from(&after.tenant);
        own
    });
    Profile { contexts: contexts.collect(), ..Profile::default() }
}

/// Writes a profile with everything, reads it again, and asserts that it is the same. Gives what
/// the format had no place for.
pub(super) fn assert_round_trip(before: &Profile, at: &str) -> Vec<LeftOut> {
    let written = write(before, Credentials::With);
    assert_eq!(written.bytes.len(), written.bytes.capacity(), "{at}: a buffer that grew");
    let found = read_named(&written.bytes, "exported.json");
    assert!(found.outcome <= Outcome::Warn, "{at}: {:?}", found.notes);
    let after = imported(vec![found]);

    let is_left_out =
        |context: &&Context| written.left_contexts.iter().any(|left| left.name == context.name);
    let left_contexts = before.contexts.iter().filter(is_left_out).count();
    assert_eq!(written.left_contexts.len(), left_contexts, "{at}");
    let kept: Vec<&Context> = before.contexts.iter().filter(|c| !is_left_out(c)).collect();
    assert_eq!(kept.len(), after.contexts.len(), "{at}");
    for (before_one, after_one) in kept.iter().zip(&after.contexts) {
        assert_same_context(before_one, after_one, &before.secrets, at);
    }
    let default = before.default.as_ref().filter(|name| kept.iter().any(|c| c.name == **name));
    assert_eq!(default, after.default.as_ref(), "{at}");
    let profile = in_file(before, &after);
    for environment in &before.environments {
        let name = &environment.name;
        let public = ["AzureCloud", "AzureChinaCloud", "AzureUSGovernment"];
        let there = after.environments.iter().find(|e| e.name == *name);
        assert!(there.is_some() || public.contains(&&name[..]), "{at}: {name}");
        // Settings under names of other files get today's names; today's come back as they are.
        for (setting, value) in &environment.settings {
            let today = setting.starts_with(|c: char| c.is_ascii_uppercase())
                && !setting.starts_with("Endpoints/");
            if let Some(there) = there.filter(|_| today) {
                assert_eq!(there.settings.get(setting), Some(value), "{at}: {name} {setting}");
            }
        }
    }

    let mut left_out = written.left_out.clone();
    let mut wanted = BTreeSet::new();
    // EXPOSE: asked whether JSON can hold it, which is what decides first.
    let is_text = |held: &&HeldSecret| std::str::from_utf8(held.value.expose()).is_ok();
    let (texts, bytes): (Vec<_>, Vec<_>) = before.secrets.iter().partition(is_text);
    for held in bytes {
        let number = left_out.iter().position(|left| left.description == held.description);
        left_out.remove(number.unwrap());
    }
    for held in texts {
        // Of two alike, the earlier is the one that is left out.
        let is_it = |left: &LeftOut| left.description == held.description;
        if let Some(number) = left_out.iter().position(is_it) {
            left_out.remove(number);
        } else {
            let about = &held.description;
            let is_elsewhere = is_credential(about.kind) && contexts_of(about, &profile).is_empty();
            let back = match is_elsewhere {
                true => of_another_tenant(held, &after, at),
                false => expected(about, &profile),
            };
            for about in back {
                // EXPOSE: compared with what comes back.
                wanted.insert(row(&about, held.value.expose()));
            }
        }
    }
    assert!(left_out.is_empty(), "{at}: something is left out that was not there");
    let secrets = after.secrets.iter();
    // EXPOSE: compared with what was written.
    let got: BTreeSet<Row> = secrets.map(|h| row(&h.description, h.value.expose())).collect();
    // A token that names no home account is of the one home that its account has.
    let at_home = |mut row: Row| {
        let of_account = |held: &&HeldSecret| {
            let about = &held.description;
            about.account.as_ref().map(|account| account.to_lowercase()) == Some(row.1.clone())
        };
        let homes: BTreeSet<String> = before
            .secrets
            .iter()
            .filter(of_account)
            .filter_map(|held| held.description.home_account_id.as_ref())
            .map(|home| home.to_lowercase())
            .collect();
        let is_token = matches!(
            row.0,
            SecretKind::RefreshToken | SecretKind::AccessToken | SecretKind::IdToken
        );
        if is_token && !got.contains(&row) && row.3[HOME].is_none() && homes.len() == 1 {
            row.3[HOME] = homes.into_iter().next().map(Into::into);
        }
        row
    };
    let wanted: BTreeSet<Row> = wanted.into_iter().map(at_home).collect();
    let odd: Vec<&Row> = got.symmetric_difference(&wanted).collect();
    assert!(odd.is_empty(), "{at}: {odd:#?}");
    written.left_out
}
