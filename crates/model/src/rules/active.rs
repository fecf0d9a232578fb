//! Which context acts: the option, else the variable, else the session's, else the vault's
//! default.

use serde::{Deserialize, Serialize};

use crate::{ContextName, Current};

/// Who named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActiveSource {
    /// `--context`.
    Option,
    /// `AZVAULT_CONTEXT`.
    Variable,
    /// This session.
    Session,
    /// The default in the vault.
    Default,
}

impl ActiveSource {
    /// The reason as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Option => "--context",
            Self::Variable => "AZVAULT_CONTEXT",
            Self::Session => "this session",
            Self::Default => "the default in the vault",
        }
    }

    /// The reason as scripts read it.
    pub fn source(self) -> &'static str {
        match self {
            Self::Option => "--context",
            Self::Variable => "AZVAULT_CONTEXT",
            Self::Session => "session",
            Self::Default => "default",
        }
    }
}

/// What is asked for, from the strongest word to the weakest.
#[derive(Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// `--context`.
    pub option: Option<&'a ContextName>,
    /// `AZVAULT_CONTEXT`.
    pub variable: Option<&'a ContextName>,
    /// The session's own choice.
    pub session: Option<&'a Current>,
    /// The vault's default, if the session sees it.
    pub default: Option<&'a ContextName>,
}

/// The name that acts, and why; a session that chose none has none, whatever the default is.
pub fn active<'a>(wishes: &Wishes<'a>) -> (Option<&'a ContextName>, ActiveSource) {
    if let Some(name) = wishes.option {
        return (Some(name), ActiveSource::Option);
    }
    if let Some(name) = wishes.variable {
        return (Some(name), ActiveSource::Variable);
    }
    match wishes.session {
        Some(Current::To(name)) => (Some(name), ActiveSource::Session),
        Some(Current::Nothing) => (None, ActiveSource::Session),
        None => (wishes.default, ActiveSource::Default),
    }
}

#[cfg(test)]
mod tests {
    use super::{ActiveSource, Wishes, active};
    use crate::{ContextName, Current};

    #[test]
    fn reasons_are_shown_in_the_words_that_people_type() {
        let all = [
            ActiveSource::Option,
            ActiveSource::Variable,
            ActiveSource::Session,
            ActiveSource::Default,
        ];
        let words = ["--context", "AZVAULT_CONTEXT", "this session", "the default in the vault"];
        assert_eq!(all.map(ActiveSource::as_str), words);
        let sources = ["--context", "AZVAULT_CONTEXT", "session", "default"];
        assert_eq!(all.map(ActiveSource::source), sources);
    }

    #[test]
    fn the_nearest_word_wins() {
        let name = ContextName::new;
        let (option, variable, default) = (name("option"), name("variable"), name("default"));
        let (to, none) = (Current::To(name("session")), Current::Nothing);
        for (wish, wanted, because) in [
            ("ovsd", Some("option"), ActiveSource::Option),
            ("vsd", Some("variable"), ActiveSource::Variable),
            ("sd", Some("session"), ActiveSource::Session),
            ("nd", None, ActiveSource::Session),
            ("d", Some("default"), ActiveSource::Default),
            ("", None, ActiveSource::Default),
            ("on", Some("option"), ActiveSource::Option),
        ] {
            let session = if wish.contains('n') { &none } else { &to };
            let wishes = Wishes {
                option: wish.contains('o').then_some(&option),
                variable: wish.contains('v').then_some(&variable),
                session: wish.contains(['s', 'n']).then_some(session),
                default: wish.contains('d').then_some(&default),
            };
            let (name, found) = active(&wishes);
            assert_eq!((name.map(ContextName::as_str), found), (wanted, because), "{wish}");
        }
    }
}
