//! The database that keeps a team's log: all SQL that members run.

use std::sync::Arc;
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::Type;
use postgres::{Client, Row};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::address::Address;
use crate::id::{DeviceId, Head, RecordHash, TeamId};
use crate::login::{Shown, identity};
use crate::record::{Kind, Record};

/// What an administrator of a database runs once.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Records that are asked for at once.
const BATCH: i64 = 512;

/// How long one host is given to answer.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a connection without an answer is taken for one that is there.
const SILENCE: Duration = Duration::from_secs(30);

/// A connection to a team's database.
pub struct Database {
    client: Client,
    team: TeamId,
}

/// Whether a record was appended to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// One was, as the database says.
    Appended,
    /// Nothing was said.
    Nothing,
}

/// Why a database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// None of the hosts answered, or none that can be written to.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// It did not take the user and what he signed in with.
    #[error("the database does not let this user in")]
    Login,
    /// The client certificate and its key are not both there, or do not go together.
    #[error("the client certificate and its key do not go together")]
    Certificate,
    /// It was not prepared, or the user is not of the role `azvault_team_member`.
    #[error("the database is not set up for a team, or this user has no right to it")]
    NotSetUp,
    /// Another record was appended first.
    #[error("another record was appended before")]
    HeadMoved,
    /// The connection ended; what was asked may have happened.
    #[error("the connection to the database ended")]
    Lost,
    /// It refused for a reason of its own.
    #[error("the database refused: {0}")]
    Refused(String),
    /// What it shows is no record.
    #[error("the database shows something that is no record")]
    NoRecord,
}

impl Database {
    /// Connects, verifying the server by these authorities.
    pub fn connect(
        address: &Address,
        shown: Shown<'_>,
        authorities: Vec<CertificateDer<'static>>,
        team: TeamId,
    ) -> Result<Self, DatabaseError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authorities);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has TLS 1.2 and 1.3")
            .with_root_certificates(roots);
        let tls = match shown.certificate {
            None => tls.with_no_client_auth(),
            Some(pem) => {
                let (chain, key) = identity(pem).ok_or(DatabaseError::Certificate)?;
                let tls = tls.with_client_auth_cert(chain, key);
                tls.map_err(|_| DatabaseError::Certificate)?
            }
        };
        let mut config = address.config.clone();
        config.connect_timeout(CONNECT);
        config.keepalives_idle(SILENCE);
        config.tcp_user_timeout(SILENCE);
        if let Some(password) = shown.password {
            // EXPOSE: the driver proves with it who signs in; SCRAM does not send it, and a token is for that.
            config.password(password.expose());
        }
        let client = config.connect(MakeRustlsConnect::new(tls)).map_err(|e| connecting(&e))?;
        let mut database = Self { client, team };
        database.name_team()?;
        Ok(database)
    }

    fn name_team(&mut self) -> Result<(), DatabaseError> {
        let team = self.team.to_string();
        let name = "SELECT set_config('azvault.team', $1, false)";
        self.client.query_typed(name, &[(&team, Type::TEXT)]).map_err(|e| failed(&e))?;
        Ok(())
    }

    /// Number of the last record; 0 where there is none.
    pub fn last(&mut self) -> Result<u64, DatabaseError> {
        let rows = self
            .client
            .query_typed(
                "SELECT seq FROM azvault_team.head WHERE team = $1",
                &[(&&self.team.0[..], Type::BYTEA)],
            )
            .map_err(|e| failed(&e))?;
        let Some(row) = rows.first() else { return Ok(0) };
        number(row, 0)
    }

    /// Has the database say when a record is appended, to [`Database::wait_for_news`].
    pub fn listen(&mut self) -> Result<(), DatabaseError> {
        self.client.batch_execute("LISTEN azvault_team").map_err(|e| failed(&e))
    }

    /// Waits so long for word that a record was appended. Whether one was, and which, the log says.
    pub fn wait_for_news(&mut self, patience: Duration) -> Result<News, DatabaseError> {
        let own = self.team.to_string();
        {
            let mut notifications = self.client.notifications();
            let mut all = notifications.timeout_iter(patience);
            // Others are of another team in the same database.
            while let Some(notification) = all.next().map_err(|e| failed(&e))? {
                if notification.payload() == own {
                    return Ok(News::Appended);
                }
            }
        }
        if self.client.is_closed() { Err(DatabaseError::Lost) } else { Ok(News::Nothing) }
    }

    /// What the database says of the last record: its number, and the hash that the next one is to name. Zeros
    /// where there is none.
    pub fn said_head(&mut self) -> Result<Head, DatabaseError> {
        let rows = self
            .client
            .query_typed(
                "SELECT seq, hash FROM azvault_team.head WHERE team = $1",
                &[(&&self.team.0[..], Type::BYTEA)],
            )
            .map_err(|e| failed(&e))?;
        let Some(row) = rows.first() else { return Ok(Head::NONE) };
        let hash = row.try_get::<_, &[u8]>(1).map_err(|_| DatabaseError::NoRecord)?;
        Ok(Head { seq: number(row, 0)?, hash: RecordHash(fixed(hash)?) })
    }

    /// Records from a number on, that one included; as many as go at once.
    pub fn from(&mut self, seq: u64) -> Result<Vec<Record>, DatabaseError> {
        self.some_from(seq, BATCH)
    }

    /// As [`Database::from`], and no more than so many.
    pub fn some_from(&mut self, seq: u64, number: i64) -> Result<Vec<Record>, DatabaseError> {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let rows = self
            .client
            .query_typed(
                "SELECT seq, device, device_seq, prev, epoch, kind, body, signature \
                 FROM azvault_team.log WHERE team = $1 AND seq >= $2 ORDER BY seq LIMIT $3",
                &[(&&self.team.0[..], Type::BYTEA), (&seq, Type::INT8), (&number, Type::INT8)],
            )
            .map_err(|e| failed(&e))?;
        rows.iter().map(|row| self.record(row)).collect()
    }

    /// Number of the newest snapshot that a device wrote.
    pub fn snapshot_of(&mut self, device: DeviceId) -> Result<Option<u64>, DatabaseError> {
        let kind = Kind::Snapshot as i16;
        let rows = self
            .client
            .query_typed(
                "SELECT seq FROM azvault_team.log WHERE team = $1 AND device = $2 AND kind = $3 \
                 ORDER BY seq DESC LIMIT 1",
                &[
                    (&&self.team.0[..], Type::BYTEA),
                    (&&device.0[..], Type::BYTEA),
                    (&kind, Type::INT2),
                ],
            )
            .map_err(|e| failed(&e))?;
        rows.first().map(|row| number(row, 0)).transpose()
    }

    /// Appends records behind the last one: all of them or none.
    pub fn append(&mut self, records: &[Record]) -> Result<(), DatabaseError> {
        let mut transaction = self.client.transaction().map_err(|e| failed(&e))?;
        for record in records {
            let kind = i16::from(record.kind);
            let numbers = (i64::try_from(record.seq), i64::try_from(record.device_seq));
            let (Ok(seq), Ok(device_seq)) = numbers else { return Err(DatabaseError::NoRecord) };
            let epoch = i32::try_from(record.epoch).map_err(|_| DatabaseError::NoRecord)?;
            transaction
                .query_typed(
                    "SELECT azvault_team.append($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    &[
                        (&&record.team.0[..], Type::BYTEA),
                        (&seq, Type::INT8),
                        (&&record.device.0[..], Type::BYTEA),
                        (&device_seq, Type::INT8),
                        (&&record.prev.0[..], Type::BYTEA),
                        (&epoch, Type::INT4),
                        (&kind, Type::INT2),
                        (&record.body, Type::BYTEA),
                        (&&record.signature[..], Type::BYTEA),
                    ],
                )
                .map_err(|e| failed(&e))?;
        }
        transaction.commit().map_err(|e| failed(&e))
    }

    fn record(&self, row: &Row) -> Result<Record, DatabaseError> {
        let bytes = |at: usize| row.try_get::<_, &[u8]>(at).map_err(|_| DatabaseError::NoRecord);
        Ok(Record {
            team: self.team,
            seq: number(row, 0)?,
            device: DeviceId(fixed(bytes(1)?)?),
            device_seq: number(row, 2)?,
            prev: RecordHash(fixed(bytes(3)?)?),
            epoch: row
                .try_get::<_, i32>(4)
                .ok()
                .and_then(|epoch| epoch.try_into().ok())
                .ok_or(DatabaseError::NoRecord)?,
            kind: row
                .try_get::<_, i16>(5)
                .ok()
                .and_then(|kind| kind.try_into().ok())
                .ok_or(DatabaseError::NoRecord)?,
            body: bytes(6)?.to_vec(),
            signature: fixed(bytes(7)?)?,
        })
    }
}

fn number(row: &Row, at: usize) -> Result<u64, DatabaseError> {
    let number = row.try_get::<_, i64>(at).ok().and_then(|number| number.try_into().ok());
    number.ok_or(DatabaseError::NoRecord)
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], DatabaseError> {
    bytes.try_into().map_err(|_| DatabaseError::NoRecord)
}

fn connecting(error: &postgres::Error) -> DatabaseError {
    match failed(error) {
        DatabaseError::Lost => DatabaseError::Unreachable(causes(error)),
        other => other,
    }
}

fn failed(error: &postgres::Error) -> DatabaseError {
    let Some(code) = error.code() else { return DatabaseError::Lost };
    match code.code() {
        "AZ001" => DatabaseError::HeadMoved,
        // Not there: schema, table, function; not allowed.
        "3F000" | "42P01" | "42883" | "42501" => DatabaseError::NotSetUp,
        "28000" | "28P01" => DatabaseError::Login,
        // Shutting down, crashed, starting up.
        "57P01" | "57P02" | "57P03" => DatabaseError::Lost,
        code => DatabaseError::Refused(format!("SQLSTATE {code}")),
    }
}

/// What the system said, without what a server said.
fn causes(error: &postgres::Error) -> String {
    let mut all = vec![error.to_string()];
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        all.push(cause.to_string());
        next = cause.source();
    }
    all.dedup();
    all.join(": ")
}
