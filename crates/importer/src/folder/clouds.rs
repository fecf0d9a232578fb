//! What the files of one Azure CLI folder say together about clouds: which one a service
//! principal is of, and which subscription is the default.

use std::collections::HashMap;
use std::hash::Hash;

use azvault_model::{ClientId, EnvironmentName, TenantId, Text};
use azvault_model::{Context, KnownAccountType};

use super::{Source, beside};
use crate::{Format, Outcome};

/// Azure CLI names no cloud beside the credentials of service principals; the subscriptions of
/// the same principal do. Where they name several, those of the same tenant decide, else nobody.
pub(super) fn name_clouds(sources: &mut [Source]) {
    for at in 0..sources.len() {
        if !is_profile(&sources[at]) {
            continue;
        }
        let clouds = PrincipalClouds::of(&sources[at].found.profile.contexts);
        for other in 0..sources.len() {
            if sources[other].found.product != sources[at].found.product
                || !beside(&sources[at], &sources[other])
            {
                continue;
            }
            let profile = &mut sources[other].found.profile;
            for held in &mut profile.secrets {
                let about = &mut held.description;
                if let (None, Some(client_id)) = (&about.environment, &about.account) {
                    about.environment = clouds.of_principal(client_id, about.tenant.as_deref());
                }
            }
            for known in &mut profile.accounts {
                let principal =
                    known.account_type.known() == Some(KnownAccountType::ServicePrincipal);
                if known.environment.is_none() && principal {
                    let tenant = match &known.tenants[..] {
                        [tenant] => Some(tenant.as_str()),
                        _ => None,
                    };
                    known.environment = clouds.of_principal(&known.id, tenant);
                }
            }
        }
    }
}

/// The subscription that is marked as default and belongs to the active cloud; else the one that
/// `clouds.config` remembers for that cloud; else none.
pub(super) fn choose_defaults(sources: &mut [Source]) {
    for at in 0..sources.len() {
        if !is_profile(&sources[at]) {
            continue;
        }
        let hints = || sources.iter().filter(|other| beside(&sources[at], other));
        let active = hints()
            .find_map(|source| source.found.azcli.active_cloud.clone())
            .unwrap_or_else(|| "AzureCloud".into());
        let remembered = hints()
            .flat_map(|source| &source.found.azcli.cloud_subscriptions)
            .find(|(cloud, _)| cloud.eq_ignore_ascii_case(&active))
            .map(|(_, subscription)| subscription.to_lowercase());
        let found = &mut sources[at].found;
        let contexts = &found.profile.contexts;
        let in_cloud = || (0..contexts.len()).filter(|at| is_in(&contexts[*at], &active));
        let marked = found.azcli.marked_default.iter().copied();
        let marked = marked.filter(|at| contexts.get(*at).is_some_and(|c| is_in(c, &active))).min();
        let by_id = || {
            in_cloud().find(|at| {
                let context = &contexts[*at];
                // A sign-in without subscription is remembered by its tenant.
                let tenant = context.tenant.as_ref().map(|tenant| &tenant.id);
                let id = context.subscription.as_ref().map(|s| &s.id).or(tenant);
                id.is_some_and(|id| Some(id.to_lowercase()) == remembered)
            })
        };
        let default = marked.or_else(by_id);
        if default.is_none() && !contexts.is_empty() {
            found.remark("", "Azure CLI has no default subscription in its active cloud");
        }
        let name = default.map(|at| found.profile.contexts[at].name.clone());
        found.profile.default = name;
        found.profile.default_at = default;
    }
}

fn is_profile(source: &Source) -> bool {
    source.found.format == Format::AzcliProfile && source.found.outcome != Outcome::Reject
}

fn is_in(context: &Context, cloud: &str) -> bool {
    context.environment.as_deref().is_some_and(|own| EnvironmentName(own) == EnvironmentName(cloud))
}

/// The clouds in which a profile has contexts of service principals: `None` where they are several.
#[derive(Default)]
struct PrincipalClouds {
    of_id: HashMap<String, Option<Text>>,
    in_tenant: HashMap<(String, String), Option<Text>>,
}

impl PrincipalClouds {
    fn of(contexts: &[Context]) -> Self {
        let mut clouds = Self::default();
        for context in contexts {
            let (Some(account), Some(cloud)) = (&context.account, &context.environment) else {
                continue;
            };
            if account.account_type.known() != Some(KnownAccountType::ServicePrincipal) {
                continue;
            }
            let id = ClientId(&account.id).key().into_owned();
            if let Some(tenant) = &context.tenant {
                let key = (id.clone(), TenantId(&tenant.id).key().into_owned());
                note(&mut clouds.in_tenant, key, cloud);
            }
            note(&mut clouds.of_id, id, cloud);
        }
        clouds
    }

    /// The one cloud of a service principal, or else of its contexts in that tenant.
    fn of_principal(&self, client_id: &str, tenant: Option<&str>) -> Option<Text> {
        let id = ClientId(client_id).key().into_owned();
        self.of_id.get(&id)?.clone().or_else(|| {
            let key = (id, TenantId(tenant?).key().into_owned());
            self.in_tenant.get(&key).cloned().flatten()
        })
    }
}

fn note<K: Hash + Eq>(clouds: &mut HashMap<K, Option<Text>>, key: K, cloud: &str) {
    clouds
        .entry(key)
        .and_modify(|known| {
            if known.as_ref().is_some_and(|known| EnvironmentName(known) != EnvironmentName(cloud))
            {
                *known = None;
            }
        })
        .or_insert_with(|| Some(cloud.into()));
}
