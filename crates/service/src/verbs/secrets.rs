//! Which secrets there are, and the value of one.

use azvault_model::rules::blast_radius::BlastRadius;
use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_vault::{Id, IdPrefix};
use serde::{Deserialize, Serialize};

use super::{Rest, Verb};
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::message::{Message, not_there_yet};
use crate::opening::OpenVault;
use crate::presence::Releases;
use crate::secrets::{self, SecretLocation, SecretRef};
use crate::{audit, policy};

/// What one reply has of values, in bytes: a message has a limit.
const MAX_PART: usize = 8 * 1024 * 1024;

/// About what a secret has beside its value.
const OF_EACH: usize = 1024;

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
    /// For a clipboard: the audit log has it under `secret copy`, first.
    Copied,
}

/// All secrets with their values. The audit log has them under `secret reveal`, first.
#[derive(Serialize, Deserialize)]
pub struct RevealSecrets {
    pub detail: Detail,
    /// Only those behind this one: the last of the part that was released before.
    pub after: Option<Id>,
}

/// A part of them, in the order of the list.
#[derive(Serialize, Deserialize)]
pub struct RevealedSecrets {
    pub secrets: Vec<RevealedSecret>,
    pub rest: Rest,
}

/// A secret with its value.
#[derive(Serialize, Deserialize)]
pub struct RevealedSecret {
    pub secret: ListedSecret,
    pub released: ReleasedValue,
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

impl Message for RevealSecrets {}

impl Message for RevealedSecrets {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.secrets.iter_mut().map(|revealed| &mut revealed.released.value).collect()
    }
}

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

/// As much as is told of each of them.
pub(super) fn listed<'a>(
    app: &App,
    contexts: &'a Contexts,
    detail: Detail,
) -> impl Fn(SecretRef<'_>) -> ListedSecret + use<'a> {
    let (now, tenants) =
        (app.now(), (detail == Detail::BlastRadius).then(|| secrets::tenants(contexts)));
    move |secret| ListedSecret {
        blast_radius: tenants.as_ref().map(|tenants| secret.radius(tenants, now)),
        ..ListedSecret::of(secret)
    }
}

impl Verb for ListSecrets {
    const NAME: &'static str = "secret list";
    type Reply = ListedSecrets;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ListedSecrets, Failure> {
        let contexts = &open.contexts;
        let listed = listed(app, contexts, self.detail);
        let secrets = secrets::sorted(contexts).into_iter().map(listed).collect();
        Ok(ListedSecrets { secrets })
    }
}

impl Verb for RevealSecrets {
    const NAME: &'static str = "secret list --reveal";
    type Reply = RevealedSecrets;

    fn releases(&self) -> Releases {
        Releases::LongLived
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<RevealedSecrets, Failure> {
        policy::export_plaintext(app, "secrets are not shown")?;
        let OpenVault { vault, contexts, .. } = open;
        let mut sorted = secrets::sorted(contexts);
        if let Some(after) = self.after {
            let place = sorted.iter().position(|secret| secret.location.id() == after);
            let place = place.ok_or_else(changed_meanwhile)?;
            sorted.drain(..=place);
        }
        let mut released = Vec::new();
        let mut size = 0;
        let snapshot = vault.snapshot()?;
        for secret in &sorted {
            let value = match secret.description.kind {
                // The key is on its token: there is nothing to show.
                SecretKind::Pkcs11Key => Secret::copied_from(b""),
                _ => secrets::value(&snapshot, contexts, secret.location)?,
            };
            size += value.len() + OF_EACH;
            if size > MAX_PART && !released.is_empty() {
                break;
            }
            released.push(ReleasedValue { value });
        }
        drop(snapshot);
        let rest = if released.len() < sorted.len() { Rest::More } else { Rest::Nothing };
        sorted.truncate(released.len());
        // If that cannot be written, nothing is shown.
        let subjects = sorted.iter().map(|secret| secret.subject()).collect();
        vault.write(|writing| audit::log(app, writing, audit::REVEAL, subjects))?;
        let listed = sorted.into_iter().map(listed(app, contexts, self.detail));
        let revealed = listed.zip(released);
        let secrets =
            revealed.map(|(secret, released)| RevealedSecret { secret, released }).collect();
        Ok(RevealedSecrets { secrets, rest })
    }
}

/// What a verb worked on is not there any more, or is another one.
pub(crate) fn changed_meanwhile() -> Failure {
    Failure::new(Kind::Busy, "another command changed the secrets meanwhile")
        .hint("run the command again")
}

impl Verb for ShowSecret {
    const NAME: &'static str = "secret show";
    type Reply = ShownSecret;

    fn releases(&self) -> Releases {
        match self.value {
            Value::Sealed => Releases::Nothing,
            Value::Released | Value::Copied => Releases::LongLived,
        }
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ShownSecret, Failure> {
        if self.value != Value::Sealed {
            policy::export_plaintext(app, "secrets are not shown")?;
        }
        let OpenVault { vault, contexts, .. } = open;
        let secret = secrets::find(contexts, &self.id);
        let secret = secret.map_err(|not| Failure::of_id("secret", &self.id, not))?;
        let verb = match self.value {
            Value::Sealed => None,
            _ if secret.description.kind == SecretKind::Pkcs11Key => {
                let what = "the key is on a token: the vault has nothing that could be shown";
                return Err(Failure::new(Kind::Refused, what).hint("azvault secret show ID"));
            }
            Value::Released => Some(audit::REVEAL),
            Value::Copied => Some(audit::COPY),
        };
        let release = |verb| secrets::release(app, vault, contexts, secret, verb);
        let value = verb.map(release).transpose()?.map(|value| ReleasedValue { value });
        Ok(ShownSecret { secret: ListedSecret::of(secret), value })
    }
}
