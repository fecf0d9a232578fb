//! The loopback identity endpoint that the children of a command talk to.
//!
//! Tools of Azure ask a *managed identity endpoint* for tokens when their environment names one.
//! [`TokenEndpoint`] is such an endpoint for one command and what that command starts: on a random port of
//! 127.0.0.1, behind keys that only the command's environment knows, and gone with the command. It
//! knows no vault, no keys of one and no terminal: where tokens come from is a closure.
//!
//! ```no_run
//! use azvault_endpoint::{TokenEndpoint, Facts, Keys, Refusal};
//! use zeroize::Zeroizing;
//!
//! # fn example(random: fn() -> Zeroizing<[u8; 32]>, child: azvault_os::process::ProcessHandle)
//! # -> std::io::Result<()> {
//! let keys = Keys {
//!     identity_header: random(),
//!     azd_key: random(),
//!     azurerm_path: random(),
//!     msi_path: random(),
//!     msi_secret: random(),
//! };
//! let endpoint = TokenEndpoint::open(&keys)?;
//! let facts = Facts {
//!     tenant: None,
//!     subscription: None,
//!     environment: None,
//!     az_folder: None,
//!     no_proxy: &[],
//! };
//! for (name, value) in endpoint.environment(&facts) { /* for the child */ }
//! let message = "nothing is for this command";
//! let refused = |_: &_, _: &_| Err(Refusal::NotAllowed { message: message.to_owned() });
//! endpoint.serve(&child, || 0, refused)?;
//! # Ok(())
//! # }
//! ```

mod az_config;
mod caller;
mod connection;
mod endpoint_request;
mod environment;
mod foreign_variables;
mod issuing;
mod parameters;
mod protocol;
mod reply;
mod request;
mod serving;
mod token_endpoint;

pub use az_config::{
    AZ_COPIES, AZ_LINKS, AzConfig, OwnFiles, az_config, az_follows, az_names, client_id, selected,
};
pub use caller::Caller;
pub use endpoint_request::{ClientSelector, EndpointRequest, Issued, Protocol, Refusal, Target};
pub use environment::{
    Facts, OWN_ENDPOINT, TOOL_VARIABLES, ToolValue, ToolVariable, is_token_endpoint,
};
pub use foreign_variables::{FOREIGN_VARIABLES, ForeignVariable, Holds, foreign_variable};
pub use token_endpoint::{Keys, TokenEndpoint};
