//! How answers are printed: for people, and as the documents that scripts rely on.

pub(crate) mod change;
pub(crate) mod comparison;
pub(crate) mod documents;
pub(crate) mod form;
pub(crate) mod migration;
pub(crate) mod rotation;
pub(crate) mod sarif;
pub(crate) mod scan;
pub(crate) mod secrets;
pub(crate) mod sign_in;
pub(crate) mod team;
