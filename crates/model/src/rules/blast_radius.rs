//! The blast radius of a secret: what its holder can open, for how long, and which commands end
//! that. Told from its description alone; no value is opened.
//!
//! No counterpart in Azure PowerShell, which names none of its secrets.

mod revoke;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::family::{self, FAMILY, client_name};
use super::secrets::{Restriction, restriction};
use crate::caseless::key;
use crate::{AccountKey, Accounts, Context, SecretDescription, SecretKind};

/// How bad it is: the classes of `docs/threat-model.md`, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rank {
    /// Opens without a person and without MFA, until someone removes it.
    Standing = 1,
    /// Buys tokens again and again; MFA counts as done.
    Renewing = 2,
    /// Opens one thing for about an hour.
    Passing = 4,
    /// Opens nothing by itself; says who and where.
    Telling = 5,
}

impl Rank {
    /// Its number, as it is printed. 3 are the vault's own keys, which no listing has.
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// What a secret opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlastRadius {
    /// How bad.
    pub rank: Rank,
    /// One line for people.
    pub opens: String,
    /// Clients that may redeem it, by name, else by id; empty where that is no question.
    pub clients: Vec<String>,
    /// Tenants where it is known to work, as they were written first.
    pub tenants: Vec<String>,
    /// Unix seconds at which it ends by itself; `None` if it does not, or nobody knows.
    pub until: Option<i64>,
    /// Whether a copy opens the same, wherever it is.
    pub works_as_copy: bool,
    /// Commands for a POSIX shell that revoke it, to be typed in this order.
    pub revoke: Vec<String>,
    /// What else to know, or to do where there is no command.
    pub remark: Option<Cow<'static, str>>,
}

/// In which tenants contexts have an account. Put together once for all secrets: there may be
/// thousands of both.
#[derive(Default)]
pub struct AccountTenants<'a> {
    accounts: Arc<Accounts>,
    all: BTreeMap<AccountKey, Tenants<'a>>,
}

/// Ids without case, each as it was written first.
type Tenants<'a> = BTreeMap<String, &'a str>;

impl<'a> AccountTenants<'a> {
    /// Those of the contexts that are seen, among the accounts that are known.
    pub fn of(contexts: impl IntoIterator<Item = &'a Context>, accounts: Arc<Accounts>) -> Self {
        let mut all: BTreeMap<AccountKey, Tenants<'a>> = BTreeMap::new();
        for context in contexts {
            let account = accounts.of_context(context).one();
            if let (Some(account), Some(tenant)) = (account, &context.tenant) {
                let tenants = all.entry(account.key.clone()).or_default();
                tenants.entry(key(&tenant.id).into_owned()).or_insert(&tenant.id);
            }
        }
        Self { accounts, all }
    }
}

/// The blast radius of the secret of an id, beside the tenants that are known, at a time.
pub fn blast_radius(
    id: &str,
    about: &SecretDescription,
    known: &AccountTenants<'_>,
    now: i64,
) -> BlastRadius {
    let until = about.expires_on;
    if until.is_some_and(|end| end <= now) {
        let opens = "nothing any more: it has expired".to_owned();
        let (clients, tenants, revoke) = (Vec::new(), Vec::new(), Vec::new());
        return BlastRadius {
            rank: Rank::Telling,
            opens,
            clients,
            tenants,
            until,
            works_as_copy: false,
            revoke,
            remark: None,
        };
    }
    let tenants = tenants(about, known);
    let clients = match about.kind {
        SecretKind::RefreshToken => clients(about),
        _ => Vec::new(),
    };
    let (revoke, remark) = revoke::commands(id, about, "az");
    let mut opens = opens(about, &clients, &tenants);
    opens.push_str(match restriction(about) {
        Some(Restriction::Bound) => "; only together with the key that it is bound to",
        Some(Restriction::Partitioned) => "; got for one purpose, and never used by azvault",
        Some(Restriction::OnBehalfOf) => {
            "; an application got it on behalf of the user, and azvault never uses it"
        }
        None => "",
    });
    BlastRadius {
        rank: rank(about.kind),
        opens,
        clients,
        tenants,
        until,
        works_as_copy: works_as_copy(about),
        revoke,
        remark: remark.map(Cow::Borrowed),
    }
}

/// The commands that revoke a secret, with another beginning in the place of `az`: where az itself is
/// signed out, what signs it in.
pub fn revoked_by(id: &str, about: &SecretDescription, az: &str) -> Vec<String> {
    revoke::commands(id, about, az).0
}

impl BlastRadius {
    /// Whether there is something to do about it: the rest ends by itself, or has.
    pub fn is_to_revoke(&self) -> bool {
        !self.revoke.is_empty() || self.remark.is_some()
    }

    /// What lists are sorted by: the worst first, and of two as bad the one that more can redeem.
    pub fn order(&self) -> impl Ord + use<> {
        (self.rank, std::cmp::Reverse(self.clients.len()), std::cmp::Reverse(self.tenants.len()))
    }
}

fn rank(kind: SecretKind) -> Rank {
    match kind {
        SecretKind::ClientSecret
        | SecretKind::Certificate
        | SecretKind::StorageConnectionString
        | SecretKind::TeamMembership
        | SecretKind::UnknownCredential => Rank::Standing,
        SecretKind::RefreshToken | SecretKind::ClientAssertion => Rank::Renewing,
        SecretKind::AccessToken
        | SecretKind::SshCertificate
        | SecretKind::ManagedIdentitySecret => Rank::Passing,
        SecretKind::IdToken
        | SecretKind::CertificatePath
        | SecretKind::CertificatePassword
        | SecretKind::Pkcs11Key => Rank::Telling,
    }
}

/// What needs a key, a machine or a person besides is worth nothing to who has a copy of it alone.
fn works_as_copy(about: &SecretDescription) -> bool {
    let needs_more = match about.kind {
        SecretKind::IdToken
        | SecretKind::CertificatePath
        | SecretKind::CertificatePassword
        | SecretKind::ManagedIdentitySecret
        | SecretKind::Pkcs11Key => true,
        SecretKind::ClientSecret
        | SecretKind::Certificate
        | SecretKind::ClientAssertion
        | SecretKind::StorageConnectionString
        | SecretKind::TeamMembership
        | SecretKind::UnknownCredential
        | SecretKind::RefreshToken
        | SecretKind::AccessToken
        | SecretKind::SshCertificate => false,
    };
    !needs_more && restriction(about) != Some(Restriction::Bound)
}

/// The description's own, and those of contexts of that account; without doubles.
fn tenants(about: &SecretDescription, known: &AccountTenants<'_>) -> Vec<String> {
    let account = known.accounts.of_secret(about).one();
    let account = account.and_then(|account| known.all.get(&account.key));
    let mut found = account.cloned().unwrap_or_default();
    if let Some(own) = &about.tenant {
        found.insert(key(own).into_owned(), own);
    }
    found.into_values().map(str::to_owned).collect()
}

/// Old caches do not say the family: whatever was issued to a member serves all of them.
fn clients(about: &SecretDescription) -> Vec<String> {
    let client = about.client_id.as_deref();
    if about.family_id.as_deref() == Some("1") || client.is_some_and(family::is_member) {
        return FAMILY.iter().map(|(_, name)| (*name).to_owned()).collect();
    }
    client.map(|id| client_name(id).unwrap_or(id).to_owned()).into_iter().collect()
}

fn opens(about: &SecretDescription, clients: &[String], tenants: &[String]) -> String {
    let who = about.account.as_deref().unwrap_or("an account that no file named");
    let places = match tenants {
        [] => "a tenant that no context names".to_owned(),
        [one] => format!("tenant {one}"),
        several => format!("tenants {}", several.join(", ")),
    };
    let target = about.target.as_deref();
    match about.kind {
        SecretKind::RefreshToken => {
            let by = match clients {
                [] => "a client that no file named".to_owned(),
                [one] => format!("the client {one} alone"),
                [first, second, third, rest @ ..] => {
                    let more = rest.len();
                    format!("any client of family 1: {first}, {second}, {third} and {more} more")
                }
                few => few.join(", "),
            };
            format!("signs in as {who} by {by}; MFA counts as done")
        }
        SecretKind::ClientSecret | SecretKind::Certificate => {
            format!("signs in as application {who} in {places}, without MFA, until it is removed")
        }
        SecretKind::ClientAssertion => {
            format!("signs in as application {who} in {places}, without MFA, until it expires")
        }
        SecretKind::AccessToken => {
            let what = target.unwrap_or("a resource that no file named");
            format!("opens {what} as {who} in {places} until it expires; it cannot be revoked")
        }
        SecretKind::StorageConnectionString => {
            let place = target.unwrap_or("that no file named");
            format!("reads and writes a whole storage account in subscription {place}, for ever")
        }
        SecretKind::ManagedIdentitySecret => {
            format!("gets tokens of the managed identity {who}, on its own machine alone")
        }
        SecretKind::SshCertificate => {
            format!("logs in to virtual machines by SSH as {who} until it expires")
        }
        SecretKind::TeamMembership => {
            let team = target.unwrap_or("without a name");
            format!("reads what the team {team} shares, and writes as this device")
        }
        SecretKind::UnknownCredential => {
            let what = target.unwrap_or("a kind without a name");
            format!("is a credential of {who} that azvault does not know ({what})")
        }
        SecretKind::IdToken => format!("nothing: it says who {who} is"),
        SecretKind::CertificatePath => {
            format!("nothing by itself: it says where the certificate of application {who} lies")
        }
        SecretKind::Pkcs11Key => format!(
            "nothing by itself: the key of application {who} in {places} is on a token, and cannot be copied"
        ),
        SecretKind::CertificatePassword => {
            format!("nothing by itself: it opens the certificate file of application {who}")
        }
    }
}
