//! Plain objects for staff.

/// Declares objects of the schema whose fields are all there; none of them is ever kept.
macro_rules! objects {
    ($($(#[doc = $doc:literal])+ $object:ident {
        $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)+
    })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, async_graphql::SimpleObject)]
            #[graphql(
                crate = "crate::execution",
                directive = $crate::policy::CacheControl::apply(<$object as $crate::policy::Governed>::DECISION)
            )]
            pub struct $object { $($(#[doc = $field_doc])+ pub(super) $field: $type,)+ }

            $crate::execution::direct!($object {});
            $crate::policy::governed! { $crate::policy::Decision::Never => $object; }
        )+
    };
}
pub(super) use objects;
