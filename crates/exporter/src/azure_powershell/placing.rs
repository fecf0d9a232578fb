//! Which secret stands where: in the properties of an account or a subscription, in the token
//! cache, or nowhere.

use std::collections::{BTreeSet, HashSet};

use azvault_contexts::rules::secrets::{may_use, restriction};
use azvault_contexts::{
    Accounts, Context, Found, HeldSecret, IdentityKind, KnownAccountType, Profile,
    SecretDescription, SecretKind,
};

use super::{Credentials, environment};

/// Properties that hold access tokens, by what the token opens (ConnectAzureRmAccount.cs).
const TOKEN_PROPERTIES: [&str; 3] = ["GraphAccessToken", "KeyVault", "MicrosoftGraphAccessToken"];

/// Secrets of a profile, each in its place.
pub(super) struct Placing<'p> {
    profile: &'p Profile,
    accounts: &'p Accounts,
    /// One for each context.
    pub(super) contexts: Vec<Placed<'p>>,
    /// Numbers of the secrets that go into the token cache.
    cached: Vec<(usize, Home)>,
    /// Numbers of the secrets that go nowhere.
    left_out: HashSet<usize>,
}

/// Secrets that stand in one context.
#[derive(Default)]
pub(super) struct Placed<'p> {
    /// Properties of the account.
    pub(super) account: Vec<(&'static str, &'p str)>,
    /// `StorageAccount` of the subscription.
    pub(super) storage: Option<&'p str>,
}

/// A secret for the token cache.
pub(super) struct Cached<'p> {
    pub(super) about: &'p SecretDescription,
    pub(super) value: &'p str,
    pub(super) home: Home,
}

/// Under whom the token cache keeps a token.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Home {
    /// This home account.
    Account(String),
    /// Nobody: an application got it for itself.
    Application,
}

impl<'p> Placing<'p> {
    pub(super) fn of(
        profile: &'p Profile,
        accounts: &'p Accounts,
        credentials: Credentials,
    ) -> Self {
        let contexts = profile.contexts.iter().map(|_| Placed::default()).collect();
        let (cached, left_out) = (Vec::new(), HashSet::new());
        let mut placing = Self { profile, accounts, contexts, cached, left_out };
        // From the newest to the oldest: a place that is taken stays so.
        for (number, held) in profile.secrets.iter().enumerate().rev() {
            if !placing.place(number, held, credentials) {
                placing.left_out.insert(number);
            }
        }
        placing.cached.reverse();
        placing
    }

    /// Tokens, oldest first.
    pub(super) fn cached(&self) -> Vec<Cached<'p>> {
        let cached = |(number, home): &(usize, Home)| {
            let held = &self.profile.secrets[*number];
            Some(Cached { about: &held.description, value: text(held)?, home: home.clone() })
        };
        self.cached.iter().filter_map(cached).collect()
    }

    pub(super) fn leave_tokens_out(&mut self) {
        self.left_out.extend(self.cached.drain(..).map(|(number, _)| number));
    }

    pub(super) fn left_out(&self) -> Vec<SecretDescription> {
        let secrets = self.profile.secrets.iter().enumerate();
        let left_out = secrets.filter(|(number, _)| self.left_out.contains(number));
        left_out.map(|(_, held)| held.description.clone()).collect()
    }

    /// Whether the secret has found a place.
    fn place(&mut self, number: usize, held: &'p HeldSecret, credentials: Credentials) -> bool {
        let about = &held.description;
        let Some(value) = text(held) else { return false };
        // A reader would take it for a plain bearer token of the account.
        if restriction(about).is_some() {
            return false;
        }
        let (property, owner) = match about.kind {
            SecretKind::ClientSecret | SecretKind::CertificatePassword
                if credentials == Credentials::Without =>
            {
                return false;
            }
            SecretKind::Certificate | SecretKind::SshCertificate => return false,
            SecretKind::StorageConnectionString => return self.place_storage(about, value),
            SecretKind::ClientSecret => {
                ("ServicePrincipalSecret", KnownAccountType::ServicePrincipal)
            }
            SecretKind::CertificatePassword => {
                ("CertificatePassword", KnownAccountType::ServicePrincipal)
            }
            SecretKind::CertificatePath => ("CertificatePath", KnownAccountType::ServicePrincipal),
            SecretKind::ClientAssertion => ("ClientAssertion", KnownAccountType::ClientAssertion),
            SecretKind::ManagedIdentitySecret => {
                ("MSILoginSecret", KnownAccountType::ManagedService)
            }
            SecretKind::AccessToken => {
                let properties = token_properties(about, self.profile);
                let mut placed = false;
                for property in properties {
                    let owner = KnownAccountType::AccessToken;
                    placed |= self.place_property(about, property, owner, value);
                }
                return placed || self.place_in_cache(number, about);
            }
            SecretKind::RefreshToken | SecretKind::IdToken => {
                return self.place_in_cache(number, about);
            }
        };
        self.place_property(about, property, owner, value)
    }

    /// Under the home account, if it is certain whose token it is.
    fn place_in_cache(&mut self, number: usize, about: &SecretDescription) -> bool {
        let home = home(about, self.accounts);
        let is_placed = home.is_some();
        self.cached.extend(home.map(|home| (number, home)));
        is_placed
    }

    /// In every context of the account, in the tenant and cloud that the secret is for. Where the
    /// account has contexts of the type that such a secret is for, in those alone; and so where it
    /// has some with the property that such a secret goes with.
    fn place_property(
        &mut self,
        about: &SecretDescription,
        property: &'static str,
        owner: KnownAccountType,
        value: &'p str,
    ) -> bool {
        let profile = self.profile;
        let contexts = &profile.contexts;
        let accounts = |at: usize| contexts[at].account.iter();
        let typed =
            |at: &usize| accounts(*at).any(|account| account.account_type.known() == Some(owner));
        let beside = |at: &usize| {
            let mut names = accounts(*at).flat_map(|account| account.properties.keys());
            names.any(|name| companion(property).is_some_and(|c| c.eq_ignore_ascii_case(name)))
        };
        let mut fitting: Vec<usize> =
            (0..contexts.len()).filter(|at| self.is_of(about, &contexts[*at])).collect();
        narrow(&mut fitting, typed);
        narrow(&mut fitting, beside);
        let mut placed = false;
        for at in fitting {
            let known = accounts(at).flat_map(|account| &account.properties);
            let mut known = known.filter(|(name, _)| name.eq_ignore_ascii_case(property));
            if let Some((_, known)) = known.next() {
                placed |= known == value;
                continue;
            }
            let account = &mut self.contexts[at].account;
            if account.iter().all(|(taken, _)| *taken != property) {
                account.push((property, value));
                placed = true;
            }
        }
        placed
    }

    /// Whether the secret is the context's account's, there.
    fn is_of(&self, about: &SecretDescription, context: &Context) -> bool {
        let tenant = context.tenant.as_ref().map(|tenant| tenant.id.to_lowercase());
        let there = about.tenant.as_ref().is_none_or(|own| Some(own.to_lowercase()) == tenant);
        let in_a_cloud = about.environment.is_none() || context.environment.is_some();
        let account = self.accounts.of_context(context).one();
        there && in_a_cloud && account.is_some_and(|own| may_use(about, &own.key, self.accounts))
    }

    /// In the contexts of its subscriptions, whose ids are its target.
    fn place_storage(&mut self, about: &SecretDescription, value: &'p str) -> bool {
        let mut placed = false;
        let profile = self.profile;
        for (at, context) in profile.contexts.iter().enumerate() {
            let own = |id: &str| {
                let mut targets = about.target.iter().flat_map(|target| target.split(' '));
                targets.any(|target| target.eq_ignore_ascii_case(id))
            };
            // One string can be that of subscriptions in several tenants.
            let about = SecretDescription { tenant: None, ..about.clone() };
            let fits = context.subscription.as_ref().is_some_and(|s| own(&s.id))
                && (about.account.is_none() || self.is_of(&about, context));
            if fits && self.contexts[at].storage.is_none() {
                self.contexts[at].storage = Some(value);
                placed = true;
            }
        }
        placed
    }
}

/// Keeps those that have it, if any have.
fn narrow(fitting: &mut Vec<usize>, has: impl Fn(&usize) -> bool) {
    if fitting.iter().any(&has) {
        fitting.retain(has);
    }
}

/// The property without which a secret says nothing: what the secret is for.
fn companion(property: &str) -> Option<&'static str> {
    match property {
        "MSILoginSecret" => Some("MSILoginUri"),
        "CertificatePassword" => Some("CertificatePath"),
        _ => None,
    }
}

/// Under whom a token stands in the cache; `None` where it could be one of several accounts, or is of
/// one that has no place there. A user of whom no home account is known stands there by name, as MSAL
/// does for providers without `client_info`.
fn home(about: &SecretDescription, accounts: &Accounts) -> Option<Home> {
    let same = |one: &Option<String>, other: &Option<String>| {
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        one.is_some() && lower(one) == lower(other)
    };
    let own =
        about.home_account_id.clone().filter(|_| !same(&about.home_account_id, &about.account));
    // A name that a user and another kind of account have is still one name.
    let found = match accounts.of_secret(about) {
        Found::Nobody => Vec::new(),
        Found::One(known) => vec![known],
        Found::Several(all) => all,
    };
    let homes: BTreeSet<&String> =
        found.iter().filter_map(|known| known.home_account_id.as_ref()).collect();
    let known = || homes.first().filter(|_| homes.len() == 1).map(|home| (*home).clone());
    let is_application = || {
        same(&about.account, &about.client_id)
            || about.account_kind == Some(IdentityKind::Application)
    };
    let by_name = || match about.account_kind {
        Some(IdentityKind::ManagedIdentity | IdentityKind::AccessToken) => None,
        _ if homes.len() > 1 => None,
        _ => about.account.clone().map(Home::Account),
    };
    if about.account.is_none() && own.is_none() {
        return Some(Home::Application);
    }
    let home = own.or_else(known).map(Home::Account);
    home.or_else(|| is_application().then_some(Home::Application)).or_else(by_name)
}

/// The properties that an access token stands in. A token of a cache has the client that got it,
/// and scopes or a resource as its target.
fn token_properties(about: &SecretDescription, profile: &Profile) -> Vec<&'static str> {
    let brought = about.home_account_id.is_none()
        && about.client_id.is_none()
        && matches!(about.account_kind, None | Some(IdentityKind::AccessToken));
    match &about.target {
        _ if !brought => Vec::new(),
        None => vec!["AccessToken"],
        Some(target) if is_resource_manager(target, about, profile) => vec!["AccessToken"],
        Some(target) => {
            let property = |word| TOKEN_PROPERTIES.into_iter().find(|known| *known == word);
            target.split(' ').map(property).collect::<Option<_>>().unwrap_or_default()
        }
    }
}

/// Whether a scope is that of Resource Manager in the secret's cloud.
fn is_resource_manager(scope: &str, about: &SecretDescription, profile: &Profile) -> bool {
    let name = "ActiveDirectoryServiceEndpointResourceId";
    let cloud = about.environment.as_deref();
    let resource = cloud.and_then(|cloud| environment::endpoint(cloud, name, profile));
    let resource = resource.map(|resource| resource.trim_end_matches('/'));
    scope.strip_suffix("/.default").map(|scope| scope.trim_end_matches('/')) == resource
        && resource.is_some()
}

/// The value, if JSON can hold it and a reader takes it for one.
fn text(held: &HeldSecret) -> Option<&str> {
    // EXPOSE: written into the file, in memory that is wiped.
    std::str::from_utf8(held.value.expose()).ok().filter(|text| !text.is_empty())
}
