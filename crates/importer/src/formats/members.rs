//! Members as other tools write them: one that is not what it should be costs itself alone.

use azvault_model::{BUILT_IN_CLOUDS, Text, cloud_of_authority};
use zeroize::Zeroizing;

use crate::Found;
use crate::found::UNKNOWN_MEMBER;
use crate::json::{Node, Object, keep_by_place};

/// The text of the first of these members that has one. A member of another type is said and left
/// out: the file keeps it, sealed.
pub(super) fn text(
    fields: &Object<'_>,
    names: &[&str],
    found: &mut Found,
) -> Option<Zeroizing<String>> {
    for name in names {
        match fields.get_some(name).and_then(|node| node.map(Node::text).transpose()) {
            Ok(Some(text)) if !text.is_empty() => return Some(text),
            Ok(_) => {}
            Err(error) => found.warn(error.place, format!("not imported: {}", error.what)),
        }
    }
    None
}

/// As [`text`], where nothing secret is expected.
pub(super) fn word(fields: &Object<'_>, names: &[&str], found: &mut Found) -> Option<Text> {
    text(fields, names, found).map(|text| text.as_str().to_owned()).map(Into::into)
}

/// The object under that name; another value is said and left out.
pub(super) fn object<'a>(fields: &Object<'a>, name: &str, found: &mut Found) -> Option<Object<'a>> {
    match fields.get_some(name).and_then(|node| node.map(Node::object).transpose()) {
        Ok(object) => object,
        Err(error) => {
            found.warn(error.place, format!("not imported: {}", error.what));
            None
        }
    }
}

/// Keeps the members that a format does not have, and names each.
pub(super) fn keep_unknown(rest: &[Node<'_>], found: &mut Found) {
    for node in rest {
        found.miss(node.place(), UNKNOWN_MEMBER);
    }
    found.profile.kept = keep_by_place(rest);
}

/// The cloud by the name that a tool has for it (`azure_china`, `AzurePublicCloud`), by the address
/// where it signs in, or as it is written.
pub(super) fn cloud(written: &str) -> Option<Text> {
    if written.trim().is_empty() {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', ' '], "");
    let known = match plain(written).as_str() {
        "azure" | "azurecloud" | "azurepubliccloud" | "public" | "azurepublic" => "AzureCloud",
        "azurechina" | "azurechinacloud" | "china" => "AzureChinaCloud",
        "azureusgovernment" | "azureusgovernmentcloud" | "usgovernment" | "usgov" => {
            "AzureUSGovernment"
        }
        "azuregermany" | "azuregermancloud" | "german" | "germany" => "AzureGermanCloud",
        name => {
            let built_in = BUILT_IN_CLOUDS.iter().find(|cloud| plain(cloud.name) == name);
            let named = built_in.map(|cloud| cloud.name).or_else(|| cloud_of_authority(written));
            named.unwrap_or_else(|| host(written))
        }
    };
    Some(known.into())
}

/// The host of an address, or a name as it is.
fn host(written: &str) -> &str {
    let rest = written.split_once("://").map_or(written, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::cloud;

    #[test]
    fn a_cloud_has_one_name_whatever_a_tool_calls_it() {
        for (written, wanted) in [
            ("https://login.microsoftonline.com", Some("AzureCloud")),
            ("https://login.microsoftonline.us/", Some("AzureUSGovernment")),
            ("https://login.chinacloudapi.cn/tenant", Some("AzureChinaCloud")),
            ("AzurePublicCloud", Some("AzureCloud")),
            ("AzureUSGovernmentCloud", Some("AzureUSGovernment")),
            ("azure_china", Some("AzureChinaCloud")),
            ("azure", Some("AzureCloud")),
            ("azureusgovernment", Some("AzureUSGovernment")),
            ("https://adfs.local.example/adfs", Some("adfs.local.example")),
            ("Hub", Some("Hub")),
            ("  ", None),
        ] {
            assert_eq!(cloud(written).as_deref(), wanted, "{written}");
        }
    }
}
