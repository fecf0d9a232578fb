//! What the sign-in service asks of an account's next sign-in: a claims challenge.

use serde::{Deserialize, Serialize};

use crate::{Account, AccountType, EnvironmentName, TenantId};

/// How many are kept: one for each account and tenant, of the latest.
const MAX_CHALLENGES: usize = 64;

/// A claims challenge that was not answered yet: state of an account, and no secret.
/// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// User name or application id.
    pub account: String,
    /// As contexts write it.
    pub account_type: String,
    /// `<object id>.<home tenant>` of a user, where it is known.
    pub home_account_id: Option<String>,
    /// Cloud by name.
    pub environment: String,
    /// The tenant whose policy asks, by id or domain.
    pub tenant: String,
    /// JSON, as the service gave it.
    pub claims: String,
}

impl Challenge {
    /// The account, as far as a challenge says who it is.
    pub fn account(&self) -> Account {
        Account {
            id: self.account.as_str().into(),
            account_type: AccountType::new(&*self.account_type),
            environment: Some(self.environment.as_str().into()),
            home_account_id: self.home_account_id.as_deref().map(Into::into),
            tenants: Vec::new(),
            properties: Default::default(),
        }
    }

    /// Whether a sign-in there can answer it; one without a tenant can answer those of all.
    pub fn is_at(&self, environment: &str, tenant: Option<&str>) -> bool {
        EnvironmentName(&self.environment) == EnvironmentName(environment)
            && tenant.is_none_or(|tenant| TenantId(&self.tenant) == TenantId(tenant))
    }

    /// Whether it is of the account of that name, or of that home account id.
    pub fn is_of(&self, name: &str, home_account_id: Option<&str>) -> bool {
        match (&self.home_account_id, home_account_id) {
            (Some(own), Some(other)) => own.eq_ignore_ascii_case(other),
            _ => self.account.to_lowercase() == name.to_lowercase(),
        }
    }
}

/// Keeps a challenge as the latest, in the place of the one before for the same account and tenant.
pub fn keep(challenges: &mut Vec<Challenge>, new: Challenge) {
    challenges.retain(|own| {
        let home = new.home_account_id.as_deref();
        !(own.is_at(&new.environment, Some(&new.tenant)) && own.is_of(&new.account, home))
    });
    challenges.push(new);
    let too_many = challenges.len().saturating_sub(MAX_CHALLENGES);
    challenges.drain(..too_many);
}

#[cfg(test)]
mod tests {
    use super::{Challenge, MAX_CHALLENGES, keep};

    fn challenge(account: &str, tenant: &str, claims: &str) -> Challenge {
        Challenge {
            account: account.to_owned(),
            account_type: "User".to_owned(),
            home_account_id: None,
            environment: "AzureCloud".to_owned(),
            tenant: tenant.to_owned(),
            claims: claims.to_owned(),
        }
    }

    #[test]
    fn the_latest_of_an_account_and_a_tenant_is_kept() {
        let mut all = Vec::new();
        for (account, tenant, claims) in
            [("ada", "t1", "1"), ("bob", "t1", "2"), ("ada", "t2", "3"), ("ADA", "T1", "4")]
        {
            keep(&mut all, challenge(account, tenant, claims));
        }
        let claims: Vec<&str> = all.iter().map(|own| own.claims.as_str()).collect();
        assert_eq!(claims, ["2", "3", "4"]);
        for number in 0..2 * MAX_CHALLENGES {
            keep(&mut all, challenge("ada", &format!("t-{number}"), "5"));
        }
        assert_eq!(all.len(), MAX_CHALLENGES);
    }

    #[test]
    fn a_challenge_is_at_its_cloud_and_tenant_and_of_its_account() {
        let own = Challenge { home_account_id: Some("o.t".into()), ..challenge("ada", "t1", "") };
        for (environment, tenant, is_at) in [
            ("azurecloud", Some("T1"), true),
            ("AzureCloud", None, true),
            ("AzureCloud", Some("t2"), false),
            ("AzureChinaCloud", Some("t1"), false),
        ] {
            assert_eq!(own.is_at(environment, tenant), is_at, "{environment} {tenant:?}");
        }
        for (name, home, is_of) in [
            ("ADA", None, true),
            ("other", Some("O.T"), true),
            ("ada", Some("another.t"), false),
            ("bob", None, false),
        ] {
            assert_eq!(own.is_of(name, home), is_of, "{name} {home:?}");
        }
    }
}
