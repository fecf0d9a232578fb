//! `azvault audit`

pub(crate) mod log;
pub(crate) mod verify;
