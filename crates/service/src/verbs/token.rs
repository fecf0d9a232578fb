//! An access token.

use serde::{Deserialize, Serialize};

use azvault_model::Secret;

use super::Verb;
use crate::app::App;
use crate::failure::Failure;
use crate::message::{Message, SecretPart};
use crate::online;
use crate::opening::OpenVault;
use crate::policy;
use crate::tokens;
use crate::tokens::{Issued, Target, TokenRequest};

/// An access token of the context that acts, or of another one.
#[derive(Serialize, Deserialize)]
pub struct Token {
    /// The context of this subscription, as az means one.
    pub subscription: Option<String>,
    pub target: Target,
    /// Another tenant than the context's.
    pub tenant: Option<String>,
    /// JSON of a claims challenge that it has to answer.
    pub claims: Option<String>,
    pub which: Which,
    pub destination: Destination,
    /// Hosts of the context's cloud that the person agrees to.
    pub confirm: Vec<String>,
}

/// Whether one of the cache will do.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    Any,
    /// A new one, whatever is in the cache.
    New,
}

/// Where a token goes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// The process that asks.
    Caller,
    /// To a clipboard: the audit log says so, first.
    Clipboard,
}

/// What was asked for, and the token.
#[derive(Serialize, Deserialize)]
pub struct TokenReply {
    pub request: TokenRequest,
    value: SecretPart,
    expires_on: i64,
    tenant: String,
}

impl TokenReply {
    fn new(request: TokenRequest, issued: Issued) -> Self {
        let Issued { value, expires_on, tenant } = issued;
        Self { request, value: SecretPart::new(value), expires_on, tenant }
    }

    /// The token itself.
    pub fn issued(self) -> Issued {
        let Self { request: _, value, expires_on, tenant } = self;
        Issued { value: value.into_value(), expires_on, tenant }
    }
}

impl Message for Token {}

impl Message for TokenReply {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.value.value_mut()]
    }
}

impl Verb for Token {
    const NAME: &'static str = "token";
    const ASKS: bool = true;
    const GOES_ONLINE: bool = true;
    type Reply = TokenReply;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<TokenReply, Failure> {
        if !self.confirm.is_empty() {
            self.confirm(app, open)?;
        }
        let Self { subscription, target, tenant, claims, which, destination, confirm: _ } = self;
        let context = match subscription {
            None => open.contexts.acting()?.context,
            Some(typed) => open.contexts.of_az_subscription(&typed)?.context,
        };
        let request = TokenRequest::new(&open.contexts, context, target, tenant)?;
        let request = TokenRequest { claims, ..request };
        let issued = match which {
            Which::Any => tokens::token(app, open, &request)?,
            Which::New => tokens::new_token(app, open, request.clone())?,
        };
        if destination == Destination::Clipboard {
            tokens::log_copy(app, open)?;
        }
        Ok(TokenReply::new(request, issued))
    }
}

impl Token {
    /// Remembers what the person agrees to.
    fn confirm(&self, app: &App, open: &mut OpenVault) -> Result<(), Failure> {
        let contexts = &open.contexts;
        let environment = contexts.acting()?.context.environment.as_deref();
        let environment = environment.unwrap_or("AzureCloud");
        policy::signs_in(app, environment, self.tenant.as_deref())?;
        let (_, agreed) = online::agreed::cloud(app, contexts, environment, &self.confirm)?;
        online::confirm(app, &mut open.vault, &agreed)?;
        open.refresh(app)
    }
}
