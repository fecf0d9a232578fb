//! A service principal with an assertion: a federated token that another issuer signed, or one of
//! our own from a [`crate::certificate`] (RFC 7523 section 2.2).

use azvault_model::Secret;

use crate::client::{Client, of_resources};
use crate::error::Error;
use crate::form::Form;
use crate::http::Repeat;
use crate::token::{self, Tokens};

/// `client_assertion_type` of a JWT.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Signs in with an assertion as it was given.
pub fn sign_in(
    client: &Client<'_>,
    assertion: &Secret,
    scopes: &[&str],
    claims: Option<&str>,
    now: i64,
) -> Result<Tokens, Error> {
    let form = authenticated(client.form("client_credentials"), assertion)
        .with("scope", of_resources(scopes))
        .with_some("claims", claims);
    // An assertion of ours has an id of its own, which a provider may accept once only.
    token::ask(client, &form, Repeat::OnlyUnsent, now, None)
}

pub(crate) fn authenticated<'a>(form: Form<'a>, assertion: &'a Secret) -> Form<'a> {
    form.with("client_assertion_type", JWT_BEARER).with_secret("client_assertion", assertion)
}
