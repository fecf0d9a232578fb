//! What a caller asks for, and what is said to it.

use azvault_model::Secret;
use serde::{Deserialize, Serialize};

/// A request that came by the right key, in the right form, from a process of the same user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointRequest {
    /// What the token is to open.
    pub target: Target,
    /// The tenant it is for, where the protocol can say one (azd alone).
    pub tenant: Option<String>,
    /// Which identity is meant; `None` for the one that acts.
    pub client: Option<ClientSelector>,
    /// The claims challenge with which a service refused the token that the caller had.
    pub claims: Option<String>,
    /// SHA-256 of a token that a service refused, in hexadecimal digits
    /// (`token_sha256_to_refresh` of MSAL).
    pub refused_sha256: Option<String>,
    /// How it was asked.
    pub protocol: Protocol,
}

/// How tools ask for tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// The managed identity endpoint of App Service, api-version 2019-08-01: az from 2.75 and the
    /// Azure SDKs. <https://learn.microsoft.com/azure/app-service/overview-managed-identity>
    AppService,
    /// Its forerunner, api-version 2017-09-01: azure-identity before 2021, msrestazure.
    AppService2017,
    /// What Cloud Shell had: az before 2.75, msrestazure, go-autorest.
    CloudShell,
    /// External authentication of the Azure Developer CLI, api-version 2023-07-12-preview:
    /// cli/azd/docs/external-authentication.md of azure-dev.
    Azd,
    /// The endpoint that Terraform's azurerm takes for IMDS, api-version 2018-02-01.
    /// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
    Azurerm,
    /// The Instance Metadata Service itself, which programs look for at a fixed address.
    Imds,
}

/// What a token is to open, as given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A resource of the first generation: `https://management.azure.com/`.
    Resource(String),
    /// Scopes: `https://management.azure.com//.default`.
    Scopes(Vec<String>),
}

/// How a caller names a user-assigned identity. The file of Azure CLI that
/// [`az_config`](crate::az_config()) makes names accounts of the vault this way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientSelector {
    /// `client_id`.
    ClientId(String),
    /// `object_id`.
    ObjectId(String),
    /// `mi_res_id`, or `msi_res_id` as IMDS has it.
    ResourceId(String),
}

impl ClientSelector {
    /// The id, however it was named.
    pub fn id(&self) -> &str {
        match self {
            Self::ClientId(id) | Self::ObjectId(id) | Self::ResourceId(id) => id,
        }
    }
}

/// A token for the caller.
pub struct Issued {
    /// The value.
    pub access_token: Secret,
    /// Unix seconds.
    pub expires_on: i64,
    /// What it opens.
    pub resource: String,
    /// Whose directory it is of.
    pub tenant: Option<String>,
}

/// Why there is no token. The messages reach the caller: no secret belongs into them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// No token, however often it is asked: the resource, tenant or identity is not for this command,
    /// the vault is locked, there is no network. The message says why, and the next command.
    NotAllowed {
        /// For the user of the tool.
        message: String,
    },
    /// Somebody has to sign in; the message names the command.
    SignInNeeded {
        /// For the user of the tool.
        message: String,
    },
    /// Somebody has to sign in and show more than before: the claims challenge says what.
    StepUp {
        /// For the user of the tool.
        message: String,
        /// JSON.
        claims: String,
    },
    /// Not now, and perhaps later without anybody doing anything.
    Unavailable {
        /// For the user of the tool.
        message: String,
        /// Seconds after which it may ask again.
        retry_after: u64,
    },
}
