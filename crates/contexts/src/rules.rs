//! The rules, one a file.
//!
//! A rule is a pure function: it takes what is, and what was asked, and returns a decision. It
//! reads nothing, asks nobody and prints nothing. Its truth table is its test.

pub mod import;
