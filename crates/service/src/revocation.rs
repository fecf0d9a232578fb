//! How credentials are revoked that somebody else may have: once for all of an account that the same
//! commands end.

use std::collections::BTreeMap;

use azvault_model::rules::blast_radius::{AccountTenants, BlastRadius, blast_radius, revoked_by};
use azvault_model::{SecretDescription, SecretKind};
use azvault_vault::StoredSecret;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::shell_word::shell_word;
use crate::text::shown;

/// One thing to do.
#[derive(Serialize, Deserialize)]
pub struct Revocation {
    kinds: Vec<SecretKind>,
    account: String,
    radius: BlastRadius,
    /// What to type afterwards, because the vault's own copy has ended too.
    again: Option<String>,
}

/// What there is to do about them at a time, the worst first, with `az` for Azure CLI.
pub fn of<'a>(
    secrets: impl IntoIterator<Item = &'a StoredSecret>,
    now: i64,
    az: &str,
) -> Vec<Revocation> {
    let mut found = Vec::new();
    for secret in secrets {
        let about = &secret.description;
        let id = secret.id.to_string();
        let mut radius = blast_radius(&id, about, &AccountTenants::default(), now);
        // Of a key on a token no copy of the vault gives anything away.
        if radius.is_to_revoke() && about.kind != SecretKind::Pkcs11Key {
            radius.revoke = revoked_by(&id, about, az);
            found.push((about, radius));
        }
    }
    // Of two as bad the application's goes first: a user who ends all own sessions can do no more.
    found.sort_by(|(one, radius), (other, others)| {
        let is_users = |about: &SecretDescription| about.kind == SecretKind::RefreshToken;
        let names = |about: &SecretDescription| (about.account.clone(), about.kind);
        (radius.rank, is_users(one), radius.order(), names(one)).cmp(&(
            others.rank,
            is_users(other),
            others.order(),
            names(other),
        ))
    });
    let mut all: Vec<Revocation> = Vec::new();
    let mut known = BTreeMap::new();
    for (about, radius) in found {
        let account = about.account.clone().unwrap_or_else(|| "an unknown account".into());
        let kind = about.kind;
        // What the same commands end is one thing to do.
        let same = (account.clone(), radius.revoke.clone(), radius.remark.clone());
        let at = *known.entry(same).or_insert(all.len());
        match all.get_mut(at) {
            Some(one) => {
                if !one.kinds.contains(&kind) {
                    one.kinds.push(kind);
                }
                // The same one whatever order they are stored in, as by tenants.
                one.again = one.again.take().into_iter().chain(connect(about)).min();
            }
            None => {
                all.push(Revocation {
                    kinds: vec![kind],
                    account: account.to_string(),
                    radius,
                    again: connect(about),
                });
            }
        }
    }
    all
}

/// How an account signs in again whose credential has ended; what only a person has is in capitals.
fn connect(about: &SecretDescription) -> Option<String> {
    let account = shell_word(about.account.as_deref()?);
    let application = |what: &str| {
        format!("azvault connect --service-principal --application {account} --{what} FILE")
    };
    let command = match about.kind {
        SecretKind::RefreshToken => "azvault connect".to_owned(),
        SecretKind::ClientSecret => application("secret-file"),
        SecretKind::Certificate => application("certificate"),
        SecretKind::ClientAssertion => application("federated-token-file"),
        _ => return None,
    };
    let home = about.home_account_id.as_deref().and_then(|id| id.split_once('.'));
    let tenant = about.tenant.as_deref().or(home.map(|(_, tenant)| tenant));
    let tenant = match (tenant, about.kind) {
        (Some(tenant), _) => format!(" --tenant {}", shell_word(tenant)),
        (None, SecretKind::RefreshToken) => String::new(),
        (None, _) => " --tenant TENANT".to_owned(),
    };
    let cloud = about.environment.as_deref().filter(|cloud| *cloud != "AzureCloud");
    let cloud = cloud.map(|cloud| format!(" --environment {}", shell_word(cloud)));
    Some(format!("{command}{tenant}{}", cloud.unwrap_or_default()))
}

impl Revocation {
    /// In one line, as documents have it.
    pub fn line(&self) -> String {
        let commands = self.radius.revoke.join("; ");
        let remark =
            self.radius.remark.as_ref().map(|remark| format!("({remark})")).unwrap_or_default();
        let parts = [self.whose(), commands, remark];
        let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).map(|s| &**s).collect();
        parts.join(" ")
    }

    fn whose(&self) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        format!("{} of {}:", kinds.join(", "), self.account)
    }
}

/// Says them in the order in which they are to be done, each command on a line of its own, to be copied.
pub fn say(app: &App, revocations: &[Revocation]) {
    for (number, revocation) in (1..).zip(revocations) {
        app.console.note(format!("  {number}. {}", shown(&revocation.whose())));
        for line in to_type(&revocation.radius.revoke, revocation.radius.remark.as_deref()) {
            app.console.note(format!("    {line}"));
        }
    }
}

/// What there is to type, a command a line, and what else to know.
pub fn to_type(revoke: &[String], remark: Option<&str>) -> Vec<String> {
    let commands = revoke.iter().map(|command| shown(command));
    commands.chain(remark.map(|remark| format!("({remark})"))).collect()
}

/// What to type after all of them, each once.
pub fn connects(revocations: &[Revocation]) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for command in revocations.iter().filter_map(|revocation| revocation.again.as_ref()) {
        if !commands.contains(command) {
            commands.push(command.clone());
        }
    }
    commands
}
