//! What is not in the file, and why.

use azvault_model::rules::secrets::Restriction;
use azvault_model::{ContextName, SecretDescription};

/// A secret that is not in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is and whose.
    pub description: SecretDescription,
    /// Why the file does not have it.
    pub because: Reason,
}

/// Why a secret is not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// [`super::Credentials::Without`].
    NotAskedFor,
    /// The token is no plain bearer token, and the product would take it for one.
    Restricted(Restriction),
    /// The file names certificates by path or thumbprint.
    Certificate,
    /// The product has no use for it.
    NoSuchMember,
    /// Nothing says the user's home account, under which alone the product finds a token.
    NoHomeAccount,
    /// It could be one of several accounts of one name.
    SeveralAccounts,
    /// No context of the file is of that account, in that tenant and cloud.
    NoContext,
    /// Another secret, which goes first, stands in its place.
    Superseded,
    /// JSON cannot hold it.
    NotText,
}

impl Reason {
    /// The reason as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAskedFor => "not_asked_for",
            Self::Restricted(restriction) => restriction.as_str(),
            Self::Certificate => "certificate",
            Self::NoSuchMember => "no_such_member",
            Self::NoHomeAccount => "no_home_account",
            Self::SeveralAccounts => "several_accounts",
            Self::NoContext => "no_context",
            Self::Superseded => "superseded",
            Self::NotText => "not_text",
        }
    }

    /// The reason in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::NotAskedFor => "--with-credential writes it",
            Self::Restricted(Restriction::Bound) => {
                "the token is bound to a key that azvault does not have"
            }
            Self::Restricted(Restriction::Partitioned) => {
                "the token is for one purpose, in a part of the cache of its own"
            }
            Self::Restricted(Restriction::OnBehalfOf) => {
                "an application got the token on behalf of the user"
            }
            Self::Certificate => {
                "the file names a certificate by path or thumbprint and cannot hold one"
            }
            Self::NoSuchMember => "the format has no member for it",
            Self::NoHomeAccount => {
                "nothing stored says the user's home account, under which alone Azure PowerShell \
                 finds a token"
            }
            Self::SeveralAccounts => "several accounts have that name",
            Self::NoContext => "the file has no context of its account, tenant and cloud",
            Self::Superseded => "another one of its kind goes first",
            Self::NotText => "it is not text",
        }
    }
}

/// A context that is not in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftContext {
    /// Its name.
    pub name: ContextName,
    /// Why the file does not have it.
    pub because: ContextReason,
}

/// Why a context is not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContextReason {
    /// Its tenant is a domain, and nothing says which id that has.
    TenantDomain,
    /// The id of its subscription is none that the product reads.
    SubscriptionId,
    /// It is a name and nothing else.
    NameAlone,
    /// A service principal without a tenant: the product looks for its secret by tenant.
    NoTenant,
    /// The product drops a context of this name where the file has others.
    ReservedName,
}

impl ContextReason {
    /// The reason as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TenantDomain => "tenant_domain",
            Self::SubscriptionId => "subscription_id",
            Self::NameAlone => "name_alone",
            Self::NoTenant => "no_tenant",
            Self::ReservedName => "reserved_name",
        }
    }

    /// The reason in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::TenantDomain => "its tenant is not a GUID, and nothing stored says which it is",
            Self::SubscriptionId => "its subscription's id is not a GUID",
            Self::NameAlone => "it is a name and nothing else",
            Self::NoTenant => "it is a service principal's and has no tenant",
            Self::ReservedName => "Azure PowerShell drops the name Default beside other contexts",
        }
    }
}
