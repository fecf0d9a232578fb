//! What belongs to one account, found without a look at what belongs to others.

use super::Accounts;
use crate::account_key::{Id, Mention};
use crate::{AccountKey, Context, SecretDescription};

/// Which of many contexts, or secrets, are of which account. They are known by their places among those
/// that it was made of, and the accounts have to be those of then.
#[derive(Default)]
pub struct ByAccount {
    /// Account and place, in order.
    of_one: Vec<(u32, u32)>,
    /// What may be of any of several accounts.
    of_several: Vec<u32>,
}

impl ByAccount {
    /// Of contexts.
    pub fn of_contexts<'a>(
        accounts: &Accounts,
        contexts: impl IntoIterator<Item = &'a Context>,
    ) -> Self {
        let mentions = contexts.into_iter();
        Self::of(accounts, mentions.map(|one| Mention::of_context(one, accounts.clouds())))
    }

    /// Of secrets.
    pub fn of_secrets<'a>(
        accounts: &Accounts,
        secrets: impl IntoIterator<Item = &'a SecretDescription>,
    ) -> Self {
        let mentions = secrets.into_iter();
        Self::of(accounts, mentions.map(|one| Mention::of_secret(one, accounts.clouds())))
    }

    fn of<'a>(accounts: &Accounts, mentions: impl Iterator<Item = Option<Mention<'a>>>) -> Self {
        let mut all = Self::default();
        for (place, mention) in (0..).zip(mentions) {
            match mention.map(|mention| accounts.candidates(&mention)).as_deref() {
                None | Some([]) => {}
                Some([one]) => all.of_one.push((*one, place)),
                Some(_) => all.of_several.push(place),
            }
        }
        all.of_one.sort_unstable();
        all
    }

    /// The places of all that may be this account's, in order. Whether each is, the rule says.
    pub fn may_be_of(&self, accounts: &Accounts, key: &AccountKey) -> Vec<usize> {
        let of_one = accounts.places(key).into_iter().flat_map(|at| {
            let from = self.of_one.partition_point(|(account, _)| *account < at);
            self.of_one[from..].iter().take_while(move |(account, _)| *account == at)
        });
        let own = of_one.map(|(_, place)| *place);
        let mut places: Vec<usize> =
            own.chain(self.of_several.iter().copied()).map(|place| place as usize).collect();
        places.sort_unstable();
        places
    }
}

impl Accounts {
    /// Where the account of a key is: once, as a rule.
    fn places(&self, key: &AccountKey) -> Vec<u32> {
        let named = match &key.id {
            Id::Home(home) => self.by_home.get(self.digests.of(&**home)),
            Id::Name(name) => self.by_name.get(self.digests.of(&**name)),
        };
        named.copied().filter(|at| self.at(*at).key == *key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::ByAccount;
    use crate::rules::testing::{context, of_principal};
    use crate::{Accounts, Clouds, Context, SecretDescription, SecretKind};

    fn token(account: &str, cloud: Option<&str>) -> SecretDescription {
        SecretDescription {
            account: Some(account.into()),
            environment: cloud.map(Into::into),
            ..SecretDescription::of(SecretKind::AccessToken)
        }
    }

    #[test]
    fn what_may_be_of_an_account_is_found_and_nothing_that_is_anothers() {
        let mut china = context("c", "ada", "s3");
        china.environment = Some("AzureChinaCloud".into());
        let contexts = [context("a", "ada", "s1"), of_principal("b", "app", "s2"), china];
        let nobodys = Context { account: None, ..context("d", "", "s4") };
        let contexts = contexts.into_iter().chain([nobodys]).collect::<Vec<_>>();
        let secrets = [
            token("app", Some("AzureCloud")),
            token("ADA", Some("AzureCloud")),
            // It may be that of either cloud.
            token("ada", None),
            token("ada", Some("AzureChinaCloud")),
            SecretDescription::of(SecretKind::AccessToken),
        ];
        let accounts = Accounts::of(Clouds::default(), &contexts, [], &secrets);
        let of_contexts = ByAccount::of_contexts(&accounts, &contexts);
        let of_secrets = ByAccount::of_secrets(&accounts, &secrets);
        for (at, own_contexts, own_secrets) in
            [(0, &[0][..], &[1, 2][..]), (1, &[1], &[0, 2]), (2, &[2], &[2, 3])]
        {
            let key = &accounts.of_context(&contexts[at]).one().unwrap().key;
            assert_eq!(of_contexts.may_be_of(&accounts, key), own_contexts, "{at}");
            assert_eq!(of_secrets.may_be_of(&accounts, key), own_secrets, "{at}");
            // None is left out that the rule would take.
            for (place, secret) in secrets.iter().enumerate() {
                let is_found = of_secrets.may_be_of(&accounts, key).contains(&place);
                assert!(is_found || !accounts.may_use(key, secret), "{at} {place}");
            }
        }
    }
}
