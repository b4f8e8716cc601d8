//! Pictures and films of products. The bytes are elsewhere; this is the record.
use uuid::Uuid;

/// One picture or film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Row id.
    pub id: Uuid,
    /// Absolute address; external until storage holds it.
    pub url: String,
    /// Text for people who do not see it.
    pub alt: String,
    /// Pixels, where known.
    pub width: Option<i32>,
    /// Pixels, where known.
    pub height: Option<i32>,
    /// 1-based order within the product.
    pub position: i32,
}
