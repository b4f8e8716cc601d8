//! `userErrors` of the mutations about the catalog.
use crate::mutation::user_errors;
use tradewind_commerce::catalog::CatalogCode;

user_errors! {
    /// Why the catalog is not changed.
    CatalogUserError { CatalogErrorCode = CatalogCode }
}
