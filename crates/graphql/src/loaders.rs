//! One loader per relation, made when first used, all on the request's frontier.
use crate::{
    category::{AncestorsOf, CategoryById, CategoryBySlug, ChildrenOf},
    collection::{CollectionById, CollectionBySlug, CollectionsOf},
    facet::FacetsOf,
    media::{FeaturedOf, MediaById, MediaOf},
    product::{DescriptionOf, DetailsOf, ProductById, ProductBySlug},
    product_list::{ListCountOf, ListOf},
    review::{AuthorById, ReviewById, ReviewsOf},
    search::CorrectedSearch,
    stock::{StockOf, WarehouseById},
    variant::{VariantByChoice, VariantById, VariantCountOf, VariantsOf},
};
use std::sync::OnceLock;
use tradewind_loader::{Frontier, Loader};
use tradewind_persistence::{
    Db,
    read::{Scope, product::ProductColumns},
};

/// What every fetch needs.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) db: Db,
    pub(crate) scope: Scope,
    /// What the document asks of products anywhere, to be read with each of them.
    pub(crate) columns: ProductColumns,
}

macro_rules! loaders {
    ($($name:ident: $batch:ident,)*) => {
        /// The loaders of one request.
        pub(crate) struct Loaders {
            frontier: Frontier,
            source: Source,
            $($name: OnceLock<Loader<$batch>>,)*
        }

        impl Loaders {
            /// Awaits a query that is no batch as part of the current level.
            pub(crate) async fn hold<F: Future>(&self, query: F) -> F::Output {
                self.frontier.hold(query).await
            }

            pub(crate) fn new(frontier: Frontier, source: Source) -> Self {
                Self { frontier, source, $($name: OnceLock::new(),)* }
            }
            $(pub(crate) fn $name(&self) -> &Loader<$batch> {
                self.$name.get_or_init(|| self.frontier.loader($batch(self.source.clone())))
            })*
        }
    };
}

loaders! {
    product_by_id: ProductById,
    product_by_slug: ProductBySlug,
    details_of: DetailsOf,
    description_of: DescriptionOf,
    list_of: ListOf,
    list_count_of: ListCountOf,
    facets_of: FacetsOf,
    corrected_search: CorrectedSearch,
    variants_of: VariantsOf,
    variant_count_of: VariantCountOf,
    variant_by_id: VariantById,
    variant_by_choice: VariantByChoice,
    stock_of: StockOf,
    warehouse_by_id: WarehouseById,
    media_of: MediaOf,
    featured_of: FeaturedOf,
    media_by_id: MediaById,
    category_by_id: CategoryById,
    category_by_slug: CategoryBySlug,
    children_of: ChildrenOf,
    ancestors_of: AncestorsOf,
    collection_by_id: CollectionById,
    collection_by_slug: CollectionBySlug,
    collections_of: CollectionsOf,
    reviews_of: ReviewsOf,
    review_by_id: ReviewById,
    author_by_id: AuthorById,
}

/// Declares a batch: its name in reports, key, value, and how keys become values.
macro_rules! batch {
    ($(#[$meta:meta])* $batch:ident, $name:literal $(leaf: $leaf:literal)?, $key:ty => $value:ty, $rows:expr, |$source:ident, $keys:ident| $fetch:expr) => {
        $(#[$meta])*
        pub(crate) struct $batch(pub(crate) $crate::loaders::Source);

        impl tradewind_loader::Batch for $batch {
            const NAME: &'static str = $name;
            $(const LEAF: bool = $leaf;)?
            type Key = $key;
            type Value = $value;
            type Error = tradewind_persistence::DbError;

            async fn fetch(&self, $keys: Vec<$key>) -> Result<tradewind_loader::Loaded<$key, $value>, Self::Error> {
                let $source = &self.0;
                $fetch
            }

            fn rows(values: &tradewind_loader::Loaded<$key, $value>) -> usize {
                let rows: fn(&$value) -> usize = $rows;
                values.values().map(rows).sum()
            }
        }
    };
}
pub(crate) use batch;

/// Lists behind an `Arc`, so that a value per key is cheap to hand out.
pub(crate) fn shared<T>(
    lists: impl IntoIterator<Item = (uuid::Uuid, Vec<T>)>,
) -> tradewind_loader::Loaded<uuid::Uuid, std::sync::Arc<Vec<T>>> {
    lists.into_iter().map(|(key, list)| (key, std::sync::Arc::new(list))).collect()
}

/// Single rows behind an `Arc`, by their id.
pub(crate) fn by_id<T>(
    rows: Vec<T>,
    id: impl Fn(&T) -> uuid::Uuid,
) -> tradewind_loader::Loaded<uuid::Uuid, std::sync::Arc<T>> {
    rows.into_iter().map(|row| (id(&row), std::sync::Arc::new(row))).collect()
}
