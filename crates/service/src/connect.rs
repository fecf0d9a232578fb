//! Signing in, and looking what the account sees: everything of `connect` that asks a service.
//!
//! Nothing is stored here. What a sign-in gives comes back as a [`Found`], and is stored at once or
//! not at all.

mod browser;
pub mod challenge;
mod expected;
mod lookup;
pub mod method;
pub mod offers;
mod sign_in;
pub mod stored;

use azvault_model::rules::connect::SignedIn;
use azvault_model::{Account, HeldSecret};
use azvault_signin::{Authority, Client, Cloud, Http, TenantName, resource};

pub use self::lookup::look_up;
pub use self::sign_in::{FEDERATED_TOKEN_FILE, PKCS11_KEY, identity, sign_in};
use crate::app::App;
use crate::failure::Failure;
use crate::online::failed;

/// The cloud that `connect` signs in to where none is named.
pub const USUAL_CLOUD: &str = "AzureCloud";

/// Where one signs in.
pub struct At<'a> {
    pub app: &'a App,
    pub http: &'a Http,
    pub cloud: &'a Cloud,
    /// The tenant that was asked for.
    pub tenant: Option<TenantName>,
    /// JSON of a claims challenge that the sign-in answers.
    pub claims: Option<&'a str>,
}

/// A tenant that was left out.
pub struct Skipped {
    pub tenant: String,
    pub name: Option<String>,
    pub because: Failure,
}

/// What an account sees, and what is stored of its sign-in.
pub struct Found {
    pub signed_in: SignedIn,
    pub account: Account,
    pub secrets: Vec<HeldSecret>,
    pub skipped: Vec<Skipped>,
}

impl At<'_> {
    /// The resource of Resource Manager here.
    fn resource(&self) -> Result<String, Failure> {
        match self.cloud.resource("arm") {
            Some(resource) => Ok(resource.to_owned()),
            None => Ok(self.cloud.resource_manager().map_err(failed)?.as_str().to_owned()),
        }
    }

    /// The scope that stands for it.
    fn scope(&self) -> Result<String, Failure> {
        Ok(resource::scope_of(&self.resource()?))
    }

    fn authority(&self, tenant: Option<&TenantName>) -> Authority {
        self.cloud.authority(tenant.cloned().unwrap_or(TenantName::Organizations))
    }

    fn client<'b>(&'b self, authority: &'b Authority, id: &'b str) -> Client<'b> {
        Client::with_id(self.http, authority, id)
    }
}
