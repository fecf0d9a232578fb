//! Whether an account can sign in with what is stored, as far as that is known without asking anybody.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::credential::{Means, Named, means};
use super::secrets::restriction;
use crate::{AccountKey, Accounts, Context, Found, SecretDescription, SecretKind};

/// What is known of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignIn {
    /// Something is stored that signs in, and it does not say until when.
    Stored,
    /// What is stored ends then, in Unix seconds.
    Until(i64),
    /// Nothing is stored that signs in, or it has ended.
    Needed,
}

/// The sign-ins of all accounts.
pub struct SignIns<'a> {
    accounts: &'a Accounts,
    of_one: HashMap<&'a AccountKey, Vec<&'a SecretDescription>>,
    /// What does not say its cloud, or its kind, and serves each account that fits.
    of_several: Vec<&'a SecretDescription>,
}

impl<'a> SignIns<'a> {
    /// As these secrets say.
    pub fn of(
        accounts: &'a Accounts,
        secrets: impl IntoIterator<Item = &'a SecretDescription>,
    ) -> Self {
        let mut found = Self { accounts, of_one: HashMap::new(), of_several: Vec::new() };
        for about in secrets.into_iter().filter(|about| restriction(about).is_none()) {
            match accounts.of_secret(about) {
                Found::One(account) => found.of_one.entry(&account.key).or_default().push(about),
                Found::Several(_) => found.of_several.push(about),
                Found::Nobody => {}
            }
        }
        found
    }

    /// That of a context; `None` where it has no account, or one that is not known for sure.
    pub fn of_context(&self, context: &Context, now: i64) -> Option<SignIn> {
        let account = context.account.as_ref()?;
        let key = &self.accounts.of_context(context).one()?.key;
        let own = self.of_one.get(key).into_iter().flatten().copied();
        let shared = self.of_several.iter().copied();
        let usable: Vec<&SecretDescription> =
            own.chain(shared.filter(|about| self.accounts.may_use(key, about))).collect();
        let has = |kind: SecretKind| usable.iter().any(|about| about.kind == kind);
        let kind = match means(account.account_type.known(), Named::Nothing, &has) {
            Some(Means::ManagedIdentity) => return Some(SignIn::Stored),
            Some(Means::RefreshTokens) => SecretKind::RefreshToken,
            Some(Means::ClientSecrets) => SecretKind::ClientSecret,
            Some(Means::Certificates) => SecretKind::Certificate,
            Some(Means::Pkcs11Keys) => SecretKind::Pkcs11Key,
            Some(Means::Assertion) => SecretKind::ClientAssertion,
            None => SecretKind::AccessToken,
        };
        let ends = usable.iter().filter(|about| about.kind == kind).map(|about| about.expires_on);
        Some(latest(ends.collect(), now))
    }
}

/// The last end of several: one that names none lasts longest.
fn latest(ends: Vec<Option<i64>>, now: i64) -> SignIn {
    if ends.iter().any(Option::is_none) {
        return SignIn::Stored;
    }
    match ends.into_iter().flatten().max() {
        Some(end) if end > now => SignIn::Until(end),
        _ => SignIn::Needed,
    }
}

#[cfg(test)]
mod tests {
    use super::{SignIn, SignIns};
    use crate::rules::testing::{context, of_principal};
    use crate::{AccountType, Accounts, Clouds, Context, SecretDescription, SecretKind};

    const NOW: i64 = 1000;

    fn secret(kind: SecretKind, account: &str, expires_on: Option<i64>) -> SecretDescription {
        SecretDescription {
            account: Some(account.into()),
            environment: Some("AzureCloud".into()),
            expires_on,
            ..SecretDescription::of(kind)
        }
    }

    fn managed(mut context: Context) -> Context {
        if let Some(account) = &mut context.account {
            account.account_type = AccountType::new("ManagedService");
        }
        context
    }

    #[test]
    fn a_sign_in_lasts_as_long_as_the_last_thing_that_signs_in() {
        use SecretKind::{AccessToken, Certificate, ClientSecret, RefreshToken};
        let user = || context("c", "ada", "s");
        let app = || of_principal("c", "app", "s");
        for (context, held, wanted) in [
            (user(), vec![(RefreshToken, None)], Some(SignIn::Stored)),
            (user(), vec![(RefreshToken, Some(2000))], Some(SignIn::Until(2000))),
            (user(), vec![(RefreshToken, Some(999))], Some(SignIn::Needed)),
            // Until it ends an access token serves; then a person signs in.
            (user(), vec![(AccessToken, Some(1500))], Some(SignIn::Until(1500))),
            (user(), vec![], Some(SignIn::Needed)),
            (app(), vec![(ClientSecret, None)], Some(SignIn::Stored)),
            (
                app(),
                vec![(Certificate, Some(2000)), (Certificate, Some(3000))],
                Some(SignIn::Until(3000)),
            ),
            (app(), vec![(RefreshToken, None)], Some(SignIn::Needed)),
            (managed(user()), vec![], Some(SignIn::Stored)),
            (Context { account: None, ..user() }, vec![], None),
        ] {
            let id = context.account.as_ref().map_or("nobody", |own| own.id.as_str()).to_owned();
            let secrets: Vec<_> =
                held.iter().map(|(kind, until)| secret(*kind, &id, *until)).collect();
            let contexts = [context];
            let accounts = Accounts::of(Clouds::default(), &contexts, [], &secrets);
            let found = SignIns::of(&accounts, &secrets).of_context(&contexts[0], NOW);
            assert_eq!(found, wanted, "{held:?}");
        }
    }
}
