//! The application: everything between a parsed request and an answer.
//!
//! It knows no command line, no standard output and no exit code. What it says and asks while it works
//! goes to a [`console::Console`]: a terminal, or a test. Errors are a [`failure::Failure`]: what happened,
//! of which kind, and the next command to type.

// Its one caller is the command, and names say what its members are: a comment that only fills a lint
// says nothing.
#![allow(missing_docs)]

pub mod accept_rollback;
pub mod age;
pub mod agent;
pub mod app;
pub mod ask;
pub mod audit;
pub mod az_settings;
pub mod backup;
pub mod browser;
pub mod caller;
pub mod change;
pub mod child_process;
pub mod claims;
pub mod claims_challenge;
pub mod clipboard;
mod confined;
pub mod connect;
pub mod console;
pub mod contexts;
pub mod create_vault;
pub mod descriptor;
pub mod doctor;
pub mod endpoint;
pub mod expected_vault;
pub mod failure;
mod grants;
pub mod harden;
pub mod holders;
pub mod inherited;
pub mod keep_names;
pub mod keyring;
pub mod message;
pub mod migration;
mod network;
pub mod new_passphrase;
pub mod online;
pub mod opening;
pub mod panic;
pub mod paths;
pub mod pkcs11;
pub mod policy;
mod portal;
pub mod presence;
pub mod private_file;
mod recorder;
mod request;
pub mod revocation;
pub mod rotation;
pub mod runtime;
pub mod saved;
pub mod scan;
pub mod secrets;
pub mod service;
pub mod session;
pub mod shell_word;
pub mod slots;
pub mod strength;
pub mod subscriptions;
pub mod system_program;
pub mod team;
pub mod text;
pub mod time;
pub mod tokens;
pub mod unlock_inputs;
pub mod variables;
pub mod vault_pin;
pub mod verbs;
