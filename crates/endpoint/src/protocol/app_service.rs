//! App Service: `GET /msi/token?api-version=2019-08-01&resource=…`, key in `X-IDENTITY-HEADER`.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use crate::reply::{self, After, Reply, Status, quoted};
use crate::{ClientSelector, EndpointRequest, Issued};

pub(crate) const API_VERSION: &str = "2019-08-01";

/// The path that App Service itself has.
pub(crate) const PATH: &str = "/msi/token";

pub(super) fn issued(
    asked: &EndpointRequest,
    issued: &Issued,
    token: &[u8],
    after: After,
) -> Reply {
    let mut rest = format!(
        "\",\"expires_on\":\"{}\",\"resource\":{},\"token_type\":\"Bearer\"",
        issued.expires_on,
        quoted(&issued.resource)
    );
    if let Some(ClientSelector::ClientId(id)) = &asked.client {
        rest.push_str(",\"client_id\":");
        rest.push_str(&quoted(id));
    }
    rest.push('}');
    reply::token(after, &[b"{\"access_token\":\"", token, rest.as_bytes()])
}

/// `statusCode` and `message` are what MSAL reads (managed_identity.py `_obtain_token_on_app_service`,
/// BaseManagedIdentitySource of msal-node).
pub(super) fn denied(status: Status, message: &str) -> Reply {
    let body = format!("{{\"statusCode\":{},\"message\":{}}}", status.code(), quoted(message));
    reply::last(status, &body)
}
