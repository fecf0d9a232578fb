//! The file of `Save-AzContext`, as Azure PowerShell writes it today and `Import-AzContext` reads it
//! (RM/AzureRmProfile.cs `Save`, APC src/Authentication.Abstractions/AzureContext.cs, AzureAccount.cs).
//!
//! ```text
//! { DefaultContextKey, EnvironmentTable { name: environment }, Contexts { name: context },
//!   ExtendedProperties }
//! context: { Account { Id, Credential, Type, TenantMap, ExtendedProperties }, Tenant, Subscription,
//!            Environment, VersionProfile, TokenCache { CacheData }, ExtendedProperties }
//! ```
//!
//! UTF-8 with byte order mark, two blanks a level, LF, no line end at the end. Kept members go back
//! to their places to the letter, with the white space that they had.
//!
//! What the product does with such a file:
//!
//! * Credentials stand in the properties of the accounts they are for, tokens in one MSAL cache
//!   that every context repeats. `Import-AzContext` puts that cache in the place of the machine's
//!   own, and copies service principals' secrets into AzKeyStore.
//! * `Save-AzContext` has `ServicePrincipalSecret` and `CertificatePassword` only with
//!   `-WithCredential`, because since Accounts 2.10.4 they are in AzKeyStore. Tokens and every
//!   other secret stand in the file either way.
//! * The name `Default` is reserved: a context of that name goes when the file has others
//!   (Accounts 2.2.8 and later). It is written all the same; rename it first.

mod clouds;
mod context;
mod environment;
mod msal_cache;
mod placing;

use azvault_contexts::{Accounts, Clouds, Profile, SecretDescription};
use zeroize::Zeroizing;

use crate::json::{Json, Layout, document};
use crate::kept::Member;
use placing::Placing;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Sections of an MSAL cache. A profile that was read from one has kept members below them, for
/// which a context file has no place.
const CACHE_SECTIONS: [&str; 5] =
    ["AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"];

/// `-WithCredential`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Service principals' secrets and passwords of certificates are written.
    With,
    /// They are left out; a service principal of the file cannot sign in elsewhere.
    Without,
}

/// A file, and what is not in it.
pub struct Written {
    /// The file. It holds secrets in clear.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Secrets that are not in it, in the profile's order: those that [`Credentials::Without`]
    /// leaves out, and those that the format has no place for. It has none for certificates
    /// themselves and SSH certificates, for tokens that are bound, of a partition or on behalf of a
    /// user, for tokens of a name that several accounts have, for credentials of an account without a context in that
    /// tenant and cloud, for a second credential of one name, for values that are not UTF-8, and for
    /// any token where there is no context.
    pub left_out: Vec<SecretDescription>,
}

/// Writes a profile. Of several secrets for one place the last is written: callers hand the newest
/// over last.
pub fn write(profile: &Profile, credentials: Credentials) -> Written {
    let trees: Vec<Member<'_>> =
        profile.contexts.iter().map(|context| context::tree(&context.kept)).collect();
    let caching: Vec<bool> =
        profile.contexts.iter().zip(&trees).map(|(c, kept)| context::has_cache(c, kept)).collect();
    let accounts = Accounts::of(
        Clouds::of(&profile.environments),
        &profile.contexts,
        &profile.accounts,
        profile.secrets.iter().map(|held| &held.description),
    );
    let mut placing = Placing::of(profile, &accounts, credentials);
    if !caching.contains(&true) {
        placing.leave_tokens_out();
    }
    let cache = msal_cache::write(profile, &placing);
    let file = Member::tree(&profile.kept);
    let bytes = document(BYTE_ORDER_MARK, Layout::Indented, |json| {
        json.object(|json| {
            json.member("DefaultContextKey").optional(default_key(profile));
            json.member("EnvironmentTable").object(|json| environment::write_table(profile, json));
            json.member("Contexts").object(|json| {
                for (at, context) in profile.contexts.iter().enumerate() {
                    let parts = context::Parts {
                        context,
                        kept: &trees[at],
                        placed: &placing.contexts[at],
                        cache: cache.as_ref().filter(|_| caching[at]).map(|cache| &cache[..]),
                    };
                    parts.write(profile, &accounts, json.member(context.name.as_str()));
                }
            });
            write_rest(&file, json);
        });
    });
    Written { bytes, left_out: placing.left_out() }
}

/// A profile without contexts has the default that the product gives a new one.
fn default_key(profile: &Profile) -> Option<&str> {
    match &profile.default {
        Some(name) => Some(name.as_str()),
        None if profile.contexts.is_empty() => Some("Default"),
        None => None,
    }
}

fn write_rest(file: &Member<'_>, json: &mut Json<'_>) {
    match file.get("ExtendedProperties") {
        Some(properties) => properties.write(json.member("ExtendedProperties")),
        None => json.member("ExtendedProperties").object(|_| {}),
    }
    let own = ["DefaultContextKey", "EnvironmentTable", "Contexts", "ExtendedProperties"];
    // `Context` and `Environments` would make the file one of AzureRM 1-3.
    let older = ["Context", "Environments"];
    file.write_except(&[&own[..], &older[..], &CACHE_SECTIONS[..]].concat(), json);
}
