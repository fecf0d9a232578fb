//! Replacing a client secret of an application by a certificate whose key is on a token, in steps of which each
//! leaves a credential that works.
//!
//! Nothing is remembered of how far it came: what Entra and the vault say is where it goes on. Until the key has
//! signed in the secret is untouched, and it leaves the vault when Entra has refused it.

mod entra;
mod patience;
mod steps;

use std::collections::BTreeMap;

use azvault_model::{ContextName, HeldSecret, IdentityKind, SecretDescription};
use azvault_signin::Http;
use azvault_signin::graph::Password;
use azvault_vault::Id;

use self::entra::Entra;
use self::patience::Patience;
pub use self::steps::{Act, State, Taken};
use crate::app::{App, Consent};
use crate::ask::Requests;
use crate::change::Run;
use crate::connect::PKCS11_KEY;
use crate::failure::{Failure, Kind};
use crate::online;
use crate::pkcs11::LoadedKey;
use crate::shell_word::shell_word;
use crate::text::{cited, count, quoted, shown};
use crate::verbs::{
    BeginReplacement, Principal, RemoveReplaced, ReplacedRemoval, ReplacementBegun, SwitchToKey,
    Tried, TrySignIn, changed_meanwhile,
};

/// What is to be replaced.
pub struct Replacement<'a> {
    /// Whose secret, by the application's id.
    pub application: &'a str,
    pub environment: &'a str,
    pub tenant: Option<&'a str>,
    /// Whose rights change the application; its own, if there is none.
    pub rights_of: Option<&'a ContextName>,
    pub consent: Consent,
    pub run: Run,
}

/// What came of it.
pub struct Replaced {
    pub application: String,
    pub tenant: String,
    pub key: String,
    pub steps: Vec<Taken>,
}

/// The key that takes the secret's place: of this command, or stored by an earlier one.
enum NewKey {
    Loaded(Box<LoadedKey>),
    Stored(Id),
}

/// Replaces them, from wherever an earlier run came to.
pub fn replace(
    app: &App,
    asked: &Replacement<'_>,
    key: Option<LoadedKey>,
) -> Result<Replaced, Failure> {
    let mut requests = Requests::new(app);
    let begun = requests.ask(BeginReplacement {
        application: asked.application.to_owned(),
        environment: asked.environment.to_owned(),
        tenant: asked.tenant.map(str::to_owned),
        pin: key.as_ref().and_then(LoadedKey::given_pin),
    })?;
    let http = online::http(app)?;
    let mut work = Replacing::of(app, &http, begun, key)?;
    let living = work.living(&mut requests)?;
    let plan = work.plan(&mut requests, asked, &living)?;
    if asked.run == Run::Dry || plan.is_done() {
        return Ok(work.told(plan.steps(State::Planned)));
    }
    app.confirm(asked.consent, &work.question(&plan))?;
    if let (State::Planned, Some(entra)) = (plan.add, &plan.entra) {
        entra.add_certificate(&work.certificate)?;
        app.console.note("the application has the certificate");
    }
    work.sign_in()?;
    let stored = work.switch(&mut requests)?;
    if let Some(entra) = &plan.entra {
        for password in &plan.passwords {
            entra.remove_password(password)?;
            let key_id = &password.key_id;
            app.console
                .note(format!("the application no longer has the secret (password {key_id})"));
        }
    }
    for secret in work.begun.secrets.clone() {
        work.remove(&mut requests, secret, stored)?;
    }
    Ok(work.told(plan.steps(State::Done)))
}

/// What is to be done, and what is done already.
struct Plan<'a> {
    entra: Option<Entra<'a>>,
    add: State,
    switch: State,
    passwords: Vec<Password>,
    /// How many secrets leave the vault.
    secrets: usize,
}

impl Plan<'_> {
    fn is_done(&self) -> bool {
        self.add == State::DoneBefore && self.switch == State::DoneBefore && self.secrets == 0
    }

    /// The steps, with what is not done before in this state.
    fn steps(&self, now: State) -> Vec<Taken> {
        let or_now = |is_left: bool| if is_left { now } else { State::DoneBefore };
        let is_left = |state: State| state == State::Planned;
        let states = [
            (Act::AddCertificate, is_left(self.add)),
            (Act::SignIn, !self.is_done()),
            (Act::SwitchContexts, is_left(self.switch)),
            (Act::RemovePassword, !self.passwords.is_empty()),
            (Act::RemoveSecret, self.secrets > 0),
        ];
        states.into_iter().map(|(act, left)| Taken { act, state: or_now(left) }).collect()
    }
}

struct Replacing<'a> {
    app: &'a App,
    http: &'a Http,
    begun: ReplacementBegun,
    key: NewKey,
    uri: String,
    /// DER.
    certificate: Vec<u8>,
}

impl<'a> Replacing<'a> {
    fn of(
        app: &'a App,
        http: &'a Http,
        begun: ReplacementBegun,
        key: Option<LoadedKey>,
    ) -> Result<Self, Failure> {
        let application = quoted(begun.principal.id());
        let (key, uri, certificate) = match (key, &begun.key) {
            (Some(loaded), Some(stored)) if stored.certificate == loaded.certificate_der() => {
                (NewKey::Stored(stored.id), stored.uri.clone(), stored.certificate.clone())
            }
            (Some(loaded), _) => {
                let (uri, certificate) = (loaded.uri(), loaded.certificate_der().to_vec());
                (NewKey::Loaded(Box::new(loaded)), uri, certificate)
            }
            (None, Some(stored)) => {
                (NewKey::Stored(stored.id), stored.uri.clone(), stored.certificate.clone())
            }
            (None, None) => {
                let what = format!("no key on a token is stored for {application}");
                return Err(Failure::new(Kind::Usage, what).hint(NAME_KEY));
            }
        };
        if begun.secrets.is_empty() && begun.key.is_none() {
            let what = format!("the vault has no client secret of {application}");
            return Err(Failure::new(Kind::NotFound, what).hint("azvault harden"));
        }
        Ok(Self { app, http, begun, key, uri, certificate })
    }

    /// The secrets that Entra still takes.
    fn living(&self, requests: &mut Requests<'_>) -> Result<Vec<Id>, Failure> {
        let mut living = Vec::new();
        for only in self.begun.secrets.iter().copied() {
            if self.tried(requests, only)? == Tried::SignedIn {
                living.push(only);
            }
        }
        Ok(living)
    }

    fn tried(&self, requests: &mut Requests<'_>, only: Id) -> Result<Tried, Failure> {
        requests.ask(TrySignIn { principal: self.begun.principal.clone(), only })
    }

    fn plan(
        &self,
        requests: &mut Requests<'_>,
        asked: &Replacement<'_>,
        living: &[Id],
    ) -> Result<Plan<'a>, Failure> {
        let secrets = self.begun.secrets.len();
        let is_stored = matches!(self.key, NewKey::Stored(_));
        let switch = if is_stored { State::DoneBefore } else { State::Planned };
        if is_stored && living.is_empty() {
            // Entra has done its part.
            return Ok(Plan { entra: None, add: switch, switch, passwords: Vec::new(), secrets });
        }
        let rights = asked.rights_of.cloned();
        let entra = Entra::of(self.http, requests, &self.begun, rights)?;
        let application = entra.application()?;
        let has = application.has_certificate(&self.certificate);
        let add = if has { State::DoneBefore } else { State::Planned };
        let mut passwords = Vec::new();
        let others = entra.service_principal_passwords()?;
        for secret in living {
            let found = entra::password(requests, &application.passwords, &others, *secret)?;
            match (found, is_stored) {
                // Two secrets of the vault can be one password, stored for two tenants.
                (Some(password), _) if passwords.contains(&password) => {}
                (Some(password), _) => passwords.push(password),
                // Removed by now; it takes a while until each of Entra's machines knows.
                (None, true) => {}
                (None, false) => return Err(self.no_password()),
            }
        }
        Ok(Plan { entra: Some(entra), add, switch, passwords, secrets })
    }

    fn no_password(&self) -> Failure {
        let application = self.begun.principal.id();
        let what = format!(
            "none of the passwords of {} in Entra is the secret of the vault: it may be its service principal's",
            quoted(application)
        );
        let hint = format!("az ad sp credential list --id {}", shell_word(application));
        Failure::new(Kind::NotFound, what).hint(hint)
    }

    fn question(&self, plan: &Plan<'_>) -> String {
        let principal = &self.begun.principal;
        let mut text = format!(
            "{} in the tenant {} is to sign in with {}:\n",
            cited(principal.id()),
            cited(&principal.tenant),
            cited(&self.uri)
        );
        for Taken { act, state } in plan.steps(State::Planned) {
            if state == State::Planned {
                text.push_str(&format!("  {}\n", act.in_words()));
            }
        }
        let ids: Vec<&str> = plan.passwords.iter().map(|own| own.key_id.as_str()).collect();
        if !ids.is_empty() {
            text.push_str(&format!("  (password {})\n", shown(&ids.join(", "))));
        }
        text.push_str(&format!("Replace {}?", count(plan.secrets, "secret")));
        text
    }

    /// Has the key sign in by itself, before anything in the vault says that it does. A stored one is tried by
    /// [`Replacing::switch`].
    fn sign_in(&self) -> Result<(), Failure> {
        let NewKey::Loaded(key) = &self.key else { return Ok(()) };
        let patient = Patience::new(self.app, "waiting for Entra to know the certificate");
        patient.until(|| match entra::sign_in(self.app, self.http, &self.begun, key) {
            Ok(()) => Ok(Some(())),
            Err(failure) if failure.kind == Kind::SignInNeeded => Ok(None),
            Err(failure) => Err(failure),
        })?;
        self.app.console.note("the key signs in");
        Ok(())
    }

    /// Has the vault's contexts sign in with the key, and tries that too.
    fn switch(&mut self, requests: &mut Requests<'_>) -> Result<Id, Failure> {
        let stored = match &self.key {
            NewKey::Stored(id) => *id,
            NewKey::Loaded(key) => {
                let held = held(key, &self.begun.principal);
                let mut properties = BTreeMap::new();
                properties.insert("CertificateThumbprint".to_owned(), key.thumbprint());
                properties.insert(PKCS11_KEY.to_owned(), key.uri());
                let principal = self.begun.principal.clone();
                requests.ask(SwitchToKey { principal, properties, key: vec![held] })?;
                self.app.console.note("the vault's contexts sign in with the key");
                self.begun = self.again(requests)?;
                self.begun.key.as_ref().ok_or_else(changed_meanwhile)?.id
            }
        };
        let patient = Patience::new(self.app, "waiting for Entra to know the certificate");
        patient.until(|| match self.tried(requests, stored)? {
            Tried::SignedIn => Ok(Some(())),
            Tried::Refused => Ok(None),
        })?;
        Ok(stored)
    }

    /// What the vault has now.
    fn again(&self, requests: &mut Requests<'_>) -> Result<ReplacementBegun, Failure> {
        let principal = &self.begun.principal;
        requests.ask(BeginReplacement {
            application: principal.id().to_owned(),
            environment: principal.environment.clone(),
            tenant: Some(principal.tenant.clone()),
            pin: None,
        })
    }

    /// Removes a secret from the vault, once Entra takes it no more.
    fn remove(&self, requests: &mut Requests<'_>, secret: Id, key: Id) -> Result<(), Failure> {
        let patient = Patience::new(self.app, "waiting for Entra to refuse the secret");
        let principal = &self.begun.principal;
        patient.until(|| {
            let remove = RemoveReplaced { principal: principal.clone(), secret, key };
            match requests.ask(remove)? {
                ReplacedRemoval::Removed => Ok(Some(())),
                ReplacedRemoval::StillTaken => Ok(None),
            }
        })?;
        self.app.console.note("the vault no longer has the secret");
        Ok(())
    }

    fn told(&self, steps: Vec<Taken>) -> Replaced {
        let principal = &self.begun.principal;
        let (application, tenant) = (principal.id().to_owned(), principal.tenant.clone());
        Replaced { application, tenant, key: self.uri.clone(), steps }
    }
}

/// What the vault has of a key, with whose it is.
fn held(key: &LoadedKey, principal: &Principal) -> HeldSecret {
    let HeldSecret { description, value } = key.held();
    let description = SecretDescription {
        account: Some(principal.id().into()),
        client_id: Some(principal.id().into()),
        tenant: Some(principal.tenant.as_str().into()),
        environment: Some(principal.environment.as_str().into()),
        account_kind: Some(IdentityKind::Application),
        ..description
    };
    HeldSecret { description, value }
}

const NAME_KEY: &str = "azvault key create-principal URI --subject CN=NAME --pkcs11-module PATH makes one, and --key URI names it";
