//! What a member signs in with at the database of a team: a password, a token that azvault gets itself, a client
//! certificate.

use azvault_model::{ContextName, Secret};
use azvault_team::Login;
use serde::{Deserialize, Serialize};

use super::super::Verb;
use super::begin::of_team;
use crate::app::App;
use crate::audit;
use crate::failure::{ChangeFailure, Failure};
use crate::message::{Message, SecretPart};
use crate::online;
use crate::opening::OpenVault;
use crate::policy;
use crate::team::kept;
use crate::tokens;
use crate::tokens::{Target, TokenRequest};

/// The resource of Azure's databases, where a cloud names none.
const RESOURCE: &str = "https://ossrdbms-aad.database.windows.net";

/// What one signs in with, on its way into the vault or out of it. Empty secrets are none.
#[derive(Serialize, Deserialize)]
pub struct TeamLogin {
    password: SecretPart,
    /// PEM of the certificate, those that vouch for it, and its key.
    certificate: SecretPart,
    /// The context whose token is the password.
    identity: Option<ContextName>,
}

/// A token for the database, which goes to it in the place of a password.
#[derive(Serialize, Deserialize)]
pub struct DatabaseToken {
    pub context: ContextName,
}

#[derive(Serialize, Deserialize)]
pub struct DatabaseTokenReply {
    token: SecretPart,
}

/// Where the database is from now on, and what one signs in with there.
#[derive(Serialize, Deserialize)]
pub struct SetTeamDatabase {
    pub team: String,
    pub address: String,
    pub login: TeamLogin,
}

#[derive(Serialize, Deserialize)]
pub struct TeamDatabaseSet {}

impl TeamLogin {
    pub fn new(password: Option<Secret>, certificate: Option<Secret>) -> Self {
        let part = |secret: Option<Secret>| {
            SecretPart::new(secret.unwrap_or_else(|| Secret::copied_from(&[])))
        };
        Self { password: part(password), certificate: part(certificate), identity: None }
    }

    /// With a token of that context in the place of a password.
    pub fn by(identity: ContextName, certificate: Option<Secret>) -> Self {
        Self { identity: Some(identity), ..Self::new(None, certificate) }
    }

    pub(crate) fn of(login: &Login) -> Self {
        let copied = |secret: &Option<Secret>| {
            // EXPOSE: for the connection that it is for.
            secret.as_ref().map(|secret| Secret::copied_from(secret.expose()))
        };
        let identity = login.identity.as_deref().map(ContextName::new);
        Self { identity, ..Self::new(copied(&login.password), copied(&login.certificate)) }
    }

    pub(super) fn kept(self) -> Login {
        let Self { password, certificate, identity } = self;
        let kept = |part: SecretPart| Some(part.into_value()).filter(|secret| !secret.is_empty());
        let identity = identity.map(|name| name.as_str().to_owned());
        Login { password: kept(password), certificate: kept(certificate), identity }
    }

    pub fn identity(&self) -> Option<&ContextName> {
        self.identity.as_ref()
    }

    pub(crate) fn password(&self) -> Option<&Secret> {
        Some(self.password.value()).filter(|password| !password.is_empty())
    }

    pub(crate) fn certificate(&self) -> Option<&Secret> {
        Some(self.certificate.value()).filter(|pem| !pem.is_empty())
    }

    /// The same with the token that was got for it.
    pub(crate) fn with_token(self, token: Secret) -> Self {
        Self { password: SecretPart::new(token), ..self }
    }

    pub(crate) fn copied(&self) -> Self {
        Self {
            password: self.password.copied(),
            certificate: self.certificate.copied(),
            identity: self.identity.clone(),
        }
    }

    /// Whether it says the same; tokens are of their moment.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.identity == other.identity
            && self.certificate.value().same_as(other.certificate.value())
            && (self.identity.is_some() || self.password.value().same_as(other.password.value()))
    }

    pub(super) fn secrets(&mut self) -> [&mut Secret; 2] {
        [self.password.value_mut(), self.certificate.value_mut()]
    }
}

impl DatabaseTokenReply {
    pub(crate) fn into_token(self) -> Secret {
        self.token.into_value()
    }
}

impl Message for DatabaseToken {}
impl Message for TeamDatabaseSet {}

impl Message for DatabaseTokenReply {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.token.value_mut()]
    }
}

impl Message for SetTeamDatabase {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.login.secrets().into()
    }
}

impl Verb for DatabaseToken {
    const NAME: &'static str = "team token";
    const GOES_ONLINE: bool = true;
    type Reply = DatabaseTokenReply;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<DatabaseTokenReply, Failure> {
        let context = open.contexts.expect(&self.context)?.context;
        let environment = context.environment.as_deref().unwrap_or("AzureCloud");
        let cloud = online::cloud(&open.contexts, environment)?;
        let resource = cloud.resource("oss-rdbms").unwrap_or(RESOURCE).to_owned();
        let target = Target::Resource(Some(resource));
        let request = TokenRequest::new(&open.contexts, context, target, None)?;
        let issued = tokens::token(app, open, &request)?;
        Ok(DatabaseTokenReply { token: SecretPart::new(issued.value) })
    }
}

impl Verb for SetTeamDatabase {
    const NAME: &'static str = "team database";
    type Reply = TeamDatabaseSet;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<TeamDatabaseSet, Failure> {
        policy::keep(app)?;
        let Self { team, address, login } = self;
        open.vault.write(|writing| -> Result<_, ChangeFailure> {
            let id = kept::find(writing.secrets(), Some(&team))?;
            let mut membership = kept::read(&writing.open_secret(id)?)?;
            (membership.address, membership.login) = (address, login.kept());
            kept::store(writing, Some(id), &membership, app.now())?;
            audit::log(app, writing, "team database", vec![of_team(&team)])?;
            Ok(TeamDatabaseSet {})
        })
    }
}
