//! The schema, put together from one query object per noun.
use crate::{
    access::ACCESS,
    account::{AddressMutations, CustomerQuery, EmailMutations, PasswordMutations, ProfileMutations, SessionMutations},
    administration::{AdministrationMutations, AdministrationQuery},
    buy::{
        CartMutations, CartQuery, CheckoutMutations, CheckoutQuery, OrderMutations, OrderQuery, OrderStaffMutations,
    },
    catalog_admin::{
        CategoryMutations, CollectionMutations, ManagedCollectionQuery, ManagedProductQuery, MediaMutations,
        ProductMutations, PublicationMutations, VariantMutations,
    },
    category::CategoryQuery,
    channel::ChannelQuery,
    collection::CollectionQuery,
    directory::Directory,
    inventory::{InventoryMutations, InventoryQuery},
    node::NodeQuery,
    policy::CACHE_CONTROL,
    product::ProductQuery,
    schema_directive::describe_arguments,
    search::SearchQueries,
    staff::{
        ApiKeyMutations, ApiKeyQuery, AuditQuery, MemberMutations, MemberQuery, RoleMutations, RoleQuery,
        StaffPasswordMutations, StaffSessionMutations,
    },
    subscription::Subscription,
};
use async_graphql::{MergedObject, SDLExportOptions, Schema, ValidationMode};
use std::sync::Arc;

/// All that can be asked of the shop.
#[derive(MergedObject, Default)]
pub struct Query(
    AdministrationQuery,
    ProductQuery,
    CategoryQuery,
    CollectionQuery,
    SearchQueries,
    NodeQuery,
    ChannelQuery,
    CustomerQuery,
    OrderQuery,
    CheckoutQuery,
    CartQuery,
    MemberQuery,
    RoleQuery,
    ApiKeyQuery,
    AuditQuery,
    InventoryQuery,
    CatalogAdminQuery,
);

/// What staff ask of the catalog. A group of its own, because the compiler goes down one step for each member.
#[derive(MergedObject, Default)]
pub struct CatalogAdminQuery(ManagedProductQuery, ManagedCollectionQuery);

/// What staff do with the catalog.
#[derive(MergedObject, Default)]
pub struct CatalogAdminMutations(
    ProductMutations,
    PublicationMutations,
    VariantMutations,
    MediaMutations,
    CategoryMutations,
    CollectionMutations,
);

/// All that can be done. What is refused is told in `userErrors`; with the header `Idempotency-Key` a request that comes
/// twice is done once.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AdministrationMutations,
    SessionMutations,
    PasswordMutations,
    EmailMutations,
    ProfileMutations,
    AddressMutations,
    CartMutations,
    CheckoutMutations,
    OrderMutations,
    StaffSessionMutations,
    StaffPasswordMutations,
    MemberMutations,
    RoleMutations,
    ApiKeyMutations,
    OrderStaffMutations,
    InventoryMutations,
    CatalogAdminMutations,
);

/// The shop's schema.
pub type ShopSchema = Schema<Query, Mutation, Subscription>;

/// The most that the limit on brackets can be set to: `limits` refuses sooner. The library recurses once per bracket, and
/// more would overflow a thread's stack.
pub const MOST_BRACKETS: usize = 200;

/// Without a directory the schema can be printed, not executed. No extension is installed: any of them moves every
/// field to async-graphql's slower path. It does not validate: a document has been when it was read (`validation`).
pub(crate) fn build(directory: Option<Arc<Directory>>) -> ShopSchema {
    let builder = Schema::build(Query::default(), Mutation::default(), Subscription)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(MOST_BRACKETS);
    match directory {
        Some(directory) => builder.data(directory).finish(),
        None => builder.finish(),
    }
}

/// The schema in GraphQL's own language, sorted; what `schema.graphql` holds.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let sdl = build(None).sdl_with_options(options);
    [&CACHE_CONTROL, &ACCESS].into_iter().fold(sdl, |sdl, directive| describe_arguments(&sdl, directive))
}
