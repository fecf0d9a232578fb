//! Signing in: OAuth 2.0 and OpenID Connect with Microsoft Entra (and ADFS), and the few questions
//! that Azure Resource Manager answers about tenants and subscriptions.
//!
//! One flow a file. All of them start from a [`Client`] (who asks, at which [`Authority`], over
//! which [`Http`]) and end in [`Tokens`] or an [`Error`] that is named by what the caller does next:
//!
//! | Flow | File | Specification |
//! |---|---|---|
//! | device code | [`device_code`] | RFC 8628 |
//! | browser on this machine | [`browser`] | RFC 8252, RFC 7636 |
//! | secret of a service principal | [`client_secret`] | RFC 6749 section 4.4 |
//! | certificate of a service principal | [`certificate`] | RFC 7523 |
//! | federated token | [`federated_token`] | RFC 7523 |
//! | managed identity | [`managed_identity`] | IMDS, App Service 2019-08-01 |
//! | refresh token | [`refresh`] | RFC 6749 section 6 |
//! | revocation | [`revoke`] | RFC 7009 |
//!
//! [`graph`] asks Microsoft Graph which credentials an application has, and changes them.
//!
//! The crate knows no files but the system's certificate authorities, no environment, no terminal, no vault and no clock: time is
//! handed to it in Unix seconds. Only [`Http`] opens connections, and only [`browser`] listens.
//!
//! ```no_run
//! use azvault_signin::{Client, Cloud, Error, Http, Settings, TenantName, client_secret, resource};
//!
//! # fn sign_in(secret: &azvault_model::Secret, now: i64) -> Result<(), Error> {
//! let cloud = Cloud::built_in("AzureCloud").expect("a cloud that is built in");
//! let authority = cloud.authority(TenantName::parse("contoso.onmicrosoft.com")?);
//! let http = Http::new(Settings::default())?;
//! let client = Client::with_id(&http, &authority, "11111111-2222-3333-4444-555555555555");
//! let vault = cloud.resource("keyvault").expect("a short name");
//! let tokens = client_secret::sign_in(&client, secret, &[&resource::scope_of(vault)], None, now)?;
//! assert!(tokens.lives_longer_than(300, now));
//! # Ok(())
//! # }
//! ```
//!
//! # Where a token can go
//!
//! A [`Cloud`] comes from a context's environment. Where its hosts are not those of a cloud that
//! Microsoft runs, [`Error::Unconfirmed`] names them, and only a [`Confirmed`] that names them too
//! lets it through: a file that someone imported cannot send a refresh token anywhere by itself.
//! Redirects are refused everywhere, and a next page of Resource Manager must be on the same host.
//!
//! # Secrets in memory
//!
//! What we send is built once, in wiped memory of its final size; replies are read into wiped
//! memory and tokens cut out of it into [`azvault_model::Secret`]s. Some copies are beyond us:
//!
//! - ureq keeps an output and an input buffer for each connection, and rustls one for each record
//!   it seals or opens. Both are freed, not wiped; a request or a reply is in them until the
//!   allocator gives the memory to someone else: `tests/signin/residue.rs` finds up to two copies
//!   of a token after everything was dropped. Connections are not kept once a reply is read.
//! - A header with a secret (`Authorization`, `X-IDENTITY-HEADER`) is copied by the `http` crate
//!   into memory that is not wiped. It is marked sensitive, so that `Debug` does not show it.
//! - The password of a proxy is held by ureq, in plaintext, for as long as the [`Http`] lives.
//! - p12-keystore and pkcs8 decrypt a key file into memory of their own; p12-keystore does not wipe
//!   it. ring keeps a parsed RSA key on the heap while one assertion is signed, and does not wipe it.
//! - A provider that repeats a secret in the text of an error makes a copy of it in a `String` before
//!   it is taken out there.
//! - TLS traffic keys are rustls's and ring's; they wipe some of them.
//!
//! A process that holds refresh tokens should be one that cannot be dumped, as the agent is.

mod authority;
mod client;
mod cloud;
mod error;
mod form;
mod http;
mod json;
mod token;

pub mod browser;
pub mod certificate;
pub mod client_secret;
pub mod device_code;
pub mod discovery;
pub mod federated_token;
pub mod graph;
pub mod managed_identity;
pub mod refresh;
pub mod resource;
pub mod resource_manager;
pub mod revoke;

pub use authority::{Authority, Kind, TenantName};
pub use client::{AZURE_POWERSHELL, Client};
pub use cloud::{Cloud, Confirmed, Foreign};
pub use error::{Error, Fault, ProviderError, Speaker};
pub use http::{
    Http, ProxySetting, Settings, SystemRoots, SystemStore, Timeouts, authorities,
    authorities_of_bundle,
};
pub use token::{IdClaims, Tokens};

/// Entrances for fuzzing: what a peer sends, without the peer.
#[doc(hidden)]
pub mod replies {
    pub use crate::resource_manager::{subscriptions_of, tenants_of};
    pub use crate::token::read_reply;
}
