//! What a transaction changes of what was imported, so that the imports remember it.

use std::collections::{HashMap, HashSet};

use azvault_contexts::{Context, ContextName, Identity};

use super::Writing;
use crate::record::Settings;
use crate::seal::{Table, place};
use crate::sealer::{KeyName, Placed};
use crate::since::{Course, Parting, ValueDigest};
use crate::snapshot::{open_batches, take_value};
use crate::{Error, Id, Import, record};

/// What has changed so far.
#[derive(Default)]
pub(super) struct Parted {
    secrets: Vec<PartedSecret>,
    /// Contexts that were there: their names, and the contexts as they are now under the same id.
    changed: Vec<(ContextName, ContextName)>,
    removed: Vec<(ContextName, Identity)>,
    /// Names of contexts that came after one was removed: a renamed one is among them.
    came: HashMap<Identity, ContextName>,
    accounts: HashSet<String>,
    environments: HashSet<String>,
    default: Course,
    autosave: Course,
}

struct PartedSecret {
    id: i64,
    kind: azvault_contexts::SecretKind,
    created: i64,
    sealed: Vec<u8>,
    why: Parting,
}
