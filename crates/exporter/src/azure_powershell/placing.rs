//! Which secret stands where: with an account, a subscription, in the token cache, or nowhere.

mod placed;

use std::collections::{BTreeMap, BTreeSet};

use azvault_model::rules::secrets::{is_credential, may_use, restriction};
use azvault_model::{AccountId, TenantId, Text};
use azvault_model::{
    Accounts, Context, Found, IdentityKind, KnownAccountType, Profile, SecretDescription,
    SecretKind,
};

use super::account_property::{AccountProperty, CREDENTIALS, companion};
use super::credentials::Credentials;
use super::environment;
use super::left_out::Reason;
use super::ready::Entry;

pub(super) use self::placed::{Cached, Home, Placed};

/// Properties that hold access tokens, by what the token opens (ConnectAzureRmAccount.cs).
const TOKEN_PROPERTIES: [&str; 3] = ["GraphAccessToken", "KeyVault", "MicrosoftGraphAccessToken"];

/// Secrets of a profile, each in its place.
pub(super) struct Placing<'p> {
    profile: &'p Profile,
    secrets: &'p [Entry<'p>],
    accounts: &'p Accounts,
    /// One for each context.
    pub(super) contexts: Vec<Placed<'p>>,
    /// Numbers of the secrets that go into the token cache.
    cached: Vec<(usize, Home)>,
    /// Numbers of the secrets that go nowhere.
    left_out: BTreeMap<usize, Reason>,
}

impl<'p> Placing<'p> {
    /// Places the secrets of `profile`, which are apart.
    pub(super) fn of(
        profile: &'p Profile,
        secrets: &'p [Entry<'p>],
        accounts: &'p Accounts,
        credentials: Credentials,
    ) -> Self {
        let contexts = profile.contexts.iter().map(|_| Placed::default()).collect();
        let (cached, left_out) = (Vec::new(), BTreeMap::new());
        let mut placing = Self { profile, secrets, accounts, contexts, cached, left_out };
        // From the newest to the oldest: a place that is taken stays so.
        for (number, held) in secrets.iter().enumerate().rev() {
            if let Err(reason) = placing.place(number, held, credentials) {
                placing.left_out.insert(number, reason);
            }
        }
        placing.cached.reverse();
        if placing.contexts.is_empty() {
            let cached = placing.cached.drain(..).map(|(number, _)| (number, Reason::NoContext));
            placing.left_out.extend(cached);
        }
        placing.place_elsewhere();
        placing
    }

    /// Tokens, oldest first.
    pub(super) fn cached(&self) -> Vec<Cached<'p>> {
        let cached = |(number, home): &(usize, Home)| {
            let held = &self.secrets[*number];
            Some(Cached { about: &held.about, value: text(held)?, home: home.clone() })
        };
        self.cached.iter().filter_map(cached).collect()
    }

    /// Numbers of the secrets that have no place, in the profile's order, and why.
    pub(super) fn left_out(&self) -> &BTreeMap<usize, Reason> {
        &self.left_out
    }

    /// Finds the secret a place.
    fn place(
        &mut self,
        number: usize,
        held: &'p Entry<'p>,
        credentials: Credentials,
    ) -> Result<(), Reason> {
        let about = &held.about;
        if about.kind == SecretKind::Certificate {
            return Err(Reason::Certificate);
        }
        let value = text(held).ok_or(Reason::NotText)?;
        // A reader would take it for a plain bearer token of the account.
        if let Some(restriction) = restriction(about) {
            return Err(Reason::Restricted(restriction));
        }
        match about.kind {
            SecretKind::ClientSecret | SecretKind::CertificatePassword
                if credentials == Credentials::Without =>
            {
                Err(Reason::NotAskedFor)
            }
            SecretKind::Certificate
            | SecretKind::SshCertificate
            | SecretKind::Pkcs11Key
            | SecretKind::TeamMembership
            | SecretKind::UnknownCredential => Err(Reason::NoSuchMember),
            SecretKind::StorageConnectionString => self.place_storage(about, value),
            SecretKind::RefreshToken | SecretKind::IdToken => self.place_in_cache(number, about),
            SecretKind::AccessToken => {
                let mut placed = Err(Reason::NoContext);
                for property in token_properties(about, self.profile) {
                    let owner = KnownAccountType::AccessToken;
                    placed = placed.or(self.place_property(
                        about,
                        AccountProperty { property, owner },
                        value,
                    ));
                }
                placed.or_else(|reason| match self.place_in_cache(number, about) {
                    Err(Reason::NoSuchMember) => Err(reason),
                    placed => placed,
                })
            }
            SecretKind::ClientSecret
            | SecretKind::CertificatePassword
            | SecretKind::CertificatePath
            | SecretKind::ClientAssertion
            | SecretKind::ManagedIdentitySecret => match AccountProperty::of(about.kind) {
                Some(place) => self.place_property(about, place, value),
                None => Err(Reason::NoSuchMember),
            },
        }
    }

    /// A credential of a tenant in which the application has no context stands where the application
    /// has none: azvault and Azure PowerShell take it for that (Az.Accounts since 2.11.2 looks a
    /// secret up by its application alone).
    fn place_elsewhere(&mut self) {
        let left: Vec<usize> = self.left_out.keys().copied().collect();
        for number in left.into_iter().rev() {
            let held = &self.secrets[number];
            let is_free =
                self.left_out[&number] == Reason::NoContext && is_credential(held.about.kind);
            let (true, Some(place)) = (is_free, AccountProperty::of(held.about.kind)) else {
                continue;
            };
            let Some(value) = text(held) else { continue };
            let anywhere = SecretDescription { tenant: None, ..held.about.clone() };
            let mut fitting = self.fitting(&anywhere, place);
            fitting.retain(|at| self.has_no_credential(*at, place.owner));
            if self.put(&fitting, place, value).is_ok() {
                self.left_out.remove(&number);
            }
        }
    }

    /// Whether a context is an account's of that type, in a tenant, that has nothing to sign in with.
    fn has_no_credential(&self, at: usize, owner: KnownAccountType) -> bool {
        let context = &self.profile.contexts[at];
        let Some(account) = &context.account else { return false };
        let own = account.properties.keys().map(String::as_str);
        let mut names = own.chain(self.contexts[at].account.iter().map(|(name, _)| *name));
        account.account_type.known() == Some(owner)
            && context.tenant.is_some()
            && !names.any(|name| CREDENTIALS.iter().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// Under the home account, if it is certain whose token it is.
    fn place_in_cache(&mut self, number: usize, about: &SecretDescription) -> Result<(), Reason> {
        let home = home(about, self.accounts)?;
        self.cached.push((number, home));
        Ok(())
    }

    /// In every context of the account, in the tenant and cloud that the secret is for. Where the
    /// account has contexts of the type that such a secret is for, in those alone; and so where it
    /// has some with the property that such a secret goes with.
    fn place_property(
        &mut self,
        about: &SecretDescription,
        place: AccountProperty,
        value: &'p str,
    ) -> Result<(), Reason> {
        let fitting = self.fitting(about, place);
        self.put(&fitting, place, value)
    }

    fn fitting(&self, about: &SecretDescription, place: AccountProperty) -> Vec<usize> {
        let contexts = &self.profile.contexts;
        let accounts = |at: usize| contexts[at].account.iter();
        let typed = |at: &usize| {
            accounts(*at).any(|account| account.account_type.known() == Some(place.owner))
        };
        let beside = |at: &usize| {
            let mut names = accounts(*at).flat_map(|account| account.properties.keys());
            names
                .any(|name| companion(place.property).is_some_and(|c| c.eq_ignore_ascii_case(name)))
        };
        let mut fitting: Vec<usize> =
            (0..contexts.len()).filter(|at| self.is_of(about, &contexts[*at])).collect();
        narrow(&mut fitting, typed);
        narrow(&mut fitting, beside);
        fitting
    }

    /// Puts it into these contexts, where nothing stands in its place.
    fn put(
        &mut self,
        fitting: &[usize],
        place: AccountProperty,
        value: &'p str,
    ) -> Result<(), Reason> {
        let property = place.property;
        let mut placed = Err(match fitting.is_empty() {
            true => Reason::NoContext,
            false => Reason::Superseded,
        });
        for at in fitting.iter().copied() {
            let account = self.profile.contexts[at].account.iter();
            let mut known = account.flat_map(|account| &account.properties);
            if let Some((_, known)) = known.find(|(name, _)| name.eq_ignore_ascii_case(property)) {
                if known == value {
                    placed = Ok(());
                }
                continue;
            }
            let account = &mut self.contexts[at].account;
            if account.iter().all(|(taken, _)| *taken != property) {
                account.push((property, value));
                placed = Ok(());
            }
        }
        placed
    }

    /// Whether the secret is the context's account's, there.
    fn is_of(&self, about: &SecretDescription, context: &Context) -> bool {
        let tenant = context.tenant.as_ref().map(|tenant| TenantId(&tenant.id));
        let there = about.tenant.as_ref().is_none_or(|own| Some(TenantId(own)) == tenant);
        let in_a_cloud = about.environment.is_none() || context.environment.is_some();
        let account = self.accounts.of_context(context).one();
        there && in_a_cloud && account.is_some_and(|own| may_use(about, &own.key, self.accounts))
    }

    /// In the contexts of its subscriptions, whose ids are its target.
    fn place_storage(&mut self, about: &SecretDescription, value: &'p str) -> Result<(), Reason> {
        let mut placed = Err(Reason::NoContext);
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
            if !fits {
                continue;
            }
            if self.contexts[at].storage.is_none() {
                self.contexts[at].storage = Some(value);
                placed = Ok(());
            } else {
                placed = placed.map_err(|_| Reason::Superseded);
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

/// Under whom a token stands in the cache. The product finds a user's by the home account alone; one
/// that stands under the user's name is found by nobody, and makes a second account of that name.
fn home(about: &SecretDescription, accounts: &Accounts) -> Result<Home, Reason> {
    let same = |one: &Option<Text>, other: &Option<Text>| {
        one.is_some() && one.as_deref().map(AccountId) == other.as_deref().map(AccountId)
    };
    let own =
        about.home_account_id.clone().filter(|_| !same(&about.home_account_id, &about.account));
    if let Some(own) = own {
        return Ok(Home::Account(own.to_string()));
    }
    let is_application = same(&about.account, &about.client_id)
        || about.account_kind == Some(IdentityKind::Application)
        || about.account.is_none();
    // A name that a user and another kind of account have is still one name.
    let found = match accounts.of_secret(about) {
        Found::Nobody => Vec::new(),
        Found::One(known) => vec![known],
        Found::Several(all) => all,
    };
    let homes: BTreeSet<&Text> =
        found.iter().filter_map(|known| known.home_account_id.as_ref()).collect();
    match homes.first() {
        Some(home) if homes.len() == 1 => Ok(Home::Account(home.to_string())),
        _ if is_application => Ok(Home::Application),
        _ if matches!(
            about.account_kind,
            Some(IdentityKind::ManagedIdentity | IdentityKind::AccessToken)
        ) =>
        {
            Err(Reason::NoSuchMember)
        }
        Some(_) => Err(Reason::SeveralAccounts),
        None => Err(Reason::NoHomeAccount),
    }
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
fn text<'p>(held: &Entry<'p>) -> Option<&'p str> {
    // EXPOSE: written into the file, in memory that is wiped.
    std::str::from_utf8(held.value.expose()).ok().filter(|text| !text.is_empty())
}
