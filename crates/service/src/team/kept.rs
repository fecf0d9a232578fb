//! What this device keeps of its teams: a secret of the vault for each.

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_team::Membership;
use azvault_vault::{Id, Parting, Problem, StoredSecret, Transaction};

use crate::failure::{Failure, Kind};
use crate::text::quoted;

/// Teams by name, each with the secret that it is kept in.
pub(crate) fn all(secrets: &[StoredSecret]) -> impl Iterator<Item = (Id, &str)> {
    let kept = secrets.iter().filter(|one| one.description.kind == SecretKind::TeamMembership);
    kept.map(|one| (one.id, one.description.target.as_deref().unwrap_or_default()))
}

/// The team of a name, or the only one.
pub(crate) fn find(secrets: &[StoredSecret], wanted: Option<&str>) -> Result<Id, Failure> {
    let mut teams: Vec<_> = all(secrets).collect();
    if let Some(wanted) = wanted {
        teams.retain(|(_, name)| name.to_lowercase() == wanted.to_lowercase());
        return teams.first().map(|(id, _)| *id).ok_or_else(|| {
            let what = format!("this vault is in no team {}", quoted(wanted));
            Failure::new(Kind::NotFound, what).hint("azvault team list")
        });
    }
    match teams.as_slice() {
        [(id, _)] => Ok(*id),
        [] => Err(Failure::new(Kind::NotFound, "this vault is in no team")
            .hint("azvault team create NAME --database URL, or azvault team join")),
        several => {
            let names: Vec<_> = several.iter().map(|(_, name)| quoted(name)).collect();
            let what = format!("this vault is in several teams: {}", names.join(", "));
            Err(Failure::new(Kind::NotFound, what).hint("add --team NAME"))
        }
    }
}

/// Refuses a name that a team of this vault has.
pub(crate) fn check_free(secrets: &[StoredSecret], name: &str) -> Result<(), Failure> {
    match find(secrets, Some(name)) {
        Ok(_) => {
            let what = format!("this vault is in a team {} already", quoted(name));
            Err(Failure::new(Kind::Exists, what).hint("azvault team list"))
        }
        Err(_) => Ok(()),
    }
}

/// What was kept.
pub(crate) fn read(secret: &Secret) -> Result<Membership, Failure> {
    // EXPOSE: taken apart, in memory that is wiped.
    Membership::from_bytes(secret.expose()).map_err(|_| {
        Failure::new(Kind::Integrity, "what is kept of the team has another form")
            .hint("azvault team list")
    })
}

/// Keeps it, in the place of what was kept before.
pub(crate) fn store(
    writing: &mut Transaction<'_>,
    before: Option<Id>,
    membership: &Membership,
    now: i64,
) -> Result<(), Problem> {
    if let Some(before) = before {
        writing.remove_secret(before, Parting::Renewed)?;
    }
    let about = SecretDescription {
        target: Some(membership.name().into()),
        ..SecretDescription::of(SecretKind::TeamMembership)
    };
    writing.add_secret(&about, &Secret::new(membership.to_bytes()), now)?;
    Ok(())
}
