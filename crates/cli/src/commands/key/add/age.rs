//! `azvault key add age`

use std::path::PathBuf;

use azvault_age::{NotARecipient, Recipient};
use azvault_service::failure::{Failure, Kind};
use azvault_service::{age, policy, slots};
use azvault_vault::{Cost, Opener, SlotKind, Try};

use super::slot::Label;
use crate::app::{App, Exit};
use crate::options::kdf::Kdf;
use crate::options::new_passphrase::NewPassphraseOptions;

/// Add age recipients: a TPM, a YubiKey, an SSH key
///
/// A value that opens the vault is encrypted to all of them (age-encryption.org); whoever has the identity
/// of one opens it. Recipients and identities of plugins work where the plugin is installed so that root
/// alone can change it. With --new-identity it is tried at once, and its place is kept for the next time.
/// docs/hardware.md leads through it for a TPM, a YubiKey and an SSH key.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    azvault key add age age1tag1q... --new-identity tpm.txt   the TPM of this machine\n  \
    azvault key add age age1yubikey1q... age1yubikey1q... --new-identity yubikey.txt   two YubiKeys\n  \
    azvault key add age \"$(cat ~/.ssh/id_ed25519.pub)\" --new-identity ~/.ssh/id_ed25519\n  \
    azvault key add age age1tag1q... --new-identity tpm.txt --and passphrase   both are needed")]
pub(crate) struct Args {
    /// To whom: age1..., ssh-ed25519 ..., ssh-rsa ...
    #[arg(required = true, value_name = "RECIPIENT")]
    recipients: Vec<String>,
    /// An identity that decrypts for one of them: it is tried, and its place is kept
    #[arg(long, value_name = "FILE")]
    new_identity: Option<PathBuf>,
    /// Something else that is needed as well
    #[arg(long, value_name = "passphrase")]
    and: Option<SecondFactor>,
    #[command(flatten)]
    new: NewPassphraseOptions,
    #[command(flatten)]
    kdf: Kdf,
    #[command(flatten)]
    label: Label,
}

/// What is needed beside the identity.
#[derive(Clone, Copy, clap::ValueEnum)]
enum SecondFactor {
    Passphrase,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let kind = match self.and {
            Some(SecondFactor::Passphrase) => SlotKind::PassphraseAndAge,
            None => SlotKind::Age,
        };
        let recipients = self.parsed()?;
        policy::may_add(app, kind)?;
        self.kdf.asked()?;
        let mut opened = slots::owner(app, Try::All)?;
        super::slot::check_room(app, &opened)?;
        let identity = self.new_identity.as_deref();
        let slot = match self.and {
            None => {
                let key = age::new_key(app, &recipients, identity)?;
                slots::prepare(app, &self.label.on(Opener::Age(&key), Cost::DEFAULT))?
            }
            Some(SecondFactor::Passphrase) => {
                let cost = self.kdf.for_new(opened.vault.least_cost())?;
                policy::costs_enough(app, cost)?;
                let passphrase = self.new.read().ask(app)?;
                let key = age::new_key(app, &recipients, identity)?;
                let opener = Opener::PassphraseAndAge { passphrase: &passphrase, age: &key };
                slots::prepare(app, &self.label.on(opener, cost))?
            }
        };
        super::slot::add(app, &mut opened, &slot, || ())?;
        if identity.is_none() {
            app.ui.note(
                "no identity was named, so that it was not tried: azvault unlock --age-identity FILE",
            );
        }
        Ok(0)
    }

    /// What is no recipient may be an identity, and is not cited.
    fn parsed(&self) -> Result<Vec<Recipient>, Failure> {
        let parsed = self.recipients.iter().zip(1..).map(|(text, number)| {
            text.parse().map_err(|e: NotARecipient| {
                Failure::new(Kind::Usage, format!("recipient {number}: {e}"))
                    .hint("age-keygen -y identity.txt, or the first lines of what a plugin made")
            })
        });
        parsed.collect()
    }
}
