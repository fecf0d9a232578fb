//! Finding an access token that was got before.

use azvault_contexts::{SecretDescription, SecretKind};
use azvault_policy::rules;
use azvault_signin::resource;

use super::{Found, LEAST_LIFE, Place, Wanted};
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;

/// The token that lives longest of those that fit; the session's go first.
pub(super) fn find(
    app: &App,
    contexts: &Contexts,
    wanted: &Wanted,
) -> Result<Option<Found>, Failure> {
    let (policy, now) = (app.policy()?, app.now());
    let own = contexts.own().secrets.iter();
    let own = own.map(|own| (Place::Session(own.id), &own.held.description, own.created));
    let stored = contexts.secrets.iter();
    let stored = stored.map(|own| (Place::Vault(own.id), &own.description, own.created));
    let longest = |all: &mut dyn Iterator<Item = (Place, &SecretDescription, i64)>| {
        all.filter(|(_, about, came)| {
            fits(about, wanted, now) && rules::token(policy, *came, now).is_ok()
        })
        .max_by_key(|(_, about, _)| about.expires_on)
        .map(|(place, about, _)| Found { place, about: about.clone() })
    };
    let of_session = longest(&mut own.into_iter());
    Ok(of_session.or_else(|| longest(&mut stored.into_iter())))
}

/// Whether it is the account's, in that tenant and cloud, opens what is wanted, and lives on.
fn fits(about: &SecretDescription, wanted: &Wanted, now: i64) -> bool {
    about.kind == SecretKind::AccessToken
        && about.expires_on.is_some_and(|at| at.saturating_sub(now) > LEAST_LIFE)
        && about.is_of_one_of(std::slice::from_ref(&wanted.account))
        && same(about.tenant.as_deref(), &wanted.tenant)
        && about.environment.as_deref().is_none_or(|own| same(Some(own), &wanted.environment))
        && wanted.scopes.iter().all(|scope| opens(about.target.as_deref(), scope))
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
    use azvault_contexts::{SecretDescription, SecretKind};

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
    fn a_token_is_the_accounts_in_its_tenant_and_cloud_and_lives_five_minutes() {
        let wanted = Wanted {
            context: "c".into(),
            account: "Ada@x".into(),
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
        type Edit = fn(&mut SecretDescription);
        let edits: [(Edit, bool); 9] = [
            (|_| {}, true),
            (|about| about.environment = None, true),
            (|about| about.expires_on = Some(1300), false),
            (|about| about.expires_on = None, false),
            (|about| about.account = Some("bob@x".into()), false),
            (|about| about.tenant = Some("t2".into()), false),
            (|about| about.tenant = None, false),
            (|about| about.environment = Some("AzureChinaCloud".into()), false),
            (|about| about.kind = SecretKind::IdToken, false),
        ];
        for (number, (edit, fit)) in edits.into_iter().enumerate() {
            let mut about = good.clone();
            edit(&mut about);
            assert_eq!(fits(&about, &wanted, 1000), fit, "edit {number}");
        }
    }
}
