//! Page arguments: `first` and `after`, or `last` and `before`.
use crate::error::bad_input;
use crate::execution::direct;
use crate::policy::{CacheControl, Decision, Governed as _, governed};
use async_graphql::{Error, SimpleObject};

/// The largest page.
pub const MOST: u32 = 100;
/// The page when neither `first` nor `last` is given.
pub const DEFAULT: u32 = 20;

/// A checked page size and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PageSize {
    pub(crate) size: u32,
    pub(crate) backwards: bool,
}

/// Checks `first` and `last`.
pub(crate) fn page_size(first: Option<i32>, last: Option<i32>) -> Result<PageSize, Error> {
    let (name, asked, backwards) = match (first, last) {
        (Some(_), Some(_)) => {
            return Err(bad_input("`first` and `last` together have no clear meaning: give one of them"));
        }
        (Some(first), None) => ("first", first, false),
        (None, Some(last)) => ("last", last, true),
        (None, None) => return Ok(PageSize { size: DEFAULT, backwards: false }),
    };
    match u32::try_from(asked) {
        Ok(size) if (1..=MOST).contains(&size) => Ok(PageSize { size, backwards }),
        _ => Err(bad_input(format!("`{name}` is {asked}, but a page has 1 to {MOST} items: use cursors for more"))),
    }
}

/// Where a page lies in its list.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(PageInfo::DECISION))]
pub struct PageInfo {
    /// More items follow.
    pub has_next_page: bool,
    /// Items come before.
    pub has_previous_page: bool,
    /// For `before`; null on an empty page.
    pub start_cursor: Option<String>,
    /// For `after`; null on an empty page.
    pub end_cursor: Option<String>,
}

/// Declares the edge type of a node.
macro_rules! edge {
    ($edge:ident, $node:ty, $of:literal) => {
        #[doc = concat!("One of the ", $of, " and its cursor.")]
        #[derive(Clone, async_graphql::SimpleObject)]
        #[graphql(
            crate = "crate::execution",
            directive = $crate::policy::CacheControl::apply(<$edge as $crate::policy::Governed>::DECISION)
        )]
        pub struct $edge {
            /// For `after` and `before`.
            pub cursor: String,
            /// The item.
            pub node: $node,
        }

        $crate::policy::governed! { $crate::policy::Decision::Part => $edge; }
        $crate::execution::direct!($edge { "cursor": cursor, "node": node, });
    };
}
pub(crate) use edge;

direct!(PageInfo {
    "hasNextPage": has_next_page,
    "hasPreviousPage": has_previous_page,
    "startCursor": start_cursor,
    "endCursor": end_cursor,
});
governed! {
    Decision::Part => PageInfo;
}
