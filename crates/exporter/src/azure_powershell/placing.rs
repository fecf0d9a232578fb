//! Which secret stands where: in the properties of an account or a subscription, in the token
//! cache, or nowhere.

use std::collections::HashSet;

use azvault_contexts::{
    Context, HeldSecret, KnownAccountType, Profile, SecretDescription, SecretKind,
};

use super::Credentials;

/// Properties that hold access tokens, by what the token opens (ConnectAzureRmAccount.cs).
const TOKEN_PROPERTIES: [&str; 3] = ["GraphAccessToken", "KeyVault", "MicrosoftGraphAccessToken"];

/// Secrets of a profile, each in its place.
pub(super) struct Placing<'p> {
    profile: &'p Profile,
    /// One for each context.
    pub(super) contexts: Vec<Placed<'p>>,
    /// Numbers of the secrets that go into the token cache.
    cached: Vec<usize>,
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
}

impl<'p> Placing<'p> {
    pub(super) fn of(profile: &'p Profile, credentials: Credentials) -> Self {
        let contexts = profile.contexts.iter().map(|_| Placed::default()).collect();
        let mut placing = Self { profile, contexts, cached: Vec::new(), left_out: HashSet::new() };
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
        let cached = |number: &usize| {
            let held = &self.profile.secrets[*number];
            Some(Cached { about: &held.description, value: text(held)? })
        };
        self.cached.iter().filter_map(cached).collect()
    }

    pub(super) fn leave_tokens_out(&mut self) {
        self.left_out.extend(self.cached.drain(..));
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
                let properties = token_properties(about);
                let mut placed = false;
                for property in properties {
                    let owner = KnownAccountType::AccessToken;
                    placed |= self.place_property(about, property, owner, value);
                }
                if !placed {
                    self.cached.push(number);
                }
                return true;
            }
            SecretKind::RefreshToken | SecretKind::IdToken => {
                self.cached.push(number);
                return true;
            }
        };
        self.place_property(about, property, owner, value)
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
            (0..contexts.len()).filter(|at| is_of(about, &contexts[*at])).collect();
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
                && (about.account.is_none() || is_of(&about, context));
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

/// Whether the secret is the context's account's, there.
fn is_of(about: &SecretDescription, context: &Context) -> bool {
    let same = |own: Option<&str>, other: Option<&str>| match (own, other) {
        (None, _) => true,
        (Some(own), Some(other)) => own.to_lowercase() == other.to_lowercase(),
        (Some(_), None) => false,
    };
    about.account.is_some()
        && same(about.account.as_deref(), context.account.as_ref().map(|account| &account.id[..]))
        && same(about.tenant.as_deref(), context.tenant.as_ref().map(|tenant| &tenant.id[..]))
        && same(about.environment.as_deref(), context.environment.as_deref())
}

/// The properties that an access token stands in. A token of a cache has the client that got it,
/// and scopes or a resource as its target.
fn token_properties(about: &SecretDescription) -> Vec<&'static str> {
    let brought = about.home_account_id.is_none() && about.client_id.is_none();
    match &about.target {
        _ if !brought => Vec::new(),
        None => vec!["AccessToken"],
        Some(target) => {
            let property = |word| TOKEN_PROPERTIES.into_iter().find(|known| *known == word);
            target.split(' ').map(property).collect::<Option<_>>().unwrap_or_default()
        }
    }
}

/// The value, if JSON can hold it and a reader takes it for one.
fn text(held: &HeldSecret) -> Option<&str> {
    // EXPOSE: written into the file, in memory that is wiped.
    std::str::from_utf8(held.value.expose()).ok().filter(|text| !text.is_empty())
}
