//! `~/.sfctl/config` of the Service Fabric CLI (service-fabric-cli `src/sfctl/config.py` and
//! `custom_cluster.py`): INI with `aad_token`, a token of adal-python, and `aad_cache`, its whole cache,
//! both as JSON of jsonpickle. What else is in it are settings.

use azvault_model::{KnownAccountType, Secret, SecretDescription, SecretKind, Text};

use super::members::{cloud, text, word};
use super::msal_cache::is_guid;
use crate::Found;
use crate::found::account;
use crate::json::{self, JsonError, Node};

const ENTRIES: [&str; 2] = ["aad_token", "aad_cache"];

/// Whether it is that file.
pub(super) fn is_config(text: &str) -> bool {
    text.lines().any(|line| line.trim() == "[servicefabric]")
}

/// The value of a setting, and its line.
fn setting<'a>(text: &'a str, name: &str) -> Option<(&'a str, usize)> {
    text.lines().enumerate().find_map(|(at, line)| {
        let (key, value) = line.split_once(['=', ':'])?;
        key.trim().eq_ignore_ascii_case(name).then(|| (value.trim(), at + 1))
    })
}

/// Reads the tokens.
pub(super) fn read(text: &str, found: &mut Found) {
    let said = |name| setting(text, name).map(|(value, _)| value).filter(|v| !v.is_empty());
    let client_id = said("aad_client").map(str::to_owned);
    let authority = said("authority_uri").map(str::to_owned);
    for entry in ENTRIES {
        let Some((value, number)) = setting(text, entry) else { continue };
        if value.is_empty() || value == "null" {
            continue;
        }
        let about = SecretDescription {
            client_id: client_id.as_deref().map(Into::into),
            environment: authority.as_deref().and_then(cloud),
            tenant: authority.as_deref().and_then(tenant),
            ..SecretDescription::of(SecretKind::AccessToken)
        };
        let place = format!("line {number}");
        let read = json::document(value).and_then(|root| walk(&root, &place, &about, found));
        if let Err(JsonError { what, .. }) = read {
            found.warn(place, format!("{entry} was not imported: {what}"));
        }
    }
}

/// The tenant in the address of an authority.
fn tenant(authority: &str) -> Option<Text> {
    let rest = authority.split_once("://").map_or(authority, |(_, rest)| rest);
    rest.split('/').nth(1).filter(|realm| is_guid(realm)).map(Text::from)
}

/// Every object with a token in it, however deep jsonpickle put it.
fn walk(
    node: &Node<'_>,
    line: &str,
    about: &SecretDescription,
    found: &mut Found,
) -> Result<(), JsonError> {
    if node.is_array() {
        for item in &node.array()? {
            walk(item, line, about, found)?;
        }
    }
    if !node.is_object() {
        return Ok(());
    }
    let fields = node.object()?;
    let access = text(&fields, &["accessToken"], found);
    let refresh = text(&fields, &["refreshToken"], found);
    if access.is_some() || refresh.is_some() {
        let written = word(&fields, &["_authority"], found);
        let from = |own: Option<Text>, other: &Option<Text>| own.or_else(|| other.clone());
        let own_tenant = word(&fields, &["tenantId"], found);
        let own_tenant = own_tenant.or_else(|| written.as_deref().and_then(tenant));
        let about = SecretDescription {
            account: word(&fields, &["userId"], found),
            client_id: from(word(&fields, &["_clientId"], found), &about.client_id),
            tenant: from(own_tenant, &about.tenant),
            environment: from(written.as_deref().and_then(cloud), &about.environment),
            target: word(&fields, &["resource"], found),
            ..about.clone()
        };
        match &about.account {
            Some(user) => {
                let (kind, of) = (KnownAccountType::User, about.tenant.as_deref());
                found.know(account(user, kind, about.environment.clone(), of));
            }
            None => found.warn(line, "nothing in it says whose tokens these are"),
        }
        for (kind, value) in
            [(SecretKind::RefreshToken, refresh), (SecretKind::AccessToken, access)]
        {
            if let Some(value) = value {
                let description = SecretDescription { kind, ..about.clone() };
                found.hold(description, Secret::copied_from(value.as_bytes()));
            }
        }
        if let Some(value) = text(&fields, &["idToken"], found) {
            let kind = SecretKind::IdToken;
            let description = SecretDescription { kind, target: None, ..about };
            found.hold(description, Secret::copied_from(value.as_bytes()));
        }
        return Ok(());
    }
    for (_, member) in fields.members() {
        walk(member, line, about, found)?;
    }
    Ok(())
}
