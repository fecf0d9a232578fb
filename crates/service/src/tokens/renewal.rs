//! Getting a new token from the sign-in service, and storing it before anybody has it: what the process
//! does that has the vault open. The service is asked by a renewer, with one credential at a time.

use std::collections::VecDeque;

use azvault_model::{
    AccountId, HeldSecret, HomeAccountId, ManagedIdentity, Secret, SecretDescription, SecretKind,
};
use azvault_os::file::create_private_folders;
use azvault_signin::AZURE_POWERSHELL;

use super::credential::{self, Credential};
use super::order::{
    self, Answer, Came, CertificateParts, Next, Order, Question, Refused, Sent, Unclaimed,
};
use super::token_request::TokenRequest;
use super::{assertion, certificate, challenge, store, token_key};
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::message::SecretPart;
use crate::network::Network;
use crate::online::CloudChoice;
use crate::opening::OpenVault;
use crate::pkcs11::PinTried;
use crate::secrets::{SecretLocation, SecretRef};
use crate::shell_word::shell_word;
use crate::text::quoted;
use crate::{audit, contexts, online, paths, secrets};

/// A token that is being got. Holds no secret but what the way to the service needs.
pub(crate) struct Renewal {
    wanted: TokenRequest,
    cloud: CloudChoice,
    network: Network,
    /// What is tried, the best first.
    left: VecDeque<Candidate>,
    /// The refresh token that was sent last.
    redeemed: Option<Redeemed>,
    /// The token to which a PIN was sent last.
    token: Option<String>,
    /// Why the first did not do.
    first: Option<Failure>,
    sent: Sent,
}

/// A credential that may do.
enum Candidate {
    RefreshToken(Redeemed),
    ClientSecret(SecretLocation),
    Certificate(CertificateChoice),
    Pkcs11Key(SecretLocation),
    FederatedToken(SecretLocation),
    ManagedIdentity(ManagedIdentity),
}

/// A refresh token of the vault or of the session.
#[derive(Clone)]
struct Redeemed {
    location: SecretLocation,
    about: SecretDescription,
}

#[derive(Clone)]
struct CertificateChoice {
    location: SecretLocation,
    passwords: Vec<SecretLocation>,
    thumbprint: Option<String>,
    sends_chain: bool,
}

/// What comes next.
pub(super) enum Progress {
    /// Another credential is tried.
    Ask(Box<Order>),
    /// The token is stored, or there is none.
    Ended(Result<(), Failure>),
}

impl Renewal {
    /// Of a token that is allowed, with what the account has to sign in with.
    pub(super) fn begin(
        app: &App,
        open: &OpenVault,
        wanted: &TokenRequest,
    ) -> Result<Self, Failure> {
        let contexts = &open.contexts;
        let network = online::network(app);
        online::check_network(app, &network)?;
        online::warn_of_reader(app, &network);
        Ok(Self {
            cloud: CloudChoice::of(contexts, &wanted.environment)?,
            network,
            left: candidates(open, wanted, credential::of(contexts, wanted)?),
            wanted: wanted.clone(),
            redeemed: None,
            token: None,
            first: None,
            sent: Sent::No,
        })
    }

    /// The token that is wanted.
    pub(super) fn wanted(&self) -> &TokenRequest {
        &self.wanted
    }

    /// The question with the next credential; `None` where there is no other.
    pub(super) fn next(&mut self, app: &App, open: &OpenVault) -> Result<Option<Order>, Failure> {
        let Some(candidate) = self.left.pop_front() else { return Ok(None) };
        let OpenVault { vault, contexts, .. } = open;
        let snapshot = vault.snapshot()?;
        let value = |location| secrets::value(&snapshot, contexts, location);
        let part = |location| value(location).map(SecretPart::new);
        let mut client = self.wanted.account.clone();
        (self.redeemed, self.token) = (None, None);
        let credential = match candidate {
            Candidate::RefreshToken(held) => {
                let own = held.about.client_id.as_deref();
                own.unwrap_or(AZURE_POWERSHELL).clone_into(&mut client);
                let value = part(held.location)?;
                self.redeemed = Some(held);
                order::Credential::RefreshToken(value)
            }
            Candidate::ClientSecret(location) => order::Credential::ClientSecret(part(location)?),
            Candidate::Certificate(chosen) => order::Credential::Certificate(CertificateParts {
                bytes: part(chosen.location)?,
                passwords: chosen.passwords.into_iter().map(part).collect::<Result<_, _>>()?,
                thumbprint: chosen.thumbprint,
                sends_chain: chosen.sends_chain,
            }),
            Candidate::Pkcs11Key(location) => {
                let parts = token_key::parts(app, &self.wanted, contexts, &value(location)?)?;
                self.token = Some(parts.key.token());
                order::Credential::Pkcs11Key(parts)
            }
            Candidate::FederatedToken(location) => {
                let living = assertion::living(app, contexts, &self.wanted, value(location)?)?;
                order::Credential::FederatedToken(SecretPart::new(living))
            }
            Candidate::ManagedIdentity(identity) => order::Credential::ManagedIdentity(identity),
        };
        let question = Question {
            vault: vault.id().to_string(),
            cloud: self.cloud.clone(),
            tenant: self.wanted.tenant.clone(),
            client,
            scopes: self.wanted.scopes.clone(),
            resource: self.wanted.resource().to_owned(),
            claims: self.wanted.claims.clone(),
            repeats: self.wanted.repeats,
        };
        let unclaimed = self.unclaimed(app, open)?;
        Ok(Some(Order { question, credential, network: self.network.copied(), unclaimed }))
    }

    /// Where the renewer keeps a refresh token that nobody takes. Of a session nothing is on a disk.
    fn unclaimed(&self, app: &App, open: &OpenVault) -> Result<Option<Unclaimed>, Failure> {
        let Some(Redeemed { location: SecretLocation::Vault(redeemed), .. }) = self.redeemed else {
            return Ok(None);
        };
        let vault = &open.vault;
        let folder = paths::unclaimed(&app.anchors()?);
        create_private_folders(&folder)
            .map_err(|e| Failure::new(Kind::Other, format!("no place to renew: {e}")))?;
        let file = folder.join(format!("{}.{redeemed}", vault.id()));
        let key = vault.key_of_unclaimed(redeemed)?.to_text();
        let key = SecretPart::new(Secret::copied_from(key.as_bytes()));
        Ok(Some(Unclaimed { file, vault: vault.id(), redeemed, key }))
    }

    /// Takes what a renewer answered: stores it, tries another credential, or says why there is none.
    pub(super) fn take(
        &mut self,
        app: &App,
        open: &mut OpenVault,
        answer: Answer,
    ) -> Result<Progress, Failure> {
        let came = match answer.0 {
            Ok(came) => came,
            Err(refused) => return self.try_next(app, open, refused),
        };
        if let Err(failure) = self.check_home(&came) {
            self.sent = Sent::Yes;
            return Ok(Progress::Ended(Err(self.given_up(app, open, failure))));
        }
        let redeemed = self.redeemed.as_ref();
        let new = new_secrets(&self.wanted, came, redeemed.map(|held| &held.about));
        store::store(app, open, &self.wanted, new, redeemed.map(|held| held.location))?;
        Ok(Progress::Ended(Ok(())))
    }

    fn try_next(
        &mut self,
        app: &App,
        open: &mut OpenVault,
        refused: Refused,
    ) -> Result<Progress, Failure> {
        let Refused { failure, next, sent, pin } = refused;
        if let (PinTried::Refused, Some(token)) = (pin, &self.token) {
            // The token counts: it is asked for again before it is shown again.
            app.pins.forget(token);
        }
        if sent == Sent::Yes {
            self.sent = sent;
        }
        let failure = match next {
            Next::Another => {
                self.first.get_or_insert(failure);
                if let Some(order) = self.next(app, open)? {
                    return Ok(Progress::Ask(Box::new(order)));
                }
                self.first.take().unwrap_or_else(contexts::none_active)
            }
            Next::Nothing => failure,
        };
        Ok(Progress::Ended(Err(self.given_up(app, open, failure))))
    }

    /// No token comes: what that means for the account.
    fn given_up(&self, app: &App, open: &mut OpenVault, failure: Failure) -> Failure {
        if self.sent == Sent::Yes {
            tell(app, open, &self.wanted);
        }
        let failure = refused(&self.wanted, failure);
        if let Some(claims) = &failure.claims {
            challenge::keep(app, open, &self.wanted, claims);
        }
        failure
    }

    /// Refuses tokens of somebody else: a refresh token whose file named its user alone can be that of
    /// another account of the same name.
    fn check_home(&self, came: &Came) -> Result<(), Failure> {
        let Some(redeemed) = &self.redeemed else { return Ok(()) };
        let (Some(own), Some(came)) = (&self.wanted.home_account_id, &came.home_account_id) else {
            return Ok(());
        };
        let named = redeemed.about.home_account_id.as_ref();
        if named.is_some_and(|named| HomeAccountId(named) == HomeAccountId(own))
            || HomeAccountId(own) == HomeAccountId(came)
        {
            return Ok(());
        }
        let account = quoted(&self.wanted.account);
        let what = format!("what is stored for {account} signs in another account of that name");
        Err(Failure::new(Kind::SignInNeeded, what).hint("azvault connect"))
    }
}

/// What is tried, one after the other.
fn candidates(
    open: &OpenVault,
    wanted: &TokenRequest,
    credential: Credential<'_>,
) -> VecDeque<Candidate> {
    let location = |held: SecretRef<'_>| held.location;
    match credential {
        Credential::RefreshTokens(held) => held
            .into_iter()
            .map(|held| Redeemed { location: held.location, about: held.description.clone() })
            .map(Candidate::RefreshToken)
            .collect(),
        Credential::ClientSecrets(held) => {
            held.into_iter().map(location).map(Candidate::ClientSecret).collect()
        }
        Credential::Certificates(held) => {
            let passwords: Vec<_> = held.passwords.into_iter().map(location).collect();
            let choice = |thumbprint: Option<&str>, held: &SecretRef<'_>| CertificateChoice {
                location: held.location,
                passwords: passwords.clone(),
                thumbprint: thumbprint.map(str::to_owned),
                sends_chain: certificate::sends_chain(&open.contexts, wanted),
            };
            // The one that the account names, else the first that opens.
            let named = certificate::thumbprint(&open.contexts, wanted);
            let all = held.certificates.iter();
            let first =
                named.iter().flat_map(|own| all.clone().map(|held| choice(Some(own), held)));
            let rest = all.clone().map(|held| choice(None, held));
            first.chain(rest).map(Candidate::Certificate).collect()
        }
        // Another key is another credential, which nobody meant.
        Credential::Pkcs11Keys(held) => {
            held.into_iter().map(location).take(1).map(Candidate::Pkcs11Key).collect()
        }
        Credential::Assertion(held) => [Candidate::FederatedToken(held.location)].into(),
        Credential::ManagedIdentity(identity) => [Candidate::ManagedIdentity(identity)].into(),
    }
}

/// What the service, or the way to it, has against the token: with the resource that it was for, and
/// what to type next for this account.
fn refused(wanted: &TokenRequest, failure: Failure) -> Failure {
    let (resource, tenant) = (quoted(wanted.resource()), quoted(&wanted.tenant));
    // What it was asked to answer still is to be answered.
    let of_request = wanted.claims.clone().filter(|_| failure.kind == Kind::SignInNeeded);
    let claims = failure.claims.clone().or(of_request);
    let hint = match (&failure.hint, failure.kind) {
        _ if claims.is_some() => {
            format!("{} signs in with what is asked for", super::sign_in::to_type(wanted))
        }
        (Some(hint), Kind::SignInNeeded) => {
            hint.replacen("azvault connect", &super::sign_in::to_type(wanted), 1)
        }
        (Some(hint), _) => hint.clone(),
        (None, _) => format!(
            "check the address, and whether that tenant has such a service: azvault token --resource {} \
             --tenant ID asks in another",
            shell_word(wanted.resource())
        ),
    };
    let what = format!("no token to {resource} in the tenant {tenant}: {}", failure.what);
    Failure { what, claims, ..failure }.hint(hint)
}

/// Credentials have left, and nothing came for them: that stands in the audit log, since it need not
/// have been the service that took them.
fn tell(app: &App, open: &mut OpenVault, wanted: &TokenRequest) {
    let sent = match store::is_of_session(&open.contexts, wanted) {
        true => audit::of_sent_by_session(),
        false => audit::of_sent(&wanted.account, &wanted.tenant),
    };
    let told =
        open.vault.write(|writing| audit::log(app, writing, "token renew failed", vec![sent]));
    if let Err(e) = told {
        app.console.warning(format!("the audit log does not have that credentials were sent: {e}"));
    }
}

/// What is stored of a reply: the access token, and the refresh token if it came.
fn new_secrets(
    wanted: &TokenRequest,
    came: Came,
    before: Option<&SecretDescription>,
) -> Vec<HeldSecret> {
    // A file can have the user's name in the place of the home account.
    let named = before.and_then(|about| about.home_account_id.clone());
    let named = named.filter(|home| AccountId(home) != AccountId(&wanted.account));
    let of = |kind| SecretDescription {
        account: Some(wanted.account.as_str().into()),
        client_id: before.and_then(|about| about.client_id.clone()),
        environment: Some(wanted.environment.as_str().into()),
        home_account_id: wanted
            .home_account_id
            .clone()
            .or_else(|| named.as_ref().map(|text| text.to_string()))
            .or_else(|| came.home_account_id.clone())
            .map(Into::into),
        account_kind: wanted.kind(),
        ..SecretDescription::of(kind)
    };
    let access = SecretDescription {
        tenant: Some(wanted.tenant.as_str().into()),
        target: Some(wanted.scopes.join(" ").into()),
        claims: wanted.claims.as_deref().map(Into::into),
        expires_on: Some(came.expires_on),
        ..of(SecretKind::AccessToken)
    };
    let refresh = SecretDescription {
        family_id: came
            .family_id
            .clone()
            .or_else(|| before.and_then(|b| b.family_id.clone()).map(|text| text.to_string()))
            .map(Into::into),
        ..of(SecretKind::RefreshToken)
    };
    let value = came.access_token.into_value();
    let mut new = vec![HeldSecret { description: access, value }];
    if let Some(value) = came.refresh_token.filter(|_| before.is_some()) {
        new.push(HeldSecret { description: refresh, value: value.into_value() });
    }
    new
}
