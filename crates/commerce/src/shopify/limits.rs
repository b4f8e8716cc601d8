//! Bounds of one import. They keep memory constant; real exports stay far below them.

/// One cell, in bytes. Shopify refuses descriptions above 512 KB.
pub const MAX_CELL_BYTES: usize = 1 << 20;
/// One record (all cells of a row), in bytes. A longer one is a quote that was never closed.
pub const MAX_RECORD_BYTES: usize = 4 << 20;
/// Cells in one record.
pub const MAX_CELLS: usize = 4_096;
/// Rows of one product: Shopify allows 2,048 variants and 250 pictures.
pub const MAX_PRODUCT_ROWS: usize = 4_096;
/// All rows of one product, in bytes.
pub const MAX_PRODUCT_BYTES: usize = 8 << 20;
/// Variants of one product, as in Shopify.
pub const MAX_VARIANTS: usize = 2_048;
/// Handles, titles, SKUs, tags, vendors, option values, in characters; they are indexed.
pub const MAX_LABEL_CHARS: usize = 255;
/// Levels of a category path.
pub const MAX_CATEGORY_LEVELS: usize = 16;
/// Units and grams, as an absolute value; sums of many rows still fit in 64 bits.
pub const MAX_COUNT: i64 = 1_000_000_000_000;
/// Parsed products wait for the database in chunks of at most this many bytes (or one product).
pub(crate) const MAX_CHUNK_BYTES: usize = 4 << 20;
