//! What a change of the administration came to, with what the audit log keeps of it.
use tradewind_domain::audit::Change;

/// The result of a staff write. It cannot be made without saying what changed; whoever runs the flow writes the changes in
/// its transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited<T> {
    /// What the client is told.
    pub value: T,
    /// What the audit log keeps.
    pub changes: Vec<Change>,
}

impl<T> Audited<T> {
    /// One change.
    pub fn new(value: T, change: Change) -> Self {
        Self { value, changes: vec![change] }
    }

    /// Several changes.
    pub fn all(value: T, changes: Vec<Change>) -> Self {
        Self { value, changes }
    }

    /// Everything was as it was asked to be.
    pub fn unchanged(value: T) -> Self {
        Self { value, changes: Vec::new() }
    }

    /// The same changes, told in another way.
    pub fn map<U>(self, told: impl FnOnce(T) -> U) -> Audited<U> {
        Audited { value: told(self.value), changes: self.changes }
    }
}
