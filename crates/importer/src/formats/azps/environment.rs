//! Environments: clouds that a file defines.

use azvault_model::{BUILT_IN_CLOUDS, Environment};

use crate::Found;
use crate::json::{Node, Unread};

/// Keeps the cloud of a context, unless it is built in.
pub(super) fn add_custom_environment<'t>(
    name: &str,
    node: &Node<'t>,
    unread: &Unread<'t>,
    found: &mut Found,
) {
    let built_in = BUILT_IN_CLOUDS.iter().any(|cloud| cloud.name.eq_ignore_ascii_case(name));
    if !built_in {
        add_environment(name, node, unread, found);
    }
}

/// Keeps each cloud of a table.
pub(super) fn add_environments<'t>(table: &Node<'t>, unread: &Unread<'t>, found: &mut Found) {
    match table.members() {
        Ok(members) => {
            members.for_each(|(name, node)| add_environment(&name, &node, unread, found));
        }
        Err(error) => unread.add(table.clone(), error.what),
    }
}

/// Keeps a cloud of the file's own table: its text members, nested ones by their path. What is
/// neither text nor object (`OnPremise`, `VersionProfiles`) is held as its JSON, without the white
/// space, because an Azure Stack cannot be signed in to without them.
fn add_environment<'t>(name: &str, node: &Node<'t>, unread: &Unread<'t>, found: &mut Found) {
    if node.is_null() {
        return;
    }
    let settings = match node.members() {
        Ok(members) => members.flat_map(|(member, value)| settings_of(member, &value)).collect(),
        Err(error) => return unread.add(node.clone(), error.what),
    };
    let environment = Environment { name: name.to_owned(), settings };
    let known = |e: &&Environment| e.name.eq_ignore_ascii_case(name);
    match found.profile.environments.iter().find(known) {
        None => found.profile.environments.push(environment),
        Some(known) if known.settings == environment.settings => {}
        Some(_) => unread.add(node.clone(), "a second environment of one name with other settings"),
    }
}

fn settings_of(member: String, value: &Node<'_>) -> Vec<(String, String)> {
    let text = |value: &Node<'_>| match value.text() {
        Ok(text) => text.as_str().to_owned(),
        Err(_) => compact(value.raw()),
    };
    if value.is_null() {
        return Vec::new();
    }
    match value.members() {
        Ok(inner) => inner
            .filter(|(_, value)| !value.is_null())
            .map(|(inner, value)| (format!("{member}/{inner}"), text(&value)))
            .collect(),
        Err(_) => vec![(member, text(value))],
    }
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
    use crate::json::{Unread, document};
    use crate::{Format, Found, Product};

    #[test]
    fn what_is_no_text_is_held_as_json() {
        let text = "{\"Name\":\"Hub\",\"OnPremise\": true,\"GraphUrl\":null,\"VersionProfiles\":[\n \
                    \"2019-03-01-hybrid\",  \"a \\\\\\\" b\" ],\"ExtendedProperties\":{\"a\":\"b\"}}";
        let mut found = Found::new(Format::AzpsContext, Product::AzurePowerShell);
        let unread = Unread::default();
        add_environment("Hub", &document(text).unwrap(), &unread, &mut found);
        assert!(unread.into_parts().nodes.is_empty());
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
