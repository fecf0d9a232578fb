//! A service principal with a secret (RFC 6749 section 4.4).

use azvault_model::Secret;

use crate::client::{Client, of_resources};
use crate::error::Error;
use crate::http::Repeat;
use crate::token::{self, Tokens};

/// Signs in. Asking twice does no harm, so it is repeated on broken connections.
pub fn sign_in(
    client: &Client<'_>,
    secret: &Secret,
    scopes: &[&str],
    claims: Option<&str>,
    now: i64,
) -> Result<Tokens, Error> {
    let form = client
        .form("client_credentials")
        .with_secret("client_secret", secret)
        .with("scope", of_resources(scopes))
        .with_some("claims", claims);
    token::ask(client, &form, Repeat::Safe(&[]), now, None)
}
