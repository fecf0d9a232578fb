//! Refresh tokens: redemption, rotation, other resources, and Microsoft's family of clients.

use azvault_model::ClientId;
use azvault_model::Secret;

use crate::client::{AZURE_POWERSHELL, Client, personal};
use crate::error::Error;
use crate::http::Repeat;
use crate::token::{self, Tokens};

/// Redeems a refresh token for an access token to these scopes: any resource and, at Entra, any
/// tenant of the account (that of the client's authority).
///
/// Where [`Tokens::refresh_token`] is there, the one that was redeemed may be void from now on: it
/// must be stored before the access token is used. For the same reason the request is never
/// repeated once it was sent; a provider that rotates strictly takes a second redemption for theft.
/// After [`Error::Network`] with [`crate::Fault::Broken`] or [`Error::Timeout`] the old one may be
/// tried once more: Entra accepts it.
pub fn redeem(
    client: &Client<'_>,
    refresh_token: &Secret,
    scopes: &[&str],
    claims: Option<&str>,
    now: i64,
) -> Result<Tokens, Error> {
    let form = client
        .form("refresh_token")
        .with_secret("refresh_token", refresh_token)
        .with("scope", personal(scopes))
        .with_some("claims", claims);
    token::ask(client, &form, Repeat::OnlyUnsent, now, None)
}

/// Clients of Microsoft's family `1` that keep contexts on developers' machines.
pub const FAMILY: [(&str, &str); 3] = [
    (AZURE_POWERSHELL, "Azure PowerShell"),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Azure CLI"),
    ("872cd9fa-d31f-45e0-9eab-6e460a02d1f1", "Visual Studio"),
];

/// Whether a client may redeem a refresh token: its own, or one of the family it belongs to.
pub fn may_redeem(client_id: &str, owner: &str, family_id: Option<&str>) -> bool {
    let in_family = |id: &str| FAMILY.iter().any(|(member, _)| ClientId(member) == ClientId(id));
    ClientId(client_id) == ClientId(owner) || (family_id == Some("1") && in_family(client_id))
}

#[cfg(test)]
mod tests {
    use super::{AZURE_POWERSHELL, may_redeem};

    #[test]
    fn a_family_refresh_token_serves_the_family_only() {
        let cli = "04B07795-8ddb-461a-bbee-02f9e1bf7b46";
        for (client, owner, family, may) in [
            (AZURE_POWERSHELL, AZURE_POWERSHELL, None, true),
            (AZURE_POWERSHELL, cli, Some("1"), true),
            (cli, AZURE_POWERSHELL, Some("1"), true),
            (AZURE_POWERSHELL, cli, None, false),
            (AZURE_POWERSHELL, cli, Some("2"), false),
            ("another", cli, Some("1"), false),
        ] {
            assert_eq!(may_redeem(client, owner, family), may, "{client} {owner} {family:?}");
        }
    }
}
