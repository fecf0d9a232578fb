//! `azvault team create`

use azvault_service::ask::Requests;
use azvault_service::team;
use azvault_service::team::exchange::exchange;
use azvault_service::text::quoted;
use azvault_service::verbs::{CreateTeam, ForgetTeam, TeamDeed};

use super::login::LoginOptions;
use crate::app::{App, Exit};
use crate::options::name::name;
use crate::output;

/// Begin a team on a PostgreSQL database
///
/// An administrator of the database has run what azvault team schema prints, and granted
/// azvault_team_member to the user in the URL. You are the team's first admin. The database keeps sealed
/// and signed records; it can read none of them. The password is sealed in the vault.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, as members see it
    #[arg(value_parser = name)]
    name: String,
    #[arg(
        long,
        value_name = "URL",
        value_parser = name,
        help = "The database: postgresql://USER@HOST[,HOST]/DATABASE[?sslrootcert=FILE]"
    )]
    database: String,
    /// What you are called in the team [default: the user in the URL]
    #[arg(long = "as", value_name = "NAME", value_parser = name)]
    member: Option<String>,
    #[command(flatten)]
    login: LoginOptions,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let Self { name, database: address, member, login } = self;
        let mut requests = Requests::new(app);
        let login = login.checked(app, &mut requests, &address)?;
        let member = member.or_else(|| team::user_of(&address)).unwrap_or_default();
        requests.ask(CreateTeam { name: name.clone(), member, address, login })?;
        let report = exchange(app, &mut requests, Some(&name), &TeamDeed::Sync);
        let report = report.inspect_err(|_| {
            // A team that no database has is none.
            drop(requests.ask(ForgetTeam { team: Some(name.clone()) }));
        })?;
        output::team::say(app, &report, &format!("the team {} begins", quoted(&name)));
        app.ui.note(
            "azvault context share NAME shares a context, azvault team invite invites a member",
        );
        Ok(0)
    }
}
