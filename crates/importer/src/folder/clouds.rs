//! What the files of one Azure CLI folder say together about clouds: which one a service
//! principal is of, and which subscription is the default.

use azvault_contexts::{Context, KnownAccountType};

use super::{Source, beside};
use crate::{Format, Outcome, Product};

/// Azure CLI names no cloud beside the credentials of service principals; the subscriptions of
/// the same principal do. Where they name several, those of the same tenant decide, else nobody.
pub(super) fn name_clouds(sources: &mut [Source]) {
    for at in 0..sources.len() {
        if !is_profile(&sources[at]) {
            continue;
        }
        let contexts = std::mem::take(&mut sources[at].found.profile.contexts);
        for other in 0..sources.len() {
            if sources[other].found.product != Product::AzureCli
                || !beside(&sources[at], &sources[other])
            {
                continue;
            }
            let profile = &mut sources[other].found.profile;
            for held in &mut profile.secrets {
                let about = &mut held.description;
                if let (None, Some(client_id)) = (&about.environment, &about.account) {
                    about.environment = cloud_of(client_id, about.tenant.as_deref(), &contexts);
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
                    known.environment = cloud_of(&known.id, tenant, &contexts);
                }
            }
        }
        sources[at].found.profile.contexts = contexts;
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
            .unwrap_or_else(|| "AzureCloud".to_owned());
        let remembered = hints()
            .flat_map(|source| &source.found.azcli.cloud_subscriptions)
            .find(|(cloud, _)| cloud.eq_ignore_ascii_case(&active))
            .map(|(_, subscription)| subscription.to_lowercase());
        let found = &mut sources[at].found;
        let contexts = &found.profile.contexts;
        let in_cloud = || (0..contexts.len()).filter(|at| is_in(&contexts[*at], &active));
        let marked = in_cloud().find(|at| found.azcli.marked_default.contains(at));
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
    context.environment.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(cloud))
}

fn cloud_of(client_id: &str, tenant: Option<&str>, contexts: &[Context]) -> Option<String> {
    let own = |context: &&Context| {
        context.account.as_ref().is_some_and(|account| {
            account.id.eq_ignore_ascii_case(client_id)
                && account.account_type.known() == Some(KnownAccountType::ServicePrincipal)
        })
    };
    let there = |context: &&Context| {
        let id = context.tenant.as_ref().map(|tenant| tenant.id.as_str());
        tenant.is_some_and(|tenant| id.is_some_and(|id| id.eq_ignore_ascii_case(tenant)))
    };
    let own = || contexts.iter().filter(own);
    only(own()).or_else(|| only(own().filter(there)))
}

/// The cloud, where all of them name the same.
fn only<'a>(contexts: impl Iterator<Item = &'a Context>) -> Option<String> {
    let mut clouds = contexts.filter_map(|context| context.environment.as_deref());
    let first = clouds.next()?;
    clouds.all(|cloud| cloud.eq_ignore_ascii_case(first)).then(|| first.to_owned())
}
