//! `azvault context`

pub(crate) mod clear;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod rename;
pub(crate) mod save;
pub(crate) mod select;
pub(crate) mod set;
pub(crate) mod show;
