//! Who an account is: its home account (a user) or its kind and id, and its cloud. Its name is a
//! label: a work and a personal account can have the same one.

use std::borrow::Cow;
use std::slice;

use serde::{Deserialize, Serialize};

use crate::account::names_home;
use crate::caseless::key;
use crate::{
    Account, AccountId, AccountType, CloudKey, Clouds, Context, KnownAccountType, ManagedIdentity,
    SecretDescription, SecretKind, Text,
};

/// What kind of identity an account is, however it signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// A person.
    User,
    /// An application: a service principal, whichever credential it has.
    Application,
    /// An identity of a machine.
    ManagedIdentity,
    /// An account of which a file has access tokens and nothing else (`Connect-AzAccount
    /// -AccessToken`).
    AccessToken,
    /// Known by a name alone.
    Unknown,
}

impl IdentityKind {
    /// Of an account's type.
    pub fn of(account_type: &AccountType) -> Self {
        match account_type.known() {
            Some(KnownAccountType::User) => Self::User,
            Some(KnownAccountType::ServicePrincipal | KnownAccountType::ClientAssertion) => {
                Self::Application
            }
            Some(KnownAccountType::ManagedService) => Self::ManagedIdentity,
            Some(KnownAccountType::AccessToken) => Self::AccessToken,
            None => Self::Unknown,
        }
    }

    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Application => "service principal",
            Self::ManagedIdentity => "managed identity",
            Self::AccessToken => "access token",
            Self::Unknown => "account",
        }
    }
}

/// An account. Two accounts are one when their keys are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey {
    pub(crate) kind: IdentityKind,
    pub(crate) id: Id,
    /// `None` if nothing says in which cloud it is.
    pub(crate) cloud: Option<CloudKey>,
}

/// Ids without case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Id {
    /// Home account id of a user.
    Home(Text),
    /// Application id, id of a managed identity; the name of a user whose home nothing says.
    Name(Text),
}

impl AccountKey {
    /// What kind of identity it is.
    pub fn kind(&self) -> IdentityKind {
        self.kind
    }

    /// The cloud it is in, where that is known.
    pub fn cloud(&self) -> Option<&CloudKey> {
        self.cloud.as_ref()
    }
}

/// What a context, a file or a secret says of an account: less than who it is, as a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention<'a> {
    /// `None` if it could be any.
    pub(crate) kind: Option<IdentityKind>,
    /// Without case: the id by which it is found. `None` if only the home account is known.
    pub(crate) name: Option<Cow<'a, str>>,
    /// The id as it was written.
    pub(crate) written: Option<&'a Text>,
    /// Home account id as it was written.
    pub(crate) home: Option<&'a str>,
    pub(crate) cloud: Option<CloudKey>,
    /// Tenants as they were written.
    pub(crate) tenants: &'a [Text],
}

impl<'a> Mention<'a> {
    /// By a context; `None` if it has no account.
    pub(crate) fn of_context(context: &'a Context, clouds: &Clouds) -> Option<Self> {
        let account = context.account.as_ref()?;
        let kind = IdentityKind::of(&account.account_type);
        let mut name = key(&account.id);
        if kind == IdentityKind::ManagedIdentity
            && let Some(identity) = ManagedIdentity::of(account, context.subscription.as_ref())
        {
            name = identity.key().into();
        }
        Some(Self {
            kind: Some(kind),
            name: Some(name),
            written: Some(&account.id),
            home: account.home_account_id(),
            cloud: context.environment.as_deref().map(|cloud| clouds.key(cloud)),
            tenants: context.tenant.as_ref().map(|tenant| &tenant.id).map_or(&[], slice::from_ref),
        })
    }

    /// By a file's list of accounts; `None` for Azure CLI's one name for every identity of a machine.
    pub(crate) fn of_account(account: &'a Account, clouds: &Clouds) -> Option<Self> {
        let kind = IdentityKind::of(&account.account_type);
        let name = match kind {
            IdentityKind::ManagedIdentity if ManagedIdentity::is_any(&account.id) => return None,
            IdentityKind::ManagedIdentity => ManagedIdentity::key_of_id(&account.id).into(),
            _ => key(&account.id),
        };
        let home = account.home_account_id.as_deref();
        Some(Self {
            kind: Some(kind),
            name: Some(name),
            written: Some(&account.id),
            home: home.filter(|home| names_home(home, &account.id)),
            cloud: account.environment.as_deref().map(|cloud| clouds.key(cloud)),
            tenants: &account.tenants,
        })
    }

    /// By a secret, whose owner it is; `None` if it names none.
    pub(crate) fn of_secret(about: &'a SecretDescription, clouds: &Clouds) -> Option<Self> {
        let user = about.account.as_deref().unwrap_or_default();
        let home = about.home_account_id.as_deref().filter(|home| names_home(home, user));
        if about.account.is_none() && home.is_none() {
            return None;
        }
        let kind = about.account_kind.or_else(|| kind_of_owner(about, home));
        let name = about.account.as_deref().map(|id| match kind {
            Some(IdentityKind::ManagedIdentity) => ManagedIdentity::key_of_id(id).into(),
            _ => key(id),
        });
        Some(Self {
            kind,
            name,
            written: about.account.as_ref(),
            home,
            cloud: about.environment.as_deref().map(|cloud| clouds.key(cloud)),
            tenants: about.tenant.as_slice(),
        })
    }
}

impl Mention<'_> {
    /// The rank of what says neither home account, kind nor cloud.
    pub(crate) const LAST_RANK: u8 = 7;

    /// How much it says: what says most has the lowest.
    pub(crate) fn rank(&self) -> u8 {
        let kind = self.kind.filter(|kind| *kind != IdentityKind::Unknown);
        let missing = [self.home.is_none(), kind.is_none(), self.cloud.is_none()];
        missing.into_iter().fold(0, |rank, is_missing| rank * 2 + u8::from(is_missing))
    }
}

/// What kind of account has such a secret; `None` where several kinds may.
fn kind_of_owner(about: &SecretDescription, home: Option<&str>) -> Option<IdentityKind> {
    let is_client = || {
        let (Some(account), Some(client)) = (&about.account, &about.client_id) else {
            return false;
        };
        AccountId(account) == AccountId(client)
    };
    match about.kind {
        SecretKind::ClientSecret
        | SecretKind::Certificate
        | SecretKind::CertificatePath
        | SecretKind::CertificatePassword
        | SecretKind::ClientAssertion
        | SecretKind::Pkcs11Key => Some(IdentityKind::Application),
        SecretKind::ManagedIdentitySecret => Some(IdentityKind::ManagedIdentity),
        SecretKind::RefreshToken | SecretKind::IdToken | SecretKind::SshCertificate
            if !is_client() =>
        {
            Some(IdentityKind::User)
        }
        _ if home.is_some() => Some(IdentityKind::User),
        _ if is_client() => Some(IdentityKind::Application),
        _ => None,
    }
}
