//! The real binary in an empty world: one file a verb, and the rules that hold for all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::print_stdout,
    reason = "a test says what it measured, and what it could not check"
)]

mod machine;
mod witness;
mod world;

mod acting;
mod agent;
mod agent_memory;
mod as_the_products;
mod audit;
mod authorities;
mod az_shim;
mod azure;
mod backup;
mod bad_input;
mod both_ways;
mod certificates;
mod claims;
mod clean;
mod cli_reference;
mod clients;
mod confinement;
mod connect;
mod context;
mod dependencies;
mod doctor;
mod dry_run;
mod endpoint;
mod exec_variables;
mod fixtures;
mod foreign_vault;
mod hostile;
mod house;
mod identity;
mod inherited;
mod init;
mod json;
mod key;
mod key_rotate;
mod keyring;
mod large;
mod leftovers;
mod lock;
mod measured;
mod migrate;
mod migrate_verify;
mod names;
mod not_understood;
mod nothing_in_clear;
mod odd_files;
mod older_backup;
mod other_tools;
mod panic;
mod passphrases;
mod piped;
mod planted_homes;
mod pointers;
mod policy;
mod powershell;
mod private_files;
mod process_scope_on_disk;
mod readme;
mod removals;
mod reported;
mod resources;
mod rollback;
mod rules;
mod save;
mod saved_in_dotnet;
mod scan;
mod scan_beside;
mod scan_closed;
mod scan_home;
mod scan_next;
mod scan_sarif;
mod scan_typed;
mod secret;
mod session;
mod shown_once;
mod stack;
mod start_up;
mod status;
mod surroundings;
mod there_and_back;
mod tidy;
mod token;
mod unlock;
mod verify;
mod verify_next;
mod writers;
