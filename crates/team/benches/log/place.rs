//! Where the database is reached, through the relay.

use std::sync::Arc;

use azvault_model::Secret;
use azvault_team::{Address, CertificateDer, Database, Shown, TeamId};
use azvault_test_support::postgres::PASSWORD;
use postgres::config::SslMode;
use postgres::{Client, Config};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::relay::Relay;

pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) relay: Relay,
}

impl Place {
    pub(crate) fn connect(&self, team: TeamId) -> Database {
        let (address, authorities) = self.address();
        let password = Secret::copied_from(PASSWORD.as_bytes());
        let shown = Shown { password: Some(&password), ..Shown::default() };
        Database::connect(&address, shown, authorities, team).unwrap()
    }

    /// A connection as everyone makes one, with the same TLS and the same way to sign in.
    pub(crate) fn plain(&self) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.address().1);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut config: Config = self.url.split_once('?').unwrap().0.parse().unwrap();
        config.password(PASSWORD).ssl_mode(SslMode::Require);
        config.connect(MakeRustlsConnect::new(tls)).unwrap()
    }

    fn address(&self) -> (Address, Vec<CertificateDer<'static>>) {
        let address = Address::parse(&self.url).unwrap();
        let found = rustls_native_certs::load_certs_from_paths(address.root_certificate(), None);
        (address, found.certs)
    }
}
