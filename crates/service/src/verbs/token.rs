//! An access token that is there.

use azvault_model::Secret;
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::failure::Failure;
use crate::message::{Message, not_there_yet};
use crate::opening::OpenVault;
use crate::tokens;
use crate::tokens::{Issued, Target, TokenRequest};

/// An access token of the context that acts, from the cache alone.
#[derive(Serialize, Deserialize)]
pub struct CachedToken {
    pub target: Target,
    /// Another tenant than the context's.
    pub tenant: Option<String>,
}

/// What was asked for, and the token where one is cached that fits.
#[derive(Serialize, Deserialize)]
pub struct CachedTokenReply {
    pub request: TokenRequest,
    pub issued: Option<IssuedToken>,
}

/// A token on its way to who asked.
#[derive(Serialize, Deserialize)]
pub struct IssuedToken {
    #[serde(skip, default = "not_there_yet")]
    value: Secret,
    expires_on: i64,
    tenant: String,
}

impl From<IssuedToken> for Issued {
    fn from(token: IssuedToken) -> Self {
        let IssuedToken { value, expires_on, tenant } = token;
        Self { value, expires_on, tenant }
    }
}

impl Message for CachedToken {}

impl Message for CachedTokenReply {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.issued.iter_mut().map(|issued| &mut issued.value).collect()
    }
}

impl Verb for CachedToken {
    const NAME: &'static str = "token";
    type Reply = CachedTokenReply;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<CachedTokenReply, Failure> {
        let context = open.contexts.acting()?.context;
        let Self { target, tenant } = self;
        let request = TokenRequest::new(&open.contexts, context, target, tenant)?;
        let issued = tokens::cached_token(app, open, &request)?;
        let issued = issued.map(|Issued { value, expires_on, tenant }| IssuedToken {
            value,
            expires_on,
            tenant,
        });
        Ok(CachedTokenReply { request, issued })
    }
}
