//! The token endpoint: what it is asked, and what it answers (RFC 6749 section 5, OpenID Connect
//! Core 3.1.3, and what Entra adds).

use azvault_model::Secret;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::authority::Kind;
use crate::client::Client;
use crate::error::{self, Error};
use crate::form::Form;
use crate::http::{Ask, Header, Http, Plain, Repeat, Reply, Sent};
use crate::json;

mod claims;

pub(crate) use claims::Expected;
pub use claims::IdClaims;

/// Largest reply of a token endpoint: tokens of people in many groups have some 10 KiB.
const MAX_REPLY: usize = 256 * 1024;

/// Longest life that is believed, in seconds: more is a mistake of the provider.
const MAX_LIFE: i64 = 366 * 24 * 3600;

/// What a sign-in gives.
pub struct Tokens {
    /// Opens the resource.
    pub access_token: Secret,
    /// Unix seconds on our clock, counted from before the request was sent: never too late.
    pub expires_on: i64,
    /// Until when it may be used while the provider is down, where it says so.
    pub extended_expires_on: Option<i64>,
    /// When the provider wants it to be refreshed, where it says so.
    pub refresh_on: Option<i64>,
    /// The refresh token that is valid from now on. Where one was redeemed and none came back, the
    /// old one stays valid.
    pub refresh_token: Option<Secret>,
    /// `1` where the refresh token serves every client of Microsoft's family.
    pub family_id: Option<String>,
    /// The id token as it came: personal data.
    pub id_token: Option<Secret>,
    /// What it says. Its signature is not checked: it came over TLS straight from the token
    /// endpoint (OpenID Connect Core 3.1.3.7 rule 6).
    pub claims: Option<IdClaims>,
    /// `<object id>.<home tenant>`, the key of token caches; of ADFS, the subject.
    pub home_account_id: Option<String>,
    /// What was granted; empty where the provider does not say, and it is what was asked for.
    pub scopes: Vec<String>,
    /// The provider's clock minus ours in seconds, where it told the time.
    pub clock_offset: Option<i64>,
}

impl Tokens {
    /// Whether the access token is good for longer than that.
    pub fn lives_longer_than(&self, seconds: i64, now: i64) -> bool {
        self.expires_on.saturating_sub(now) > seconds
    }

    /// Whether they are of the account of that name, or of that home account id. Only names count
    /// that a tenant gives in domains of its own: `email` is whatever an administrator types. Tokens
    /// without a name are of no account.
    pub fn is_of(&self, account: &str) -> bool {
        let account = account.trim().to_lowercase();
        let names = self.claims.iter().flat_map(|claims| &claims.own_names);
        let mut names = names.chain(&self.home_account_id);
        !account.is_empty() && names.any(|name| name.trim().to_lowercase() == account)
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    access_token: Option<&'a RawValue>,
    #[serde(borrow, default)]
    token_type: Option<&'a RawValue>,
    #[serde(borrow, default)]
    expires_in: Option<&'a RawValue>,
    #[serde(borrow, default)]
    expires_on: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ext_expires_in: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refresh_in: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refresh_token: Option<&'a RawValue>,
    #[serde(borrow, default)]
    foci: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id_token: Option<&'a RawValue>,
    #[serde(borrow, default)]
    client_info: Option<&'a RawValue>,
    #[serde(borrow, default)]
    scope: Option<&'a RawValue>,
}

/// Asks the token endpoint.
pub(crate) fn ask(
    client: &Client<'_>,
    form: &Form<'_>,
    repeat: Repeat,
    now: i64,
    nonce: Option<&str>,
) -> Result<Tokens, Error> {
    let reply = post(client.http, &client.authority.token, form, repeat)?;
    let offset = reply.date.map(|date| date.saturating_sub(now));
    if reply.status != 200 {
        return Err(refused(&reply, form, offset));
    }
    let authority = client.authority;
    let expected = Expected {
        client_id: client.id,
        tenant: authority.tenant.guid().filter(|_| authority.kind == Kind::Entra),
        issuer: authority.issuer.as_deref(),
        nonce,
        now: now.saturating_add(offset.unwrap_or(0)),
    };
    let mut tokens = read(reply.json()?, now, &expected).map_err(|what| reply.wrong(what))?;
    tokens.clock_offset = offset;
    Ok(tokens)
}

/// Sends a form to an endpoint of the authority.
pub(crate) fn post(
    http: &Http,
    url: &url::Url,
    form: &Form<'_>,
    repeat: Repeat,
) -> Result<Reply, Error> {
    let body = form.encoded();
    http.send(&Ask {
        url,
        // Entra gives its correlation id in the reply; none of ours is sent.
        headers: vec![("accept", Header::Text("application/json"))],
        sent: Sent::Form(&body),
        repeat,
        plain: Plain::Loopback,
        limit: MAX_REPLY,
    })
}

/// The error that a reply other than 200 is.
pub(crate) fn refused(reply: &Reply, form: &Form<'_>, offset: Option<i64>) -> Error {
    let sent = form.secrets();
    match reply.json() {
        Ok(text) => error::of_token_endpoint(reply.status, text, &sent, offset)
            .map_or_else(|| reply.wrong("this is no error of OAuth"), error::classified),
        Err(error) => error,
    }
}

/// Reads a reply that grants tokens; the error says what is wrong with it.
pub(crate) fn read(text: &str, now: i64, expected: &Expected<'_>) -> Result<Tokens, &'static str> {
    let body: Body<'_> = serde_json::from_str(text).map_err(|_| "this is not a token reply")?;
    let access_token = json::secret(body.access_token).ok_or("there is no access token in it")?;
    let kind = json::text(body.token_type).ok_or("the type of the token is missing")?;
    if !kind.eq_ignore_ascii_case("Bearer") {
        return Err("the token is of another type than Bearer");
    }
    let optional = |raw: Option<&RawValue>, what| match json::is_some(raw) {
        true => json::secret(raw).map(Some).ok_or(what),
        false => Ok(None),
    };
    let refresh_token = optional(body.refresh_token, "the refresh token cannot be read")?;
    let id_token = optional(body.id_token, "the id token cannot be read")?;
    let claims = id_token.as_ref().map(IdClaims::read).transpose()?;
    if let Some(claims) = &claims {
        expected.check(claims)?;
    } else if expected.nonce.is_some() {
        return Err("there is no id token in it");
    }
    let home_account_id = match json::is_some(body.client_info) {
        true => Some(claims::home_account_id(body.client_info).ok_or("client_info is not one")?),
        false => claims.as_ref().map(|claims| claims.subject.clone()),
    };
    let scope = json::text(body.scope).unwrap_or_default();
    let after = |raw| json::integer(raw).filter(|n| *n > 0).map(|n| now.saturating_add(n));
    Ok(Tokens {
        access_token,
        expires_on: expiry(&body, now)?,
        extended_expires_on: after(body.ext_expires_in),
        refresh_on: after(body.refresh_in),
        family_id: json::text(body.foci).filter(|_| refresh_token.is_some()),
        refresh_token,
        id_token,
        claims,
        home_account_id,
        scopes: scope.split_ascii_whitespace().map(str::to_owned).collect(),
        clock_offset: None,
    })
}

/// When the token ends. `expires_in` first, because it does not depend on whose clock is right;
/// managed identities may give `expires_on` alone. Without any there is no token.
fn expiry(body: &Body<'_>, now: i64) -> Result<i64, &'static str> {
    let life = match (json::integer(body.expires_in), json::integer(body.expires_on)) {
        (Some(life), _) => life,
        (None, Some(end)) => end.checked_sub(now).ok_or("its expiry is out of bounds")?,
        (None, None) => return Err("it does not say when the token expires"),
    };
    if life <= 0 {
        return Err("the token has expired already");
    }
    if life > MAX_LIFE {
        return Err("its expiry is out of bounds");
    }
    now.checked_add(life).ok_or("its expiry is out of bounds")
}

/// Reads a reply for anyone who has bytes and nothing to compare them with.
pub fn read_reply(bytes: &[u8], now: i64) -> Result<Tokens, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "this is not UTF-8")?;
    read(text, now, &Expected::nothing(now))
}

#[cfg(test)]
mod tests;
