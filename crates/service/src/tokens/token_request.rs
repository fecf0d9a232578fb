//! A request for a token: plain data.

use azvault_model::rules::token_cache::Request;
use azvault_model::{AccountType, IdentityKind, KnownAccountType, ManagedIdentity};
use azvault_signin::resource;
use serde::{Deserialize, Serialize};

/// A request for a token. Holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRequest {
    /// Name of the context.
    pub context: String,
    /// User name or application id; of an identity of the machine the id that tells it from others.
    pub account: String,
    /// The home account of a user, where it is known.
    pub home_account_id: Option<String>,
    /// Which identity of the machine.
    pub identity: Option<ManagedIdentity>,
    /// As written in the context.
    pub account_type: String,
    pub environment: String,
    /// GUID or domain.
    pub tenant: String,
    pub subscription: Option<String>,
    /// At least one, all of one resource.
    pub scopes: Vec<String>,
    /// JSON of a claims challenge that the token has to answer.
    #[serde(default)]
    pub claims: Option<String>,
    /// Ids of tokens of the cache that will not do.
    #[serde(default)]
    pub passed_over: Vec<i64>,
    #[serde(default)]
    pub repeats: Repeats,
    /// Id of the one credential that is shown, whatever else the account has.
    #[serde(default)]
    pub only: Option<i64>,
}

/// Who asks the service again where it was out of order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Repeats {
    /// We, a few times.
    #[default]
    Ours,
    /// The caller, as the SDKs do.
    Callers,
}

/// What the token is for.
#[derive(Clone, Serialize, Deserialize)]
pub enum Target {
    /// A short name or an address; the resource manager if there is none.
    Resource(Option<String>),
    Scopes(Vec<String>),
}

impl TokenRequest {
    /// What the token cache is asked, with the cloud's resources by their short names.
    pub(super) fn request<'a>(
        &'a self,
        resource: &'a dyn Fn(&str) -> Option<&'a str>,
    ) -> Request<'a> {
        Request {
            tenant: &self.tenant,
            scopes: &self.scopes,
            claims: self.claims.as_deref(),
            resource,
        }
    }

    /// Whether the same token is wanted, by whichever context.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let of = |one: &Self| Self {
            context: String::new(),
            subscription: None,
            passed_over: Vec::new(),
            repeats: Repeats::Ours,
            ..one.clone()
        };
        of(self) == of(other)
    }

    pub fn known_type(&self) -> Option<KnownAccountType> {
        AccountType::new(&*self.account_type).known()
    }

    /// What kind of account it is, as secrets say it.
    pub fn kind(&self) -> Option<IdentityKind> {
        self.known_type().map(|known| IdentityKind::of(&known.into()))
    }

    /// The resource that the scopes are of.
    pub fn resource(&self) -> &str {
        self.scopes.first().and_then(|scope| resource::resource_of(scope)).unwrap_or_default()
    }
}
