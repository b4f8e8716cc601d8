//! Pages of lists that staff look through.
use crate::{
    cursor::{self, Fingerprint},
    page::page_size,
};
use async_graphql::Result;
use tradewind_persistence::read::listing::Position;

/// What a page is asked for.
pub(super) struct Asked {
    /// Items of the page.
    pub(super) size: u32,
    /// Behind this one.
    pub(super) after: Option<Position>,
    list: Fingerprint,
}

impl Asked {
    /// Reads the arguments of a page of the list that `list` describes.
    pub(super) fn of(first: Option<i32>, after: Option<&str>, list: &impl std::fmt::Debug) -> Result<Self> {
        let list = Fingerprint::of(list);
        let size = page_size(first, None)?.size;
        let after = after.map(|after| cursor::decode("after", after, list)).transpose()?;
        Ok(Self { size, after, list })
    }

    /// How many rows tell whether more follow.
    pub(super) fn rows(&self) -> u32 {
        self.size + 1
    }
}

/// Items, and where they lie.
pub(super) struct Page<T> {
    pub(super) nodes: Vec<T>,
    pub(super) has_next: bool,
    pub(super) has_previous: bool,
    list: Fingerprint,
}

impl<T: Placed> Page<T> {
    /// Of one row more than the page has, where there are so many.
    pub(super) fn of(mut nodes: Vec<T>, asked: &Asked) -> Self {
        let has_next = nodes.len() > asked.size as usize;
        nodes.truncate(asked.size as usize);
        Self { nodes, has_next, has_previous: asked.after.is_some(), list: asked.list }
    }

    pub(super) fn cursor(&self, node: &T) -> String {
        cursor::encode(self.list, &node.position())
    }
}

/// An item with a place in its list.
pub(super) trait Placed {
    fn position(&self) -> Position;
}

/// Declares the page and the edge of a node.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ident, $of:literal) => {
        $crate::page::edge!($edge, $node, $of);

        #[doc = concat!("A page of ", $of, ".")]
        pub struct $connection(pub(super) $crate::administration::connection::Page<$node>);

        #[doc = concat!("A page of ", $of, ".")]
        #[async_graphql::Object(
                    crate = "crate::execution",
                    directive = $crate::policy::CacheControl::apply(<$connection as $crate::policy::Governed>::DECISION)
                )]
        impl $connection {
            /// The items with their cursors.
            async fn edges(&self) -> Vec<$edge> {
                let edge = |node: &$node| $edge { cursor: self.0.cursor(node), node: node.clone() };
                self.0.nodes.iter().map(edge).collect()
            }
            /// The items.
            async fn nodes(&self) -> &[$node] {
                &self.0.nodes
            }
            /// Where the page lies.
            async fn page_info(&self) -> $crate::page::PageInfo {
                $crate::page::PageInfo {
                    has_next_page: self.0.has_next,
                    has_previous_page: self.0.has_previous,
                    start_cursor: self.0.nodes.first().map(|node| self.0.cursor(node)),
                    end_cursor: self.0.nodes.last().map(|node| self.0.cursor(node)),
                }
            }
        }

        $crate::execution::direct!($connection {});
        $crate::policy::governed! { $crate::policy::Decision::Never => $connection; }
    };
}
pub(super) use connection;
