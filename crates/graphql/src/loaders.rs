//! One loader per relation, made when first used, all on the request's frontier.
use crate::{
    account::{AddressesOf, DevicesOf, ProfileById},
    administration::{AttemptsOf, MovementsOf, PromotionUsesOf},
    buy::{FulfilmentsOf, HistoryOf, OrderById, OrderLinesOf, PaymentsOf, ReturnsOf},
    cached::{Boundary, Fresh, Lookups, Through},
    category::{AncestorsOf, CategoryById, CategoryBySlug, ChildrenOf, Roots},
    collection::{CollectionById, CollectionBySlug, CollectionCount, CollectionPages, CollectionsOf},
    facet::FacetsOf,
    media::{FeaturedOf, MediaById, MediaOf},
    product::{DescriptionOf, DetailsOf, ProductById, ProductBySlug},
    product_list::{ListCountOf, ListOf},
    review::{AuthorById, ReviewById, ReviewsOf},
    search::{CategoriesLike, CollectionsLike, CompletionsOf, CorrectedSearch},
    stock::{StockOf, WarehouseById},
    subscription::InventoryOf,
    variant::{VariantByChoice, VariantById, VariantCountOf, VariantsOf},
};
use std::sync::OnceLock;
use tradewind_cache::View;
use tradewind_loader::{Frontier, Loader};
use tradewind_persistence::{
    Db, Route,
    read::{Scope, product::ProductColumns},
};

/// What every fetch needs.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) db: Db,
    pub(crate) scope: Scope,
    /// What the document asks of products anywhere, to be read with each of them.
    pub(crate) columns: ProductColumns,
    /// What the request reads through; none: there is no cache.
    pub(crate) view: Option<View>,
    /// When what the channel shows changes by itself.
    pub(crate) boundary: Boundary,
    pub(crate) lookups: Lookups,
}

impl Source {
    /// The same, read from a replica.
    pub(crate) fn of_replica(&self, replica: usize) -> Self {
        Self { db: self.db.on(Route::Replica(replica)), ..self.clone() }
    }

    /// The same beside the request: the cache is not used, and nothing is reported.
    pub(crate) fn aside(&self) -> Self {
        Self { db: self.db.aside(), view: None, lookups: Lookups::default(), ..self.clone() }
    }
}

macro_rules! loaders {
    ($($name:ident: $way:ident<$batch:ident>,)*) => {
        /// The loaders of one request.
        pub(crate) struct Loaders {
            frontier: Frontier,
            source: Source,
            $($name: OnceLock<Loader<$way<$batch>>>,)*
        }

        impl Loaders {
            pub(crate) fn new(frontier: Frontier, source: Source) -> Self {
                Self { frontier, source, $($name: OnceLock::new(),)* }
            }
            /// Forgets what was read: something was written.
            pub(crate) fn forget(&self) {
                $(if let Some(loader) = self.$name.get() {
                    loader.clear_all();
                })*
            }
            $(pub(crate) fn $name(&self) -> &Loader<$way<$batch>> {
                self.$name.get_or_init(|| self.frontier.loader($way::new(self.source.clone())))
            })*
        }
    };
}

loaders! {
    product_by_id: Through<ProductById>,
    product_by_slug: Through<ProductBySlug>,
    details_of: Through<DetailsOf>,
    description_of: Through<DescriptionOf>,
    list_of: Through<ListOf>,
    list_count_of: Through<ListCountOf>,
    facets_of: Through<FacetsOf>,
    corrected_search: Through<CorrectedSearch>,
    variants_of: Through<VariantsOf>,
    variant_count_of: Through<VariantCountOf>,
    variant_by_id: Through<VariantById>,
    variant_by_choice: Through<VariantByChoice>,
    stock_of: Fresh<StockOf>,
    inventory_of: Fresh<InventoryOf>,
    warehouse_by_id: Fresh<WarehouseById>,
    media_of: Through<MediaOf>,
    featured_of: Through<FeaturedOf>,
    media_by_id: Through<MediaById>,
    category_by_id: Through<CategoryById>,
    category_by_slug: Through<CategoryBySlug>,
    children_of: Through<ChildrenOf>,
    ancestors_of: Through<AncestorsOf>,
    collection_by_id: Through<CollectionById>,
    collection_by_slug: Through<CollectionBySlug>,
    collections_of: Through<CollectionsOf>,
    reviews_of: Through<ReviewsOf>,
    review_by_id: Through<ReviewById>,
    author_by_id: Through<AuthorById>,
    roots: Through<Roots>,
    collection_pages: Through<CollectionPages>,
    collection_count: Through<CollectionCount>,
    completions_of: Through<CompletionsOf>,
    collections_like: Through<CollectionsLike>,
    categories_like: Through<CategoriesLike>,
    profile_by_id: Through<ProfileById>,
    addresses_of: Through<AddressesOf>,
    devices_of: Fresh<DevicesOf>,
    order_by_id: Fresh<OrderById>,
    order_lines_of: Fresh<OrderLinesOf>,
    history_of: Fresh<HistoryOf>,
    fulfilments_of: Fresh<FulfilmentsOf>,
    returns_of: Fresh<ReturnsOf>,
    payments_of: Fresh<PaymentsOf>,
    promotion_uses_of: Fresh<PromotionUsesOf>,
    gift_card_movements_of: Fresh<MovementsOf>,
    webhook_attempts_of: Fresh<AttemptsOf>,
}

/// Declares a batch: its name in reports, key, value, and how keys become values.
macro_rules! batch {
    ($(#[$meta:meta])* $batch:ident, $name:literal $(leaf: $leaf:literal)?, $key:ty => $value:ty, $rows:expr, |$source:ident, $keys:ident| $fetch:expr) => {
        $(#[$meta])*
        pub(crate) struct $batch($crate::loaders::Source);

        impl $crate::cached::OnSource for $batch {
            fn on(source: $crate::loaders::Source) -> Self {
                Self(source)
            }
            fn source(&self) -> &$crate::loaders::Source {
                &self.0
            }
        }

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
