//! Secrets of several files: whose they are, and which are one.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::{Action, Incoming, Plan, Planned, Present};
use crate::{BUILT_IN_CLOUDS, HeldSecret, Secret, SecretDescription, SecretKind};

/// Completes descriptions from what other files know: the user name of a home account id, the
/// cloud that a custom authority belongs to, the cloud of a service principal's contexts.
pub(super) fn name_owners(incoming: &mut [Incoming], plan: &Plan) {
    let mut user_names: HashMap<String, String> = HashMap::new();
    let mut clouds: HashMap<(String, Option<String>), Option<String>> = HashMap::new();
    for file in incoming.iter() {
        for account in &file.profile.accounts {
            if let Some(home) = &account.home_account_id {
                user_names.entry(home.to_lowercase()).or_insert_with(|| account.id.clone());
            }
        }
        for context in &file.profile.contexts {
            let (Some(account), Some(cloud)) = (&context.account, &context.environment) else {
                continue;
            };
            let tenant = context.tenant.as_ref().map(|tenant| tenant.id.to_lowercase());
            clouds
                .entry((account.id.to_lowercase(), tenant))
                // Contexts of one principal in two clouds: which one the secret is for is unknown.
                .and_modify(|known| {
                    if known.as_ref() != Some(cloud) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some(cloud.clone()));
        }
    }
    for file in incoming.iter_mut() {
        for account in &mut file.profile.accounts {
            name_cloud(&mut account.environment, plan);
        }
        for secret in &mut file.profile.secrets {
            let about = &mut secret.description;
            if about.account.is_none() {
                let home = about.home_account_id.as_deref().map(str::to_lowercase);
                about.account = home.and_then(|home| user_names.get(&home).cloned());
            }
            name_cloud(&mut about.environment, plan);
            if about.environment.is_none() {
                let owner = about.account.as_deref().map(str::to_lowercase);
                let tenant = about.tenant.as_deref().map(str::to_lowercase);
                about.environment =
                    owner.and_then(|owner| clouds.get(&(owner, tenant)).cloned().flatten());
            }
        }
    }
}

/// A host becomes the name of the custom environment that signs in there.
fn name_cloud(environment: &mut Option<String>, plan: &Plan) {
    let Some(host) = environment.as_deref() else { return };
    if BUILT_IN_CLOUDS.iter().any(|cloud| cloud.name == host) {
        return;
    }
    if let Some(custom) = plan.environments.iter().find(|e| e.item.signs_in_at(host)) {
        *environment = Some(custom.item.name.clone());
    }
}

/// One secret a (kind, owner, value). A service principal is one per tenant, so its credentials
/// are compared with their tenant as well.
pub(super) fn plan(incoming: &mut [Incoming], present: &Present<'_>, plan: &mut Plan) {
    let mut index = Index::default();
    for (at, (about, value)) in present.secrets.iter().enumerate() {
        index.insert(about, value, At::Present(at));
    }
    for (source, file) in incoming.iter_mut().enumerate() {
        for held in std::mem::take(&mut file.profile.secrets) {
            let known = index.find(&held, present, plan);
            if let Some(At::Planned(at)) = known {
                let planned = &mut plan.secrets[at];
                complete(&mut planned.item.description, &held.description);
                if planned.sources.last() != Some(&source) {
                    planned.sources.push(source);
                }
                continue;
            }
            let mut planned =
                Planned { item: held, action: Action::Add, present: None, sources: vec![source] };
            if let Some(At::Present(at)) = known {
                complete(&mut planned.item.description, &present.secrets[at].0);
                planned.present = Some(at);
            }
            let item = &planned.item;
            index.insert(&item.description, &item.value, At::Planned(plan.secrets.len()));
            plan.secrets.push(planned);
        }
    }
    for planned in &mut plan.secrets {
        if let Some(at) = planned.present {
            let same = planned.item.description == present.secrets[at].0;
            planned.action = if same { Action::Same } else { Action::Update };
        }
    }
}

#[derive(Clone, Copy)]
enum At {
    Present(usize),
    Planned(usize),
}

type Key = (SecretKind, Option<String>, Option<String>, u64);

/// Finds a secret by value without comparing it with every other: by a keyed hash that lives as
/// long as the plan, then byte by byte.
#[derive(Default)]
struct Index {
    hasher: RandomState,
    places: HashMap<Key, Vec<At>>,
}

impl Index {
    fn key(&self, about: &SecretDescription, value: &Secret) -> Key {
        let tenant = match about.kind {
            SecretKind::ClientSecret
            | SecretKind::Certificate
            | SecretKind::CertificatePath
            | SecretKind::CertificatePassword
            | SecretKind::ClientAssertion => about.tenant.as_deref().map(str::to_lowercase),
            SecretKind::RefreshToken
            | SecretKind::AccessToken
            | SecretKind::IdToken
            | SecretKind::StorageConnectionString
            | SecretKind::ManagedIdentitySecret
            | SecretKind::SshCertificate => None,
        };
        // EXPOSE: hashed to find equal values; the hash is keyed and never leaves this plan.
        let hash = self.hasher.hash_one(value.expose());
        (about.kind, about.account.as_deref().map(str::to_lowercase), tenant, hash)
    }

    fn insert(&mut self, about: &SecretDescription, value: &Secret, at: At) {
        self.places.entry(self.key(about, value)).or_default().push(at);
    }

    fn find(&self, held: &HeldSecret, present: &Present<'_>, plan: &Plan) -> Option<At> {
        let places = self.places.get(&self.key(&held.description, &held.value))?;
        // The newest entry is the planned one, if there is one.
        places.iter().rev().copied().find(|at| match *at {
            At::Present(at) => present.secrets[at].1.same_as(&held.value),
            At::Planned(at) => plan.secrets[at].item.value.same_as(&held.value),
        })
    }
}

/// Takes over what another file says of the same secret.
fn complete(own: &mut SecretDescription, other: &SecretDescription) {
    fn fill<T: Clone>(own: &mut Option<T>, other: &Option<T>) {
        if own.is_none() {
            own.clone_from(other);
        }
    }
    fill(&mut own.tenant, &other.tenant);
    fill(&mut own.client_id, &other.client_id);
    fill(&mut own.environment, &other.environment);
    fill(&mut own.target, &other.target);
    fill(&mut own.expires_on, &other.expires_on);
    fill(&mut own.family_id, &other.family_id);
    fill(&mut own.home_account_id, &other.home_account_id);
}
