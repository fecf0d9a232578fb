//! Where a team's database is, as a PostgreSQL URL says it.

use std::path::{Path, PathBuf};

use postgres::Config;
use postgres::config::{ChannelBinding, SslMode, TargetSessionAttrs};

/// A database by its URL, without a password. Connections to it are TLS, always.
#[derive(Clone)]
pub struct Address {
    text: String,
    pub(crate) config: Config,
    root_certificate: Option<PathBuf>,
}

/// Why a URL is no address of a team's database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// It is no URL of PostgreSQL.
    #[error("not a PostgreSQL URL such as postgresql://ada@db.example.com/teams")]
    Url,
    /// A password stands in it.
    #[error("the URL has a password in it: azvault asks for it instead")]
    Password,
    /// It names no user or no host.
    #[error("the URL names no user or no host")]
    Incomplete,
    /// It asks for less than a verified server.
    #[error("the URL asks for a connection that does not verify the server: leave sslmode out")]
    Unverified,
}

impl Address {
    /// Reads `postgresql://user@host[:port][,host[:port]]/database[?sslrootcert=FILE]`.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        if !["postgresql://", "postgres://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(NotAnAddress::Url);
        }
        let (place, options) = text.split_once('?').unwrap_or((text, ""));
        let (mut root_certificate, mut others) = (None, Vec::new());
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslrootcert", path)) => root_certificate = Some(PathBuf::from(path)),
                Some(("sslmode", "verify-full" | "require")) => {}
                Some(("sslmode", _)) => return Err(NotAnAddress::Unverified),
                Some(("password", _)) => return Err(NotAnAddress::Password),
                _ => others.push(option),
            }
        }
        let url = match others.is_empty() {
            true => place.to_owned(),
            false => format!("{place}?{}", others.join("&")),
        };
        let mut config: Config = url.parse().map_err(|_| NotAnAddress::Url)?;
        if config.get_password().is_some() {
            return Err(NotAnAddress::Password);
        }
        if config.get_user().is_none_or(str::is_empty) || config.get_hosts().is_empty() {
            return Err(NotAnAddress::Incomplete);
        }
        if config.get_ssl_mode() == SslMode::Disable {
            return Err(NotAnAddress::Unverified);
        }
        config.ssl_mode(SslMode::Require);
        config.channel_binding(ChannelBinding::Prefer);
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.application_name("azvault");
        Ok(Self { text: text.to_owned(), config, root_certificate })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Who signs in.
    pub fn user(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    /// The certificate authorities that it names, in place of the system's.
    pub fn root_certificate(&self) -> Option<&Path> {
        self.root_certificate.as_deref()
    }

    /// The same place, for others: without a user and without what is a file of this machine.
    pub fn without_user(&self) -> String {
        let (scheme, rest) = self.text.split_once("://").unwrap_or(("postgresql", &self.text));
        let place = rest.split_once('?').map_or(rest, |(place, _)| place);
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        format!("{scheme}://{place}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, NotAnAddress};

    #[test]
    fn an_address_has_a_user_and_no_password_and_is_verified() {
        for (text, why) in [
            ("postgresql://ada@db/teams", None),
            ("postgres://ada@one,two:5433/teams?sslrootcert=/ca.pem&connect_timeout=3", None),
            ("postgresql://ada@db/teams?sslmode=verify-full", None),
            ("postgresql://ada:secret@db/teams", Some(NotAnAddress::Password)),
            ("postgresql://ada@db/teams?password=secret", Some(NotAnAddress::Password)),
            ("postgresql://ada@db/teams?sslmode=disable", Some(NotAnAddress::Unverified)),
            ("postgresql://ada@db/teams?sslmode=prefer", Some(NotAnAddress::Unverified)),
            ("postgresql://db/teams", Some(NotAnAddress::Incomplete)),
            ("postgresql://ada@db/teams?nonsense=1", Some(NotAnAddress::Url)),
            ("host=db user=ada", Some(NotAnAddress::Url)),
            ("https://ada@db/teams", Some(NotAnAddress::Url)),
        ] {
            assert_eq!(Address::parse(text).err(), why, "{text}");
        }
    }

    #[test]
    fn others_get_the_place_alone() {
        let address =
            Address::parse("postgresql://ada@one,two:5433/teams?sslrootcert=/ca.pem").ok();
        let address = address.expect("an address");
        assert_eq!(address.without_user(), "postgresql://one,two:5433/teams");
        assert_eq!(address.root_certificate().and_then(|path| path.to_str()), Some("/ca.pem"));
    }
}
