//! What a private `AZURE_CONFIG_DIR` holds so that the real az needs no login: metadata alone.
//!
//! Each account of the vault, in each of its tenants, looks to az like a user-assigned managed
//! identity, whose tokens az (2.75 and later) fetches from the endpoint. The client id is made up; it
//! comes back in the request and says which account is meant. azure-cli-core `_profile.py` (keys
//! of `azureProfile.json`, `_USER_ASSIGNED_IDENTITY`), `_session.py` (encoding), `cloud.py`.

mod clouds;
mod settings;

use std::collections::BTreeSet;

use azvault_model::ClientId;
use azvault_model::{Context, Environment};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::Serialize;

/// Files of the user's own config folder that the private one takes something of.
pub struct OwnFiles<'a> {
    /// Text of `config`.
    pub config: Option<&'a str>,
    /// Text of `clouds.config`.
    pub clouds: Option<&'a str>,
}

/// A private config folder. The caller makes it, for its user alone, and takes it away.
pub struct AzConfig {
    /// Name and text of each file.
    pub files: Vec<(&'static str, String)>,
}

/// What is linked to the same name in the user's own folder, if it is there.
pub const AZ_LINKS: [&str; 2] = ["cliextensions", "bin"];

/// What is copied from there instead, as az writes to it. Without the index of commands the first az in
/// the folder loads every module.
pub const AZ_COPIES: [&str; 1] = ["commandIndex.json"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    id: &'a str,
    name: &'a str,
    state: &'a str,
    user: User,
    is_default: bool,
    tenant_id: &'a str,
    environment_name: &'a str,
    managed_by_tenants: [(); 0],
    #[serde(rename = "AzVaultKeptName", skip_serializing_if = "Option::is_none")]
    kept_name: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    name: &'static str,
    r#type: &'static str,
    assigned_identity_info: String,
}

#[derive(Serialize)]
struct Profile<'a> {
    subscriptions: Vec<Entry<'a>>,
}

/// What the private folder holds for these contexts, of which `acting` is the default, and for clouds
/// that are not built in, whose authority and resource manager a person agreed to.
///
/// az knows a subscription by its id alone: of contexts on the same one, the acting one is there,
/// else the first. Contexts without account or tenant are left out.
pub fn az_config(
    contexts: &[&Context],
    acting: Option<&Context>,
    agreed: &[&Environment],
    own: &OwnFiles<'_>,
) -> AzConfig {
    let cloud = acting.map_or(DEFAULT_CLOUD, cloud_of);
    let mut files = vec![
        (PROFILE, profile(contexts, acting)),
        (CONFIG, settings::config(own.config.unwrap_or(""), cloud)),
    ];
    let clouds = own.clouds.map(settings::clouds).unwrap_or_default();
    let clouds = clouds::with_known(clouds, agreed);
    if !clouds.is_empty() {
        files.push(("clouds.config", clouds));
    }
    AzConfig { files }
}

/// What of a private folder becomes another text when another context acts; `config` is what stands
/// there. Whatever else az keeps in the folder stays.
pub fn az_follows(
    contexts: &[&Context],
    acting: Option<&Context>,
    config: &str,
) -> Vec<(&'static str, String)> {
    let mut files = vec![(PROFILE, profile(contexts, acting))];
    files.extend(acting.map(|acting| (CONFIG, settings::with_cloud(config, cloud_of(acting)))));
    files
}

const PROFILE: &str = "azureProfile.json";
const CONFIG: &str = "config";

fn profile(contexts: &[&Context], acting: Option<&Context>) -> String {
    written(subscriptions(contexts, acting))
}

/// The same for az's own folder, each subscription marked as a name that azvault keeps; and which contexts
/// they are of, by their ids.
pub fn az_names<'a>(
    contexts: &[&'a Context],
    acting: Option<&'a Context>,
) -> (String, Vec<&'a Context>) {
    let mut subscriptions = subscriptions(contexts, acting);
    for (entry, _) in &mut subscriptions {
        entry.kept_name = Some("");
    }
    let of = subscriptions.iter().map(|(_, context)| *context).collect();
    (written(subscriptions), of)
}

fn subscriptions<'a>(
    contexts: &[&'a Context],
    acting: Option<&'a Context>,
) -> Vec<(Entry<'a>, &'a Context)> {
    let mut seen = BTreeSet::new();
    let mut subscriptions = Vec::new();
    for context in acting.into_iter().chain(contexts.iter().copied()) {
        let Some(entry) = entry(context, acting) else { continue };
        if seen.insert(entry.id.to_lowercase()) {
            subscriptions.push((entry, context));
        }
    }
    subscriptions
}

fn written(subscriptions: Vec<(Entry<'_>, &Context)>) -> String {
    let subscriptions = subscriptions.into_iter().map(|(entry, _)| entry).collect();
    let profile = serde_json::to_string(&Profile { subscriptions }).unwrap_or_default();
    // az writes and reads this file with a mark, and the others without.
    format!("\u{feff}{profile}")
}

const DEFAULT_CLOUD: &str = "AzureCloud";

/// What az calls the account of a tenant without subscriptions.
const TENANT_LEVEL: &str = "N/A(tenant level account)";

fn cloud_of(context: &Context) -> &str {
    context.environment.as_deref().unwrap_or(DEFAULT_CLOUD)
}

fn entry<'a>(context: &'a Context, acting: Option<&Context>) -> Option<Entry<'a>> {
    let tenant_id = context.tenant.as_ref()?.id.as_str();
    let subscription = context.subscription.as_ref();
    let named = subscription.map(|one| one.name.as_deref().unwrap_or(&one.id));
    Some(Entry {
        id: subscription.map_or(tenant_id, |one| &one.id),
        name: named.unwrap_or(TENANT_LEVEL),
        state: subscription.and_then(|one| one.state.as_deref()).unwrap_or("Enabled"),
        user: User {
            name: "userAssignedIdentity",
            r#type: "servicePrincipal",
            assigned_identity_info: format!("MSIClient-{}", client_id(context)?),
        },
        is_default: acting.is_some_and(|acting| std::ptr::eq(acting, context)),
        tenant_id,
        environment_name: cloud_of(context),
        managed_by_tenants: [],
        kept_name: None,
    })
}

/// The made-up client id of a context's account in its tenant: the same in every folder. A guest
/// has one for each tenant, as az does not say the tenant in its request.
pub fn client_id(context: &Context) -> Option<String> {
    let (account, tenant) = (context.account.as_ref()?, context.tenant.as_ref()?);
    let mut parts = vec!["azvault", cloud_of(context), &account.id, &tenant.id];
    // Two people may have one name.
    parts.extend(account.home_account_id());
    let hash = digest(&SHA256, parts.join("\0").to_lowercase().as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(hash.as_ref().get(..16)?);
    // Version 8 of RFC 9562: one's own making.
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    Some(ends.map(|(from, to)| &hex[from..to]).join("-"))
}

/// A context of the account and tenant that a client id stands for.
pub fn selected<'a>(
    contexts: impl IntoIterator<Item = &'a Context>,
    id: &str,
) -> Option<&'a Context> {
    let is_it = |own: String| ClientId(&own) == ClientId(id);
    contexts.into_iter().find(|context| client_id(context).is_some_and(is_it))
}

#[cfg(test)]
mod tests {
    use azvault_model::{
        Context, ContextAccount, ContextName, Kept, KnownAccountType, Subscription, Tenant,
    };

    use super::{OwnFiles, az_config, client_id, selected};

    fn context(account: &str, tenant: &str, subscription: Option<&str>) -> Context {
        Context {
            name: ContextName::new("any"),
            account: (!account.is_empty()).then(|| ContextAccount {
                id: account.into(),
                account_type: KnownAccountType::User.into(),
                properties: Default::default(),
            }),
            tenant: Some(Tenant { id: tenant.into(), name: None }),
            subscription: subscription.map(|id| Subscription {
                id: id.into(),
                name: Some(format!("name of {id}").into()),
                state: None,
            }),
            environment: Some("AzureCloud".into()),
            version_profile: None,
            extended_properties: Default::default(),
            labels: Default::default(),
            kept: Kept::default(),
        }
    }

    #[test]
    fn a_client_id_stands_for_an_account_in_a_tenant() {
        let contexts = [
            context("megan@contoso.example", "t1", Some("s1")),
            context("MEGAN@contoso.example", "T1", Some("s2")),
            context("megan@contoso.example", "t2", None),
            context("other", "t1", Some("s1")),
        ];
        let ids: Vec<_> = contexts.iter().map(|one| client_id(one).unwrap()).collect();
        assert_eq!(ids[0], ids[1]);
        assert!(ids[0] != ids[2] && ids[0] != ids[3] && ids[2] != ids[3]);
        assert_eq!((ids[0].len(), ids[0].as_bytes()[14]), (36, b'8'));
        let found = selected(&contexts, &ids[2].to_uppercase()).unwrap();
        assert!(std::ptr::eq(found, &contexts[2]));
        assert!(selected(&contexts, "nobody").is_none());
    }

    #[test]
    fn each_subscription_stands_there_once_and_the_acting_one_is_the_default() {
        let contexts = [
            context("a", "t1", Some("S1")),
            context("b", "t1", Some("s1")),
            context("a", "t2", None),
            context("", "t3", Some("s3")),
        ];
        let made = az_config(
            &contexts.each_ref(),
            Some(&contexts[1]),
            &[],
            &OwnFiles { config: None, clouds: None },
        );
        let (name, text) = &made.files[0];
        assert_eq!(*name, "azureProfile.json");
        let (one, two) = (client_id(&contexts[1]).unwrap(), client_id(&contexts[2]).unwrap());
        let expected = format!(
            "\u{feff}{{\"subscriptions\":[\
             {{\"id\":\"s1\",\"name\":\"name of s1\",\"state\":\"Enabled\",\"user\":{{\
             \"name\":\"userAssignedIdentity\",\"type\":\"servicePrincipal\",\
             \"assignedIdentityInfo\":\"MSIClient-{one}\"}},\"isDefault\":true,\"tenantId\":\"t1\",\
             \"environmentName\":\"AzureCloud\",\"managedByTenants\":[]}},\
             {{\"id\":\"t2\",\"name\":\"N/A(tenant level account)\",\"state\":\"Enabled\",\"user\":{{\
             \"name\":\"userAssignedIdentity\",\"type\":\"servicePrincipal\",\
             \"assignedIdentityInfo\":\"MSIClient-{two}\"}},\"isDefault\":false,\"tenantId\":\"t2\",\
             \"environmentName\":\"AzureCloud\",\"managedByTenants\":[]}}]}}"
        );
        assert_eq!(*text, expected);
    }
}
