//! Accounts: who signs in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use crate::{AccountId, HomeAccountId, Text};

/// The type of an account, kept as it was written; unknown ones included.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "Cow<'_, str>")]
pub struct AccountType(Written);

/// How a type is written: of 100,000 accounts nearly all write it as Azure PowerShell does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Written {
    AsKnown(KnownAccountType),
    Otherwise(Box<str>),
}

/// The account types that can sign in (AzureAccount.cs `AccountType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownAccountType {
    /// A person.
    User,
    /// An application with a secret, a certificate or a federated token.
    ServicePrincipal,
    /// A managed identity.
    ManagedService,
    /// Someone who brought an access token along.
    AccessToken,
    /// A service principal whose federated token is in the file.
    ClientAssertion,
}

impl KnownAccountType {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::User,
        Self::ServicePrincipal,
        Self::ManagedService,
        Self::AccessToken,
        Self::ClientAssertion,
    ];

    /// Azure PowerShell's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::ServicePrincipal => "ServicePrincipal",
            Self::ManagedService => "ManagedService",
            Self::AccessToken => "AccessToken",
            Self::ClientAssertion => "ClientAssertion",
        }
    }
}

impl AccountType {
    /// Takes the text as it is.
    pub fn new(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let known = KnownAccountType::ALL.into_iter().find(|known| known.as_str() == text);
        Self(known.map_or_else(|| Written::Otherwise(text.into()), Written::AsKnown))
    }

    /// The type as it was written.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Written::AsKnown(known) => known.as_str(),
            Written::Otherwise(text) => text,
        }
    }

    /// Which of the types that can sign in this is, compared without case; `None` if none.
    pub fn known(&self) -> Option<KnownAccountType> {
        match &self.0 {
            Written::AsKnown(known) => Some(*known),
            Written::Otherwise(text) => {
                KnownAccountType::ALL.into_iter().find(|k| k.as_str().eq_ignore_ascii_case(text))
            }
        }
    }
}

impl Serialize for AccountType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl From<Cow<'_, str>> for AccountType {
    fn from(text: Cow<'_, str>) -> Self {
        Self::new(text)
    }
}

impl From<KnownAccountType> for AccountType {
    fn from(known: KnownAccountType) -> Self {
        Self(Written::AsKnown(known))
    }
}

/// The account half of a context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextAccount {
    /// User name, application id or identity; compared without case.
    pub id: Text,
    /// Type as written.
    #[serde(rename = "type")]
    pub account_type: AccountType,
    /// Extended properties that hold no secret, as written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
}

/// The property in which Azure PowerShell keeps the home account of a user.
pub const HOME_ACCOUNT_ID: &str = "HomeAccountId";

impl ContextAccount {
    /// `<object id>.<home tenant>` of a user, where it is known: it tells two users of one name
    /// apart. It stands among the properties, where Azure PowerShell has it.
    pub fn home_account_id(&self) -> Option<&str> {
        self.property(HOME_ACCOUNT_ID).filter(|home| names_home(home, &self.id))
    }

    /// Whether both may be one account: one home account, or one name where not both say theirs.
    pub fn may_be(&self, other: &Self) -> bool {
        match (self.home_account_id(), other.home_account_id()) {
            (Some(own), Some(other)) => HomeAccountId(own) == HomeAccountId(other),
            _ => AccountId(&self.id) == AccountId(&other.id),
        }
    }

    /// A property, its name compared without case.
    pub fn property(&self, name: &str) -> Option<&str> {
        let found = self.properties.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Sets a property; one of the same name in another case goes.
    pub(crate) fn set_property(&mut self, name: &str, value: String) {
        self.properties.retain(|own, _| !own.eq_ignore_ascii_case(name));
        self.properties.insert(name.to_owned(), value);
    }
}

/// Whether this is a home account and not, as in caches that were made from ADAL's, the user's name
/// in its place.
pub(crate) fn names_home(home: &str, user: &str) -> bool {
    !home.is_empty() && AccountId(home) != AccountId(user)
}

/// An account that a file knows, with or without a context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// User name, application id or identity; compared without case.
    pub id: Text,
    /// Type as written.
    #[serde(rename = "type")]
    pub account_type: AccountType,
    /// Azure cloud by name, else the host of the authority; `None` if the file does not say.
    pub environment: Option<Text>,
    /// `<object id>.<home tenant>`, the key of MSAL caches.
    pub home_account_id: Option<Text>,
    /// Tenants it was seen in, as written, without doubles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<Text>,
    /// Further facts that hold no secret (object id, certificate thumbprint, …).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
}

impl Account {
    /// The texts in it that many others may say alike.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut Text> {
        let optional = [&mut self.environment, &mut self.home_account_id].into_iter().flatten();
        optional.chain(&mut self.tenants).chain([&mut self.id])
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountType, KnownAccountType};

    #[test]
    fn a_type_is_kept_as_it_was_written_and_known_without_case() {
        for (written, known) in [
            ("User", Some(KnownAccountType::User)),
            ("serviceprincipal", Some(KnownAccountType::ServicePrincipal)),
            ("ManagedService", Some(KnownAccountType::ManagedService)),
            ("Certificate", None),
            ("", None),
        ] {
            let account_type = AccountType::new(written);
            assert_eq!((account_type.as_str(), account_type.known()), (written, known));
            let json = serde_json::to_string(&account_type).unwrap();
            assert_eq!(json, format!("{written:?}"));
            assert_eq!(serde_json::from_str::<AccountType>(&json).unwrap(), account_type);
        }
        assert_ne!(AccountType::new("user"), AccountType::new("User"));
    }
}
