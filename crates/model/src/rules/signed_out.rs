//! Contexts of users for whom nothing was found that signs in: the token cache of such a context
//! lies elsewhere, or was lost. Both are for a person to know before the originals go.

use std::collections::HashSet;

use crate::rules::secrets::restriction;
use crate::{
    AccountKey, Accounts, Context, ContextName, Found, IdentityKind, SecretDescription, SecretKind,
};

/// The contexts of users without a refresh token, in their order.
pub fn signed_out<'a>(
    contexts: impl IntoIterator<Item = &'a Context>,
    secrets: impl IntoIterator<Item = &'a SecretDescription>,
    accounts: &Accounts,
) -> Vec<ContextName> {
    let mut signed_in: HashSet<&AccountKey> = HashSet::new();
    let mut of_several = Vec::new();
    for about in secrets {
        if about.kind != SecretKind::RefreshToken || restriction(about).is_some() {
            continue;
        }
        match accounts.of_secret(about) {
            Found::One(account) => {
                signed_in.insert(&account.key);
            }
            // What does not say its cloud serves each that fits.
            Found::Several(_) => of_several.push(about),
            Found::Nobody => {}
        }
    }
    let has_token = |context: &Context| {
        accounts.of_context(context).one().is_some_and(|account| {
            signed_in.contains(&account.key)
                || of_several.iter().any(|about| accounts.may_use(&account.key, about))
        })
    };
    contexts
        .into_iter()
        .filter(|context| is_of_user(context) && !has_token(context))
        .map(|context| context.name.clone())
        .collect()
}

/// Whether a user signs in there: nobody else has refresh tokens.
pub fn is_of_user(context: &Context) -> bool {
    let account = context.account.as_ref();
    account.is_some_and(|own| IdentityKind::of(&own.account_type) == IdentityKind::User)
}

#[cfg(test)]
mod tests {
    use super::signed_out;
    use crate::rules::testing::{context, names, of_principal};
    use crate::{Accounts, Clouds, SecretDescription, SecretKind};

    fn token(kind: SecretKind, account: &str) -> SecretDescription {
        SecretDescription { account: Some(account.into()), ..SecretDescription::of(kind) }
    }

    #[test]
    fn a_user_without_a_refresh_token_is_named_and_nobody_else() {
        let contexts =
            [context("a", "ada", "1"), context("b", "bob", "1"), of_principal("c", "app", "1")];
        let of_bob = SecretDescription {
            token_type: Some("pop".into()),
            ..token(SecretKind::RefreshToken, "bob")
        };
        for (secrets, wanted) in [
            (vec![], &["a", "b"][..]),
            (vec![token(SecretKind::RefreshToken, "ADA")], &["b"]),
            (vec![token(SecretKind::AccessToken, "ada"), of_bob], &["a", "b"]),
            (["ada", "bob"].map(|who| token(SecretKind::RefreshToken, who)).to_vec(), &[]),
        ] {
            let accounts = Accounts::of(Clouds::default(), &contexts, [], &secrets);
            assert_eq!(signed_out(&contexts, &secrets, &accounts), names(wanted), "{wanted:?}");
        }
        // One token, of one name in two clouds: each of them may sign in with it.
        let mut two = [context("a", "ada", "1"), context("g", "ada", "2")];
        two[1].environment = Some("AzureUSGovernment".into());
        let secrets = [token(SecretKind::RefreshToken, "ada")];
        let accounts = Accounts::of(Clouds::default(), &two, [], &secrets);
        assert_eq!(signed_out(&two, &secrets, &accounts), []);
    }
}
