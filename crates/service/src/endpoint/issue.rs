//! What a caller of the endpoint gets, from the agent or with keys of this process.

use azvault_endpoint::{EndpointRequest, Issued, Refusal};
use azvault_model::Secret;
use azvault_os::tcp_owner::Holder;
use azvault_vault::sha256;

use super::asked::Asked;
use super::kept::{Kept, Source};
use super::terms::Served;
use super::token::token;
use crate::app::App;
use crate::ask::from_agent;
use crate::failure::{Failure, Kind};
use crate::grants;
use crate::message::SecretPart;
use crate::verbs::{GrantedToken, GrantedTokenReply};

/// What is asked, and by which process, where that can be told.
pub(super) struct Question<'q> {
    pub(super) request: &'q EndpointRequest,
    pub(super) process: Option<Holder>,
}

/// The token that is asked for, or why there is none.
pub(super) fn issue(
    app: &App,
    kept: &Kept,
    served: &Served,
    question: &Question<'_>,
) -> Result<Issued, Refusal> {
    let Question { request, process } = *question;
    let again_for = process.and_then(|process| kept.asked_again().of(process, request, app.now()));
    let issued = got(app, kept, served, &Asked { request: request.clone(), again_for })?;
    if let Some(process) = process {
        // EXPOSE: hashed, to be known again.
        let hash = sha256(issued.access_token.expose());
        kept.asked_again().given(process, request, hash, app.now());
    }
    Ok(issued)
}

/// The same, from the agent or with keys of this process.
fn got(app: &App, kept: &Kept, served: &Served, asked: &Asked) -> Result<Issued, Refusal> {
    // What is forbidden in the meantime is forbidden here too.
    let app = app.afresh();
    let issued = kept.source().and_then(|source| match source {
        Source::Grant(handle) => match granted(&app, &handle, asked) {
            // Of keys from before a rotation: who asks for its grants itself has another one.
            Err(failure) if failure.what == grants::gone().what && kept.asks_for_grants() => {
                granted(&app, &kept.another_grant()?, asked)
            }
            answered => answered,
        },
        Source::Keys(keys) => {
            let mut open = keys.keys.open_vault(&app)?.with_contexts(&app)?;
            let issued = token(&app, &mut open, served, asked, kept.reported())?;
            keys.in_use.hand_out().map(|()| issued)
        }
    });
    issued.map_err(|failure| kept.explained(failure)).map_err(|failure| {
        let next = failure.hint.map(|hint| format!(". Next: {hint}")).unwrap_or_default();
        let message = format!("azvault: {}{next}", failure.what);
        // The SDKs repeat what is said to be unavailable for up to a minute, and say nothing of it.
        match (failure.retry_after, failure.kind) {
            _ if failure.claims.is_some() => {
                let claims = failure.claims.unwrap_or_default();
                Refusal::StepUp { message, claims }
            }
            (Some(pause), _) => {
                Refusal::Unavailable { message, retry_after: pause.as_secs().max(1) }
            }
            (None, Kind::Busy) => Refusal::Unavailable { message, retry_after: 1 },
            (None, Kind::SignInNeeded | Kind::NotFound) => Refusal::SignInNeeded { message },
            (None, _) => Refusal::NotAllowed { message },
        }
    })
}

/// The agent's answer to who presents a grant.
fn granted(app: &App, handle: &Secret, asked: &Asked) -> Result<Issued, Failure> {
    // EXPOSE: presented to the agent, which knows its hash.
    let grant = SecretPart::new(Secret::copied_from(handle.expose()));
    let mut verb = GrantedToken { grant, asked: asked.clone() };
    let reply = from_agent(app, &mut verb)?.ok_or_else(Failure::locked)?;
    let GrantedTokenReply { value, expires_on, resource, tenant } = reply;
    Ok(Issued { access_token: value.into_value(), expires_on, resource, tenant })
}
