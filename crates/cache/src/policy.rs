/// Who may see a cached value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everybody.
    Public,
    /// The viewer that it was loaded for.
    Private,
}

/// How a read makes sure that it knows of every acknowledged write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Waits for a poll of the log that began after the request: linearizable per key, without any clock.
    Strict,
    /// Relies on a poll that began a moment ago; writers wait as long before they answer.
    Bounded,
}

/// How a type is cached: one constant beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Seconds that a value is kept; 0 = never cached.
    pub max_age: u32,
    /// Who may see it.
    pub scope: Scope,
    /// How reads are checked.
    pub mode: Mode,
    /// Seconds that it is served beyond its age where a new one cannot be had, and that it is served unverified where
    /// the log cannot be read; 0 = not at all.
    pub stale_if_error: u32,
    /// Serve it unverified even where this instance has never read the log.
    pub unverified_start: bool,
}

impl Policy {
    /// Loaded anew by each request, from the primary.
    pub const NEVER: Self = Self::private(0);

    /// For everybody, BOUNDED, for `max_age` seconds.
    #[must_use]
    pub const fn public(max_age: u32) -> Self {
        Self { max_age, scope: Scope::Public, mode: Mode::Bounded, stale_if_error: 0, unverified_start: false }
    }

    /// For one viewer, STRICT, for `max_age` seconds.
    #[must_use]
    pub const fn private(max_age: u32) -> Self {
        Self { max_age, scope: Scope::Private, mode: Mode::Strict, stale_if_error: 0, unverified_start: false }
    }

    /// The same, STRICT.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.mode = Mode::Strict;
        self
    }

    /// The same, BOUNDED.
    #[must_use]
    pub const fn bounded(mut self) -> Self {
        self.mode = Mode::Bounded;
        self
    }

    /// The same, served for `seconds` where nothing newer can be had.
    #[must_use]
    pub const fn stale_if_error(mut self, seconds: u32) -> Self {
        self.stale_if_error = seconds;
        self
    }

    /// The same, served unverified by an instance that has never reached the log.
    #[must_use]
    pub const fn unverified_start(mut self) -> Self {
        self.unverified_start = true;
        self
    }

    /// Whether it is never cached.
    #[must_use]
    pub const fn is_never(&self) -> bool {
        self.max_age == 0
    }
}
