//! What a reader finds: nothing lost, nothing invented.

mod people;
mod room;

use std::path::PathBuf;

use azvault_model::rules::secrets::{Alike, is_same};
use azvault_model::{
    Account, AccountType, Accounts, Context, HeldSecret, KeptNames, Profile, Secret,
    SecretDescription, Text, Texts,
};
use people::People;

use crate::json::{Node, Parted, Unread};
use crate::{Format, Product, Protection};

/// What becomes of a file; ordered from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Imported whole.
    Accept,
    /// Imported, and a note names a point that the user should know.
    Warn,
    /// Nothing of it is imported, because it holds credentials of a tool that azvault does not
    /// serve: they are named, with what revokes them.
    Report,
    /// It holds something, but not for this machine: DPAPI, keychain, keyring, WAM.
    Opaque,
    /// Nothing of it is imported; a note says where and why.
    Reject,
}

impl Outcome {
    /// The outcome as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Warn => "warn",
            Self::Report => "report",
            Self::Opaque => "opaque",
            Self::Reject => "reject",
        }
    }
}

/// What is said of a member that its format does not have.
pub(crate) const UNKNOWN_MEMBER: &str = "a member that azvault does not know: kept, sealed";

/// One remark about a file. It never holds a value of the file, only places and our own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where: a JSON pointer, `byte 2500`, `item 3`; empty for the file as a whole. A pointer can
    /// hold names of the file: show it escaped.
    pub place: String,
    /// What is there, and what follows.
    pub text: String,
}

/// Azure CLI spreads its default over three files; each says its part.
#[derive(Default)]
pub struct AzCliHints {
    /// `[cloud] name` of `config`.
    pub active_cloud: Option<Text>,
    /// `subscription` of each section of `clouds.config`: (cloud, subscription id).
    pub cloud_subscriptions: Vec<(String, String)>,
    /// Places of the contexts of `azureProfile.json` with `isDefault`.
    pub marked_default: Vec<usize>,
    /// Certificate files that entries point to, as written.
    pub certificates: Vec<CertificatePointer>,
}

/// An entry that points to a certificate file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatePointer {
    /// Path as written, `~` and relative paths included.
    pub path: String,
    /// Application id of the service principal.
    pub client_id: Text,
    /// Its tenant.
    pub tenant: Option<Text>,
}

/// A value that a reader understood and left out on purpose: a person can judge why.
///
/// One that was not understood is no such thing: it is a warning with its place.
pub struct LeftOut {
    /// Where it stands: as the place of a [`Note`].
    pub place: String,
    /// Why it is not imported: expired, public, empty.
    pub why: &'static str,
    /// The value, so that a comparison of the file with the vault recognises it.
    pub value: Secret,
}

/// A credential of a tool that azvault does not serve. It stays where it lies, and a person learns
/// how to end it.
pub struct Reported {
    /// Where it stands: as the place of a [`Note`].
    pub place: String,
    /// What it is, in the words of its product: `PAT of Azure DevOps`.
    pub what: &'static str,
    /// What ends it: a command, or where the product does so.
    pub revoke: &'static str,
    /// Its value where the reader has it, so that a comparison of the file recognises it.
    pub value: Option<Secret>,
}

/// What one file holds.
pub struct Found {
    /// The format that the file was read as.
    pub format: Format,
    /// The product that writes the file.
    pub product: Product,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Whether the system had sealed it.
    pub protection: Protection,
    /// Why, and what else the user should know.
    pub notes: Vec<Note>,
    /// Its content, in azvault's words. Empty for `Report`, `Opaque` and `Reject`.
    pub profile: Profile,
    /// Names that azvault wrote into the file, without secrets: they are the vault's, and not imported.
    pub kept_names: KeptNames,
    /// Azure CLI's part of a default.
    pub azcli: AzCliHints,
    /// Where settings say that the contexts are.
    pub redirect: Option<PathBuf>,
    /// The folder in which settings say that tokens are cached.
    pub cache_folder: Option<PathBuf>,
    /// How many pieces of the file nobody here understood; a note names each by its place.
    pub unread: usize,
    /// How many of its items are too large for a vault: they are in no import, sealed or not.
    pub without_room: usize,
    /// Values that are not imported, each with the reason.
    pub left_out: Vec<LeftOut>,
    /// Credentials of tools that azvault does not serve.
    pub reported: Vec<Reported>,
    alike: Alike<usize>,
    people: People,
    texts: Texts,
}

impl Found {
    /// A file that was recognised; nothing found in it yet.
    pub fn new(format: Format, product: Product) -> Self {
        Self {
            format,
            product,
            outcome: Outcome::Accept,
            protection: Protection::Plaintext,
            notes: Vec::new(),
            profile: Profile::default(),
            kept_names: KeptNames::default(),
            azcli: AzCliHints::default(),
            redirect: None,
            cache_folder: None,
            unread: 0,
            without_room: 0,
            left_out: Vec::new(),
            reported: Vec::new(),
            alike: Alike::default(),
            people: People::default(),
            texts: Texts::default(),
        }
    }

    /// Adds a secret. A value that its owner has already, of the same kind, is held once; what it
    /// opens is joined, in file order.
    pub fn hold(&mut self, mut description: SecretDescription, value: Secret) {
        if value.is_empty() {
            return;
        }
        self.texts.share(description.texts());
        let secrets = &mut self.profile.secrets;
        // Which hosts are one cloud only all files together say.
        let nobody = Accounts::default();
        let candidates = self.alike.candidates(&description, &value);
        let alike = candidates.into_iter().find(|at| {
            let held = &secrets[*at];
            held.value.same_as(&value) && is_same(&held.description, &description, &nobody)
        });
        match alike {
            Some(at) => {
                let held = &mut secrets[at];
                let knew_home = held.description.home_account_id.is_some();
                join(&mut held.description, &description);
                if !knew_home && held.description.home_account_id.is_some() {
                    self.alike.insert(&held.description, &held.value, at);
                }
            }
            None => {
                self.alike.insert(&description, &value, secrets.len());
                secrets.push(HeldSecret { description, value });
            }
        }
    }

    /// Adds a context.
    pub(crate) fn add_context(&mut self, mut context: Context) {
        self.texts.share(context.texts());
        self.profile.contexts.push(context);
    }

    /// Adds an account, or its tenants and properties to the one that is there.
    pub fn know(&mut self, mut account: Account) {
        self.texts.share(account.texts());
        self.people.add(account, &mut self.profile.accounts);
    }

    /// Leaves a value out that was understood and is not to be imported, and says why. The outcome
    /// stays what it is: nothing of the file went unread.
    pub fn leave_out(&mut self, place: impl Into<String>, value: Secret, why: &'static str) {
        self.left_out.push(LeftOut { place: place.into(), why, value });
    }

    /// Names a credential that is not imported. The file is then one that is only reported.
    pub fn report(&mut self, reported: Reported) {
        self.reported.push(reported);
        self.outcome = self.outcome.max(Outcome::Report);
    }

    /// Names a credential of another service in a file that is imported for what else it says.
    pub fn report_beside(&mut self, reported: Reported) {
        self.reported.push(reported);
        self.outcome = self.outcome.max(Outcome::Warn);
    }

    /// Adds a remark that changes nothing.
    pub fn remark(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.notes.push(Note { place: place.into(), text: text.into() });
    }

    /// Adds a remark that makes the outcome at least a warning.
    pub fn warn(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.remark(place, text);
        self.outcome = self.outcome.max(Outcome::Warn);
    }

    /// Adds a warning of a piece of the file that was not understood: an import that has one has
    /// read less than the whole file.
    pub fn miss(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.unread += 1;
        self.warn(place, text);
    }

    /// Names all that the readers of a file could not use or found odd. Gives the values that they
    /// could not use, which are kept as they are.
    pub(crate) fn settle<'a>(&mut self, unread: Unread<'a>) -> Vec<Node<'a>> {
        self.settle_below(unread, "")
    }

    /// As [`Found::settle`], of a document that stands in another one: its place goes before each.
    pub(crate) fn settle_below<'a>(&mut self, unread: Unread<'a>, outer: &str) -> Vec<Node<'a>> {
        let Parted { nodes, remarks, unknown } = unread.into_parts();
        for (place, what) in remarks {
            self.warn(format!("{outer}{place}"), what);
        }
        for place in unknown {
            let place = format!("{outer}{place}");
            self.miss(place, UNKNOWN_MEMBER);
        }
        for (node, what) in &nodes {
            let place = format!("{outer}{}", node.place());
            self.miss(place, format!("{what}: not imported, kept as it is, sealed"));
        }
        nodes.into_iter().map(|(node, _)| node).collect()
    }

    /// Makes room for so many more contexts, each of an account of its own that has a secret: a list
    /// that grows by itself is there twice while it does.
    pub(crate) fn expect(&mut self, contexts: usize) {
        self.profile.contexts.reserve_exact(contexts);
        self.profile.accounts.reserve_exact(contexts);
        self.profile.secrets.reserve_exact(contexts);
    }

    /// Gives back the memory that served to add to it: of 100,000 entries it is as much as they are.
    pub(crate) fn finish(&mut self) {
        (self.people, self.texts) = (People::default(), Texts::default());
        // A certificate gets its owners later, from the files that point to it.
        if self.format != Format::Certificate {
            self.alike = Alike::default();
        }
        let Profile { contexts, accounts, secrets, .. } = &mut self.profile;
        contexts.shrink_to_fit();
        accounts.shrink_to_fit();
        secrets.shrink_to_fit();
    }

    /// Nothing of this file is imported, and why.
    pub fn rejected(
        format: Format,
        product: Product,
        place: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let mut found = Self::new(format, product);
        found.outcome = Outcome::Reject;
        found.remark(place, text);
        found
    }

    /// Its content cannot be opened here, and what to do.
    pub fn opaque(format: Format, product: Product, text: impl Into<String>) -> Self {
        let mut found = Self::new(format, product);
        found.outcome = Outcome::Opaque;
        found.remark("", text);
        found
    }
}

/// An account of which only id, type and place are known.
pub(crate) fn account(
    id: &str,
    account_type: impl Into<AccountType>,
    environment: Option<Text>,
    tenant: Option<&str>,
) -> Account {
    Account {
        id: id.into(),
        account_type: account_type.into(),
        environment,
        home_account_id: None,
        tenants: tenant.map(Text::from).into_iter().collect(),
        properties: Default::default(),
    }
}

fn join(own: &mut SecretDescription, other: &SecretDescription) {
    match (&mut own.target, &other.target) {
        (Some(own), Some(other)) => {
            for word in other.split(' ') {
                if !own.split(' ').any(|known| known == word) {
                    *own = Text::from(format!("{own} {word}"));
                }
            }
        }
        (own @ None, Some(other)) => *own = Some(other.clone()),
        (_, None) => {}
    }
    own.expires_on = own.expires_on.or(other.expires_on);
    own.dated = own.dated.max(other.dated);
    own.account_kind = own.account_kind.or(other.account_kind);
    for (own, other) in [
        (&mut own.tenant, &other.tenant),
        (&mut own.client_id, &other.client_id),
        (&mut own.environment, &other.environment),
        (&mut own.family_id, &other.family_id),
        (&mut own.home_account_id, &other.home_account_id),
        (&mut own.token_type, &other.token_type),
        (&mut own.partition, &other.partition),
        (&mut own.on_behalf_of, &other.on_behalf_of),
    ] {
        if own.is_none() {
            own.clone_from(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use azvault_model::Secret;

    use super::{Found, Outcome, Reported};
    use crate::{Format, Product};

    #[test]
    fn a_value_that_is_left_out_is_no_warning_and_no_secret_of_the_profile() {
        let mut found = Found::new(Format::MsalCache, Product::AzureCli);
        found.leave_out("/AccessToken/a/secret", Secret::copied_from(b"at"), "expired");
        let [left_out] = &found.left_out[..] else { panic!("one value") };
        assert_eq!((left_out.place.as_str(), left_out.why), ("/AccessToken/a/secret", "expired"));
        // EXPOSE: a made-up value of this test.
        assert_eq!(left_out.value.expose(), b"at");
        assert_eq!(found.outcome, Outcome::Accept);
        assert!(found.profile.secrets.is_empty() && found.notes.is_empty());
    }

    #[test]
    fn a_file_of_reported_credentials_is_not_imported_and_not_refused() {
        let mut found = Found::new(Format::AzcliConfig, Product::AzureCli);
        found.report(Reported {
            place: "[storage] key".to_owned(),
            what: "key of a storage account",
            revoke: "az storage account keys renew",
            value: None,
        });
        assert!(Outcome::Warn < found.outcome && found.outcome < Outcome::Opaque);
        assert_eq!((found.outcome.as_str(), found.reported.len()), ("report", 1));
    }
}
