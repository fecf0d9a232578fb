//! The clocks that limits run on.

use azvault_os::clock::{awake, on_the_wall, since_boot};

use crate::hold::Moment;

/// Now, on all of them.
pub fn now() -> Moment {
    Moment { boot: since_boot(), awake: awake(), wall: on_the_wall() }
}
