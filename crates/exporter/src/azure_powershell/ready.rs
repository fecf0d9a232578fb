//! A profile as Azure PowerShell can read it: tenants by their ids, and without the contexts for which
//! its `Import-AzContext` refuses the whole file.
//!
//! It makes a `Guid` of every tenant and subscription (`new Guid(context.Tenant.Id)`), takes the
//! first of `Account.ExtendedProperties.Tenants` of a service principal, and drops a context named
//! `Default` beside others (RM/AzureRmProfile.cs, CM/Context/ImportAzureRMContext.cs; tried with
//! Az.Accounts 4.0.2).

use azvault_model::{
    Accounts, Clouds, Context, ContextAccount, ContextName, HOME_ACCOUNT_ID, KnownAccountType,
    Profile, Secret, SecretDescription, Text,
};

use super::left_out::{ContextReason, LeftContext};
use super::tenants::{Tenants, is_guid};

/// The extended property of an account that lists its tenants, separated by commas.
const TENANTS: &str = "Tenants";

/// A profile to write.
pub(super) struct Ready<'p> {
    /// All of it but the secrets.
    pub(super) profile: Profile,
    /// The secrets, as they are numbered in the profile that was given.
    pub(super) secrets: Vec<Entry<'p>>,
    pub(super) left_contexts: Vec<LeftContext>,
}

/// A secret, its tenant by id.
pub(super) struct Entry<'p> {
    pub(super) about: SecretDescription,
    pub(super) value: &'p Secret,
}

impl<'p> Ready<'p> {
    pub(super) fn of(given: &'p Profile) -> Self {
        let tenants = Tenants::of(given);
        let (mut contexts, mut left_contexts) = (Vec::new(), Vec::new());
        for context in &given.contexts {
            let ready = completed(context, &tenants);
            match refusal(&ready, given.contexts.len()) {
                None => contexts.push(ready),
                Some(because) => {
                    left_contexts.push(LeftContext { name: ready.name, because });
                }
            }
        }
        let is_written = |name: &&ContextName| contexts.iter().any(|c| c.name.same_as(name));
        let profile = Profile {
            default: given.default.as_ref().filter(is_written).cloned(),
            contexts,
            accounts: given.accounts.clone(),
            environments: given.environments.clone(),
            kept: given.kept.copied(),
            ..Profile::default()
        };
        let entry = |held: &'p azvault_model::HeldSecret| {
            let mut about = held.description.clone();
            about.tenant = tenants.id_for(held).or(about.tenant);
            Entry { about, value: &held.value }
        };
        Self { profile, secrets: given.secrets.iter().map(entry).collect(), left_contexts }
    }

    pub(super) fn accounts(&self) -> Accounts {
        Accounts::of(
            Clouds::of(&self.profile.environments),
            &self.profile.contexts,
            &self.profile.accounts,
            self.secrets.iter().map(|entry| &entry.about),
        )
    }
}

/// Why the product would refuse the file, or the context, with this context in it among so many.
fn refusal(context: &Context, of: usize) -> Option<ContextReason> {
    let is_principal = context
        .account
        .as_ref()
        .is_some_and(|own| own.account_type.known() == Some(KnownAccountType::ServicePrincipal));
    if says_nothing(context) {
        return Some(ContextReason::NameAlone);
    }
    if context.tenant.as_ref().is_some_and(|tenant| !is_guid(&tenant.id)) {
        return Some(ContextReason::TenantDomain);
    }
    if context.subscription.as_ref().is_some_and(|own| !is_guid(&own.id)) {
        return Some(ContextReason::SubscriptionId);
    }
    let has_tenants = context.account.as_ref().is_some_and(|own| own.property(TENANTS).is_some());
    if is_principal && !has_tenants {
        return Some(ContextReason::NoTenant);
    }
    (of > 1 && context.name.as_str() == "Default").then_some(ContextReason::ReservedName)
}

/// The context with what the product looks for: tenants by id, those of its account, the home account
/// of its user and not the user's name in its place.
fn completed(context: &Context, tenants: &Tenants) -> Context {
    let mut ready = context.copied();
    let domain = ready.tenant.as_ref().map(|tenant| tenant.id.clone());
    let domain = domain.filter(|id| !is_guid(id));
    let id = domain.as_ref().and_then(|domain| tenants.id(domain, context));
    if let (Some(domain), Some(id), Some(tenant)) = (&domain, &id, &mut ready.tenant) {
        tenant.name.get_or_insert_with(|| domain.clone());
        tenant.id.clone_from(id);
    }
    let own = ready.tenant.as_ref().map(|tenant| tenant.id.clone()).filter(|id| is_guid(id));
    let Some(account) = &mut ready.account else { return ready };
    if account.home_account_id().is_none() {
        account.properties.retain(|name, _| !name.eq_ignore_ascii_case(HOME_ACCOUNT_ID));
    }
    let written = written_tenants(account).into_iter().map(|tenant| match (&domain, &id) {
        (Some(domain), Some(id)) if domain.eq_ignore_ascii_case(&tenant) => id.clone(),
        _ => tenant,
    });
    let mut all: Vec<Text> = written.collect();
    if all.is_empty() {
        all.extend(own);
        all.extend(tenants.others_of(context, all.first().map(Text::as_str)));
    }
    let name = account.properties.keys().find(|name| name.eq_ignore_ascii_case(TENANTS)).cloned();
    let name = name.unwrap_or_else(|| TENANTS.to_owned());
    match all.is_empty() {
        true => account.properties.remove(&name),
        false => account.properties.insert(name, all.join(",")),
    };
    ready
}

/// The account's tenants as its file has them, without empty ones.
fn written_tenants(account: &ContextAccount) -> Vec<Text> {
    let tenants = account.property(TENANTS).unwrap_or_default().split(',');
    tenants.map(str::trim).filter(|tenant| !tenant.is_empty()).map(Text::from).collect()
}

fn says_nothing(context: &Context) -> bool {
    context.account.is_none()
        && context.tenant.is_none()
        && context.subscription.is_none()
        && context.environment.is_none()
        && context.version_profile.is_none()
        && context.extended_properties.is_empty()
        && context.kept.is_empty()
}
