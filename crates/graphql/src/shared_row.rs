//! A row of a list that a batch loaded: the list is shared, nothing is copied per row.
use std::{ops::Deref, sync::Arc};

/// One row of a shared list.
pub struct SharedRow<T> {
    list: Arc<Vec<T>>,
    index: usize,
}

impl<T> Clone for SharedRow<T> {
    fn clone(&self) -> Self {
        Self { list: Arc::clone(&self.list), index: self.index }
    }
}

impl<T> Deref for SharedRow<T> {
    type Target = T;
    fn deref(&self) -> &T {
        // Only `rows` makes one, with indexes of the same list.
        &self.list[self.index]
    }
}

impl<T> SharedRow<T> {
    /// Each row of the list, the first `most` of them.
    pub(crate) fn rows(list: &Arc<Vec<T>>, most: usize) -> impl Iterator<Item = Self> + use<T> {
        let list = Arc::clone(list);
        (0..list.len().min(most)).map(move |index| Self { list: Arc::clone(&list), index })
    }

    /// A row on its own.
    pub(crate) fn single(row: T) -> Self {
        Self { list: Arc::new(vec![row]), index: 0 }
    }
}
