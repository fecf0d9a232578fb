//! What an account signs in with, among the secrets that it may use, and in which order they are
//! tried.
//!
//! A service principal with a secret and a certificate signs in with the secret, unless its account
//! names the certificate (ConnectAzureRmAccount.cs). A refresh token serves every tenant of its
//! account. A credential of another tenant, or of one that is named by a domain, is the application's
//! too, and is taken where there is none for this one (azure-cli-core `auth/identity.py` `load_entry`,
//! Az.Accounts since 2.11.2).

use super::secrets::{is_credential, order};
use crate::{KnownAccountType, Scope, SecretDescription, SecretKind, TenantId, Text};

/// How an account signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// With a refresh token of a person: where one is void the next is tried.
    RefreshTokens,
    /// With a secret of an application, which may have an old one beside the valid one.
    ClientSecrets,
    /// With a certificate of an application.
    Certificates,
    /// With a key of an application on a token.
    Pkcs11Keys,
    /// With a federated token.
    Assertion,
    /// As an identity of the machine: no secret is needed.
    ManagedIdentity,
}

/// What a service principal's account says of its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A certificate, by its thumbprint or path.
    Certificate,
    /// A key on a token, by its URI.
    Pkcs11Key,
    /// Nothing.
    Nothing,
}

/// How an account of this type signs in; `has` says of which kinds it has secrets. `None` if there is
/// nothing, as for an account that brought its access token along.
pub fn means(
    account_type: Option<KnownAccountType>,
    named: Named,
    has: &dyn Fn(SecretKind) -> bool,
) -> Option<Means> {
    let (secret, certificate, token, assertion) = (
        (SecretKind::ClientSecret, Means::ClientSecrets),
        (SecretKind::Certificate, Means::Certificates),
        (SecretKind::Pkcs11Key, Means::Pkcs11Keys),
        (SecretKind::ClientAssertion, Means::Assertion),
    );
    let tried = match (account_type?, named) {
        (KnownAccountType::User, _) => &[(SecretKind::RefreshToken, Means::RefreshTokens)][..],
        (KnownAccountType::ServicePrincipal, Named::Nothing) => {
            &[secret, token, certificate, assertion]
        }
        (KnownAccountType::ServicePrincipal, Named::Certificate) => {
            &[certificate, token, secret, assertion]
        }
        (KnownAccountType::ServicePrincipal, Named::Pkcs11Key) => {
            &[token, certificate, secret, assertion]
        }
        (KnownAccountType::ClientAssertion, _) => &[assertion],
        (KnownAccountType::ManagedService, _) => return Some(Means::ManagedIdentity),
        (KnownAccountType::AccessToken, _) => &[],
    };
    tried.iter().find(|(kind, _)| has(*kind)).map(|(_, means)| *means)
}

/// A secret that may sign in.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// Where it lives: what the session has goes first.
    pub scope: Scope,
    /// The description of the secret.
    pub about: &'a SecretDescription,
    /// When it came there, in Unix seconds.
    pub created: i64,
}

/// Puts secrets of one kind into the order in which they are tried for a tenant. Credentials of other
/// tenants stay only where this one has none.
pub fn rank<T>(held: &mut Vec<T>, tenant: &str, candidate: impl Fn(&T) -> Candidate<'_>) {
    held.sort_by(|one, other| {
        let (one, other) = (candidate(one), candidate(other));
        let order_of_one = order(one.about, one.created, tenant);
        let by_order = || order_of_one.cmp(&order(other.about, other.created, tenant));
        one.scope.cmp(&other.scope).then_with(by_order)
    });
    let serves = |about: &SecretDescription| {
        let of_tenant = |own: &Text| TenantId(own) == TenantId(tenant);
        !is_credential(about.kind) || about.tenant.as_ref().is_none_or(of_tenant)
    };
    if held.iter().any(|one| serves(candidate(one).about)) {
        held.retain(|one| serves(candidate(one).about));
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Means, Named, means, rank};
    use crate::{KnownAccountType, Scope, SecretDescription, SecretKind};

    #[test]
    fn an_account_signs_in_with_what_its_type_and_its_secrets_allow() {
        use KnownAccountType::{
            AccessToken, ClientAssertion, ManagedService, ServicePrincipal, User,
        };
        use SecretKind as Kind;
        let (none, named, token) = (Named::Nothing, Named::Certificate, Named::Pkcs11Key);
        let all = [
            Kind::RefreshToken,
            Kind::ClientSecret,
            Kind::Certificate,
            Kind::ClientAssertion,
            Kind::AccessToken,
        ];
        let on_token = [Kind::ClientSecret, Kind::Certificate, Kind::Pkcs11Key];
        for (account_type, says, has, wanted) in [
            (Some(User), none, &all[..], Some(Means::RefreshTokens)),
            (Some(User), none, &all[1..], None),
            (Some(ServicePrincipal), none, &all, Some(Means::ClientSecrets)),
            (Some(ServicePrincipal), named, &all, Some(Means::Certificates)),
            (Some(ServicePrincipal), none, &all[2..], Some(Means::Certificates)),
            (Some(ServicePrincipal), named, &all[..2], Some(Means::ClientSecrets)),
            (Some(ServicePrincipal), none, &all[3..], Some(Means::Assertion)),
            (Some(ServicePrincipal), named, &all[3..], Some(Means::Assertion)),
            (Some(ServicePrincipal), none, &all[..1], None),
            (Some(ServicePrincipal), none, &[Kind::CertificatePassword], None),
            (Some(ServicePrincipal), token, &on_token, Some(Means::Pkcs11Keys)),
            (Some(ServicePrincipal), named, &on_token, Some(Means::Certificates)),
            (Some(ServicePrincipal), token, &on_token[..1], Some(Means::ClientSecrets)),
            (Some(ServicePrincipal), none, &on_token, Some(Means::ClientSecrets)),
            (Some(ServicePrincipal), none, &on_token[1..], Some(Means::Pkcs11Keys)),
            (Some(User), none, &on_token, None),
            (Some(ClientAssertion), named, &all, Some(Means::Assertion)),
            (Some(ClientAssertion), none, &all[..3], None),
            (Some(ManagedService), none, &[], Some(Means::ManagedIdentity)),
            (Some(AccessToken), none, &all, None),
            (None, none, &all, None),
        ] {
            let found = means(account_type, says, &|kind| has.contains(&kind));
            assert_eq!(found, wanted, "{account_type:?} {says:?} {has:?}");
        }
    }

    #[test]
    fn the_sessions_go_first_and_credentials_of_other_tenants_only_alone() {
        let held = |name: &'static str, kind: SecretKind, tenant: Option<&str>, scope: Scope| {
            let tenant = tenant.map(Into::into);
            (name, SecretDescription { tenant, ..SecretDescription::of(kind) }, scope)
        };
        use Scope::{Process as Session, User as Vault};
        use SecretKind::{ClientSecret, RefreshToken};
        for (all, wanted) in [
            (vec![], ""),
            (
                vec![
                    held("a", RefreshToken, Some("other"), Vault),
                    held("b", RefreshToken, Some("T"), Vault),
                    held("c", RefreshToken, Some("other"), Session),
                ],
                "cba",
            ),
            (
                vec![
                    held("a", ClientSecret, Some("other"), Session),
                    held("b", ClientSecret, None, Vault),
                    held("c", ClientSecret, Some("T"), Vault),
                ],
                "cb",
            ),
            (
                vec![
                    held("a", ClientSecret, Some("other"), Vault),
                    held("b", ClientSecret, Some("t.example"), Session),
                ],
                "ba",
            ),
        ] {
            let mut all = all;
            rank(&mut all, "t", |(_, about, scope)| Candidate { scope: *scope, about, created: 0 });
            let names: String = all.iter().map(|(name, ..)| *name).collect();
            assert_eq!(names, wanted);
        }
    }
}
