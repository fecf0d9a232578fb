//! How long the keys are held: an idle limit, a hard limit, and a machine that slept. Pure over
//! time.

use std::time::Duration;

use crate::holder::HeldKeys;

/// More sleep than this locks: a lid that was closed, not a clock that was corrected.
const SLEEP: Duration = Duration::from_secs(30);

/// How often a machine that slept is looked for when nothing else happens.
const LOOK: Duration = Duration::from_secs(5);

/// A point in time on three clocks that agree while the machine is awake and nobody sets one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Since boot, sleep included (CLOCK_BOOTTIME).
    pub boot: Duration,
    /// Since boot, sleep left out (CLOCK_MONOTONIC).
    pub awake: Duration,
    /// Since 1970 (CLOCK_REALTIME), which goes on where a virtual machine was paused.
    pub wall: Duration,
}

impl Moment {
    fn slept(self) -> Duration {
        self.boot.saturating_sub(self.awake)
    }

    /// How far the clock on the wall went beyond this one's.
    fn ahead_of(self, earlier: Self) -> Duration {
        let wall = self.wall.saturating_sub(earlier.wall);
        wall.saturating_sub(self.boot.saturating_sub(earlier.boot))
    }
}

/// How long at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Without any use.
    pub idle: Duration,
    /// In all.
    pub hard: Duration,
}

/// Which programs of the user an agent answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// All.
    #[default]
    User,
    /// Those of a terminal in which somebody has unlocked the vault.
    Terminal,
}

impl Reach {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Terminal => "terminal",
        }
    }

    pub(crate) fn number(self) -> u8 {
        match self {
            Self::User => 1,
            Self::Terminal => 2,
        }
    }

    pub(crate) fn of(number: u8) -> Option<Self> {
        [Self::User, Self::Terminal].into_iter().find(|reach| reach.number() == number)
    }
}

/// What was said of keys that are to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long.
    pub limits: Limits,
    /// For whom; `None`: as the agent that held them before.
    pub reach: Option<Reach>,
}

/// What a policy lets an agent do, as it is at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// How long keys are held at the most.
    pub limits: Limits,
    /// Whom it may answer at the most.
    pub reach: Reach,
    /// When the screen is locked.
    pub screen_locked: Then,
    /// When the last login of the user has ended.
    pub logged_out: Then,
    /// Whether the vault counts as used while a command runs that was started for it.
    pub commands: Commands,
}

/// Whether a command that runs is a use of the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commands {
    /// As long as it runs.
    CountAsUse,
    /// When it asks for something.
    CountWhenTheyAsk,
}

/// What becomes of keys when something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// They stay.
    Hold,
    /// They go.
    Lock,
}

impl Default for Limits {
    /// 10 minutes idle, 12 hours in all.
    fn default() -> Self {
        Self { idle: Duration::from_secs(10 * 60), hard: Duration::from_secs(12 * 3600) }
    }
}

/// Why the keys are to be wiped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody used them for so long.
    Idle,
    /// They were held for so long.
    Hard,
    /// The machine slept.
    Slept,
    /// The clock on the wall was set forward, as in a machine that was paused.
    Jumped,
}

/// Keys that are held since a moment, and were last used at another.
#[derive(Clone, Copy, Debug)]
pub struct Hold {
    limits: Limits,
    since: Moment,
    used: Moment,
}

impl Hold {
    /// From now on.
    pub fn new(limits: Limits, now: Moment) -> Self {
        Self { limits, since: now, used: now }
    }

    /// They are used now.
    pub fn touch(&mut self, now: Moment) {
        self.used = now;
    }

    /// Holds them no longer than that, from when they came. What was stricter stays.
    pub fn tighten(&mut self, most: Limits) {
        self.limits.idle = self.limits.idle.min(most.idle);
        self.limits.hard = self.limits.hard.min(most.hard);
    }

    /// How long at most.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The same in seconds, for who asks.
    pub fn report(&self, now: Moment) -> HeldKeys {
        HeldKeys {
            idle_limit: self.limits.idle.as_secs(),
            idle: self.idle(now).as_secs(),
            expires: self.expires(now).as_secs(),
        }
    }

    /// Whether they must go by now. Sleep counts: both limits run on the clock on the wall.
    pub fn due(&self, now: Moment) -> Option<Why> {
        if now.slept().saturating_sub(self.since.slept()) > SLEEP {
            Some(Why::Slept)
        } else if now.ahead_of(self.since) > SLEEP {
            Some(Why::Jumped)
        } else if self.expires(now).is_zero() {
            Some(Why::Hard)
        } else if self.idle(now) >= self.limits.idle {
            Some(Why::Idle)
        } else {
            None
        }
    }

    /// Since when nobody used them.
    pub fn idle(&self, now: Moment) -> Duration {
        now.boot.saturating_sub(self.used.boot)
    }

    /// What is left until they go whatever happens.
    pub fn expires(&self, now: Moment) -> Duration {
        let end = self.since.boot.saturating_add(self.limits.hard);
        end.saturating_sub(now.boot)
    }

    /// When to look again.
    pub fn wait(&self, now: Moment) -> Duration {
        let idle = self.limits.idle.saturating_sub(self.idle(now));
        idle.min(self.expires(now)).min(LOOK)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Hold, LOOK, Limits, Moment, Why};

    fn at(boot: u64, awake: u64) -> Moment {
        let [boot, awake] = [boot, awake].map(Duration::from_secs);
        Moment { boot, awake, wall: boot }
    }

    #[test]
    fn a_clock_that_is_set_forward_locks_and_one_that_is_corrected_does_not() {
        let start = Moment { wall: Duration::from_secs(1_000_000), ..at(100, 100) };
        for (wall, why) in [
            (1_000_010, None),
            (1_000_040, None),
            (1_000_041, Some(Why::Jumped)),
            (1_003_600, Some(Why::Jumped)),
            // Set back: that says nothing of time that went by.
            (900_000, None),
        ] {
            let now = Moment { wall: Duration::from_secs(wall), ..at(110, 110) };
            assert_eq!(Hold::new(Limits::default(), start).due(now), why, "{wall}");
        }
    }

    #[test]
    fn keys_go_at_the_first_limit_that_is_reached() {
        let limits = Limits { idle: Duration::from_secs(600), hard: Duration::from_secs(1000) };
        for (used, now, why) in [
            (at(0, 0), at(599, 599), None),
            (at(0, 0), at(600, 600), Some(Why::Idle)),
            (at(500, 500), at(999, 999), None),
            (at(999, 999), at(1000, 1000), Some(Why::Hard)),
            (at(0, 0), at(30, 0), None),
            (at(0, 0), at(31, 0), Some(Why::Slept)),
            // A sleep that nobody noticed at once is noticed later, used in between or not.
            (at(40, 5), at(41, 6), Some(Why::Slept)),
        ] {
            let mut hold = Hold::new(limits, at(0, 0));
            hold.touch(used);
            assert_eq!(hold.due(now), why, "{used:?} {now:?}");
        }
    }

    #[test]
    fn a_machine_that_had_slept_before_is_no_machine_that_sleeps() {
        let hold = Hold::new(Limits::default(), at(10_000, 100));
        assert_eq!(hold.due(at(10_100, 200)), None);
    }

    #[test]
    fn it_is_looked_again_before_anything_is_due_and_never_in_a_spin() {
        let hold = Hold::new(Limits::default(), at(0, 0));
        assert_eq!(hold.wait(at(0, 0)), LOOK);
        assert_eq!(hold.wait(at(598, 598)), Duration::from_secs(2));
    }

    #[test]
    fn limits_are_tightened_from_the_beginning_and_never_widened() {
        let limits = Limits { idle: Duration::from_secs(600), hard: Duration::from_secs(1000) };
        let seconds = |idle, hard| Limits {
            idle: Duration::from_secs(idle),
            hard: Duration::from_secs(hard),
        };
        for (most, now, why) in [
            (seconds(600, 100), 99, None),
            (seconds(600, 100), 100, Some(Why::Hard)),
            (seconds(50, 1000), 50, Some(Why::Idle)),
            (seconds(9000, 9000), 599, None),
            (seconds(9000, 9000), 600, Some(Why::Idle)),
        ] {
            let mut hold = Hold::new(limits, at(0, 0));
            hold.tighten(most);
            assert_eq!(hold.due(at(now, now)), why, "{most:?} {now}");
            let report = hold.report(at(now, now));
            assert_eq!(report.idle_limit, most.idle.as_secs().min(600));
            assert_eq!((report.idle, report.expires), (now, most.hard.as_secs().min(1000) - now));
        }
    }

    #[test]
    fn limits_without_end_are_limits() {
        let limits = Limits { idle: Duration::MAX, hard: Duration::MAX };
        assert_eq!(Hold::new(limits, at(7, 7)).due(at(1 << 40, 1 << 40)), None);
    }
}
