//! The client of RFC 6749: who asks, and where.

use crate::authority::{Authority, Kind};
use crate::form::Form;
use crate::http::Http;
use crate::resource;

/// Microsoft Azure PowerShell: a public client that every tenant knows, and one of the family whose
/// refresh tokens serve each other. azvault has no registration of its own.
pub const AZURE_POWERSHELL: &str = "1950a258-227b-4e31-a9cf-717495945fc2";

/// Who asks, and where.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// Opens the connections.
    pub http: &'a Http,
    /// Who is asked.
    pub authority: &'a Authority,
    /// The application's id.
    pub id: &'a str,
}

impl<'a> Client<'a> {
    /// The client with which people sign in: [`AZURE_POWERSHELL`].
    pub fn public(http: &'a Http, authority: &'a Authority) -> Self {
        Self::with_id(http, authority, AZURE_POWERSHELL)
    }

    /// Any other client, by its id.
    pub fn with_id(http: &'a Http, authority: &'a Authority, id: &'a str) -> Self {
        Self { http, authority, id }
    }

    /// The members that every request to the token endpoint has. `client_info` is Entra's: it has
    /// the reply say whose the tokens are.
    pub(crate) fn form(&self, grant_type: &'static str) -> Form<'a> {
        let form = Form::new().with("client_id", self.id).with("grant_type", grant_type);
        match self.authority.kind {
            Kind::OpenId => form,
            Kind::Entra | Kind::Adfs => form.with("client_info", "1"),
        }
    }
}

/// The scopes that a person's sign-in asks for: these, and an id token and a refresh token.
pub(crate) fn personal(scopes: &[&str]) -> String {
    let besides = ["offline_access", "openid", "profile"];
    let besides = besides.iter().filter(|scope| !scopes.contains(scope));
    let all: Vec<&str> = scopes.iter().copied().chain(besides.copied()).collect();
    all.join(" ")
}

/// The scopes without those of OpenID Connect.
pub(crate) fn of_resources(scopes: &[&str]) -> String {
    let own: Vec<&str> =
        scopes.iter().copied().filter(|scope| !resource::OPENID.contains(scope)).collect();
    own.join(" ")
}
