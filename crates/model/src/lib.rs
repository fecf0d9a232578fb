//! What an Azure context is, and every rule about it.
//!
//! A *context* is a named (account, tenant, subscription or none, environment). A *profile* is
//! what one file, or one vault, holds of them: contexts, which one is the default, accounts,
//! environments and secrets. This crate is pure: it does no I/O, no cryptography, and has no
//! clock; the binary hands it what it read and gets decisions back.
//!
//! ```
//! use azvault_model::ContextName;
//!
//! // Azure PowerShell compares names without case and keeps them as they were written.
//! assert!(ContextName::new("Prod").same_as(&ContextName::new("PROD")));
//! ```

mod account;
mod account_key;
mod accounts;
mod acting;
mod caseless;
mod challenge;
mod change;
mod cloud;
mod context;
mod context_list;
mod ids;
mod index;
mod kept;
mod kept_names;
mod labels;
mod managed_identity;
mod name;
mod process_scope;
mod profile;
mod reference;
mod scope;
mod secret;
mod text;

pub mod rules;

pub use account::{Account, AccountType, ContextAccount, HOME_ACCOUNT_ID, KnownAccountType};
pub use account_key::{AccountKey, IdentityKind};
pub use accounts::{Accounts, ByAccount, Found, KnownAccount};
pub use acting::Acting;
pub use challenge::{Challenge, keep as keep_challenge};
pub use change::{Change, Current, Decision, Forget, Known, Question, Refusal, Remark, Whose};
pub use cloud::{BUILT_IN_CLOUDS, BuiltInCloud, CloudKey, Clouds, Environment, cloud_of_authority};
pub use context::{Context, Identity, Subscription, Tenant};
pub use context_list::ContextList;
pub use ids::{AccountId, ClientId, EnvironmentName, HomeAccountId, SubscriptionId, TenantId};
pub use index::{ByDigest, Digest, Digests};
pub use kept::Kept;
pub use kept_names::{KEPT_NAME, KeptName, KeptNames};
pub use labels::{Labels, Mark, TeamLabel};
pub use managed_identity::ManagedIdentity;
pub use name::{Caseless, ContextName};
pub use process_scope::{Collision, ProcessScope, ProcessSecret};
pub use profile::{AutosaveMode, Profile};
pub use reference::{NotMeant, meant};
pub use scope::Scope;
pub use secret::{HeldSecret, Secret, SecretDescription, SecretKind};
pub use text::{Text, Texts};
