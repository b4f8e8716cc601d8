use std::time::{SystemTime, UNIX_EPOCH};

/// What the cache's times are measured with.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// Counts on while the machine sleeps, so that no lease outlives a pause.
    #[default]
    Boot,
    /// The runtime's clock since this instant: it can be paused, for tests.
    Runtime(tokio::time::Instant),
}

/// Times of [`Clock::Runtime`] begin here, so that none is zero.
const RUNTIME_ORIGIN: u64 = 1_000_000_000_000_000;

impl Clock {
    /// Microseconds since some moment that stays the same while the process lives.
    #[must_use]
    pub fn now(&self) -> u64 {
        match self {
            Self::Boot => boot(),
            Self::Runtime(origin) => RUNTIME_ORIGIN + micros(origin.elapsed()),
        }
    }

    /// Microseconds since 1970, for ages that other instances read. Decides about age only, never about what is newest.
    pub(crate) fn wall(&self) -> u64 {
        match self {
            Self::Boot => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, micros),
            Self::Runtime(_) => self.now(),
        }
    }

    /// The moment of this clock that a moment of the calendar is.
    pub(crate) fn of_calendar(&self, time: SystemTime) -> u64 {
        let time = time.duration_since(UNIX_EPOCH).map_or(0, micros);
        (self.now() + time).saturating_sub(self.wall())
    }
}

pub(crate) fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(unix)]
fn boot() -> u64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const ID: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const ID: rustix::time::ClockId = rustix::time::ClockId::Monotonic; // counts on in sleep on macOS
    let time = rustix::time::clock_gettime(ID);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000
}

#[cfg(not(unix))]
fn boot() -> u64 {
    static ORIGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    1_000_000 + micros(ORIGIN.get_or_init(std::time::Instant::now).elapsed())
}
