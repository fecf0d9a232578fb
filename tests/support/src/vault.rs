//! A vault with a row of every class, in memory where the system has a file system there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use azvault_model::{
    Account, AccountType, Context, ContextName, Environment, Kept, Secret, SecretDescription,
    SecretKind, Subscription,
};
use azvault_os::file::{FileIdentity, Owner, Permissions};
use azvault_vault::{
    Actor, Cost, Entry, Error, Import, ImportedFile, Locked, MasterKey, NewSlot, Opener, Problem,
    RawKey, RecoveryCode, Settings, Subject, Transaction, Try, Vault, sha256,
};
use zeroize::Zeroizing;

pub struct World {
    folder: tempfile::TempDir,
    raw: RawKey,
    passphrase: Secret,
    recovery: RecoveryCode,
}

/// How many of something a test does: few when it runs among all tests, and as many as the proof
/// asks for by a variable of the environment.
pub fn count(variable: &str, few: usize) -> usize {
    std::env::var(variable).map_or(few, |text| text.parse().unwrap())
}

impl World {
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("azvault-proof-").tempdir_in(place).unwrap();
        Self {
            folder,
            raw: RawKey::generate(),
            passphrase: Secret::copied_from(b"correct horse battery staple"),
            recovery: RecoveryCode::generate(),
        }
    }

    /// A world whose raw key is that of another.
    pub fn opened_by(raw_key: &str) -> Self {
        Self { raw: RawKey::parse(raw_key.as_bytes()).unwrap(), ..Self::new() }
    }

    pub fn raw(&self) -> &RawKey {
        &self.raw
    }

    pub fn master_key(&self) -> MasterKey {
        Locked::open(&self.path())
            .unwrap()
            .master_key(&Opener::RawKey(&self.raw), Try::All)
            .unwrap()
    }

    pub fn raw_key(&self) -> Zeroizing<String> {
        self.raw.to_text()
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn path(&self) -> PathBuf {
        self.join("vault.db")
    }

    /// By kind: what opens each of the slots, the cheap one first.
    pub fn openers(&self) -> [Opener<'_>; 3] {
        [
            Opener::RawKey(&self.raw),
            Opener::Passphrase(&self.passphrase),
            Opener::RecoveryCode(&self.recovery),
        ]
    }

    /// A vault whose one slot costs nothing to open.
    pub fn create_bare(&self, path: &Path, anchors: &Path) -> Vault {
        let opener = Opener::RawKey(&self.raw);
        let slot = NewSlot { opener, cost: Cost::FLOOR, label: "machine".to_owned() };
        azvault_vault::create(path, &[slot], anchors).unwrap()
    }

    /// A vault with a slot of each kind.
    pub fn create(&self, path: &Path, anchors: &Path) -> Vault {
        let labels = ["machine", "mine", "drawer"];
        let slots = self.openers().into_iter().zip(labels).map(|(opener, label)| NewSlot {
            opener,
            cost: Cost::FLOOR,
            label: label.to_owned(),
        });
        azvault_vault::create(path, &slots.collect::<Vec<_>>(), anchors).unwrap()
    }

    pub fn open(&self, path: &Path, anchors: &Path) -> Result<Vault, Problem> {
        Ok(Locked::open(path)?.unlock(&Opener::RawKey(&self.raw), anchors)?)
    }
}

pub fn context(name: &str, subscription: &str) -> Context {
    Context {
        name: ContextName::new(name),
        account: None,
        tenant: None,
        subscription: Some(Subscription {
            id: subscription.into(),
            name: None,
            state: Some("Enabled".into()),
        }),
        environment: Some("AzureCloud".into()),
        version_profile: None,
        extended_properties: BTreeMap::new(),
        labels: Default::default(),
        kept: Kept::default(),
    }
}

pub fn entry(verb: &str) -> Entry {
    Entry {
        time: 1_700_000_000,
        verb: verb.to_owned(),
        subjects: vec![Subject { id: None, what: "context prod".to_owned() }],
        actor: Actor { user: Owner::of_record(1000), pid: 7, parent: Some("bash".to_owned()) },
    }
}

pub fn import(writing: &mut Transaction<'_>, bytes: &[u8]) -> Result<Import, Problem> {
    let original = Some(writing.add_original(bytes)?);
    let file = ImportedFile {
        path: "/home/megan/.Azure/AzureRmContext.json".into(),
        format: "azps-context".to_owned(),
        product: "azure-powershell".to_owned(),
        outcome: "accept".to_owned(),
        permissions: Permissions::of_record(0o600),
        owner: Owner::of_record(1000),
        modified_ns: 1_234_567_890_123_456_789,
        size: bytes.len() as u64,
        identity: FileIdentity::of_record([1, 2]),
        sha256: sha256(bytes),
        kept: Kept::default(),
        original,
        removed: None,
        links: Vec::new(),
    };
    Ok(Import { created: 1_700_000_000, files: vec![file], ..Import::default() })
}

/// The sizes of originals: one of one part, and with the other one of two.
pub const SMALL: &[usize] = &[300];
pub const SMALL_AND_LARGE: &[usize] = &[300, 1024 * 1024 + 5];

/// Records of every kind, secrets, originals, a log.
pub fn fill(vault: &mut Vault, originals: &[usize]) -> Result<(), Error> {
    vault.write(|writing| {
        for number in 0..3 {
            writing.put_context(None, &context(&format!("prod {number}"), "s1"))?;
            let about = SecretDescription::of(SecretKind::RefreshToken);
            let value = Secret::copied_from(format!("token number {number}").as_bytes());
            writing.add_secret(&about, &value, 1_700_000_000)?;
        }
        writing.put_account(None, &account("megan@contoso.example"))?;
        let settings = BTreeMap::from([("ActiveDirectory".to_owned(), "https://a/".to_owned())]);
        writing.put_environment(None, &Environment { name: "Stack".to_owned(), settings })?;
        for size in originals {
            let import = import(writing, &vec![7; *size])?;
            writing.add_import(&import)?;
        }
        let default = Some(ContextName::new("prod 1"));
        writing.put_settings(&Settings { default, ..Settings::default() })?;
        ["migrate run", "secret show", "use", "use"].iter().try_for_each(|v| writing.log(entry(v)))
    })
}

pub fn account(id: &str) -> Account {
    Account {
        id: id.into(),
        account_type: AccountType::new("User"),
        environment: None,
        home_account_id: None,
        tenants: Vec::new(),
        properties: BTreeMap::new(),
    }
}
