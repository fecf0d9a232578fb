//! What is asked while a secret is replaced: a token to Microsoft Graph, which password of Entra it is, and
//! whether the sign-in service takes it.

use azvault_model::{ContextName, Secret, SecretKind};
use azvault_signin::graph::HINT;
use azvault_signin::resource::scope_of;
use azvault_vault::Id;
use serde::{Deserialize, Serialize};

use super::Principal;
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::{Failure, Kind};
use crate::message::{Message, SecretPart};
use crate::online;
use crate::opening::OpenVault;
use crate::secrets;
use crate::tokens::{self, Target, TokenRequest};
use crate::verbs::Verb;
use crate::verbs::secrets::changed_meanwhile;

/// A token to Microsoft Graph.
#[derive(Serialize, Deserialize)]
pub struct GraphToken {
    pub principal: Principal,
    /// Of the account of this context; the application's own, if there is none.
    pub rights_of: Option<ContextName>,
    /// The one credential that the application signs in with.
    pub only: Option<Id>,
}

#[derive(Serialize, Deserialize)]
pub struct GraphTokenReply {
    value: SecretPart,
}

/// Which passwords of an application and of its service principal may be a client secret of the vault: those that
/// begin as it does, and those whose beginning Entra does not show.
#[derive(Serialize, Deserialize)]
pub struct WhichPasswords {
    pub secret: Id,
    /// What Entra shows of each.
    pub hints: Vec<Option<String>>,
}

/// Their places.
#[derive(Serialize, Deserialize)]
pub struct SuchPasswords {
    pub at: Vec<usize>,
}

/// Has one credential sign in, whatever the account signs in with otherwise.
#[derive(Serialize, Deserialize)]
pub struct TrySignIn {
    pub principal: Principal,
    pub only: Id,
}

/// What the sign-in service says to it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tried {
    SignedIn,
    /// It takes it no more.
    Refused,
}

impl Message for GraphToken {}

impl Message for GraphTokenReply {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.value.value_mut()]
    }
}

impl GraphTokenReply {
    /// The token itself.
    pub fn into_value(self) -> Secret {
        self.value.into_value()
    }
}

impl Message for WhichPasswords {}

impl Message for SuchPasswords {}

impl Message for TrySignIn {}

impl Message for Tried {}

impl Verb for GraphToken {
    const NAME: &'static str = "harden graph";
    const PURPOSE: Purpose = Purpose::User;
    const GOES_ONLINE: bool = true;
    type Reply = GraphTokenReply;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<GraphTokenReply, Failure> {
        let Self { principal, rights_of, only } = self;
        let contexts = &open.contexts;
        let wanted = match rights_of {
            Some(name) => {
                let context = contexts.meant(&name)?.context;
                let graph = Target::Resource(Some("graph".to_owned()));
                TokenRequest::new(contexts, context, graph, Some(principal.tenant))?
            }
            None => {
                let cloud = online::cloud(contexts, &principal.environment)?;
                let graph = cloud.resource("graph").unwrap_or_default();
                TokenRequest { scopes: vec![scope_of(graph)], ..principal.request(contexts, only)? }
            }
        };
        let value = SecretPart::new(tokens::token(app, open, &wanted)?.value);
        Ok(GraphTokenReply { value })
    }
}

impl Verb for WhichPasswords {
    const NAME: &'static str = "harden passwords";
    const PURPOSE: Purpose = Purpose::User;
    type Reply = SuchPasswords;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<SuchPasswords, Failure> {
        let OpenVault { vault, contexts, .. } = open;
        let all = secrets::visible(contexts);
        let secret = all.into_iter().find(|own| {
            own.location.id() == self.secret && own.description.kind == SecretKind::ClientSecret
        });
        let secret = secret.ok_or_else(changed_meanwhile)?;
        let value = secrets::value(&vault.snapshot()?, contexts, secret.location)?;
        let hints = self.hints.iter().enumerate();
        let such =
            hints.filter(|(_, hint)| hint.as_deref().is_none_or(|hint| begins_with(&value, hint)));
        Ok(SuchPasswords { at: such.map(|(at, _)| at).collect() })
    }
}

/// Whether a secret begins as Entra shows of a password.
fn begins_with(secret: &Secret, hint: &str) -> bool {
    // EXPOSE: compared with as much as Entra shows; a longer text would let it be guessed letter by letter.
    hint.len() == HINT && secret.expose().starts_with(hint.as_bytes())
}

impl Verb for TrySignIn {
    const NAME: &'static str = "harden try";
    const PURPOSE: Purpose = Purpose::User;
    const GOES_ONLINE: bool = true;
    type Reply = Tried;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Tried, Failure> {
        tried(app, open, &self.principal, self.only)
    }
}

pub(super) fn tried(
    app: &App,
    open: &mut OpenVault,
    who: &Principal,
    only: Id,
) -> Result<Tried, Failure> {
    let wanted = who.request(&open.contexts, Some(only))?;
    match tokens::try_sign_in(app, open, wanted) {
        Ok(()) => Ok(Tried::SignedIn),
        // What has to be answered first is no word about the credential.
        Err(failure) if failure.kind == Kind::SignInNeeded && failure.claims.is_none() => {
            Ok(Tried::Refused)
        }
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use azvault_model::Secret;

    use super::begins_with;

    #[test]
    fn a_secret_is_not_guessed_letter_by_letter() {
        let secret = Secret::copied_from(b"aB3~secret");
        for (hint, wanted) in [
            ("aB3", true),
            ("ab3", false),
            ("aB4", false),
            ("", false),
            ("a", false),
            ("aB", false),
            ("aB3~", false),
            ("aB3~s", false),
            ("aB3~secret", false),
        ] {
            assert_eq!(begins_with(&secret, hint), wanted, "{hint}");
        }
    }
}
