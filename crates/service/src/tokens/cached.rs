//! Finding an access token that was got before.

use azvault_model::SecretDescription;
use azvault_model::rules::secrets::{may_use, order_of_access};
use azvault_model::rules::token_cache::{fits, is_for};
use azvault_policy::rules;

use super::token_request::TokenRequest;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::online;
use crate::secrets;
use crate::secrets::SecretRef;
use crate::shell_word::shell_word;
use crate::text::quoted;
use crate::time::utc;

/// The first of those that fit, in the order of [`order_of_access`]; the session's go first.
pub(super) fn find<'a>(
    app: &App,
    contexts: &'a Contexts,
    wanted: &TokenRequest,
) -> Result<Option<SecretRef<'a>>, Failure> {
    let (policy, now) = (app.policy()?, app.now());
    let everyone = contexts.everyone();
    let accounts = &everyone.accounts;
    let owner = wanted.owner(accounts)?;
    let cloud = online::cloud(contexts, &wanted.environment)?;
    let resource = |name: &str| cloud.resource(name);
    let request = wanted.request(&resource);
    let fitting = contexts.secrets_of(&everyone, &owner).into_iter().filter(|secret| {
        !wanted.passed_over.contains(&secret.location.id().number())
            && fits(secret.description, &request, now)
            && may_use(secret.description, &owner, accounts)
            && rules::token(policy, secret.created, now).is_ok()
    });
    let order = |secret: &SecretRef<'a>| {
        let of_access = order_of_access(secret.description, secret.created, &wanted.tenant);
        (secret.location.scope(), of_access)
    };
    Ok(fitting.min_by(|one, other| order(one).cmp(&order(other))))
}

/// Why an account that brought its tokens along has none for this.
pub(super) fn none_brought(
    contexts: &Contexts,
    wanted: &TokenRequest,
    now: i64,
) -> Result<Failure, Failure> {
    let accounts = contexts.accounts();
    let owner = wanted.owner(&accounts)?;
    let cloud = online::cloud(contexts, &wanted.environment)?;
    let resource = |name: &str| cloud.resource(name);
    let request = wanted.request(&resource);
    let all = secrets::visible(contexts).map(|secret| secret.description);
    let is_for_this =
        |about: &&SecretDescription| is_for(about, &request) && may_use(about, &owner, &accounts);
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
    Ok(Failure::new(Kind::SignInNeeded, what).hint(format!(
        "azvault connect --access-token-file FILE --account {account} --tenant {tenant}, or azvault \
         connect"
    )))
}
