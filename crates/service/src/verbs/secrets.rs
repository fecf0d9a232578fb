//! Which secrets there are, and the value of one.

use azvault_model::rules::blast_radius::BlastRadius;
use azvault_model::{Secret, SecretDescription};
use azvault_vault::IdPrefix;
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::failure::Failure;
use crate::message::{Message, not_there_yet};
use crate::opening::OpenVault;
use crate::secrets::{self, SecretLocation, SecretRef};
use crate::{audit, policy};

/// How much is told of each secret.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    Facts,
    /// Also what it opens, and what revokes it.
    BlastRadius,
}

/// All secrets, without their values.
#[derive(Serialize, Deserialize)]
pub struct ListSecrets {
    pub detail: Detail,
}

/// Those of the session first, then by account, kind, tenant and target.
#[derive(Serialize, Deserialize)]
pub struct ListedSecrets {
    pub secrets: Vec<ListedSecret>,
}

/// What is known of a secret without its value.
#[derive(Serialize, Deserialize)]
pub struct ListedSecret {
    pub location: SecretLocation,
    pub description: SecretDescription,
    /// Unix seconds at which it was stored there.
    pub created: i64,
    /// Where it was asked for.
    pub blast_radius: Option<BlastRadius>,
}

/// One secret, by its id.
#[derive(Serialize, Deserialize)]
pub struct ShowSecret {
    pub id: IdPrefix,
    pub value: Value,
}

/// Whether the value is released.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    Sealed,
    /// The audit log has it under `secret reveal`, first.
    Released,
}

/// A secret.
#[derive(Serialize, Deserialize)]
pub struct ShownSecret {
    pub secret: ListedSecret,
    pub value: Option<ReleasedValue>,
}

/// A value on its way to who asked.
#[derive(Serialize, Deserialize)]
pub struct ReleasedValue {
    #[serde(skip, default = "not_there_yet")]
    pub value: Secret,
}

impl Message for ListSecrets {}

impl Message for ListedSecrets {}

impl Message for ShowSecret {}

impl Message for ShownSecret {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.value.iter_mut().map(|released| &mut released.value).collect()
    }
}

impl ListedSecret {
    fn of(secret: SecretRef<'_>) -> Self {
        let SecretRef { location, description, created } = secret;
        Self { location, description: description.clone(), created, blast_radius: None }
    }

    pub fn as_ref(&self) -> SecretRef<'_> {
        let Self { location, ref description, created, .. } = *self;
        SecretRef { location, description, created }
    }
}

impl Verb for ListSecrets {
    const NAME: &'static str = "secret list";
    type Reply = ListedSecrets;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ListedSecrets, Failure> {
        let contexts = &open.contexts;
        let tenants = (self.detail == Detail::BlastRadius).then(|| secrets::tenants(contexts));
        let listed = |secret: SecretRef<'_>| ListedSecret {
            blast_radius: tenants.as_ref().map(|tenants| secret.radius(tenants, app.now())),
            ..ListedSecret::of(secret)
        };
        let secrets = secrets::sorted(contexts).into_iter().map(listed).collect();
        Ok(ListedSecrets { secrets })
    }
}

impl Verb for ShowSecret {
    const NAME: &'static str = "secret show";
    type Reply = ShownSecret;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ShownSecret, Failure> {
        if self.value == Value::Released {
            policy::export_plaintext(app, "secrets are not shown")?;
        }
        let OpenVault { vault, contexts, .. } = open;
        let secret = secrets::find(contexts, &self.id);
        let secret = secret.map_err(|not| Failure::of_id("secret", &self.id, not))?;
        let value = match self.value {
            Value::Sealed => None,
            Value::Released => {
                let value = secrets::release(app, vault, contexts, secret, audit::REVEAL)?;
                Some(ReleasedValue { value })
            }
        };
        Ok(ShownSecret { secret: ListedSecret::of(secret), value })
    }
}
