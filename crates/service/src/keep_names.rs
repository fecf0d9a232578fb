//! Names of contexts in files of the products, without secrets: scripts that nobody changes go on by them, and
//! an endpoint gives them tokens.
//!
//! A person asks for it once ([`begin`]). From then on the commands that change contexts write the file again,
//! and take over before that what the product has changed in it: by what was written last (`keep_names/memory.rs`) it is known
//! who changed what. A file with anything of somebody else's in it is never written.

mod memory;
mod on_disk;
mod product;

use std::path::{Path, PathBuf};

use azvault_os::file::create_private_folders;
use azvault_vault::{Over, write_file};

use self::memory::Memory;
use self::on_disk::{OnDisk, Stamp};
pub use self::product::NamedProduct;
use crate::app::App;
use crate::ask::{UnaskedReply, ask, ask_unasked};
use crate::endpoint::LeftFromAz;
use crate::failure::{Failure, Kind};
use crate::text::shown_path;
use crate::verbs::{KeepNames, NamesToKeep, Since, VaultBecame};

/// A file with names.
pub struct KeptFile {
    pub path: PathBuf,
    pub names: usize,
    /// Contexts that are not in it, and why.
    pub left: Vec<LeftFromAz>,
}

/// Writes the names where the product looks, and has them follow the vault from now on.
pub fn begin(app: &App, product: NamedProduct) -> Result<KeptFile, Failure> {
    let file = product.file()?;
    let vault = app.vault_path()?;
    let before = Memory::of(product)?.filter(|own| own.file == file && own.vault == vault);
    let on_disk = OnDisk::of(product, &file, before.as_ref().map(|own| &own.names));
    let since = since(before, &on_disk).map_err(|why| taken(&file, &why))?;
    let reply = ask(app, KeepNames { product, since })?;
    let memory = Memory { vault, file, stamp: None, names: reply.names.clone() };
    write(&memory.file, &reply, &on_disk)?;
    let kept =
        KeptFile { path: memory.file.clone(), names: reply.names.contexts.len(), left: reply.left };
    memory.keep(product)?;
    Ok(kept)
}

/// Removes the names, and nothing else; gives the file, if there was one.
pub fn end(app: &App, product: NamedProduct) -> Result<Option<PathBuf>, Failure> {
    let memory = Memory::of(product)?;
    let file = match &memory {
        Some(memory) => memory.file.clone(),
        None => product.file()?,
    };
    let on_disk = OnDisk::of(product, &file, None);
    let removed = match &on_disk {
        OnDisk::Names { .. } => {
            std::fs::remove_file(&file).map_err(|e| failed(&file, &e))?;
            Some(file)
        }
        OnDisk::Nothing { .. } => None,
        OnDisk::Foreign(why) if memory.is_some() => {
            app.console.warning(format!("{} stays: {why}", shown_path(&file)));
            None
        }
        OnDisk::Foreign(_) => None,
    };
    if memory.is_none() && removed.is_none() {
        let what = format!("no names are kept for {}", product.title());
        return Err(Failure::new(Kind::NotFound, what)
            .hint(format!("azvault keep-names {}", product.as_str())));
    }
    Memory::forget(product)?;
    Ok(removed)
}

/// Where originals were put back there are names no longer.
pub fn forget(restored: &[&Path]) -> Result<(), Failure> {
    for product in NamedProduct::ALL {
        let is_restored = |memory: &Memory| restored.contains(&memory.file.as_path());
        if Memory::of(product)?.as_ref().is_some_and(is_restored) {
            Memory::forget(product)?;
        }
    }
    Ok(())
}

/// The products for which this vault keeps names.
pub fn products(app: &App) -> Vec<NamedProduct> {
    let Ok(vault) = app.vault_path() else { return Vec::new() };
    let is_of_it = |product: &NamedProduct| {
        Memory::of(*product).ok().flatten().is_some_and(|memory| memory.vault == vault)
    };
    NamedProduct::ALL.into_iter().filter(is_of_it).collect()
}

/// The products whose files are among these, and for which no names are kept.
pub fn missed(removed: &[&Path]) -> Vec<NamedProduct> {
    let is_removed =
        |product: &NamedProduct| product.file().is_ok_and(|file| removed.contains(&file.as_path()));
    let is_kept = |product: &NamedProduct| Memory::of(*product).is_ok_and(|own| own.is_some());
    let missed = NamedProduct::ALL.into_iter().filter(is_removed);
    missed.filter(|product| !is_kept(product)).collect()
}

/// Takes over what a product has changed in its file. Asks nobody: a locked vault does so later.
pub fn look(app: &App) {
    meet_all(app, &|memory: &Memory| memory.stamp != Stamp::of(&memory.file));
}

/// Has the files say what the vault has after a change, and takes over what the products changed.
pub fn follow(app: &App) {
    meet_all(app, &|_| true);
}

fn meet_all(app: &App, is_due: &dyn Fn(&Memory) -> bool) {
    let Ok(vault) = app.vault_path() else { return };
    for product in NamedProduct::ALL {
        let met = Memory::of(product).and_then(|memory| match memory {
            Some(memory) if memory.vault == vault && is_due(&memory) => meet(app, product, memory),
            Some(_) | None => Ok(()),
        });
        if let Err(failure) = met {
            let next = failure.hint.map(|hint| format!(": {hint}")).unwrap_or_default();
            app.console.warning(format!(
                "the names that are kept for {} are as before: {}{next}",
                product.title(),
                failure.what
            ));
        }
    }
}

fn meet(app: &App, product: NamedProduct, memory: Memory) -> Result<(), Failure> {
    let Some(_turn) = Memory::turn(product)? else { return Ok(()) };
    let Memory { vault, file, .. } = &memory;
    let (vault, file) = (vault.clone(), file.clone());
    let on_disk = OnDisk::of(product, &file, Some(&memory.names));
    let since = since(Some(memory), &on_disk).map_err(|why| taken(&file, &why))?;
    let reply = match ask_unasked(app, KeepNames { product, since })? {
        UnaskedReply::Reply(reply) => reply,
        UnaskedReply::Locked(_) => return Ok(()),
    };
    if reply.vault == VaultBecame::Changed {
        app.console.note(format!("taken over from {}: {}", product.title(), shown_path(&file)));
    }
    write(&file, &reply, &on_disk)?;
    Memory { vault, file, stamp: None, names: reply.names }.keep(product)
}

/// What the product may have changed, or why its file is not touched.
fn since(before: Option<Memory>, on_disk: &OnDisk) -> Result<Option<Since>, String> {
    match on_disk {
        OnDisk::Foreign(why) => Err(why.clone()),
        OnDisk::Nothing { .. } => Ok(None),
        OnDisk::Names { found, .. } => {
            Ok(before.map(|memory| Since { written: memory.names, found: found.clone() }))
        }
    }
}

/// Writes the file where it says something else.
fn write(file: &Path, reply: &NamesToKeep, on_disk: &OnDisk) -> Result<(), Failure> {
    let stamp = match on_disk {
        OnDisk::Names { found, .. } if found.says_the_same_as(&reply.names) => return Ok(()),
        OnDisk::Names { stamp, .. } | OnDisk::Nothing { stamp } => *stamp,
        OnDisk::Foreign(_) => return Ok(()),
    };
    if let Some(folder) = file.parent() {
        create_private_folders(folder).map_err(|e| failed(file, &e))?;
    }
    // The product may have written since: its change is taken over at the next look.
    if Stamp::of(file) != stamp {
        return Err(
            Failure::new(Kind::Busy, "the file has changed meanwhile").hint("azvault context list")
        );
    }
    let over = if stamp.is_some() { Over::Whatever } else { Over::Nothing };
    write_file(file, reply.text.as_bytes(), over, &|_| Ok(()))
        .map(drop)
        .map_err(|e| failed(file, &e))
}

fn taken(file: &Path, why: &str) -> Failure {
    let what = format!("{} is not replaced: {why}", shown_path(file));
    Failure::new(Kind::Exists, what).hint("azvault migrate, then azvault migrate clean")
}

fn failed(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Kind::Other, format!("{}: {error}", shown_path(file)))
}
