//! Environments: clouds that a file defines.

use std::collections::BTreeMap;

use azvault_contexts::{BUILT_IN_CLOUDS, Environment};

use crate::Found;
use crate::json::{JsonError, Node};

/// Keeps the cloud of a context, unless it is built in.
pub(super) fn add_custom_environment(
    name: &str,
    node: &Node<'_>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let built_in = BUILT_IN_CLOUDS.iter().any(|cloud| cloud.name.eq_ignore_ascii_case(name));
    if built_in { Ok(()) } else { add_environment(name, node, found) }
}

/// Keeps a cloud of the file's own table: its text members, nested ones by their path. What is
/// neither text nor object (`OnPremise`, `VersionProfiles`) is held as its JSON, without the white
/// space, because an Azure Stack cannot be signed in to without them.
pub(super) fn add_environment(
    name: &str,
    node: &Node<'_>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let known = |e: &Environment| e.name.eq_ignore_ascii_case(name);
    if node.is_null() || found.profile.environments.iter().any(known) {
        return Ok(());
    }
    let mut settings = BTreeMap::new();
    for (member, value) in node.object()?.members() {
        if value.is_string() {
            settings.insert(member.clone(), value.text()?.as_str().to_owned());
        } else if value.is_object() {
            for (inner, value) in value.object()?.members() {
                if value.is_string() {
                    settings.insert(format!("{member}/{inner}"), value.text()?.as_str().to_owned());
                }
            }
        } else if !value.is_null() {
            settings.insert(member.clone(), compact(value.raw()));
        }
    }
    found.profile.environments.push(Environment { name: name.to_owned(), settings });
    Ok(())
}

/// A value without the white space between its parts.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let part_of_it = |c: &char| {
        let kept = in_string || !c.is_ascii_whitespace();
        in_string ^= *c == '"' && !escaped;
        escaped = in_string && *c == '\\' && !escaped;
        kept
    };
    json.chars().filter(part_of_it).collect()
}

#[cfg(test)]
mod tests {
    use super::add_environment;
    use crate::json::document;
    use crate::{Format, Found, Product};

    #[test]
    fn what_is_no_text_is_held_as_json() {
        let text = "{\"Name\":\"Hub\",\"OnPremise\": true,\"GraphUrl\":null,\"VersionProfiles\":[\n \
                    \"2019-03-01-hybrid\",  \"a \\\\\\\" b\" ],\"ExtendedProperties\":{\"a\":\"b\"}}";
        let mut found = Found::new(Format::AzpsContext, Product::AzurePowerShell);
        add_environment("Hub", &document(text).unwrap(), &mut found).unwrap();
        let settings = &found.profile.environments[0].settings;
        let settings: Vec<_> = settings.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let wanted = [
            ("ExtendedProperties/a", "b"),
            ("Name", "Hub"),
            ("OnPremise", "true"),
            ("VersionProfiles", r#"["2019-03-01-hybrid","a \\\" b"]"#),
        ];
        assert_eq!(settings, wanted);
    }
}
