//! Places where the fault rig ends the process, as a loss of power does. Without the feature `rig` they do nothing.
//!
//! A place is named by what is done there and how far it has come: `capture.after`, `checkoutStart.committed`.

#[cfg(feature = "rig")]
pub use armed::{arm, die, reach};

/// A process of the rig may end here.
#[cfg(not(feature = "rig"))]
#[inline]
pub fn reach(_: &str, _: &str) {}

#[cfg(feature = "rig")]
mod armed {
    use parking_lot::Mutex;
    use rustix::process::{Signal, getpid, kill_process};

    /// The place where the process is to end, and how often it is still reached until then.
    static ARMED: Mutex<Option<(String, u32)>> = Mutex::new(None);

    /// The process ends when it reaches this place for the n-th time from now on, from 1; no other one counts any more.
    pub fn arm(place: &str, nth: u32) {
        *ARMED.lock() = Some((place.to_owned(), nth));
    }

    /// A process of the rig may end here.
    pub fn reach(what: &str, step: &str) {
        let mut armed = ARMED.lock();
        let Some((place, left)) = armed.as_mut() else { return };
        if place.strip_prefix(what).and_then(|rest| rest.strip_prefix('.')) != Some(step) {
            return;
        }
        *left = left.saturating_sub(1);
        if *left == 0 {
            die();
        }
    }

    /// `kill -9`, from inside: nothing is finished, nobody is told.
    pub fn die() -> ! {
        let _ = kill_process(getpid(), Signal::KILL);
        std::process::abort()
    }
}
