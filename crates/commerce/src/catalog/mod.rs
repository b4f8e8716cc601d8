//! What staff do with the catalog (docs/catalog-admin.md): products with their variants, prices, pictures and publications,
//! categories, collections, and how products are taxed and sent.
//!
//! Each flow works in the caller's transaction, which is rolled back where it is refused, and tells what changed for the
//! audit log. It takes what it changes first, finds all that is wrong with what is asked, and writes once: a request about
//! many products is as many statements as one about a single product. Stock is counted elsewhere: none of this changes it.
mod attribute;
mod bulk;
mod category;
mod checks;
mod code;
mod collection;
mod collection_products;
mod desk;
mod media;
mod option;
mod patch;
mod price;
mod product;
mod product_input;
mod publication;
mod rules;
mod slug;
mod snapshot;
mod terms;
mod variant;
mod variant_input;

pub use attribute::AttributeInput;
pub use bulk::{BulkDone, MOST_ITEMS};
pub use category::{CategoryInput, category_create, category_delete, category_update};
pub use code::CatalogCode;
pub use collection::{CollectionInput, collection_create, collection_delete, collection_update};
pub use collection_products::{MOST_PRODUCTS, Members, collection_set_products};
pub use media::{MediaInput, media_add, media_delete, media_reorder, media_update};
pub use option::{OptionInput, OptionValueInput};
pub use patch::Patch;
pub use price::{PriceInput, VariantPrices, variant_prices_set};
pub use product::{
    NewProduct, ProductUpdate, product_bulk_delete, product_bulk_update, product_create, product_delete, product_update,
};
pub use product_input::ProductInput;
pub use publication::{PublicationInput, publish, unpublish};
pub use rules::collection_preview;
pub use terms::{TermsInput, product_terms_set};
pub use variant::{VariantUpdate, variant_bulk_create, variant_bulk_delete, variant_bulk_update};
pub use variant_input::{OptionChoice, VariantInput};

use crate::{account::Outcome, staff::Audited};
use tradewind_persistence::DbError;

/// What a flow comes to.
pub type Answer<T> = Result<Outcome<Audited<T>, CatalogCode>, DbError>;
