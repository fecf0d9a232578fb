//! Finding an access token that was got before.

use std::borrow::Cow;

use azvault_model::rules::secrets::{may_use, order_of_access};
use azvault_model::{IdentityKind, SecretDescription, SecretKind};
use azvault_policy::rules;
use azvault_signin::{Cloud, resource};

use super::{Found, LEAST_LIFE, Place, Wanted};
use crate::app::App;
use crate::contexts::Contexts;
use crate::documents::utc;
use crate::failure::{Code, Failure};
use crate::online;
use crate::shell_word::shell_word;
use crate::ui::quoted;

/// The first of those that fit, in the order of [`order_of_access`]; the session's go first.
pub(super) fn find(
    app: &App,
    contexts: &Contexts,
    wanted: &Wanted,
) -> Result<Option<Found>, Failure> {
    let (policy, now) = (app.policy()?, app.now());
    let accounts = contexts.accounts();
    let owner = wanted.owner(&accounts)?;
    let cloud = online::cloud(contexts, &wanted.environment)?;
    let own = contexts.own().secrets.iter();
    let own = own.map(|own| (Place::Session(own.id), &own.held.description, own.created));
    let stored = contexts.secrets.iter();
    let stored = stored.map(|own| (Place::Vault(own.id), &own.description, own.created));
    let first = |all: &mut dyn Iterator<Item = (Place, &SecretDescription, i64)>| {
        all.filter(|(_, about, came)| {
            fits(about, wanted, &cloud, now)
                && may_use(about, &owner, &accounts)
                && rules::token(policy, *came, now).is_ok()
        })
        .min_by(|(_, one, came), (_, other, other_came)| {
            let one = order_of_access(one, *came, &wanted.tenant);
            one.cmp(&order_of_access(other, *other_came, &wanted.tenant))
        })
        .map(|(place, about, _)| Found { place, about: about.clone() })
    };
    let of_session = first(&mut own.into_iter());
    Ok(of_session.or_else(|| first(&mut stored.into_iter())))
}

/// Why an account that brought its tokens along has none for this.
pub(super) fn none_brought(
    contexts: &Contexts,
    wanted: &Wanted,
    now: i64,
) -> Result<Failure, Failure> {
    let accounts = contexts.accounts();
    let owner = wanted.owner(&accounts)?;
    let cloud = online::cloud(contexts, &wanted.environment)?;
    let own = contexts.own().secrets.iter().map(|secret| &secret.held.description);
    let all = own.chain(contexts.secrets.iter().map(|secret| &secret.description));
    let is_for_this = |about: &&SecretDescription| {
        is_for(about, wanted, &cloud) && may_use(about, &owner, &accounts)
    };
    let mut ends: Vec<Option<i64>> =
        all.filter(is_for_this).map(|about| about.expires_on).collect();
    ends.sort();
    let account = quoted(&wanted.account);
    let resource = quoted(wanted.resource());
    let what = match ends.last() {
        None => format!("{account} brought no access token for {resource} along"),
        Some(None) => {
            format!("the access token of {account} for {resource} does not say how long it lives")
        }
        Some(Some(end)) if *end > now => {
            format!("the access token of {account} for {resource} is about to expire")
        }
        Some(Some(end)) => {
            format!("the access token of {account} for {resource} expired at {}", utc(*end))
        }
    };
    let (account, tenant) = (shell_word(&wanted.account), shell_word(&wanted.tenant));
    Ok(Failure::new(Code::SignIn, what).hint(format!(
        "azvault connect --access-token-file FILE --account {account} --tenant {tenant}, or azvault \
         connect"
    )))
}

/// Whether it is for that tenant, opens what is wanted, and lives on.
fn fits(about: &SecretDescription, wanted: &Wanted, cloud: &Cloud, now: i64) -> bool {
    about.expires_on.is_some_and(|at| at.saturating_sub(now) > LEAST_LIFE)
        && is_for(about, wanted, cloud)
}

fn is_for(about: &SecretDescription, wanted: &Wanted, cloud: &Cloud) -> bool {
    let target = target(about, cloud);
    about.kind == SecretKind::AccessToken
        && same(about.tenant.as_deref(), &wanted.tenant)
        && wanted.scopes.iter().all(|scope| opens(target.as_deref(), scope))
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
fn target<'a>(about: &'a SecretDescription, cloud: &'a Cloud) -> Option<Cow<'a, str>> {
    let is_brought = about.client_id.is_none()
        && about.home_account_id.is_none()
        && matches!(about.account_kind, None | Some(IdentityKind::AccessToken));
    let Some(target) = about.target.as_deref() else {
        let arm = || cloud.resource("arm").map(Cow::Borrowed);
        return if is_brought { arm() } else { None };
    };
    if !is_brought {
        return Some(Cow::Borrowed(target));
    }
    let resource = |word: &'a str| {
        let short = BROUGHT.iter().find(|(name, _)| *name == word).map(|(_, short)| *short);
        short.and_then(|short| cloud.resource(short)).unwrap_or(word)
    };
    let words: Vec<&str> = target.split_ascii_whitespace().map(resource).collect();
    Some(Cow::Owned(words.join(" ")))
}

fn same(own: Option<&str>, other: &str) -> bool {
    own.is_some_and(|own| own.eq_ignore_ascii_case(other))
}

/// Whether a token to `target` opens a scope. Of MSAL a target is scopes, of ADAL a resource, which
/// is what `/.default` of it stands for.
fn opens(target: Option<&str>, scope: &str) -> bool {
    let mut words = target.unwrap_or_default().split_ascii_whitespace();
    let whole = scope.strip_suffix("/.default");
    words.any(|word| {
        word.eq_ignore_ascii_case(scope)
            || whole.is_some_and(|whole| {
                let of_word = word.strip_suffix("/.default").unwrap_or(word);
                resource::same(of_word, whole)
            })
    })
}

#[cfg(test)]
mod tests {
    use azvault_model::{SecretDescription, SecretKind};
    use azvault_signin::Cloud;

    use super::{fits, opens};
    use crate::tokens::Wanted;

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
            ("", "https://vault.azure.net/.default", false),
        ] {
            assert_eq!(opens(Some(target), scope), wanted, "{target} for {scope}");
        }
        assert!(!opens(None, "https://vault.azure.net/.default"));
    }

    #[test]
    fn a_token_is_for_its_tenant_and_lives_five_minutes_more() {
        let wanted = Wanted {
            context: "c".into(),
            account: "Ada@x".into(),
            home_account_id: None,
            identity: None,
            account_type: "User".into(),
            environment: "AzureCloud".into(),
            tenant: "T1".into(),
            subscription: None,
            scopes: vec!["https://vault.azure.net/.default".into()],
        };
        let good = SecretDescription {
            account: Some("ada@X".into()),
            tenant: Some("t1".into()),
            environment: Some("AzureCloud".into()),
            target: Some("https://vault.azure.net/.default".into()),
            expires_on: Some(1301),
            ..SecretDescription::of(SecretKind::AccessToken)
        };
        let cloud = Cloud::built_in("AzureCloud").unwrap();
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
            assert_eq!(fits(&about, &wanted, &cloud, 1000), fit, "edit {number}");
        }
    }
}
