//! The renewer: a process that asks the sign-in service one question, and has nothing but what it is
//! told. It has no vault, no key of one and no environment.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use azvault_agent::holder::{self, Beacon};
use azvault_model::{HeldSecret, ProcessScope, SecretDescription, SecretKind};
use azvault_os::file::create_new_private;
use azvault_os::pipe::Stream;
use azvault_signin::certificate::{Certificate, Chain};
use azvault_signin::managed_identity;
use azvault_signin::{
    Client, Error, Http, TenantName, Timeouts, Tokens, client_secret, federated_token, refresh,
};
use azvault_vault::SessionKey;

use super::order::{
    Answer, Came, CertificateParts, Credential, Next, Order, Question, Refused, Sent, Unclaimed,
};
use super::renewal_process::STORED;
use super::token_request::Repeats;
use crate::app::App;
use crate::confined::confine_to_network;
use crate::connect;
use crate::failure::{Failure, Kind};
use crate::message::{SecretPart, encode, framed, received, split};
use crate::online;
use crate::pkcs11::{self, NotSigned, PinTried};
use crate::request::Nothing;
use crate::secrets;

/// Asks what the process at the other end of standard input orders, answers it, and waits until the answer is
/// stored. What nobody takes is sealed and kept: the service does not give it twice.
pub fn serve(app: &App) -> Result<(), Failure> {
    let usage = || Failure::new(Kind::Usage, "azvault renew is started by azvault itself");
    let mut orderer = Stream::of_input().map_err(|_| usage())?;
    let order = received(&mut orderer).map_err(|_| usage())?;
    let parts = split(&order).map_err(|_| usage())?;
    let order: Order = parts.body(0).map_err(|_| usage())?;
    let cannot = |e: io::Error| Failure::new(Kind::Other, format!("renewing: {e}"));
    let _beacon = Beacon::raise(holder::Kind::Renewal, &order.question.vault).map_err(cannot)?;
    let Order { question, credential, network, unclaimed } = order;
    let timeouts = match (&credential, question.repeats) {
        (Credential::ManagedIdentity(_), _) => online::of_machine(),
        (_, Repeats::Ours) => Timeouts::default(),
        (_, Repeats::Callers) => Timeouts { repeats: 0, ..Timeouts::default() },
    };
    let asked = online::http_by(&network, timeouts)
        .map_err(|failure| refused(failure, Next::Nothing))
        .and_then(|http| {
            // It has read whom to trust by now.
            confine(&credential, unclaimed.as_ref());
            let asked = match credential {
                Credential::ManagedIdentity(identity) => network
                    .machine()
                    .map_err(online::failed)
                    .and_then(|endpoint| {
                        let identity = connect::identity(&identity);
                        let (resource, now) = (&question.resource, app.now());
                        managed_identity::sign_in(&http, &endpoint, &identity, resource, now)
                            .map_err(online::failed)
                    })
                    .map_err(|failure| refused(failure, Next::Nothing)),
                credential => ask(app, &http, &question, credential),
            };
            asked.map_err(|refused| match http.has_sent() {
                true => Refused { sent: Sent::Yes, ..refused },
                false => refused,
            })
        });
    let mut answer = Answer(asked.map(came));
    let told = orderer.write_all(&framed(&encode(&mut Nothing {}, &mut answer)));
    let Ok(Came { refresh_token: Some(new), family_id, .. }) = answer.0 else { return Ok(()) };
    let Some(unclaimed) = unclaimed else { return Ok(()) };
    let mut stored = [0];
    match told.and_then(|()| orderer.read_exact(&mut stored)) {
        Ok(()) if stored == [STORED] => Ok(()),
        _ => keep(app, unclaimed, new, family_id).map_err(cannot),
    }
}

/// Where Azure Arc puts what proves to it that a process may have the machine's identity.
const OF_ARC: &str = "/var/opt/azcmagent/tokens";

/// From here on this process has nothing that what a service sends it could reach for; it writes nothing but what
/// nobody may take.
fn confine(credential: &Credential, unclaimed: Option<&Unclaimed>) {
    let mut reads: Vec<&Path> = Vec::new();
    if let Credential::ManagedIdentity(_) = credential {
        reads.push(Path::new(OF_ARC));
    }
    let mut writes: Vec<&Path> = unclaimed.and_then(|own| own.file.parent()).into_iter().collect();
    if let Credential::Pkcs11Key(parts) = credential {
        // A module reads its settings, and writes its store and its device; nothing else of a user's.
        reads.push(&parts.key.place.module);
        writes.extend(parts.key.place.folders.iter().map(PathBuf::as_path));
    }
    confine_to_network(&reads, &writes);
}

/// Shows the credential to the token endpoint.
fn ask(
    app: &App,
    http: &Http,
    question: &Question,
    credential: Credential,
) -> Result<Tokens, Refused> {
    let given_up = |failure| refused(failure, Next::Nothing);
    let cloud = question.cloud.cloud().map_err(given_up)?;
    let tenant = TenantName::parse(&question.tenant).map_err(online::failed).map_err(given_up)?;
    let authority = cloud.authority(tenant);
    let client = Client::with_id(http, &authority, &question.client);
    let scopes: Vec<&str> = question.scopes.iter().map(String::as_str).collect();
    let (claims, now) = (question.claims.as_deref(), app.now());
    match credential {
        Credential::RefreshToken(value) => {
            refresh::redeem(&client, value.value(), &scopes, claims, now).map_err(|e| match e {
                Error::CredentialExpired(_)
                | Error::CredentialWrong(_)
                | Error::InteractionNeeded(_) => refused(online::failed(e), Next::Another),
                e => given_up(online::failed(e)),
            })
        }
        Credential::ClientSecret(value) => {
            client_secret::sign_in(&client, value.value(), &scopes, claims, now).map_err(
                |e| match e {
                    Error::CredentialExpired(_) | Error::CredentialWrong(_) => {
                        refused(online::failed(e), Next::Another)
                    }
                    e => given_up(online::failed(e)),
                },
            )
        }
        Credential::Certificate(parts) => {
            let own = opened(&parts).map_err(|failure| refused(failure, Next::Another))?;
            let chain = if parts.sends_chain { Chain::Sent } else { Chain::Left };
            own.sign_in(&client, chain, &scopes, claims, now)
                .map_err(|e| given_up(online::failed(e)))
        }
        Credential::Pkcs11Key(parts) => {
            let signed = pkcs11::assertion(parts, &client, now);
            let assertion = signed
                .map_err(|NotSigned { failure, pin }| Refused { pin, ..given_up(failure) })?;
            federated_token::sign_in(&client, &assertion, &scopes, claims, now)
                .map_err(|e| given_up(online::failed(e)))
        }
        Credential::FederatedToken(value) => {
            federated_token::sign_in(&client, value.value(), &scopes, claims, now)
                .map_err(|e| given_up(online::failed(e)))
        }
        // It is not asked for at a token endpoint.
        Credential::ManagedIdentity(_) => Err(given_up(crate::contexts::none_active())),
    }
}

/// An application can have a file with a password and one without.
fn opened(parts: &CertificateParts) -> Result<Certificate, Failure> {
    // EXPOSE: taken apart into key and certificates.
    let read = |password| Certificate::read(parts.bytes.value().expose(), password);
    let mut passwords = parts.passwords.iter().map(SecretPart::value);
    let first = parts.passwords.first().map(SecretPart::value);
    let opened = passwords.find_map(|password| read(Some(password)).ok());
    let own = match opened.map_or_else(|| read(None), Ok) {
        Ok(own) => own,
        Err(without) => match first {
            Some(password) => read(Some(password)).map_err(online::failed)?,
            None => return Err(online::failed(without)),
        },
    };
    let thumbprint = parts.thumbprint.as_deref();
    match thumbprint.is_none_or(|named| named.eq_ignore_ascii_case(&own.thumbprint())) {
        true => Ok(own),
        false => Err(Failure::new(Kind::SignInNeeded, "the certificate has another thumbprint")),
    }
}

fn refused(failure: Failure, next: Next) -> Refused {
    Refused { failure, next, sent: Sent::No, pin: PinTried::Fine }
}

fn came(tokens: Tokens) -> Came {
    Came {
        access_token: SecretPart::new(tokens.access_token),
        refresh_token: tokens.refresh_token.map(SecretPart::new),
        expires_on: tokens.expires_on,
        family_id: tokens.family_id,
        home_account_id: tokens.home_account_id,
    }
}

/// Seals a refresh token that nobody took, for who opens the vault next.
fn keep(
    app: &App,
    unclaimed: Unclaimed,
    new: SecretPart,
    family_id: Option<String>,
) -> io::Result<()> {
    let Unclaimed { file, vault, redeemed, key } = unclaimed;
    // EXPOSE: the key under which it is sealed.
    let key = SessionKey::parse(key.value().expose());
    let key = key.ok_or(io::Error::from(io::ErrorKind::InvalidData))?;
    let description = SecretDescription {
        family_id: family_id.map(Into::into),
        ..SecretDescription::of(SecretKind::RefreshToken)
    };
    let held = HeldSecret { description, value: new.into_value() };
    let mut state = ProcessScope::default();
    secrets::add_to_session(&mut state, &held, app.now());
    let sealed = key.seal(vault, redeemed, 0, &state);
    let mut to: File = create_new_private(&file)?;
    to.write_all(&sealed)?;
    to.sync_all()
}
