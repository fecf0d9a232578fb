//! Fewer secrets that a copy gives away: which there are, and the steps that replace them.

mod advice;
mod replace;

pub use self::advice::{Advised, advise};
pub use self::replace::{Act, Replaced, Replacement, State, Taken, replace};
