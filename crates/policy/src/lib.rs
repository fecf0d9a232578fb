//! What an organisation, or a person for themselves, forbids azvault to do.
//!
//! A policy is a TOML file. [`read`] takes its text, [`tighten`] joins the system's with the user's,
//! which may only tighten it, and [`rules`] decides. Every member knows the line that it comes from,
//! so that a refusal can name it. Nothing here opens a file: the binary hands the text over.
//!
//! ```
//! use std::path::Path;
//!
//! let file = Path::new("/etc/azvault/policy.toml");
//! let policy = azvault_policy::read("plaintext-export = \"forbidden\"", file).unwrap();
//! let refused = azvault_policy::rules::export_plaintext(&policy, "a plaintext file").unwrap_err();
//! assert_eq!(
//!     refused.to_string(),
//!     "refused by /etc/azvault/policy.toml line 1: a plaintext file"
//! );
//! ```

mod member;
mod policy;
mod read;
pub mod rules;
mod tighten;

pub use member::{Allowance, AtLeast, AtMost, Only, PolicyLine, Reach, Resources, Set, SlotKind};
pub use policy::{Policy, Shown, Value};
pub use read::{Wrong, read};
pub use rules::Refusal;
pub use tighten::{Loosens, tighten};
