//! The form of a resource: an application id, or the address by which an application is known.

use url::{Host, Url};

use crate::authority::is_guid;

/// Longest identifier URI of an application, in characters.
/// <https://learn.microsoft.com/entra/identity-platform/reference-app-manifest#identifieruris-attribute>
const MAX_LENGTH: usize = 255;

/// Why a text is no resource: in our own words, never the text.
pub(crate) fn check(resource: &str) -> Result<(), &'static str> {
    if resource.len() > MAX_LENGTH {
        return Err("it is too long");
    }
    if !resource.bytes().all(is_of_a_resource) {
        return Err("it has a character that no resource has");
    }
    if is_guid(resource.strip_suffix('/').unwrap_or(resource)) {
        return Ok(());
    }
    let Some((scheme, rest)) = resource.split_once(':') else {
        return Err("it is neither a name, an address nor an application id");
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" | "http" => address(resource),
        "api" => named(rest.strip_prefix("//").unwrap_or_default()),
        "urn" | "spn" => named(rest),
        _ => Err("an address begins with https:// or api://"),
    }
}

/// The host of an address, in lower case; `None` for what is named otherwise.
pub(crate) fn host_of(resource: &str) -> Option<String> {
    let url = Url::parse(resource).ok()?;
    match (url.scheme(), url.host()?) {
        ("https" | "http", Host::Domain(host)) => Some(host.trim_end_matches('.').to_owned()),
        _ => None,
    }
}

/// RFC 3986 without query, fragment, user and what a path has to encode.
fn is_of_a_resource(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/!$&'()*+,;=".contains(&byte)
}

fn address(resource: &str) -> Result<(), &'static str> {
    let Ok(url) = Url::parse(resource) else { return Err("it is no address") };
    // The standard of URLs takes https:x, https:/x and https:///x for https://x.
    let written = resource.split_once("://").map_or("", |(_, rest)| rest);
    if written.is_empty() || written.starts_with('/') {
        return Err("it is no address");
    }
    let Some(Host::Domain(host)) = url.host() else { return Err("it names no host by its name") };
    let is_plain = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        !label.is_empty() && label.bytes().all(plain)
    };
    match host.split('.').all(is_plain) {
        true => Ok(()),
        false => Err("its host is not one"),
    }
}

fn named(rest: &str) -> Result<(), &'static str> {
    match rest.bytes().any(|byte| byte.is_ascii_alphanumeric()) && !rest.starts_with('/') {
        true => Ok(()),
        false => Err("it names nothing"),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, host_of};

    #[test]
    fn a_resource_is_an_address_or_an_application_id() {
        let long = format!("https://a.example/{}", "a".repeat(300));
        for (resource, is_one) in [
            ("https://vault.azure.net", true),
            ("https://vault.azure.net/", true),
            ("HTTPS://Vault.Azure.Net", true),
            ("https://my_account.documents.azure.com:443/", true),
            ("https://analysis.windows.net/powerbi/api", true),
            ("http://intern", true),
            ("api://my-own-app", true),
            ("api://4a9f/read", true),
            ("urn:contoso:app", true),
            ("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", true),
            ("2FF814A6-3304-4ab8-85cb-cd0e6f879c1d/", true),
            ("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d//", false),
            ("2ff814a6-3304-4ab8-85cb", false),
            ("vault.azure.net", false),
            ("keyvalt", false),
            ("", false),
            ("https:", false),
            ("https://", false),
            ("https:///vault.azure.net", false),
            ("https:vault.azure.net", false),
            ("https://user@vault.azure.net", false),
            ("https://vault.azure.net?x=1", false),
            ("https://vault.azure.net#x", false),
            ("https://vault azure net", false),
            ("https://vault..azure.net", false),
            ("https://127.0.0.1", false),
            ("https://2130706433", false),
            ("https://[::1]/", false),
            ("https://vault.azure.net\\x", false),
            ("https://vault.\u{0430}zure.net", false),
            ("https://vault.azure.net\n", false),
            ("https://%76ault.azure.net", false),
            ("https://vault%00.azure.net", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("ftp://vault.azure.net", false),
            ("api:", false),
            ("api://", false),
            ("api:///", false),
            ("api:x", false),
            ("urn:", false),
            (&long, false),
        ] {
            assert_eq!(check(resource).is_ok(), is_one, "{resource:?}: {:?}", check(resource));
        }
    }

    #[test]
    fn the_host_of_an_address_is_compared_as_a_browser_would() {
        for (resource, host) in [
            ("https://VAULT.azure.net./x", Some("vault.azure.net")),
            ("api://vault.azure.net", None),
            ("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", None),
        ] {
            assert_eq!(host_of(resource).as_deref(), host, "{resource}");
        }
    }
}
