//! `.publishSettings` of Azure Service Management (azure-xplat-cli `lib/util/profile/publishSettings.js`):
//! XML in which `ManagementCertificate` is a PFX in base64, without password, of one profile or of each
//! of its subscriptions. The service took its last certificate long ago; the key may be in use elsewhere.

use azvault_model::{Secret, SecretDescription, SecretKind};

use super::azd::decoded;
use crate::Found;

/// Whether it is one.
pub(super) fn is_one(text: &str) -> bool {
    text.contains("<PublishData") && text.contains("ManagementCertificate=")
}

/// Reads each certificate.
pub(super) fn read(text: &str, found: &mut Found) {
    let mut rest = text;
    let mut profile_certificate = None;
    // Attribute values hold no `<` in XML, so a tag ends at the next `>`.
    while let Some((_, tag)) = rest.split_once('<') {
        let end = tag.find('>').unwrap_or(tag.len());
        let line = text[..text.len() - tag.len()].lines().count();
        let place = format!("line {line}");
        let (tag, after) = tag.split_at(end);
        rest = after;
        let is = |name: &str| {
            tag.strip_prefix(name).is_some_and(|t| t.starts_with([' ', '\n', '\r', '\t']))
        };
        if is("PublishProfile") {
            profile_certificate = attribute(tag, "ManagementCertificate");
            if let Some(value) = profile_certificate {
                hold(value, None, place, found);
            }
        } else if is("Subscription") {
            let id = attribute(tag, "Id");
            if let Some(value) = attribute(tag, "ManagementCertificate") {
                hold(value, id, place, found);
            } else if profile_certificate.is_none() {
                found.warn(place, "a subscription without a certificate");
            }
        }
    }
}

fn hold(value: &str, subscription: Option<&str>, place: String, found: &mut Found) {
    match decoded(value) {
        Some(bytes) if !bytes.is_empty() => {
            let description = SecretDescription {
                target: subscription.map(Into::into),
                ..SecretDescription::of(SecretKind::Certificate)
            };
            found.hold(description, Secret::new(bytes));
        }
        _ => found.warn(place, "a certificate was not imported: this is not base64"),
    }
}

/// The value of an attribute. Those that are read have no entities in them.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        let (before, after) = rest.split_once(name)?;
        let value = after.trim_start().strip_prefix('=').map(str::trim_start);
        let starts = before.ends_with([' ', '\n', '\r', '\t']);
        match value.filter(|_| starts) {
            Some(value) => {
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                return value[1..].split(quote).next();
            }
            None => rest = after,
        }
    }
}
