//! Power Platform CLI (`pac`): `authprofiles_v2.json` names who is signed in where, `pac.spn.cache.dat`
//! (unencrypted as `pac.spn.cache.fallback.dat`) has the secrets of applications, `{CLIENT: SECRET}`.
//! Tokens are in `tokencache_msalv3.dat` and `tokencache_spn_msalv3.dat`, caches of MSAL. The source of
//! `pac` is not public: the shapes are those that other programs read (`DevKit` `PacProfileData`).

use azvault_model::{KnownAccountType, Secret, SecretKind};

use super::members::{cloud, word};
use super::msal_cache::is_guid;
use super::principal::Principal;
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node};
use crate::pattern::matches;
use crate::shape::Shape;

/// Whether it has the secrets of applications.
pub(super) fn is_secrets(bytes: &[u8], file_name: &str) -> bool {
    matches("pac.spn.cache*.dat", file_name) && bytes.trim_ascii_start().starts_with(b"{")
}

/// Reads the secrets of applications.
pub(super) fn read_secrets(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    for (client_id, value) in root.object()?.members() {
        match value.text() {
            Ok(secret) if !secret.is_empty() => {
                let principal =
                    Principal { client_id: client_id.as_str().into(), ..Principal::default() };
                principal.know(found);
                let value = Secret::copied_from(secret.as_bytes());
                principal.hold(SecretKind::ClientSecret, value, found);
            }
            Ok(_) => {}
            Err(error) => {
                let text = format!("this secret was not imported: {}", error.what);
                found.warn(error.place, text);
            }
        }
    }
    Ok(())
}

/// Whether it names who is signed in.
pub(super) fn is_profiles(shape: &Shape) -> bool {
    shape.has_array("Profiles") && shape.has("Current")
}

/// Reads who is signed in.
pub(super) fn read_profiles(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let Some(profiles) = root.object()?.get_some("Profiles")?.cloned() else { return Ok(()) };
    for profile in &profiles.array()? {
        let fields = match profile.object() {
            Ok(fields) => fields,
            Err(error) => {
                found.warn(error.place, error.what);
                continue;
            }
        };
        let Some(user) = word(&fields, &["User"], found) else { continue };
        let tenant = word(&fields, &["TenantId"], found);
        let authority = word(&fields, &["Authority"], found).and_then(|url| cloud(&url));
        let kind = match is_guid(&user) {
            true => KnownAccountType::ServicePrincipal,
            false => KnownAccountType::User,
        };
        found.know(account(&user, kind, authority, tenant.as_deref()));
    }
    Ok(())
}
