//! Replacing a client secret of an application by a key on a token: what the process does that has the vault
//! open. The secret stays in it: the service is asked by a renewer, and a password of Entra is recognised here.

mod asking;

use std::collections::BTreeMap;

use azvault_model::rules::harden::sign_with_key;
use azvault_model::{Account, AccountKey, AccountType, IdentityKind, KnownAccountType};
use azvault_model::{HeldSecret, Scope, Secret, SecretKind};
use azvault_vault::{Id, Parting, Problem};
use serde::{Deserialize, Serialize};

use self::asking::tried;
pub use self::asking::{
    GraphToken, GraphTokenReply, SuchPasswords, Tried, TrySignIn, WhichPasswords,
};
use super::Verb;
use super::secrets::changed_meanwhile;
use crate::app::{App, Consent};
use crate::change::{self, ChangeExtras, ChangeRequest, Done, OldSecrets, Run};
use crate::connect::method::SignInWay;
use crate::connect::stored::{self, StoredAccount};
use crate::contexts::{Contexts, Purpose};
use crate::failure::{Failure, Kind};
use crate::message::{Message, held};
use crate::online::CloudChoice;
use crate::opening::OpenVault;
use crate::pkcs11::{self, GivenPin, StoredKey};
use crate::secrets::{self, SecretLocation, SecretRef};
use crate::text::quoted;
use crate::tokens::{self, TokenRequest};
use crate::{audit, online, policy};

/// Who is replaced a secret of, and with what.
#[derive(Serialize, Deserialize)]
pub struct BeginReplacement {
    /// Its id.
    pub application: String,
    pub environment: String,
    /// In which it is registered; the only one that it is known in, if there is none.
    pub tenant: Option<String>,
    /// The PIN of the token, which is kept in memory alone.
    pub pin: Option<GivenPin>,
}

/// What there is of it.
#[derive(Serialize, Deserialize)]
pub struct ReplacementBegun {
    pub principal: Principal,
    pub cloud: CloudChoice,
    /// Its client secrets, of all tenants.
    pub secrets: Vec<Id>,
    /// The key on a token that is stored for it.
    pub key: Option<StoredKeyFacts>,
}

/// An application, where it is registered.
#[derive(Clone, Serialize, Deserialize)]
pub struct Principal {
    account: StoredAccount,
    pub environment: String,
    pub tenant: String,
}

/// A key on a token that is stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredKeyFacts {
    pub id: Id,
    pub uri: String,
    /// DER.
    pub certificate: Vec<u8>,
}

/// Stores a key on a token, and has all contexts of the application sign in with it.
#[derive(Serialize, Deserialize)]
pub struct SwitchToKey {
    pub principal: Principal,
    /// What the contexts say of it.
    pub properties: BTreeMap<String, String>,
    #[serde(with = "held")]
    pub key: Vec<HeldSecret>,
}

/// Removes a client secret that the service takes no more, of an application whose key signs in.
#[derive(Serialize, Deserialize)]
pub struct RemoveReplaced {
    pub principal: Principal,
    pub secret: Id,
    pub key: Id,
}

/// Whether it is gone.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplacedRemoval {
    Removed,
    /// The service still takes it.
    StillTaken,
}

impl Message for BeginReplacement {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.pin.iter_mut().map(GivenPin::secret).collect()
    }
}

impl Message for ReplacementBegun {}

impl Message for SwitchToKey {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.key.iter_mut().map(|held| &mut held.value).collect()
    }
}

impl Message for RemoveReplaced {}

impl Message for ReplacedRemoval {}

impl Principal {
    /// The application's id.
    pub fn id(&self) -> &str {
        self.account.id()
    }

    /// The request for a token to Resource Manager, by one credential.
    fn request(&self, contexts: &Contexts, only: Option<Id>) -> Result<TokenRequest, Failure> {
        let cloud = online::cloud(contexts, &self.environment)?;
        let wanted = self.account.token_request(&cloud, &self.tenant)?;
        Ok(TokenRequest { only: only.map(Id::number), ..wanted })
    }

    fn owner(&self, contexts: &Contexts) -> Result<AccountKey, Failure> {
        self.request(contexts, None)?.owner(&contexts.accounts())
    }

    /// A secret of its own in the vault, of a kind.
    fn own<'a>(
        &self,
        contexts: &'a Contexts,
        id: Id,
        kind: SecretKind,
    ) -> Result<SecretRef<'a>, Failure> {
        let all = of_kind(contexts, &self.owner(contexts)?, kind);
        all.into_iter().find(|own| own.location.id() == id).ok_or_else(changed_meanwhile)
    }
}

/// The secrets of a kind that an account has in the vault, the newest first.
fn of_kind<'a>(contexts: &'a Contexts, owner: &AccountKey, kind: SecretKind) -> Vec<SecretRef<'a>> {
    let everyone = contexts.everyone();
    let mut all = contexts.secrets_of(&everyone, owner);
    all.retain(|secret| {
        secret.description.kind == kind
            && secret.location.scope() == Scope::User
            && everyone.accounts.may_use(owner, secret.description)
    });
    all.sort_by_key(|secret| std::cmp::Reverse(secret.created));
    all
}

impl Verb for BeginReplacement {
    const NAME: &'static str = "harden begin";
    const PURPOSE: Purpose = Purpose::Change;
    type Reply = ReplacementBegun;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ReplacementBegun, Failure> {
        let Self { application, environment, tenant, pin } = self;
        policy::signs_in(app, &environment, tenant.as_deref())?;
        policy::keep(app)?;
        if let Some(pin) = pin {
            pkcs11::keep_pin(app, pin)?;
        }
        let contexts = &open.contexts;
        if contexts.scope_of_change(Some(Scope::User))? != Scope::User {
            let what = "the key would be known in this session alone, and the secret be gone";
            return Err(Failure::new(Kind::Refused, what).hint("run it without --context"));
        }
        let account = stored::account(contexts, &application, &environment)?;
        if account.kind() != IdentityKind::Application {
            let what = format!("{} is no application", quoted(account.id()));
            return Err(Failure::new(Kind::Refused, what).hint("azvault harden"));
        }
        let tenant = tenant.map_or_else(|| only_tenant(&account), Ok)?;
        let principal = Principal { account, environment, tenant };
        let owner = principal.owner(contexts)?;
        let secrets = of_kind(contexts, &owner, SecretKind::ClientSecret);
        let secrets = secrets.iter().map(|own| own.location.id()).collect();
        let key = of_kind(contexts, &owner, SecretKind::Pkcs11Key).into_iter().next();
        let key = key.map(|key| facts(open, key.location)).transpose()?;
        let cloud = CloudChoice::of(contexts, &principal.environment)?;
        Ok(ReplacementBegun { principal, cloud, secrets, key })
    }
}

fn only_tenant(account: &StoredAccount) -> Result<String, Failure> {
    match account.tenants() {
        [only] => Ok(only.to_string()),
        tenants => {
            let what = format!(
                "{} is known in {} tenants, and registered in one",
                quoted(account.id()),
                tenants.len()
            );
            Err(Failure::new(Kind::NotFound, what).hint("say which: --tenant ID"))
        }
    }
}

fn facts(open: &OpenVault, location: SecretLocation) -> Result<StoredKeyFacts, Failure> {
    let record = secrets::value(&open.vault.snapshot()?, &open.contexts, location)?;
    let key = StoredKey::read(&record)?;
    let (uri, certificate) = (key.uri()?.to_string(), key.certificate()?);
    let certificate = certificate.all().next().unwrap_or_default().to_vec();
    Ok(StoredKeyFacts { id: location.id(), uri, certificate })
}

impl Verb for SwitchToKey {
    const NAME: &'static str = "harden switch";
    const PURPOSE: Purpose = Purpose::Change;
    type Reply = Done;

    fn answered(app: &App, done: &Done) {
        done.follow(app);
    }

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Done, Failure> {
        let Self { principal, properties, key } = self;
        policy::signs_in(app, &principal.environment, Some(&principal.tenant))?;
        let owner = principal.owner(&open.contexts)?;
        let account = Account {
            id: principal.id().into(),
            account_type: AccountType::from(KnownAccountType::ServicePrincipal),
            environment: Some(principal.environment.as_str().into()),
            home_account_id: None,
            tenants: vec![principal.tenant.as_str().into()],
            properties: properties.clone(),
        };
        let extras = ChangeExtras {
            accounts: vec![account],
            secrets: key,
            // Of the same kind: the client secret stays until the service takes it no more.
            old_secrets: OldSecrets::Replace,
            from: Some(audit::of_sign_in(principal.id(), SignInWay::Pkcs11Key.as_str())),
            ..ChangeExtras::default()
        };
        let (scope, ask) = (Some(Scope::User), Consent::Ask);
        let request =
            ChangeRequest { verb: "harden", scope, replace: ask, destroy: ask, run: Run::Real };
        change::carry_out_on(app, open, request, &extras, &|known| {
            Ok(sign_with_key(known, &owner, &properties))
        })
    }
}

impl Verb for RemoveReplaced {
    const NAME: &'static str = "harden remove";
    const PURPOSE: Purpose = Purpose::User;
    const GOES_ONLINE: bool = true;
    type Reply = ReplacedRemoval;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ReplacedRemoval, Failure> {
        let Self { principal, secret, key } = self;
        principal.own(&open.contexts, key, SecretKind::Pkcs11Key)?;
        principal.own(&open.contexts, secret, SecretKind::ClientSecret)?;
        tokens::try_sign_in(app, open, principal.request(&open.contexts, Some(key))?)?;
        if tried(app, open, &principal, secret)? == Tried::SignedIn {
            return Ok(ReplacedRemoval::StillTaken);
        }
        let own = principal.own(&open.contexts, secret, SecretKind::ClientSecret)?;
        let subject = own.subject();
        open.vault.write(|writing| -> Result<(), Problem> {
            writing.remove_secret(secret, Parting::Renewed)?;
            audit::log(app, writing, "harden", vec![subject])
        })?;
        Ok(ReplacedRemoval::Removed)
    }
}
