//! Files of saved contexts: what `context save` writes and `context import` reads.

mod profile;
mod read;

pub use self::profile::profile;
pub use self::read::read;
