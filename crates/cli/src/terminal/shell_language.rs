//! What to type, in the language of the shell in which the command was typed.

use std::borrow::Cow;

use azvault_os::process::parent_name;
use azvault_service::session;

/// A hint, as this shell takes it: only how a session is started differs.
pub(crate) fn in_this_shell(hint: &str) -> Cow<'_, str> {
    if !hint.contains(session::START) {
        return Cow::Borrowed(hint);
    }
    let start = match parent_name().as_deref() {
        Some("fish") => "azvault session start --shell fish | source",
        Some("nu") => {
            "$env.AZVAULT_SESSION = (azvault session start -o json | from json | get value)"
        }
        Some("pwsh" | "powershell") => "azvault session start --shell pwsh | Invoke-Expression",
        _ => return Cow::Borrowed(hint),
    };
    Cow::Owned(hint.replace(session::START, start))
}
