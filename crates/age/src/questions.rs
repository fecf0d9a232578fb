//! What a plugin, or an identity with a passphrase, asks of the person.

use age::Callbacks;
use age::secrecy::SecretString;
use azvault_model::Secret;

/// Who answers. What is asked is the plugin's words.
pub trait Ask: Clone + Send + Sync + 'static {
    /// Says something: to touch the key, to plug it in.
    fn say(&self, message: &str);

    /// Asks to choose one of two; `None` where no person is there.
    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<Confirmed>;

    /// Asks for text that may be seen.
    fn text(&self, question: &str) -> Option<String>;

    /// Asks for a PIN or a passphrase.
    fn secret(&self, question: &str) -> Option<Secret>;
}

/// Which of the two was chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The first.
    Yes,
    /// The second.
    No,
}

/// The same in the words of the age crate.
#[derive(Clone)]
pub(crate) struct Questions<A>(pub(crate) A);

impl<A: Ask> Callbacks for Questions<A> {
    fn display_message(&self, message: &str) {
        self.0.say(message);
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.0.confirm(message, yes, no).map(|confirmed| confirmed == Confirmed::Yes)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.text(description)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        let typed = self.0.secret(description)?;
        // EXPOSE: handed to the plugin that asked for it, as text.
        let text = std::str::from_utf8(typed.expose()).ok()?;
        Some(SecretString::from(text.to_owned()))
    }
}
