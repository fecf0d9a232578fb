//! Commands that write, each with the home in which it runs. Another one is another line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::state::{self, State};
use azvault_test_support::{CHEAP, Fact, Home, copy_folder, files, fixture};

/// What lies in the home before the steps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    NoVault,
    Vault,
}

/// What shall have become of the files that were imported.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Originals {
    InPlace,
    Gone,
}

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) start: Start,
    /// Commands that ran before.
    pub(crate) steps: &'static [&'static [&'static str]],
    pub(crate) command: &'static [&'static str],
    pub(crate) originals: Originals,
}

const INIT: &[&str] = &["init", "--no-recovery", CHEAP[0], CHEAP[1], CHEAP[2], CHEAP[3]];
const RUN: &[&str] = &["migrate", "run", "--yes"];
const CLEAN: &[&str] = &["migrate", "clean", "--yes"];
const ROLLBACK: &[&str] = &["migrate", "rollback", "--yes"];
const RENAME: &[&str] = &["context", "rename", azvault_test_support::FABRIKAM, "fab"];
const PASSPHRASE: &[&str] =
    &["key", "passphrase", "--new-passphrase-file", NEW, CHEAP[0], CHEAP[1], CHEAP[2], CHEAP[3]];
const BACKUP: &[&str] = &["backup", "create", ".local/share/azvault/saved.db"];
const RESTORE: &[&str] =
    &["backup", "restore", ".local/share/azvault/saved.db", "--force", "--accept-older", "2"];

/// The file of the passphrase that one of them changes to.
const NEW: &str = "new";

use Originals::{Gone, InPlace};
use Start::{NoVault, Vault};

#[rustfmt::skip]
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "init", start: NoVault, steps: &[], command: INIT, originals: InPlace },
    Scenario { name: "migrate run", start: Vault, steps: &[], command: RUN, originals: InPlace },
    Scenario { name: "migrate clean", start: Vault, steps: &[RUN], command: CLEAN, originals: Gone },
    Scenario { name: "migrate rollback", start: Vault, steps: &[RUN, CLEAN], command: ROLLBACK, originals: InPlace },
    Scenario { name: "context rename", start: Vault, steps: &[RUN], command: RENAME, originals: InPlace },
    Scenario { name: "key passphrase", start: Vault, steps: &[RUN], command: PASSPHRASE, originals: InPlace },
    Scenario { name: "key rotate", start: Vault, steps: &[RUN], command: &["key", "rotate"], originals: InPlace },
    Scenario { name: "backup create", start: Vault, steps: &[RUN], command: &["backup", "create"], originals: InPlace },
    Scenario { name: "backup restore", start: Vault, steps: &[RUN, BACKUP, RENAME], command: RESTORE, originals: InPlace },
];

/// Their names, for a figure.
pub(crate) fn names() -> String {
    SCENARIOS.iter().map(|scenario| scenario.name).collect::<Vec<_>>().join(", ")
}

/// How a command came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With exit code 0.
    Acknowledged,
    /// With another one, or by a signal, or the machine did.
    Broken,
}

impl End {
    pub(crate) fn of(code: i32) -> Self {
        if code == 0 { Self::Acknowledged } else { Self::Broken }
    }
}

/// A home in which the command of a scenario is about to run.
pub(crate) struct Prepared {
    pub(crate) home: Home,
    /// The files to import, as they lay there.
    originals: BTreeMap<PathBuf, Fact>,
}

impl Scenario {
    /// A new home. The vault is a copy of the template's: deriving keys costs time.
    pub(crate) fn prepare(&self, template: &Home) -> Prepared {
        let home = Home::empty();
        if self.start == Vault {
            copy_folder(&template.join(".local"), &home.join(".local"));
        }
        copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
        home.secret_file(NEW, state::OTHER);
        let originals = files(home.path());
        for step in self.steps {
            home.run(step).expect(0);
        }
        Prepared { home, originals }
    }

    /// The vault before the command, and after it.
    pub(crate) fn ends(&self, template: &Home) -> [Option<State>; 2] {
        let prepared = self.prepare(template);
        let before = state::of(&prepared.home);
        prepared.home.run(self.command).expect(0);
        let after = state::of(&prepared.home);
        prepared.expect(self.originals, after.as_ref());
        [before, after]
    }

    /// What must hold after the command came to an end, and after it is repeated.
    pub(crate) fn check(&self, prepared: &Prepared, ends: &[Option<State>; 2], end: End) {
        let home = &prepared.home;
        if home.vault().exists() {
            let verify = |file| home.run(&["verify", "--passphrase-file", file]);
            assert!(["passphrase", NEW].iter().any(|file| verify(file).code == 0), "not verified");
        }
        let found = state::of(home);
        assert!(state::is_whole(&found, ends), "neither before nor after: {found:?}");
        prepared.is_nothing_lost(found.as_ref()).unwrap();
        if end == End::Acknowledged {
            assert_eq!(found, ends[1], "it said that it was done");
            prepared.expect(self.originals, found.as_ref());
        }
        let again = home.run(self.command);
        // What was done already may be refused: another vault, a name that is gone.
        assert!(again.code == 0 || found == ends[1], "{}", again.stderr);
        let end = state::of(home);
        let stored = |state: &Option<State>| {
            state.as_ref().map(|state| (state.content.clone(), state.sealed.clone()))
        };
        assert_eq!(stored(&end), stored(&ends[1]), "repeated");
        prepared.expect(self.originals, end.as_ref());
        prepared.is_nothing_lost(end.as_ref()).unwrap();
    }
}

impl Prepared {
    /// Whether each original is in its place, byte for byte, or sealed in the vault.
    pub(crate) fn is_nothing_lost(&self, vault: Option<&State>) -> Result<(), String> {
        let there = files(self.home.path());
        for (path, (bytes, ..)) in &self.originals {
            let is_sealed = self.sealed(vault, path) == Some(&azvault_vault::sha256(bytes));
            match there.get(path) {
                Some((found, ..)) if found == bytes => {}
                None if is_sealed => {}
                Some(_) => return Err(format!("{} is another file", path.display())),
                None => return Err(format!("{} is lost", path.display())),
            }
        }
        Ok(())
    }

    /// The originals are there or not, with bytes, mode and time, and nothing else is.
    fn expect(&self, originals: Originals, vault: Option<&State>) {
        let mut there = files(self.home.path());
        // A lock file without content is what the products leave behind as well.
        there.retain(|path, fact| {
            path.extension().is_none_or(|e| e != "lockfile") || !fact.0.is_empty()
        });
        let mut expected = self.originals.clone();
        expected.retain(|path, _| originals == InPlace || self.sealed(vault, path).is_none());
        assert!(there == expected, "{:?} and not {:?}", there.keys(), expected.keys());
    }

    fn sealed<'a>(&self, vault: Option<&'a State>, path: &Path) -> Option<&'a [u8; 32]> {
        vault?.sealed.get(path.strip_prefix(self.home.path()).unwrap())
    }
}
