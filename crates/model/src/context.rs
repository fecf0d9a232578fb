//! Contexts, and when two of them are one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::caseless::key;
use crate::{ContextAccount, ContextName, Kept, KnownAccountType, Labels, ManagedIdentity, Text};

/// A named (account, tenant, subscription or none, environment).
///
/// Any part may be missing in a file; then it is missing here: nothing is invented.
#[derive(Serialize, Deserialize)]
pub struct Context {
    /// Its name, as written.
    pub name: ContextName,
    /// Who signs in.
    pub account: Option<ContextAccount>,
    /// The tenant to sign in to.
    pub tenant: Option<Tenant>,
    /// On what; `None` for a sign-in to a tenant as such.
    pub subscription: Option<Subscription>,
    /// Azure cloud by name.
    pub environment: Option<Text>,
    /// `VersionProfile` of Azure Stack contexts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_profile: Option<Text>,
    /// `ExtendedProperties` of the context (`Default Resource Group` and the user's own).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extended_properties: BTreeMap<String, String>,
    /// What the user has said of it beyond that.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Everything else the file says of it; the vault keeps it beside, see [`Kept`].
    #[serde(skip)]
    pub kept: Kept,
}

/// A Microsoft Entra tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// GUID, or a domain name where the file has one.
    pub id: Text,
    /// Display name or domain, where the file has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
}

/// An Azure subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// GUID.
    pub id: Text,
    /// Display name.
    pub name: Option<Text>,
    /// `Enabled`, `Disabled`, `Warned`, `PastDue`, `Deleted`, as written.
    pub state: Option<Text>,
}

/// What makes two contexts one: account, tenant, subscription and environment, without case. The
/// account is its home account where that is known: two users of one name have contexts of their
/// own.
///
/// Azure PowerShell leaves the environment out (AzureRmProfile.cs); two clouds can hold the same
/// pair of ids, so azvault does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity(Box<str>);

impl Identity {
    /// Its parts with their lengths: there are as many identities as contexts, and one text is small.
    fn of(parts: [Option<Cow<'_, str>>; 4]) -> Self {
        let mut text =
            String::with_capacity(parts.iter().flatten().map(|part| part.len() + 4).sum());
        for part in parts {
            match part {
                Some(part) => {
                    text.push_str(&part.len().to_string());
                    text.push(':');
                    text.push_str(&part);
                }
                None => text.push('-'),
            }
        }
        Self(text.into())
    }
}

impl Context {
    /// What makes this context one with another.
    pub fn identity(&self) -> Identity {
        self.identity_of(self.owner())
    }

    /// Its identity if that is the home account of its user.
    pub(crate) fn identity_at(&self, home: Option<&str>) -> Identity {
        self.identity_of(home.map(key).or_else(|| self.account_name()))
    }

    /// Its identity, whichever account signs in.
    pub fn place(&self) -> Identity {
        self.identity_of(None)
    }

    fn identity_of(&self, account: Option<Cow<'_, str>>) -> Identity {
        let tenant = self.tenant.as_ref().map(|tenant| key(&tenant.id));
        let subscription = self.subscription.as_ref().map(|one| key(&one.id));
        Identity::of([account, tenant, subscription, self.environment.as_deref().map(key)])
    }

    /// Whether both are contexts of one account in one cloud.
    pub fn is_of_the_account_of(&self, other: &Self) -> bool {
        let account = |context: &Self| {
            let account = context.account.as_ref()?;
            Some((
                account.home_account_id().map(|home| key(home).into_owned()),
                account.account_type.known(),
            ))
        };
        let (ours, theirs) = (account(self), account(other));
        let homes =
            [&ours, &theirs].map(|account| account.as_ref().and_then(|(home, _)| home.clone()));
        let is_one_home = homes[0].is_none() || homes[1].is_none() || homes[0] == homes[1];
        let is_one_kind = ours.map(|(_, kind)| kind) == theirs.map(|(_, kind)| kind);
        let cloud =
            |context: &Self| context.environment.as_ref().map(|cloud| key(cloud).into_owned());
        is_one_home && is_one_kind && self.owner() == other.owner() && cloud(self) == cloud(other)
    }

    /// Whether both are one, also where only one of them says which home account it is of.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let home = |context: &Self| {
            let home = context.account.as_ref().and_then(ContextAccount::home_account_id);
            home.map(|home| key(home).into_owned())
        };
        let accounts = match (home(self), home(other)) {
            (Some(own), Some(other)) => own == other,
            _ => self.account_name() == other.account_name(),
        };
        accounts && self.place() == other.place()
    }

    /// The home account, where it is known, else the account's name.
    fn owner(&self) -> Option<Cow<'_, str>> {
        let home = self.account.as_ref().and_then(ContextAccount::home_account_id);
        home.map(key).or_else(|| self.account_name())
    }

    /// The account's id without case; of a managed identity the one that tells it from others.
    fn account_name(&self) -> Option<Cow<'_, str>> {
        let account = self.account.as_ref()?;
        let managed = account.account_type.known() == Some(KnownAccountType::ManagedService);
        let identity = managed.then(|| ManagedIdentity::of(account, self.subscription.as_ref()));
        Some(identity.flatten().map_or_else(|| key(&account.id), |own| own.key().into()))
    }

    /// Takes over what the other says of the same identity and this does not.
    pub(crate) fn take_over(&mut self, other: &Self) {
        if let (Some(own), Some(other)) = (&mut self.account, &other.account) {
            for (name, value) in &other.properties {
                own.properties.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        if let (Some(own), Some(other)) = (&mut self.tenant, &other.tenant) {
            own.name = own.name.take().or_else(|| other.name.clone());
        }
        if let (Some(own), Some(other)) = (&mut self.subscription, &other.subscription) {
            own.name = own.name.take().or_else(|| other.name.clone());
            own.state = own.state.take().or_else(|| other.state.clone());
        }
        self.version_profile =
            self.version_profile.take().or_else(|| other.version_profile.clone());
        for (name, value) in &other.extended_properties {
            self.extended_properties.entry(name.clone()).or_insert_with(|| value.clone());
        }
        self.labels.take_over(&other.labels);
        if self.kept.is_empty() {
            self.kept = other.kept.copied();
        }
    }

    /// The texts in it that many others may say alike.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut Text> {
        let account = self.account.iter_mut().map(|account| &mut account.id);
        let tenant = self
            .tenant
            .iter_mut()
            .flat_map(|tenant| tenant.name.iter_mut().chain([&mut tenant.id]));
        let subscription = self.subscription.iter_mut();
        let states = subscription.flat_map(|one| one.state.iter_mut().chain([&mut one.id]));
        let own = [&mut self.environment, &mut self.version_profile].into_iter().flatten();
        account.chain(tenant).chain(states).chain(own)
    }

    /// A second one of its own.
    pub fn copied(&self) -> Self {
        Self {
            name: self.name.clone(),
            account: self.account.clone(),
            tenant: self.tenant.clone(),
            subscription: self.subscription.clone(),
            environment: self.environment.clone(),
            version_profile: self.version_profile.clone(),
            extended_properties: self.extended_properties.clone(),
            labels: self.labels.clone(),
            kept: self.kept.copied(),
        }
    }

    /// Whether it has all that a sign-in needs: account, tenant and environment.
    pub fn is_complete(&self) -> bool {
        self.account.is_some() && self.tenant.is_some() && self.environment.is_some()
    }

    /// Whether both say the same in every part, kept members included.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.name == other.name
            && self.account == other.account
            && self.tenant == other.tenant
            && self.subscription == other.subscription
            && self.environment == other.environment
            && self.version_profile == other.version_profile
            && self.extended_properties == other.extended_properties
            && self.labels == other.labels
            && self.kept.as_json() == other.kept.as_json()
    }
}
