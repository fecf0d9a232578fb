//! What was compared, in words.

use super::comparison::Comparison;
use crate::text::count;

impl Comparison {
    /// The result in one line, if nothing differs.
    pub fn verdict(&self) -> String {
        let (contexts, secrets) = (self.contexts, self.secrets);
        let mut text = format!(
            "proven: {} and {} equal their originals",
            count(contexts, "context"),
            count(secrets, "secret")
        );
        if !self.since.is_empty() {
            text.push_str(", but for what was renewed or changed since");
        }
        text.push_str("; the witness found nothing else");
        text
    }

    /// What of each was compared.
    pub fn what_was_compared(&self) -> [String; 2] {
        let environments = match self.environments {
            0 => String::new(),
            number => format!(", {}", count(number, "custom environment")),
        };
        [
            "compared: of contexts the name, account, tenant, subscription, cloud, properties and all \
             other members; of secrets the value and whose it is"
                .to_owned(),
            format!(
                "          {}{environments}, the default, the autosave mode; files in their place byte \
                 by byte",
                count(self.accounts, "account")
            ),
        ]
    }
}
