//! The lines of az that are answered here.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use super::{account, sign_in, token};

/// A line, without `az`.
#[derive(Parser)]
#[command(name = "az", no_binary_name = true, disable_help_flag = true, infer_long_args = true)]
pub(super) struct Line {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Subcommand)]
pub(super) enum Verb {
    #[command(subcommand)]
    Account(Account),
    Login(Box<sign_in::Login>),
    Logout(sign_in::Logout),
    Version(account::Version),
}

#[derive(Subcommand)]
pub(super) enum Account {
    GetAccessToken(token::GetAccessToken),
    Show(account::Show),
    List(account::List),
    Set(account::Set),
    Clear(sign_in::Clear),
}

impl Verb {
    /// Whether it is answered without a change of any kind.
    pub(super) fn only_reads(&self) -> bool {
        matches!(
            self,
            Self::Account(Account::GetAccessToken(_) | Account::Show(_) | Account::List(_))
        )
    }
}

/// The words of a line as az reads them: commands in any case.
pub(super) fn read(words: &[OsString]) -> Vec<OsString> {
    let commands = words.iter().take_while(|word| !word.as_encoded_bytes().starts_with(b"-"));
    let count = commands.count();
    let lower = |word: &OsString| word.to_ascii_lowercase();
    words[..count].iter().map(lower).chain(words[count..].iter().cloned()).collect()
}

/// What of a line that was not understood may be handed to a real az.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nothing: it signs in or out, or chooses who acts, and a real az would do so in its own files.
    Ours,
    Theirs,
}

impl Whose {
    pub(super) fn of(words: &[&str]) -> Self {
        match words {
            _ if words.iter().any(|word| matches!(*word, "-h" | "--help")) => Self::Theirs,
            ["login" | "logout", ..] | ["account", "set" | "clear", ..] => Self::Ours,
            _ => Self::Theirs,
        }
    }
}
