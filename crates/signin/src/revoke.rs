//! Revocation (RFC 7009), where there is an endpoint for it.

use azvault_model::Secret;

use crate::client::Client;
use crate::error::Error;
use crate::form::Form;
use crate::http::Repeat;
use crate::token;

/// What became of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The provider said that it is void, or was unknown to it.
    Revoked,
    /// The provider has no endpoint for it: the token stays valid until it expires. Of Entra, only
    /// an administrator, or the person at `https://mysignins.microsoft.com`, can end all sessions.
    NoEndpoint,
}

/// `token_type_hint` of RFC 7009.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A refresh token; with it go the access tokens it bought.
    RefreshToken,
    /// An access token.
    AccessToken,
}

/// Revokes a token of a public client.
pub fn revoke(client: &Client<'_>, secret: &Secret, hint: Hint) -> Result<Revocation, Error> {
    let Some(url) = &client.authority.revocation else {
        return Ok(Revocation::NoEndpoint);
    };
    let hint = match hint {
        Hint::RefreshToken => "refresh_token",
        Hint::AccessToken => "access_token",
    };
    let form = Form::new()
        .with("client_id", client.id)
        .with_secret("token", secret)
        .with("token_type_hint", hint);
    let reply = token::post(client.http, url, &form, Repeat::Safe(&[]))?;
    match reply.status {
        200 => Ok(Revocation::Revoked),
        _ => Err(token::refused(&reply, &form, None)),
    }
}
