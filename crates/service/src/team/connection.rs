//! The connection to a team's database. It carries sealed records; a password is the only secret here.

use std::fs;

use azvault_team::{Address, CertificateDer, Database, DatabaseError, Shown, TeamId};

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::online::failed as sign_in_failed;
use crate::text::{shown, shown_path};
use crate::verbs::TeamConnection;

/// Connects as the vault says.
pub(super) fn connect(app: &App, to: &TeamConnection) -> Result<Database, Failure> {
    Prepared::read(app, to)?.connect(to)
}

/// All that is read of files before a connection.
pub(super) struct Prepared {
    address: Address,
    authorities: Vec<CertificateDer<'static>>,
}

impl Prepared {
    pub(super) fn read(app: &App, to: &TeamConnection) -> Result<Self, Failure> {
        let address = Address::parse(to.address()).map_err(|e| {
            Failure::new(Kind::Integrity, format!("the address of the team's database: {e}"))
                .hint("azvault team status")
        })?;
        let own = address.root_certificate().or(app.options.ca_bundle.as_deref());
        let pem = own.map(fs::read).transpose().map_err(|e| {
            let path = own.map(shown_path).unwrap_or_default();
            Failure::new(Kind::NotFound, format!("{path}: {e}")).hint("azvault team status")
        })?;
        let authorities = azvault_signin::authorities(pem.as_deref()).map_err(sign_in_failed)?;
        Ok(Self { address, authorities })
    }

    pub(super) fn connect(self, to: &TeamConnection) -> Result<Database, Failure> {
        let (login, team) = (to.login(), TeamId(to.team));
        let shown = Shown { password: login.password(), certificate: login.certificate() };
        let Self { address, authorities } = self;
        Database::connect(&address, shown, authorities, team).map_err(|e| failed(&e, to.address()))
    }
}

/// What went wrong at a database, and what to do about it.
pub(super) fn failed(error: &DatabaseError, address: &str) -> Failure {
    let place = address.split_once('?').map_or(address, |(place, _)| place);
    let what = format!("{}: {}", shown(place), shown(&error.to_string()));
    match error {
        DatabaseError::Unreachable(_) | DatabaseError::Lost => {
            Failure::new(Kind::Network, what).hint("azvault team sync, once the database answers")
        }
        DatabaseError::Login => Failure::new(Kind::Refused, what)
            .hint("azvault team database, with what the database takes; azvault team status names the user"),
        DatabaseError::Certificate => {
            Failure::new(Kind::Usage, what).hint("--sslcert FILE --sslkey FILE, both of PEM")
        }
        DatabaseError::NotSetUp => Failure::new(Kind::Refused, what).hint(
            "azvault team schema | psql, as an administrator; then GRANT azvault_team_member TO the user",
        ),
        DatabaseError::HeadMoved => Failure::new(Kind::Busy, what).hint("run the command again"),
        DatabaseError::Refused(_) | DatabaseError::NoRecord => {
            Failure::new(Kind::Other, what).hint("azvault team status")
        }
    }
}
