//! Which team a command is about.

use azvault_service::ask::Requests;
use azvault_service::failure::Failure;
use azvault_service::verbs::{DescribeTeams, DescribedTeam, WhichTeams};

use crate::options::name::name;

/// Which team is meant.
#[derive(clap::Args)]
pub(crate) struct TeamOption {
    /// The team, where this vault is in several
    #[arg(long, value_name = "TEAM", value_parser = name)]
    pub(crate) team: Option<String>,
}

/// The one team that is meant, as this vault knows it.
pub(crate) fn meant(
    requests: &mut Requests<'_>,
    wanted: Option<&str>,
) -> Result<DescribedTeam, Failure> {
    let mut teams =
        requests.ask(DescribeTeams { which: WhichTeams::One(wanted.map(str::to_owned)) })?.teams;
    Ok(teams.remove(0))
}
