//! Files of saved contexts: what `context save` writes and `context import` reads.

mod profile;
mod read;

pub(crate) use self::profile::profile;
pub(crate) use self::read::read;
