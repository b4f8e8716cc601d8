//! Pictures and films.
use crate::{
    cached::cached,
    context::Request as _,
    error::load,
    execution::direct,
    loaders::{batch, by_id, shared},
    policy::{CATALOG, CacheControl, Governed as _, governed},
    product::Product,
    shared_row::SharedRow,
};
use async_graphql::{Context, ID, Object, Result};
use std::sync::Arc;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::read::media::{MediaRow, featured_media, media_by_ids, media_by_products};
use uuid::Uuid;

batch!(
    /// All media of a product, in display order.
    MediaOf, "media", Uuid => Arc<Vec<MediaRow>>, |list| list.len(),
    |source, keys| Ok(shared(media_by_products(&source.db, keys).await?))
);
cached!(MediaOf as Media;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.product(*id); });
batch!(
    /// The first of a product's media.
    FeaturedOf, "featuredMedia", Uuid => Arc<MediaRow>, |_| 1,
    |source, keys| Ok(by_id(featured_media(&source.db, keys).await?, |row| row.product_id))
);
cached!(FeaturedOf as Media;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.product(*id); });
batch!(
    /// Media of visible products.
    MediaById, "mediaById", Uuid => Arc<MediaRow>, |_| 1,
    |source, keys| Ok(by_id(media_by_ids(&source.db, source.scope, keys).await?, |row| row.id))
);
cached!(MediaById as Media, until: publication, absent: never;
    key(source, id, out) { write!(out, "{id}:{}", source.scope.channel_id) }
    tags(source, id, tags) { tags.media(*id); }
    found(row, tags) { tags.product(row.product_id); });

/// A picture or film of a product.
pub struct Media(pub(crate) SharedRow<MediaRow>);

impl Media {
    pub(crate) fn single(row: Arc<MediaRow>) -> Self {
        Self(SharedRow::single(row.as_ref().clone()))
    }
}

/// A picture or film of a product.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Media::DECISION))]
impl Media {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Media, self.0.id))
    }
    /// Absolute address.
    async fn url(&self) -> &str {
        &self.0.url
    }
    /// Text for people who do not see it; may be empty.
    async fn alt(&self) -> &str {
        &self.0.alt
    }
    /// Pixels; null where not known.
    async fn width(&self) -> Option<i32> {
        self.0.width
    }
    /// Pixels; null where not known.
    async fn height(&self) -> Option<i32> {
        self.0.height
    }
    /// The product that it shows.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        let row = ctx.request().loaders.product_by_id().load(self.0.product_id).await.map_err(load)?;
        Ok(row.map(Product))
    }
}

direct!(Media {
    "id" => !id,
    "url" => !url,
    "alt" => !alt,
    "width" => !width,
    "height" => !height,
    "product" => product,
});
governed! {
    CATALOG => Media;
}
