//! The browser on this machine (RFC 8252), with PKCE (RFC 7636).
//!
//! The address of the provider holds state, nonce and challenge, and with these another user of the
//! machine could finish the sign-in with an account of their own. It stands in no argument list: what
//! the browser is started with is a page of our own listener, which sends it on, and which answers
//! only processes of this user.

use std::borrow::Cow;

use azvault_model::Secret;
use data_encoding::BASE64URL_NOPAD;
use ring::digest;
use ring::rand::SecureRandom;
use url::Url;
use zeroize::Zeroizing;

use crate::authority::Kind;
use crate::client::{Client, personal};
use crate::error::{Error, ProviderError, Speaker, aadsts, classified, sanitised};
use crate::http::Repeat;
use crate::token::{self, Tokens};

mod listener;
mod page;
mod request;

use listener::Listener;
use request::{Awaited, Redirected};

/// What the provider shows first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prompt {
    /// The accounts to choose from.
    #[default]
    SelectAccount,
    /// The password, no matter who is signed in.
    Login,
    /// What the application asks for.
    Consent,
    /// What it finds fit.
    AsNeeded,
}

/// What a sign-in may say besides.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// What is shown first.
    pub prompt: Prompt,
    /// User name to fill in.
    pub login_hint: Option<&'a str>,
    /// JSON of a claims challenge.
    pub claims: Option<&'a str>,
}

/// A sign-in that waits for the browser.
pub struct Browser {
    listener: Listener,
    address: Url,
    /// Path of the page that sends the browser to `address`.
    start: String,
    redirect_uri: String,
    verifier: Secret,
    state: String,
    nonce: String,
    scope: String,
    claims: Option<String>,
}

/// Opens a port on the loopback addresses and makes the address for the browser.
pub fn begin(client: &Client<'_>, scopes: &[&str], wishes: Wishes<'_>) -> Result<Browser, Error> {
    let missing = Error::Input { what: "this authority knows no sign-in by browser" };
    let mut address = client.authority.authorize.clone().ok_or(missing)?;
    let listener = Listener::bind()?;
    // Entra lets the port differ where `http://localhost` is registered, as for Azure PowerShell
    // and Azure CLI, but not where 127.0.0.1 is; others follow RFC 8252 section 7.3.
    let redirect_uri = match client.authority.kind {
        Kind::Entra | Kind::Adfs => format!("http://localhost:{}", listener.port()),
        Kind::OpenId => format!("http://127.0.0.1:{}/", listener.port()),
    };
    let verifier = Secret::new(random::<32>()?);
    let (state, nonce) = (text(random::<32>()?)?, text(random::<32>()?)?);
    let start = format!("/{}", text(random::<16>()?)?);
    let scope = personal(scopes);
    // EXPOSE: the challenge is its digest.
    let challenge =
        BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, verifier.expose()).as_ref());
    {
        let mut query = address.query_pairs_mut();
        query
            .append_pair("client_id", client.id)
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("scope", &scope)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("nonce", &nonce);
        if client.authority.kind != Kind::OpenId {
            query.append_pair("client_info", "1");
        }
        let prompt = match wishes.prompt {
            Prompt::SelectAccount => Some("select_account"),
            Prompt::Login => Some("login"),
            Prompt::Consent => Some("consent"),
            Prompt::AsNeeded => None,
        };
        let rest =
            [("prompt", prompt), ("login_hint", wishes.login_hint), ("claims", wishes.claims)];
        for (name, value) in rest {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
    }
    let claims = wishes.claims.map(str::to_owned);
    Ok(Browser { listener, address, start, redirect_uri, verifier, state, nonce, scope, claims })
}

impl Browser {
    /// What the browser opens: a page of this process, which sends it to the provider. It may be
    /// shown and stand among arguments, since it is given to processes of this user alone.
    pub fn start(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.listener.port(), self.start)
    }

    /// Waits until the browser comes back, or until that time by this clock, and asks for tokens.
    pub fn finish(
        self,
        client: &Client<'_>,
        clock: &dyn Fn() -> i64,
        until: i64,
    ) -> Result<Tokens, Error> {
        let awaited = Awaited {
            port: self.listener.port(),
            start: &self.start,
            state: &self.state,
            issuer: client.authority.issuer.as_deref(),
        };
        let code = match self.listener.wait(&awaited, &self.address, clock, until)? {
            Redirected::Code(code) => code,
            Redirected::Error { error, text } => return Err(refused(&error, &text)),
        };
        let form = client
            .form("authorization_code")
            .with_secret("code", &code)
            .with("redirect_uri", Cow::Borrowed(self.redirect_uri.as_str()))
            .with_secret("code_verifier", &self.verifier)
            .with("scope", Cow::Borrowed(self.scope.as_str()))
            .with_some("claims", self.claims.as_deref());
        token::ask(client, &form, Repeat::OnlyUnsent, clock(), Some(&self.nonce))
    }
}

/// What the browser brought back instead of a code (RFC 6749 section 4.1.2.1).
fn refused(error: &str, text: &str) -> Error {
    let text = sanitised(text, &[]);
    classified(ProviderError {
        speaker: Speaker::Redirect,
        error: sanitised(error, &[]),
        code: aadsts(&text),
        text,
        ..ProviderError::default()
    })
}

/// So many random bytes, as characters that need no encoding anywhere.
fn random<const N: usize>() -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new([0_u8; N]);
    let failed = |_| Error::Input { what: "the system gives no randomness" };
    ring::rand::SystemRandom::new().fill(bytes.as_mut()).map_err(failed)?;
    let mut text = Zeroizing::new(vec![0; BASE64URL_NOPAD.encode_len(bytes.len())]);
    BASE64URL_NOPAD.encode_mut(bytes.as_ref(), &mut text);
    Ok(text)
}

fn text(bytes: Zeroizing<Vec<u8>>) -> Result<String, Error> {
    let failed = |_| Error::Input { what: "the system gives no randomness" };
    String::from_utf8(bytes.to_vec()).map_err(failed)
}
