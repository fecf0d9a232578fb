//! Which managed identity an account is: the products say it in several places.

use serde::{Deserialize, Serialize};

use crate::caseless::key;
use crate::{ContextAccount, Subscription};

/// Which identity of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ManagedIdentity {
    /// The machine's own.
    SystemAssigned,
    /// One assigned to it, by its client id.
    ClientId(String),
    /// By its object id.
    ObjectId(String),
    /// By its id in Resource Manager.
    ResourceId(String),
}

/// Azure CLI's names for every identity of their kind.
const SYSTEM_ASSIGNED: &str = "systemAssignedIdentity";
const USER_ASSIGNED: &str = "userAssignedIdentity";

impl ManagedIdentity {
    /// The property of Azure CLI that says which identity an account is.
    pub const AZURE_CLI: &str = "assignedIdentityInfo";

    /// The property of azvault that says what an id is that is no client id: `ObjectId` or
    /// `ResourceId`.
    pub const ID_TYPE: &str = "ManagedIdentityIdType";

    /// The identity of an account; `None` if nothing says which one it is.
    ///
    /// azure-cli-core `_profile.py` `ManagedIdentityAuth` splits `assignedIdentityInfo` at its first
    /// dash; until 2.29 the same text could be the subscription's name. Azure PowerShell takes an id
    /// with a slash for a resource id (ManagedServiceAccessTokenBase.cs), and writes `MSI@` and a
    /// port for the machine's own identity.
    pub fn of(account: &ContextAccount, subscription: Option<&Subscription>) -> Option<Self> {
        let id = || account.id.to_string();
        match account.property(Self::ID_TYPE) {
            Some("ObjectId") => return Some(Self::ObjectId(id())),
            Some("ResourceId") => return Some(Self::ResourceId(id())),
            _ => {}
        }
        let is = |name: &str| account.id.eq_ignore_ascii_case(name);
        let info = account.property(Self::AZURE_CLI).and_then(Self::of_azure_cli);
        let name = || subscription.and_then(|own| own.name.as_deref());
        match info {
            Some(info) => Some(info),
            None if is(SYSTEM_ASSIGNED) => Some(Self::SystemAssigned),
            None if is(USER_ASSIGNED) => name().and_then(Self::of_azure_cli),
            None => Some(Self::of_id(&account.id)),
        }
    }

    /// The identity that Azure CLI's text means.
    pub fn of_azure_cli(text: &str) -> Option<Self> {
        if text == "MSI" {
            return Some(Self::SystemAssigned);
        }
        let (kind, id) = text.split_once('-').filter(|(_, id)| !id.is_empty())?;
        match kind {
            "MSIClient" => Some(Self::ClientId(id.to_owned())),
            "MSIObject" => Some(Self::ObjectId(id.to_owned())),
            "MSIResource" => Some(Self::ResourceId(id.to_owned())),
            _ => None,
        }
    }

    /// The identity of an id alone, as Azure PowerShell reads it.
    fn of_id(id: &str) -> Self {
        if id.contains('/') {
            Self::ResourceId(id.to_owned())
        } else if id.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("MSI@"))
            || id.eq_ignore_ascii_case(SYSTEM_ASSIGNED)
        {
            Self::SystemAssigned
        } else {
            Self::ClientId(id.to_owned())
        }
    }

    /// Whether a name means no certain identity.
    pub(crate) fn is_any(name: &str) -> bool {
        name.eq_ignore_ascii_case(USER_ASSIGNED)
    }

    /// The id, which is no other identity's; `None` for the machine's own.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::SystemAssigned => None,
            Self::ClientId(id) | Self::ObjectId(id) | Self::ResourceId(id) => Some(id),
        }
    }

    /// The form under which identities are compared.
    pub(crate) fn key(&self) -> String {
        key(self.id().unwrap_or(SYSTEM_ASSIGNED)).into_owned()
    }

    /// The form of what a secret names as its account.
    pub(crate) fn key_of_id(id: &str) -> String {
        Self::of_id(id).key()
    }
}

#[cfg(test)]
mod tests {
    use super::ManagedIdentity::{self, ClientId, ObjectId, ResourceId, SystemAssigned};
    use crate::{AccountType, ContextAccount, Subscription};

    #[test]
    fn every_spelling_of_an_identity_is_read() {
        let resource = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ManagedIdentity/u";
        let (user, system) = ("userAssignedIdentity", "systemAssignedIdentity");
        let az = ManagedIdentity::AZURE_CLI;
        let own = ManagedIdentity::ID_TYPE;
        let long = format!("MSIResource-{resource}");
        let client = |id: &str| Some(ClientId(id.to_owned()));
        let object = |id: &str| Some(ObjectId(id.to_owned()));
        let by_resource = |id: &str| Some(ResourceId(id.to_owned()));
        for (id, property, subscription, wanted) in [
            (system, Some((az, "MSI")), "s", Some(SystemAssigned)),
            (system, None, "s", Some(SystemAssigned)),
            (user, Some((az, "MSIClient-c-1")), "s", client("c-1")),
            (user, Some((az, "MSIObject-o-1")), "MSIClient-x", object("o-1")),
            (user, Some((az, &long)), "s", by_resource(resource)),
            (user, None, "MSIClient-c-1", client("c-1")),
            (user, None, "MSI", Some(SystemAssigned)),
            (user, None, "Production", None),
            (user, Some((az, "MSIClient-")), "Production", None),
            ("MSI@50342", None, "s", Some(SystemAssigned)),
            ("msi@50342", None, "s", Some(SystemAssigned)),
            ("ada@x", None, "s", client("ada@x")),
            ("c-1", None, "MSIObject-x", client("c-1")),
            (resource, None, "s", by_resource(resource)),
            ("o-1", Some((own, "ObjectId")), "s", object("o-1")),
            ("x", Some((own, "ResourceId")), "s", by_resource("x")),
        ] {
            let properties = property.map(|(name, text)| (name.to_lowercase(), text.to_owned()));
            let account = ContextAccount {
                id: id.into(),
                account_type: AccountType::new("ManagedService"),
                properties: properties.into_iter().collect(),
            };
            let name = Some(subscription.to_owned());
            let subscription =
                Subscription { id: "s".into(), name: name.map(Into::into), state: None };
            let found = ManagedIdentity::of(&account, Some(&subscription));
            assert_eq!(found, wanted, "{id} {property:?} {subscription:?}");
        }
    }
}
