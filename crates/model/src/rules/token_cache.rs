//! Which access token that was got before answers a request, and which one a new token replaces.
//!
//! Whose a token is, [`may_use`](super::secrets::may_use) says, and which of several goes first
//! [`order_of_access`](super::secrets::order_of_access). As in MSAL a token answers for its tenant and
//! its scopes alone, and one that ends within five minutes answers nothing.

use std::borrow::Cow;

use crate::{IdentityKind, SecretDescription, SecretKind, TenantId, Text};

/// Seconds that a token has still to live to be given out.
const MIN_LIFE: i64 = 5 * 60;

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The tenant that the token is for.
    pub tenant: &'a str,
    /// What it is to open: all of these.
    pub scopes: &'a [String],
    /// The claims challenge that it has to answer, to the letter; any token will do where there is
    /// none.
    pub claims: Option<&'a str>,
    /// The resource that a short name stands for in the account's cloud.
    pub resource: &'a dyn Fn(&str) -> Option<&'a str>,
}

/// Whether it is for that tenant, opens what is asked for, and lives on.
pub fn fits(about: &SecretDescription, request: &Request<'_>, now: i64) -> bool {
    about.expires_on.is_some_and(|at| at.saturating_sub(now) > MIN_LIFE) && is_for(about, request)
}

/// Whether it is for that tenant and opens what is asked for, however long it lives.
pub fn is_for(about: &SecretDescription, request: &Request<'_>) -> bool {
    let target = target(about, request);
    let of_tenant = |own: &Text| TenantId(own) == TenantId(request.tenant);
    about.kind == SecretKind::AccessToken
        && about.tenant.as_ref().is_some_and(of_tenant)
        && request.claims.is_none_or(|claims| about.claims.as_deref() == Some(claims))
        && request.scopes.iter().all(|scope| opens(target.as_deref(), scope))
}

/// Whether an access token has expired, or is for what a new one was got for.
pub fn is_outdated(about: &SecretDescription, tenant: &str, scopes: &[String], now: i64) -> bool {
    let of_tenant = |own: &Text| TenantId(own) == TenantId(tenant);
    let is_same = about.target.as_deref() == Some(&scopes.join(" "))
        && about.tenant.as_ref().is_some_and(of_tenant);
    let has_expired = about.expires_on.is_some_and(|at| at.saturating_sub(now) <= MIN_LIFE);
    is_same || has_expired
}

/// Whether two resources are one: without case, and without the slash at the end.
pub fn is_same_resource(one: &str, other: &str) -> bool {
    let trimmed = |text: &'_ str| text.trim_end_matches('/').len();
    !one.is_empty() && one[..trimmed(one)].eq_ignore_ascii_case(&other[..trimmed(other)])
}

/// The names under which Azure PowerShell keeps tokens that were brought along
/// (ConnectAzureRmAccount.cs), and the resources that they are for.
const BROUGHT: [(&str, &str); 3] = [
    ("GraphAccessToken", "aad-graph"),
    ("MicrosoftGraphAccessToken", "graph"),
    ("KeyVault", "keyvault"),
];

/// What a token opens. Of one that was brought along the file has a name in place of the resource, or
/// nothing, which means Resource Manager.
fn target<'a>(about: &'a SecretDescription, request: &Request<'_>) -> Option<Cow<'a, str>> {
    let is_brought = about.client_id.is_none()
        && about.home_account_id.is_none()
        && matches!(about.account_kind, None | Some(IdentityKind::AccessToken));
    let Some(target) = about.target.as_deref() else {
        let arm = || (request.resource)("arm").map(|arm| Cow::Owned(arm.to_owned()));
        return if is_brought { arm() } else { None };
    };
    if !is_brought {
        return Some(Cow::Borrowed(target));
    }
    let words = target.split_ascii_whitespace().map(|word| {
        let short = BROUGHT.iter().find(|(name, _)| *name == word).map(|(_, short)| *short);
        short.and_then(|short| (request.resource)(short)).unwrap_or(word)
    });
    Some(Cow::Owned(words.collect::<Vec<&str>>().join(" ")))
}

/// Whether a token to `target` opens a scope. Of MSAL a target is scopes, of ADAL a resource, which
/// is what `/.default` of it stands for. The audience of a scope is what stands before `/.default`, and
/// some services compare it to the letter: with a slash at its end it is another one.
fn opens(target: Option<&str>, scope: &str) -> bool {
    let mut words = target.unwrap_or_default().split_ascii_whitespace();
    let whole = scope.strip_suffix("/.default");
    words.any(|word| {
        word.eq_ignore_ascii_case(scope)
            || whole
                .is_some_and(|whole| !word.ends_with("/.default") && is_same_resource(word, whole))
    })
}

#[cfg(test)]
mod tests {
    use super::{Request, fits, is_outdated, is_same_resource, opens};
    use crate::{SecretDescription, SecretKind};

    #[test]
    fn a_token_opens_what_it_names_and_no_more() {
        let arm = "https://management.core.windows.net/";
        for (target, scope, wanted) in [
            (arm, "https://management.core.windows.net//.default", true),
            (
                "https://management.core.windows.net",
                "https://management.core.windows.net//.default",
                true,
            ),
            (
                "https://management.core.windows.net//user_impersonation \
                 https://management.core.windows.net//.default",
                "https://management.core.windows.net//.default",
                true,
            ),
            // A scope is less than the whole of its resource.
            (
                "https://graph.microsoft.com/User.Read",
                "https://graph.microsoft.com/.default",
                false,
            ),
            (
                "https://graph.microsoft.com/User.Read",
                "https://graph.microsoft.com/user.read",
                true,
            ),
            (
                "https://graph.microsoft.com/.default",
                "https://graph.microsoft.com/Mail.Read",
                false,
            ),
            ("https://vault.azure.net", "https://management.azure.com/.default", false),
            (
                "https://database.windows.net/.default",
                "https://database.windows.net//.default",
                false,
            ),
            (
                "https://database.windows.net//.default",
                "https://DATABASE.windows.net//.default",
                true,
            ),
            ("", "https://vault.azure.net/.default", false),
        ] {
            assert_eq!(opens(Some(target), scope), wanted, "{target} for {scope}");
        }
        assert!(!opens(None, "https://vault.azure.net/.default"));
    }

    #[test]
    fn a_token_is_for_its_tenant_and_lives_five_minutes_more() {
        let scopes = ["https://vault.azure.net/.default".to_owned()];
        let resource = |name: &str| match name {
            "arm" => Some("https://management.core.windows.net/"),
            "keyvault" => Some("https://vault.azure.net"),
            "aad-graph" => Some("https://graph.windows.net/"),
            _ => None,
        };
        let request = Request { tenant: "T1", scopes: &scopes, claims: None, resource: &resource };
        let good = SecretDescription {
            account: Some("ada@X".into()),
            tenant: Some("t1".into()),
            environment: Some("AzureCloud".into()),
            target: Some("https://vault.azure.net/.default".into()),
            expires_on: Some(1301),
            ..SecretDescription::of(SecretKind::AccessToken)
        };
        type Edit = fn(&mut SecretDescription);
        let edits: [(Edit, bool); 11] = [
            (|_| {}, true),
            (|about| about.expires_on = Some(1300), false),
            (|about| about.expires_on = None, false),
            (|about| about.tenant = Some("t2".into()), false),
            (|about| about.tenant = None, false),
            (|about| about.kind = SecretKind::IdToken, false),
            // Azure PowerShell's name for a token that was brought along.
            (|about| about.target = Some("KeyVault".into()), true),
            (|about| about.target = Some("GraphAccessToken KeyVault".into()), true),
            (|about| about.target = Some("GraphAccessToken".into()), false),
            // Without a name it is for Resource Manager.
            (|about| about.target = None, false),
            (
                |about| {
                    about.target = Some("KeyVault".into());
                    about.client_id = Some("client".into());
                },
                false,
            ),
        ];
        for (number, (edit, fit)) in edits.into_iter().enumerate() {
            let mut about = good.clone();
            edit(&mut about);
            assert_eq!(fits(&about, &request, 1000), fit, "edit {number}");
        }
        // One that answers a challenge answers that one, and requests that name none.
        let answers = SecretDescription { claims: Some("{1}".into()), ..good.clone() };
        for (about, asked, fit) in [
            (&good, Some("{1}"), false),
            (&answers, Some("{1}"), true),
            (&answers, Some("{2}"), false),
            (&answers, None, true),
        ] {
            assert_eq!(fits(about, &Request { claims: asked, ..request }, 1000), fit, "{asked:?}");
        }
    }
    #[test]
    fn a_new_token_replaces_the_one_before_and_what_has_expired() {
        let scopes = ["a".to_owned(), "b".to_owned()];
        for (target, tenant, ends, outdated) in [
            (Some("a b"), Some("T"), None, true),
            (Some("a b"), Some("t"), Some(9_999), true),
            (Some("a b"), Some("other"), Some(9_999), false),
            (Some("a b"), None, Some(9_999), false),
            (Some("a"), Some("t"), Some(9_999), false),
            (None, Some("t"), None, false),
            (Some("a"), Some("other"), Some(1_300), true),
            (Some("a"), Some("other"), Some(1_301), false),
        ] {
            let about = SecretDescription {
                target: target.map(Into::into),
                tenant: tenant.map(Into::into),
                expires_on: ends,
                ..SecretDescription::of(SecretKind::AccessToken)
            };
            let found = is_outdated(&about, "t", &scopes, 1_000);
            assert_eq!(found, outdated, "{target:?} {tenant:?} {ends:?}");
        }
    }

    #[test]
    fn a_slash_at_the_end_makes_no_other_resource() {
        assert!(is_same_resource("https://VAULT.azure.net/", "https://vault.azure.net"));
        assert!(!is_same_resource("", ""));
        assert!(!is_same_resource("https://vault.azure.net", "https://vault.azure.cn"));
    }
}
