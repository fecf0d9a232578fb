//! Signing in, against peers that are not ours: a real OpenID provider, Microsoft's own library
//! sending the same requests, and a server with the shape of Entra, Resource Manager and the
//! endpoints of managed identities.
//!
//! Needs python3 with `tests/requirements.txt`, the `openssl` command, and Node.js with npm.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

mod browser;
mod certificate;
mod entra;
mod managed_identity;
mod msal;
mod openid_provider;
mod peers;
mod residue;
mod resource_manager;
mod transport;
