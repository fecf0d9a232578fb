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

#[cfg(test)]
mod tests {
    use super::super::{Action, Incoming, Origin, Present, plan};
    use crate::rules::testing::of_principal;
    use crate::{
        Account, AccountType, Context, Environment, HeldSecret, Profile, Secret, SecretDescription,
        SecretKind,
    };

    fn about(account: Option<&str>, tenant: Option<&str>) -> SecretDescription {
        SecretDescription {
            account: account.map(str::to_owned),
            tenant: tenant.map(str::to_owned),
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
        let plan = plan(files, &Present::default(), None).unwrap();
        plan.secrets.into_iter().map(|planned| planned.item.description).collect()
    }

    #[test]
    fn other_files_say_whose_a_secret_is() {
        let account = Account {
            id: "ada@x".to_owned(),
            account_type: AccountType::new("User"),
            environment: None,
            home_account_id: Some("Home.T".to_owned()),
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
            let about = SecretDescription { home_account_id, ..about(named, None) };
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
            context.environment = Some(cloud.to_owned());
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
                id: "ada@x".to_owned(),
                account_type: AccountType::new("User"),
                environment: environment.clone(),
                home_account_id: None,
                tenants: Vec::new(),
                properties: Default::default(),
            };
            let profile = Profile {
                environments: vec![stack.clone(), liar.clone()],
                accounts: vec![account],
                secrets: vec![held(SecretDescription { environment, ..about(Some("a"), None) })],
                ..Profile::default()
            };
            let files = vec![Incoming { origin: Origin::AzureCli, profile }];
            let plan = plan(files, &Present::default(), None).unwrap();
            let secret = &plan.secrets[0].item.description;
            assert_eq!(secret.environment.as_deref(), Some(wanted));
            assert_eq!(plan.accounts[0].item.environment.as_deref(), Some(wanted));
        }
    }

    #[test]
    fn what_several_files_say_of_one_secret_is_put_together_and_what_the_vault_says_too() {
        let full = SecretDescription {
            client_id: Some("client".to_owned()),
            environment: Some("AzureCloud".to_owned()),
            target: Some("target".to_owned()),
            expires_on: Some(7),
            family_id: Some("1".to_owned()),
            home_account_id: Some("home".to_owned()),
            ..SecretDescription {
                account: Some("app".to_owned()),
                tenant: Some("t".to_owned()),
                ..SecretDescription::of(SecretKind::RefreshToken)
            }
        };
        let bare = SecretDescription {
            account: Some("APP".to_owned()),
            target: Some("own".to_owned()),
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
        let planned = plan(vec![file(&bare), file(&full)], &Present::default(), None).unwrap();
        assert_eq!(planned.secrets.len(), 1);
        assert_eq!(planned.secrets[0].item.description, both);
        for (stored, incoming, wanted, action) in
            [(&full, &bare, &both, Action::Update), (&both, &bare, &both, Action::Same)]
        {
            let secrets = [(stored.clone(), Secret::copied_from(b"one"))];
            let present = Present { secrets: &secrets, ..Present::default() };
            let planned = plan(vec![file(incoming)], &present, None).unwrap();
            let secret = &planned.secrets[0];
            assert_eq!((&secret.item.description, secret.action), (wanted, action));
        }
    }
}
