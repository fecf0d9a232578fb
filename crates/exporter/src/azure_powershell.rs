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
//!   (Accounts 2.2.8 and later).
//! * One context that it cannot read costs the whole file, or all contexts that stand behind it: what
//!   is left out for that, `ready` says.

mod account_property;
mod claims;
mod clouds;
mod context;
mod credentials;
mod environment;
mod left_out;
mod msal_cache;
mod placing;
mod ready;
mod tenants;

use azvault_model::{ContextName, Profile};
use zeroize::Zeroizing;

use crate::json::{Json, Layout, document};
use crate::kept::Member;
pub use credentials::Credentials;
pub use left_out::{ContextReason, LeftContext, LeftOut, Reason};
use placing::Placing;
use ready::Ready;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Sections of an MSAL cache. A profile that was read from one has kept members below them, for
/// which a context file has no place.
const CACHE_SECTIONS: [&str; 5] =
    ["AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"];

/// A file, and what is not in it.
pub struct Written {
    /// The file. It holds unencrypted secrets.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Secrets that are not in it, in the profile's order.
    pub left_out: Vec<LeftOut>,
    /// Contexts that are not in it, because the product would refuse the file for them or drop them.
    pub left_contexts: Vec<LeftContext>,
    /// Contexts that are in it without the token cache of theirs that nobody could read: the product
    /// puts the cache of a file in the place of its own.
    pub without_cache: Vec<ContextName>,
}

/// Writes a profile. Of several secrets for one place the last is written: callers hand the newest
/// over last.
pub fn write(profile: &Profile, credentials: Credentials) -> Written {
    let ready = Ready::of(profile);
    let Ready { profile: written, secrets, .. } = &ready;
    let trees: Vec<Member<'_>> =
        written.contexts.iter().map(|context| context::tree(&context.kept)).collect();
    let accounts = ready.accounts();
    let placing = Placing::of(written, secrets, &accounts, credentials);
    let cache = msal_cache::write(written, &placing);
    let file = Member::tree(&written.kept);
    let bytes = document(BYTE_ORDER_MARK, Layout::Indented, |json| {
        json.object(|json| {
            json.member("DefaultContextKey").optional(default_key(written));
            json.member("EnvironmentTable").object(|json| environment::write_table(written, json));
            json.member("Contexts").object(|json| {
                for (at, context) in written.contexts.iter().enumerate() {
                    let parts = context::Parts {
                        context,
                        kept: &trees[at],
                        placed: &placing.contexts[at],
                        cache: cache.as_ref().map(|cache| &cache[..]),
                    };
                    parts.write(written, &accounts, json.member(context.name.as_str()));
                }
            });
            write_rest(&file, json);
        });
    });
    let left_out = placing.left_out().iter().map(|(number, because)| LeftOut {
        description: profile.secrets[*number].description.clone(),
        because: *because,
    });
    let left_out = left_out.collect();
    let unread = written.contexts.iter().zip(&trees);
    let unread = unread.filter(|(_, kept)| kept.get("TokenCache").is_some());
    let without_cache = unread.map(|(context, _)| context.name.clone()).collect();
    Written { bytes, left_out, without_cache, left_contexts: ready.left_contexts }
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
