//! Connecting: what is known before somebody signs in, and keeping what came of it. The command itself
//! asks the sign-in service: nothing of the vault is in it then.

use std::collections::BTreeSet;

use azvault_model::rules::connect::{self as rule, ConnectRequest, SignedIn};
use azvault_model::{Account, Acting, Context, HeldSecret, Scope, Secret};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::{App, Consent};
use crate::change::{self, ChangeExtras, ChangeRequest, Done, OldSecrets, Run};
use crate::connect::challenge;
use crate::connect::method::SignInWay;
use crate::connect::stored::{self, StoredAccount};
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::{Message, SecretPart, held};
use crate::online::{CloudChoice, agreed};
use crate::opening::OpenVault;
use crate::pkcs11::{self, GivenPin};
use crate::{audit, online, policy, tokens};

/// Whether contexts can be kept, and what a sign-in has to know.
#[derive(Serialize, Deserialize)]
pub struct BeginConnect {
    pub environment: String,
    /// Id or domain; a person's are all asked where there is none.
    pub tenant: Option<String>,
    /// Hosts of the cloud that the person agrees to.
    pub confirm: Vec<String>,
    pub scope: Option<Scope>,
    /// Name or home account id of an account that is stored, where nobody signs in.
    pub account: Option<String>,
}

/// What it has to know.
#[derive(Serialize, Deserialize)]
pub struct ConnectBegun {
    pub cloud: CloudChoice,
    /// Origins that were agreed to just now.
    pub confirmed: BTreeSet<String>,
    /// JSON of the claims challenge that a token request met last.
    pub claims: Option<String>,
    /// The context that acts.
    pub current: Option<Context>,
    /// The account that was named.
    pub account: Option<StoredAccount>,
}

/// A token to Resource Manager for an account that is stored, in one tenant.
#[derive(Serialize, Deserialize)]
pub struct StoredToken {
    pub account: StoredAccount,
    pub environment: String,
    pub tenant: String,
}

/// The token.
#[derive(Serialize, Deserialize)]
pub struct StoredTokenReply {
    value: SecretPart,
}

/// Makes the contexts of a sign-in, and stores what came.
#[derive(Serialize, Deserialize)]
pub struct KeepConnected {
    pub signed_in: SignedIn,
    pub asked: ConnectRequest,
    pub account: Account,
    #[serde(with = "held")]
    pub secrets: Vec<HeldSecret>,
    /// Origins that the person agreed to.
    pub confirmed: BTreeSet<String>,
    /// The tenant that was asked for.
    pub tenant: Option<String>,
    pub way: SignInWay,
    pub scope: Option<Scope>,
    /// `--force`: what exists may be replaced.
    pub replace: Consent,
    /// The PIN of a token, which is kept in memory alone.
    pub pin: Option<GivenPin>,
}

impl Message for BeginConnect {}

impl Message for ConnectBegun {}

impl Message for StoredToken {}

impl Message for StoredTokenReply {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.value.value_mut()]
    }
}

impl StoredTokenReply {
    /// The token itself.
    pub fn into_value(self) -> Secret {
        self.value.into_value()
    }
}

impl Message for KeepConnected {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        let pin = self.pin.iter_mut().map(GivenPin::secret);
        self.secrets.iter_mut().map(|held| &mut held.value).chain(pin).collect()
    }
}

impl Verb for BeginConnect {
    const NAME: &'static str = "connect begin";
    const PURPOSE: Purpose = Purpose::Change;
    const ASKS: bool = true;
    type Reply = ConnectBegun;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ConnectBegun, Failure> {
        let Self { environment, tenant, confirm, scope, account } = self;
        policy::signs_in(app, &environment, tenant.as_deref())?;
        let contexts = &open.contexts;
        let acting = contexts.resolved()?;
        contexts.scope_of_keeping(app, scope)?;
        let (cloud, confirmed) = agreed::cloud(app, contexts, &environment, &confirm)?;
        let claims = challenge::latest(contexts, &environment, tenant.as_deref());
        let claims = claims.map(|latest| latest.claims.clone());
        let account = match account {
            None => None,
            Some(typed) => {
                // Its tokens are asked for with what the vault knows of the cloud.
                if !confirmed.is_empty() {
                    online::confirm(app, &mut open.vault, &confirmed)?;
                    open.refresh(app)?;
                }
                Some(stored::account(&open.contexts, &typed, &environment)?)
            }
        };
        let current = acting.as_ref().map(Acting::context).map(Context::copied);
        Ok(ConnectBegun { cloud, confirmed, claims, current, account })
    }
}

impl Verb for StoredToken {
    const NAME: &'static str = "connect token";
    const PURPOSE: Purpose = Purpose::Change;
    const GOES_ONLINE: bool = true;
    type Reply = StoredTokenReply;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<StoredTokenReply, Failure> {
        let Self { account, environment, tenant } = self;
        let cloud = online::cloud(&open.contexts, &environment)?;
        let wanted = account.token_request(&cloud, &tenant)?;
        let value = SecretPart::new(tokens::token(app, open, &wanted)?.value);
        Ok(StoredTokenReply { value })
    }
}

impl Verb for KeepConnected {
    const NAME: &'static str = "connect";
    const PURPOSE: Purpose = Purpose::Change;
    const ASKS: bool = true;
    type Reply = Done;

    fn answered(app: &App, done: &Done) {
        done.follow(app);
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Done, Failure> {
        let Self { signed_in, asked, account, secrets, confirmed, tenant, way, .. } = self;
        let (scope, replace) = (self.scope, self.replace);
        policy::signs_in(app, &signed_in.environment, tenant.as_deref())?;
        if let Some(pin) = self.pin {
            pkcs11::keep_pin(app, pin)?;
        }
        let (old_secrets, answered) = match way {
            SignInWay::Stored => (OldSecrets::Keep, Vec::new()),
            _ => {
                let answered = challenge::answered(&open.contexts, &account, tenant.as_deref());
                (OldSecrets::Replace, answered)
            }
        };
        let extras = ChangeExtras {
            accounts: vec![account],
            secrets,
            old_secrets,
            confirmed,
            answered,
            from: Some(audit::of_sign_in(&signed_in.account.id, way.as_str())),
            ..ChangeExtras::default()
        };
        let destroy = Consent::Ask;
        let request = ChangeRequest { verb: "connect", scope, replace, destroy, run: Run::Real };
        change::carry_out_on(app, open, request, &extras, &|known| {
            rule::connect(known, &signed_in, &asked)
        })
    }
}
