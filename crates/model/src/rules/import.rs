//! Import: what several files hold, beside what the vault holds, becomes one plan.
//!
//! Nothing is lost: two contexts of one name are both kept, the later one under a name of its
//! own. Nothing is invented: where no file names a default there is none.

mod accounts;
mod alike;
mod contexts;
mod default;
mod file;
mod plan;
mod proof;
mod secrets;
mod short;
mod sources;

use crate::{Accounts, Clouds, ContextName};

use file::File;
pub use plan::{Action, Incoming, Named, NoSuchDefault, Origin, Plan, Planned, Present, Remark};
pub use proof::{agree, differing_parts};
pub use sources::Sources;

use crate::rules::short_name::Naming;

/// What the user asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wishes {
    /// The context that is to be the default, by name.
    pub default: Option<ContextName>,
    /// What contexts are called.
    pub naming: Naming,
}

/// Makes the plan.
pub fn plan(
    incoming: Vec<Incoming>,
    present: &Present<'_>,
    wishes: &Wishes,
) -> Result<Plan, NoSuchDefault> {
    let mut incoming: Vec<File> = incoming.into_iter().map(File::from).collect();
    let (mut plan, known) = begin(&mut incoming, present);
    let mut defaults = contexts::plan(&mut incoming, present, &known, &mut plan);
    if wishes.naming == Naming::Short {
        short::shorten(present, &mut plan, &mut defaults);
    }
    plan.names.retain(Named::differs);
    alike::tell(present, &mut plan);
    accounts::plan_accounts(&mut incoming, present, &known, &mut plan);
    secrets::plan(&mut incoming, present, &known, &mut plan);
    let asked = wishes.default.as_ref();
    plan.default = default::choose(&incoming, &defaults, present, asked, &mut plan)?;
    Ok(plan)
}

/// The accounts and secrets of [`plan`] alone: what the contexts of the files take up is given back
/// before they are planned.
pub fn plan_sign_ins(incoming: Vec<Incoming>, present: &Present<'_>) -> Plan {
    let mut incoming: Vec<File> = incoming.into_iter().map(File::from).collect();
    let (mut plan, known) = begin(&mut incoming, present);
    for file in &mut incoming {
        drop(file.contexts.take());
    }
    accounts::plan_accounts(&mut incoming, present, &known, &mut plan);
    secrets::plan(&mut incoming, present, &known, &mut plan);
    plan
}

/// Environments, and who is who: everything else is understood by it.
fn begin(incoming: &mut [File], present: &Present<'_>) -> (Plan, Accounts) {
    let mut of_powershell = incoming.iter().filter(|file| file.origin == Origin::AzurePowerShell);
    let autosave = of_powershell.find_map(|file| file.autosave);
    let mut plan = Plan { autosave, ..Plan::default() };
    accounts::plan_environments(incoming, present, &mut plan);
    let environments = plan.environments.iter().map(|planned| &planned.item);
    let clouds = Clouds::of(environments.chain(present.environments));
    secrets::name_owners(incoming, &clouds, &plan);
    let known = known_accounts(clouds, incoming, present);
    secrets::name_homes(incoming, &known);
    (plan, known)
}

/// Every account that the files or the vault name.
fn known_accounts(clouds: Clouds, incoming: &[File], present: &Present<'_>) -> Accounts {
    let files = || incoming.iter();
    let of_files = files().flat_map(|file| file.secrets.iter()).map(|held| &held.description);
    Accounts::of(
        clouds,
        files().flat_map(|file| file.contexts.iter()).chain(present.contexts),
        files().flat_map(|file| file.accounts.iter()).chain(present.accounts),
        of_files.chain(present.secrets.iter().map(|(about, _)| about)),
    )
}

#[cfg(test)]
mod tests;
