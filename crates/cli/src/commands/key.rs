//! `azvault key`

pub(crate) mod list;
