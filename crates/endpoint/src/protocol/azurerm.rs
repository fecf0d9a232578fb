//! Terraform's azurerm: `GET /<key>/token?api-version=2018-02-01&resource=…` with `Metadata: true`.
//! sdk/auth/managed_identity_authorizer.go of go-azure-sdk; the form is that of IMDS:
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use crate::Issued;
use crate::reply::{self, After, Reply, Status, quoted};

pub(crate) const API_VERSION: &str = "2018-02-01";

const END: &str = "/token";

/// The path with that key, without the slash in front.
pub(crate) fn path(key: &str) -> String {
    [key, END].concat()
}

/// The key in a path, if it is one of this protocol's.
pub(crate) fn key_of(path: &str) -> Option<&str> {
    path.strip_prefix('/')?.strip_suffix(END).filter(|key| !key.contains('/'))
}

pub(super) fn issued(issued: &Issued, token: &[u8], now: i64, after: After) -> Reply {
    let rest = format!(
        "\",\"expires_in\":\"{}\",\"expires_on\":\"{}\",\"resource\":{},\"token_type\":\"Bearer\"}}",
        issued.expires_on.saturating_sub(now).max(0),
        issued.expires_on,
        quoted(&issued.resource)
    );
    reply::token(after, &[b"{\"access_token\":\"", token, rest.as_bytes()])
}

pub(super) fn denied(status: Status, message: &str) -> Reply {
    reply::last(status, &error(status, message))
}

/// The body of an error in the form of IMDS.
pub(super) fn error(status: Status, message: &str) -> String {
    let error = match status {
        Status::Unauthorised => "unauthorized_client",
        Status::Unavailable => "temporarily_unavailable",
        Status::Broken => "server_error",
        _ => "invalid_request",
    };
    let message = quoted(message);
    format!("{{\"error\":\"{error}\",\"error_description\":{message}}}")
}
