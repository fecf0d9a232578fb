//! `azvault team database`

use azvault_service::ask::Requests;
use azvault_service::text::quoted;
use azvault_service::verbs::SetTeamDatabase;
use serde::Serialize;

use super::login::LoginOptions;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;
use crate::options::team::{TeamOption, meant};
use crate::output::documents::SCHEMA;

/// Change what signs in at a team's database, or where it is
///
/// A new password, a token of Entra, a client certificate, another host: what is verified of the log stays. The
/// database is tried before anything is kept.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(
        long,
        value_name = "URL",
        value_parser = name,
        help = "Another URL of the same log: postgresql://USER@HOST[,HOST]/DATABASE[?sslrootcert=FILE]"
    )]
    database: Option<String>,
    #[command(flatten)]
    login: LoginOptions,
    #[command(flatten)]
    team: TeamOption,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    team: &'a str,
    database: &'a str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let team = meant(&mut requests, self.team.team.as_deref())?;
        let (name, address) = (team.name, self.database.unwrap_or(team.address));
        let login = self.login.checked(app, &mut requests, &address)?;
        let (team, at) = (name.clone(), address.clone());
        requests.ask(SetTeamDatabase { team, address: at, login })?;
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: SCHEMA, team: &name, database: &address });
        } else {
            app.ui.note(format!("{} signs in at {address} so from now on", quoted(&name)));
        }
        Ok(0)
    }
}
