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

/// Keeps a cloud of the file's own table; its text members, nested ones by their path.
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
        }
    }
    found.profile.environments.push(Environment { name: name.to_owned(), settings });
    Ok(())
}
