use std::time::Duration;

/// Where the keys of one [`get_many`](crate::View::get_many) were found, for whoever explains a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// Usable in the first tier.
    pub l1: u32,
    /// Usable in the second tier.
    pub l2: u32,
    /// Found, but a newer write was acknowledged.
    pub superseded: u32,
    /// Found, but too old, or refreshed before it gets too old.
    pub expired: u32,
    /// Not found in any tier.
    pub missed: u32,
    /// Known to have no value (counted beside where that was known from).
    pub negative: u32,
    /// Loaded by another reader at the same time.
    pub joined: u32,
    /// Served without proof that nothing newer was acknowledged.
    pub unverified: u32,
    /// Too old, served because the load failed.
    pub stale: u32,
    /// Loaded without the cache: never cached, a mutation, a private type without a viewer.
    pub bypassed: u32,
    /// Time that the batch waited for the log.
    pub fence: Duration,
}
