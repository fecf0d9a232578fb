//! Azure Developer CLI: `POST /token?api-version=2023-07-12-preview`, key as bearer token.
//! cli/azd/docs/external-authentication.md and pkg/auth/remote_credential.go of azure-dev.

use crate::reply::{self, After, Reply, Status, quoted};
use crate::{EndpointRequest, Issued, Protocol, Refusal, Target};
use serde::Deserialize;

pub(crate) const API_VERSION: &str = "2023-07-12-preview";

pub(crate) const PATH: &str = "/token";

/// The body of a request. There is no secret in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    scopes: Vec<String>,
    tenant_id: Option<String>,
}

pub(crate) fn asked(body: &[u8]) -> Option<EndpointRequest> {
    let body: Body = serde_json::from_slice(body).ok()?;
    let are_scopes = !body.scopes.is_empty() && body.scopes.iter().all(|scope| is_plain(scope));
    let tenant = body.tenant_id.filter(|tenant| !tenant.is_empty());
    let fits = are_scopes && tenant.as_deref().is_none_or(is_plain);
    let protocol = Protocol::Azd;
    fits.then_some(EndpointRequest {
        target: Target::Scopes(body.scopes),
        tenant,
        client: None,
        claims: None,
        refused_sha256: None,
        protocol,
    })
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(super) fn issued(issued: &Issued, token: &[u8], after: After) -> Reply {
    let Ok(expires_on) = jiff::Timestamp::from_second(issued.expires_on) else {
        return denied(Status::Broken, "what was issued expires in no year that there is");
    };
    let rest = format!("\",\"expiresOn\":\"{expires_on}\"}}");
    reply::token(after, &[b"{\"status\":\"success\",\"token\":\"", token, rest.as_bytes()])
}

/// Status 200: azd reads the message of no other.
pub(super) fn refused(refusal: &Refusal) -> Reply {
    let (code, message) = match refusal {
        Refusal::NotAllowed { message } => ("GetTokenError", message.as_str()),
        Refusal::SignInNeeded { message } | Refusal::StepUp { message, .. } => {
            ("NotSignedInError", message.as_str())
        }
        Refusal::Unavailable { message, .. } => ("GetTokenError", message.as_str()),
    };
    error(Status::Ok, code, message)
}

pub(super) fn denied(status: Status, message: &str) -> Reply {
    error(status, "GetTokenError", message)
}

fn error(status: Status, code: &str, message: &str) -> Reply {
    let message = quoted(message);
    let body = format!("{{\"status\":\"error\",\"code\":\"{code}\",\"message\":{message}}}");
    reply::last(status, &body)
}
