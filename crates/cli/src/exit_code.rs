//! The published exit codes. A code is never renumbered: scripts rely on it.

use azvault_service::failure::Kind;

/// The exit code of a command that failed, 1 to 255.
pub(crate) fn number(kind: Kind) -> u8 {
    match kind {
        Kind::Other => 1,
        Kind::Usage => 2,
        Kind::Aborted => 3,
        Kind::SignInNeeded => 4,
        Kind::NotFound => 5,
        Kind::Locked | Kind::UnlockedElsewhere => 6,
        Kind::Refused => 7,
        Kind::Integrity => 8,
        Kind::Exists => 9,
        Kind::Findings => 10,
        Kind::Busy => 11,
        Kind::Network => 12,
        Kind::Unsupported => 13,
        Kind::NeedsTerminal => 14,
        // As a shell does.
        Kind::ChildNotRun => 126,
        Kind::ChildNotFound => 127,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// What the help says of a kind, and the kind that comes next: a new one does not compile
    /// before both are written.
    fn words(kind: Kind) -> (&'static str, Option<Kind>) {
        match kind {
            Kind::Other => ("other error", Some(Kind::Usage)),
            Kind::Usage => ("usage", Some(Kind::Aborted)),
            Kind::Aborted => ("aborted", Some(Kind::SignInNeeded)),
            Kind::SignInNeeded => ("sign-in needed or session gone", Some(Kind::NotFound)),
            Kind::NotFound => ("not found", Some(Kind::Locked)),
            Kind::Locked => ("locked or unlock failed", Some(Kind::Refused)),
            Kind::Refused => ("refused by a rule", Some(Kind::Integrity)),
            Kind::Integrity => ("integrity failure", Some(Kind::Exists)),
            Kind::Exists => ("exists", Some(Kind::Findings)),
            Kind::Findings => ("findings", Some(Kind::Busy)),
            Kind::Busy => ("busy", Some(Kind::Network)),
            Kind::Network => ("network or the sign-in service", Some(Kind::Unsupported)),
            Kind::Unsupported => ("unsupported here", Some(Kind::NeedsTerminal)),
            Kind::NeedsTerminal => ("needs a terminal", Some(Kind::ChildNotRun)),
            Kind::UnlockedElsewhere | Kind::ChildNotRun | Kind::ChildNotFound => ("", None),
        }
    }

    #[test]
    fn the_help_lists_the_number_of_every_kind() {
        let mut listed = String::from("Exit codes: 0 ok");
        let mut next = Some(Kind::Other);
        while let Some(kind) = next {
            let (says, after) = words(kind);
            if !says.is_empty() {
                listed.push_str(&format!(", {} {says}", number(kind)));
            }
            next = after;
        }
        let [not_run, not_found] = [Kind::ChildNotRun, Kind::ChildNotFound].map(number);
        listed.push_str(&format!(
            "; exec: those of its child, {not_run} and {not_found} as a shell."
        ));

        let help = crate::cli::Cli::command().get_after_help().unwrap().to_string();
        let help = help[help.find("Exit codes:").unwrap()..].replace('\n', " ");
        assert_eq!(help, listed);
    }
}
