//! Shells whose language azvault writes.

use clap::ValueEnum;
use zeroize::Zeroizing;

/// Shells whose language azvault writes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Nu,
    Pwsh,
}

impl Shell {
    /// A line that puts a variable into its environment.
    pub(crate) fn with(self, name: &str, value: &str) -> Zeroizing<String> {
        let quoted = self.quoted(value);
        Zeroizing::new(match self {
            Self::Bash | Self::Zsh => format!("export {name}={}", &*quoted),
            Self::Fish => format!("set -gx {name} {}", &*quoted),
            Self::Nu => format!("$env.{name} = {}", &*quoted),
            Self::Pwsh => format!("$env:{name} = {}", &*quoted),
        })
    }

    /// A line that takes a variable away, also where there is none.
    pub(crate) fn without(self, name: &str) -> String {
        match self {
            Self::Bash | Self::Zsh => format!("unset {name}"),
            Self::Fish => format!("set -e {name}"),
            Self::Nu => format!("hide-env --ignore-errors {name}"),
            Self::Pwsh => format!("Remove-Item -ErrorAction Ignore Env:{name}"),
        }
    }

    /// A text as one word of its language, in which nothing is expanded.
    fn quoted(self, text: &str) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Bash | Self::Zsh => format!("'{}'", text.replace('\'', r"'\''")),
            Self::Fish => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
            Self::Nu => {
                let escaped = text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
                format!("\"{escaped}\"")
            }
            // It takes typographic quotes for its own.
            Self::Pwsh => {
                let is_quote = |c| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
                let twice = text.chars().flat_map(|c| [Some(c), is_quote(c).then_some(c)]);
                format!("'{}'", twice.flatten().collect::<String>())
            }
        })
    }
}
