//! `azvault subscription`

pub(crate) mod list;
