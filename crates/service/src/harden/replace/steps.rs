//! The steps of a replacement, and how far each has come.

/// A step.
pub struct Taken {
    pub act: Act,
    pub state: State,
}

/// What is done, in this order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Act {
    AddCertificate,
    SignIn,
    SwitchContexts,
    RemovePassword,
    RemoveSecret,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Done,
    /// By an earlier run, or by others.
    DoneBefore,
    /// It would be done.
    Planned,
}

impl Act {
    /// The step as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddCertificate => "add_certificate",
            Self::SignIn => "sign_in",
            Self::SwitchContexts => "switch_contexts",
            Self::RemovePassword => "remove_password",
            Self::RemoveSecret => "remove_secret",
        }
    }

    /// What was or would be done.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::AddCertificate => "the application gets the certificate, in Entra",
            Self::SignIn => "the key signs in",
            Self::SwitchContexts => "the vault's contexts sign in with it",
            Self::RemovePassword => "the application loses the secret, in Entra",
            Self::RemoveSecret => "the vault loses it, once Entra refuses it",
        }
    }
}

impl State {
    /// The state as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::DoneBefore => "done_before",
            Self::Planned => "planned",
        }
    }
}
