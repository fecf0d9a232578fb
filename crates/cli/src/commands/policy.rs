//! `azvault policy`

pub(crate) mod check;
pub(crate) mod show;
