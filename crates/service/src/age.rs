//! Ways to unlock by age: a value of 32 bytes is encrypted to recipients, and who decrypts it opens the
//! slot.
//!
//! Encrypting and decrypting happens in a process of its own, with whatever plugins there are. That one has
//! no environment but the folders of the plugins, no descriptor, no vault and no terminal; what a plugin
//! asks comes here, is shown as its words, and is answered from here.

mod asking;
mod exchange;
mod plugins;
pub mod process;

use std::path::{Path, PathBuf};

use azvault_age::{Identities, Recipient};
use azvault_model::Secret;
use azvault_vault::{AgeKey, AgeWay, Locked, RawKey, Slot, SlotKind, Try, is_of_hardware};

use self::asking::{PATIENCE, ask, broken};
use self::exchange::{Done, Order};
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::message::SecretPart;
use crate::private_file::Readers;
use crate::text::shown_path;
use crate::{descriptor, paths, private_file};

/// An identity file, and where it lies.
struct IdentityFile {
    path: PathBuf,
    text: Secret,
    plugins: Vec<String>,
}

/// Encrypts a fresh value to recipients, and tries the identity where one was named: a way that does not
/// open is none.
pub fn new_key(
    app: &App,
    recipients: &[Recipient],
    identity: Option<&Path>,
) -> Result<AgeKey, Failure> {
    let identity = identity.map(read_identity).transpose()?;
    let of_recipients = recipients.iter().filter_map(|recipient| recipient.plugin());
    let of_identity = identity.iter().flat_map(|identity| &identity.plugins);
    let names = of_recipients.chain(of_identity.map(String::as_str));
    let way = AgeWay {
        file: Vec::new(),
        recipients: recipients.iter().map(ToString::to_string).collect(),
        plugins: plugins::found(names)?,
        identity: identity.as_ref().map(|file| text_of(&file.path)).transpose()?,
    };
    if way.plugins.is_empty() && way.recipients.iter().any(|recipient| is_of_hardware(recipient)) {
        let what = "the recipient is of a key in hardware, and only its identity says which plugin decrypts";
        return Err(Failure::new(Kind::Usage, what)
            .hint("add --new-identity FILE, with the file that the plugin made"));
    }
    let key = encrypted(app, way)?;
    if let Some(identity) = identity {
        decrypted(app, &key.way, identity)?;
    }
    Ok(key)
}

/// A fresh value for the recipients of a way that is there.
pub fn renewed(app: &App, way: &AgeWay) -> Result<AgeKey, Failure> {
    encrypted(app, way.clone())
}

fn encrypted(app: &App, way: AgeWay) -> Result<AgeKey, Failure> {
    let value = RawKey::generate();
    let recipients = way.recipients.clone();
    let mut order = Order::Encrypt { value: SecretPart::new(value.to_secret()), recipients };
    match ask(app, &way.plugins, &mut order, PATIENCE)? {
        Done::Encrypted(file) => Ok(AgeKey { value, way: AgeWay { file, ..way } }),
        Done::Decrypted(_) => Err(broken()),
    }
}

/// The value of a slot, decrypted with the identity of the options, else with the one that its record
/// names. `None` where neither is at hand.
pub fn key_of(app: &App, slot: &Slot) -> Result<Option<AgeKey>, Failure> {
    let Some(way) = &slot.age else { return Ok(None) };
    let named = app.options.age_identity.as_deref();
    let recorded = way.identity.as_deref().map(Path::new).filter(|path| path.exists());
    let Some(path) = named.or(recorded) else { return Ok(None) };
    let identity = read_identity(path)?;
    decrypted(app, way, identity).map(Some).map_err(|mut failure| {
        failure.what = format!("slot {}: {}", slot.id, failure.what);
        failure
    })
}

/// The slots by age that may be tried; first those that the identity of the options was added with.
pub(crate) fn slots_of(app: &App, locked: &Locked, which: Try) -> Vec<Slot> {
    let slots =
        locked.slots().iter().filter(|slot| which == Try::All || which == Try::Slot(slot.id));
    let mut slots: Vec<Slot> = slots.filter(|slot| slot.age.is_some()).cloned().collect();
    let named = app.options.age_identity.as_deref().and_then(|path| paths::absolute(path).ok());
    slots.sort_by_key(|slot| {
        let recorded = slot.age.as_ref().and_then(|way| way.identity.as_deref()).map(Path::new);
        recorded.is_none() || recorded != named.as_deref()
    });
    slots
}

/// Whether a slot opens with an identity that lies there and asks nobody.
pub(crate) fn opens_unasked(locked: &Locked) -> bool {
    let ways = locked.slots().iter().filter(|slot| slot.kind == SlotKind::Age);
    ways.filter_map(|slot| slot.age.as_ref()).any(|way| {
        let identity = way.identity.as_deref().map(Path::new);
        way.plugins.is_empty() && identity.is_some_and(Path::exists)
    })
}

fn decrypted(app: &App, way: &AgeWay, identity: IdentityFile) -> Result<AgeKey, Failure> {
    let is_known = |name: &&String| way.plugins.contains_key(*name);
    if let Some(name) = identity.plugins.iter().find(|name| !is_known(name)) {
        let what =
            format!("the identity is of age-plugin-{name}, which this way was not added with");
        return Err(Failure::new(Kind::Refused, what).hint("azvault key list"));
    }
    let needed = way.plugins.iter().filter(|(name, _)| identity.plugins.contains(name));
    let needed = needed.map(|(name, path)| (name.clone(), path.clone())).collect();
    let mut order =
        Order::Decrypt { file: way.file.clone(), identities: SecretPart::new(identity.text) };
    match ask(app, &needed, &mut order, PATIENCE)? {
        Done::Decrypted(value) => {
            let value = RawKey::of_secret(value.value()).ok_or_else(broken)?;
            Ok(AgeKey { value, way: way.clone() })
        }
        Done::Encrypted(_) => Err(broken()),
    }
}

/// Reads an identity file. One of plugins alone says nothing that opens anything without the hardware, so
/// that others may read it.
fn read_identity(path: &Path) -> Result<IdentityFile, Failure> {
    let path = paths::absolute(path)?;
    let file = private_file::open(&path, Readers::Anyone)?;
    let bytes = descriptor::read_all(&file)
        .map_err(|e| Failure::new(Kind::Other, format!("{}: {e}", shown_path(&path))))?;
    let text = Secret::new(bytes);
    let identities = Identities::parse(&text).map_err(|e| {
        Failure::new(Kind::Usage, format!("{} is no identity file: {e}", shown_path(&path)))
            .hint("age-keygen -o identity.txt, or what your plugin makes: its own --generate")
    })?;
    let plugins = identities.plugins();
    if identities.has_secret() {
        private_file::check_opened(&path, &file, Readers::OwnerAlone)?;
    }
    Ok(IdentityFile { path, text, plugins })
}

fn text_of(path: &Path) -> Result<String, Failure> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        let what = format!("the path of the identity is no text: {}", shown_path(path));
        Failure::new(Kind::Usage, what).hint("mv it to a path of plain characters")
    })
}
