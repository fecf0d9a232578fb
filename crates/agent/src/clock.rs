//! The two clocks that limits run on.

use azvault_os::clock::{awake, since_boot};

use crate::hold::Moment;

/// Now, on both.
pub fn now() -> Moment {
    Moment { boot: since_boot(), awake: awake() }
}
