//! The policy in force: the system's file and the user's own.

use std::path::Path;

use azvault_policy::{Policy, PolicyLine, Set, tighten};
use azvault_signin::resource;

use super::file::{self, Owner};
use super::finding::Finding;
use crate::failure::{Failure, Kind};
use crate::paths;

/// The policy of a file; `None` if there is no such file.
pub fn read(path: &Path, owner: Owner) -> Result<Option<Policy>, Vec<Finding>> {
    let text = file::read(path, owner).map_err(|finding| vec![finding])?;
    let Some(text) = text else { return Ok(None) };
    let policy = azvault_policy::read(&text, path)
        .map_err(|wrong| wrong.into_iter().map(Finding::from).collect::<Vec<_>>())?;
    let unknown = unknown_resources(&policy);
    if unknown.is_empty() { Ok(Some(policy)) } else { Err(unknown) }
}

/// A name of a resource that nothing has would allow, or forbid, nothing.
fn unknown_resources(policy: &Policy) -> Vec<Finding> {
    fn names(set: &Set<azvault_policy::Resources>) -> impl Iterator<Item = (&String, &PolicyLine)> {
        set.value.0.iter().map(|name| (name, &set.place))
    }
    let forbidden = policy.forbidden_resources.iter().map(|set| (&set.value, &set.place));
    let all = policy.resources.iter().flat_map(names).chain(forbidden);
    let unknown =
        all.filter(|(name, _)| !resource::is_well_formed(&name.replacen("://*.", "://", 1)));
    let finding = |(name, place): (&String, &PolicyLine)| Finding {
        file: place.file.clone(),
        line: Some(place.line),
        what: format!("there is no resource {name}"),
        next: "write a name of azvault token --help, or an address as https://vault.azure.net"
            .to_owned(),
    };
    unknown.map(finding).collect()
}

/// The policy in force: both files, each where it is there.
pub fn of_both_files() -> Result<Policy, Vec<Finding>> {
    with_user(paths::user_policy().as_deref())
}

pub(super) fn with_user(user: Option<&Path>) -> Result<Policy, Vec<Finding>> {
    let user = user.map_or(Ok(None), |path| read(path, Owner::User));
    match (read(&paths::system_policy(), Owner::System), user) {
        (Ok(system), Ok(user)) => tighten(system.unwrap_or_default(), user.unwrap_or_default())
            .map_err(|loosens| loosens.into_iter().map(Finding::from).collect()),
        (system, user) => {
            let found = [system.err(), user.err()].into_iter().flatten();
            Err(found.flatten().collect())
        }
    }
}

/// The policy in force where the user's own is that file, for a command that needs to know what is
/// forbidden.
pub fn in_force(user: Option<&Path>) -> Result<Policy, Failure> {
    with_user(user).map_err(|findings| {
        let first = findings.first().map(Finding::line).unwrap_or_default();
        let what = format!("refused by a policy that cannot be followed: {first}");
        Failure::new(Kind::Refused, what).hint("azvault policy check says what to do")
    })
}
