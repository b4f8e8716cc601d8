//! What a kept value depends on, in the words that the database's triggers write to the log.
use std::sync::LazyLock;
use tradewind_cache::Tag;
use tradewind_persistence::cache_log::{self, Kind};
use uuid::Uuid;

/// The tags of one value. Each names its kind's `*` too, which stands for all of the kind: what a bulk job writes.
pub(crate) struct Tags<'t>(&'t mut Vec<Tag>);

static PRODUCT: LazyLock<Tag> = LazyLock::new(|| Tag(Kind::Product.all()));
static CATEGORY: LazyLock<Tag> = LazyLock::new(|| Tag(Kind::Category.all()));
static COLLECTION: LazyLock<Tag> = LazyLock::new(|| Tag(Kind::Collection.all()));
static REVIEW: LazyLock<Tag> = LazyLock::new(|| Tag(Kind::Review.all()));
static CUSTOMER: LazyLock<Tag> = LazyLock::new(|| Tag(Kind::Customer.all()));
static SESSION: LazyLock<Tag> = LazyLock::new(|| Tag(Kind::Session.all()));
static CHANNEL: LazyLock<Tag> = LazyLock::new(|| Tag(Kind::Channel.all()));

impl<'t> Tags<'t> {
    pub(crate) fn new(tags: &'t mut Vec<Tag>) -> Self {
        Self(tags)
    }

    fn add(&mut self, kind: &'static LazyLock<Tag>, name: &[&str]) {
        let kind: Tag = **kind;
        if !self.0.contains(&kind) {
            self.0.push(kind);
        }
        self.0.push(Tag(cache_log::tag(name)));
    }

    fn add_id(&mut self, kind: &'static LazyLock<Tag>, prefix: &str, id: Uuid) {
        self.add(kind, &[prefix, written(id, &mut Uuid::encode_buffer())]);
    }

    /// A product: its row, variants, prices, media, attributes, memberships and listings.
    pub(crate) fn product(&mut self, id: Uuid) {
        self.add_id(&PRODUCT, "product:", id);
    }

    /// Which product has this address.
    pub(crate) fn product_slug(&mut self, slug: &str) {
        self.add(&PRODUCT, &["product-slug:", slug]);
    }

    /// One variant.
    pub(crate) fn variant(&mut self, id: Uuid) {
        self.add_id(&PRODUCT, "variant:", id);
    }

    /// One picture.
    pub(crate) fn media(&mut self, id: Uuid) {
        self.add_id(&PRODUCT, "media:", id);
    }

    /// Which products a channel shows, and in which order.
    pub(crate) fn listings(&mut self, channel: Uuid) {
        self.add_id(&PRODUCT, "listings:", channel);
    }

    /// Which products a category or collection shows in a channel, and in which order.
    pub(crate) fn scope(&mut self, channel: Uuid, scope: Uuid) {
        let (mut first, mut second) = (Uuid::encode_buffer(), Uuid::encode_buffer());
        let (channel, scope) = (written(channel, &mut first), written(scope, &mut second));
        self.add(&PRODUCT, &["scope:", channel, ":", scope]);
    }

    /// Which products any category or collection shows in a channel.
    pub(crate) fn scopes(&mut self, channel: Uuid) {
        self.add_id(&PRODUCT, "scopes:", channel);
    }

    /// The values that filters test and facets count, of any product.
    pub(crate) fn facets(&mut self) {
        self.add(&PRODUCT, &["facets"]);
    }

    /// The words of all products.
    pub(crate) fn search(&mut self) {
        self.add(&PRODUCT, &["search"]);
    }

    /// The address book of a customer.
    pub(crate) fn addresses(&mut self, customer: Uuid) {
        self.add_id(&CUSTOMER, "addresses:", customer);
    }

    /// One session.
    pub(crate) fn session(&mut self, id: Uuid) {
        self.add_id(&SESSION, "session:", id);
    }

    /// Which session has the token with this hash.
    pub(crate) fn session_token(&mut self, hash: &str) {
        self.add(&SESSION, &["session-token:", hash]);
    }

    /// One category.
    pub(crate) fn category(&mut self, id: Uuid) {
        self.add_id(&CATEGORY, "category:", id);
    }

    /// Which category has this address.
    pub(crate) fn category_slug(&mut self, slug: &str) {
        self.add(&CATEGORY, &["category-slug:", slug]);
    }

    /// What stands right below a category; `None`: the roots.
    pub(crate) fn children(&mut self, parent: Option<Uuid>) {
        match parent {
            Some(parent) => self.add_id(&CATEGORY, "children:", parent),
            None => self.add(&CATEGORY, &["children:root"]),
        }
    }

    /// Any category.
    pub(crate) fn categories(&mut self) {
        self.add(&CATEGORY, &["categories"]);
    }

    /// One collection.
    pub(crate) fn collection(&mut self, id: Uuid) {
        self.add_id(&COLLECTION, "collection:", id);
    }

    /// Which collection has this address.
    pub(crate) fn collection_slug(&mut self, slug: &str) {
        self.add(&COLLECTION, &["collection-slug:", slug]);
    }

    /// Any collection.
    pub(crate) fn collections(&mut self) {
        self.add(&COLLECTION, &["collections"]);
    }

    /// One review.
    pub(crate) fn review(&mut self, id: Uuid) {
        self.add_id(&REVIEW, "review:", id);
    }

    /// The reviews of a product.
    pub(crate) fn reviews(&mut self, product: Uuid) {
        self.add_id(&REVIEW, "reviews:", product);
    }

    /// Any channel.
    pub(crate) fn channels(&mut self) {
        self.add(&CHANNEL, &["channels"]);
    }

    /// One customer.
    pub(crate) fn customer(&mut self, id: Uuid) {
        self.add_id(&CUSTOMER, "customer:", id);
    }
}

fn written(id: Uuid, buffer: &mut [u8]) -> &str {
    id.hyphenated().encode_lower(buffer)
}
