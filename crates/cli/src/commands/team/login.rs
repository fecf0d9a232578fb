//! The options that say what one signs in with at a team's database.

use std::fs;
use std::path::PathBuf;

use azvault_model::{ContextName, Secret};
use azvault_service::app::App;
use azvault_service::ask::Requests;
use azvault_service::failure::{Failure, Kind};
use azvault_service::team::DatabasePassword;
use azvault_service::team::exchange;
use azvault_service::text::shown_path;
use azvault_service::verbs::TeamLogin;
use zeroize::Zeroizing;

use crate::options::name::name;

/// What a member signs in with.
#[derive(clap::Args)]
pub(crate) struct LoginOptions {
    /// The password for the database is what is in this file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The password for the database comes from this descriptor
    #[arg(long, value_name = "N", conflicts_with = "password_file")]
    password_fd: Option<i32>,
    /// Sign in with a token of Entra that azvault gets for this context, in the place of a password
    #[arg(long, value_name = "CONTEXT", value_parser = name, conflicts_with_all = ["password_file", "password_fd"])]
    database_identity: Option<String>,
    /// Show the database this client certificate (PEM), which is sealed in the vault with its key
    #[arg(long, value_name = "FILE", requires = "sslkey")]
    sslcert: Option<PathBuf>,
    /// The private key of the client certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "sslcert")]
    sslkey: Option<PathBuf>,
}

impl LoginOptions {
    /// Asks for what was not given, and sees whether the database takes it.
    pub(crate) fn checked(
        self,
        app: &App,
        requests: &mut Requests<'_>,
        address: &str,
    ) -> Result<TeamLogin, Failure> {
        if let Err(e) = azvault_service::team::check_address(address) {
            return Err(Failure::new(Kind::Usage, format!("{address}: {e}"))
                .hint("--database postgresql://USER@HOST/DATABASE"));
        }
        let certificate = match (&self.sslcert, &self.sslkey) {
            (Some(certificate), Some(key)) => Some(read(&[certificate, key])?),
            _ => None,
        };
        let is_password_given = self.password_fd.is_some() || self.password_file.is_some();
        let login = match self.database_identity {
            Some(context) => TeamLogin::by(ContextName::new(&*context), certificate),
            // Where a certificate is all that the database wants, nothing is asked for.
            None if certificate.is_some() && !is_password_given => {
                TeamLogin::new(None, certificate)
            }
            None => {
                let password = DatabasePassword { file: self.password_file, fd: self.password_fd };
                TeamLogin::new(Some(password.ask(app)?), certificate)
            }
        };
        exchange::check(app, requests, address, &login)?;
        Ok(login)
    }
}

/// Files of PEM as one text.
fn read(paths: &[&PathBuf]) -> Result<Secret, Failure> {
    let mut all = Zeroizing::new(Vec::new());
    for path in paths {
        let pem = fs::read(path).map(Zeroizing::new).map_err(|e| {
            Failure::new(Kind::NotFound, format!("{}: {e}", shown_path(path)))
                .hint("--sslcert FILE --sslkey FILE, both of PEM")
        })?;
        let mut joined = Zeroizing::new(Vec::with_capacity(all.len() + pem.len() + 1));
        joined.extend_from_slice(&all);
        joined.extend_from_slice(&pem);
        joined.push(b'\n');
        all = joined;
    }
    Ok(Secret::new(all))
}
