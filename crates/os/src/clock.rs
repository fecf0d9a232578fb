//! The clocks that limits run on, and being told that one of them was set.

#[cfg_attr(unix, path = "clock/unix.rs")]
#[cfg_attr(windows, path = "clock/windows.rs")]
mod system;

pub use self::system::{ClockWatch, awake, on_the_wall, since_boot};

#[cfg(test)]
mod tests {
    #[test]
    fn both_clocks_go_forward_and_sleep_counts_in_one() {
        let (boot, awake) = (super::since_boot(), super::awake());
        assert!(super::since_boot() >= boot && super::awake() >= awake);
        assert!(boot + std::time::Duration::from_secs(1) >= awake);
    }

    #[cfg(unix)]
    #[test]
    fn a_clock_that_nobody_sets_tells_nothing() {
        let watch = super::ClockWatch::new().unwrap();
        let mut wait = crate::pipe::Wait::new();
        wait.add(&watch, crate::pipe::Interest::Read);
        let soon = Some(std::time::Duration::from_millis(1));
        assert!(!wait.within(soon).unwrap()[0].is_any());
        watch.drain();
        let wall = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        assert!(super::on_the_wall().abs_diff(wall).as_secs() < 60);
    }
}
