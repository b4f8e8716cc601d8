//! Loaders that read through the cache, and what they say of their values: key, tags, size.
mod boundary;
mod log;
mod lookups;
mod tags;
mod through;

pub(crate) use boundary::{Boundary, Looks};
pub use log::{DatabaseLog, DatabaseReplicas};
pub(crate) use lookups::Lookups;
pub(crate) use tags::Tags;
pub(crate) use through::{Fresh, OnSource, Through, reread};

/// Changes when what is kept in the shared cache is laid out differently: a hash of the sources of the rows.
pub(crate) const SHAPE: &str = env!("TRADEWIND_SHAPE");

/// Says how the values of a batch are kept. `key` writes what tells two values apart, `tags` what is known before the
/// load and is all that an absent value has, `found` what one that is there depends on beyond that. `until: publication`: the
/// values change by themselves when the channel's next product is published. `absent: never`: absence is not kept.
/// `logged: never`: the key has words that somebody typed.
macro_rules! cached {
    ($batch:ident as $object:ty $(, until: $until:ident)? $(, absent: $never:ident)? $(, logged: $unlogged:ident)?;
     key($source:ident, $key:pat, $out:ident) $write:block
     tags($tags_source:ident, $tags_key:pat, $tags:ident) $tag:block
     $(found($found:pat, $found_tags:ident) $tag_found:block)?) => {
        impl tradewind_cache::Cached for $batch {
            const NAME: &'static str = <Self as tradewind_loader::Batch>::NAME;
            const POLICY: tradewind_cache::Policy = <$object as $crate::policy::Governed>::DECISION.policy();
            const SHAPE: &'static str = $crate::cached::SHAPE;
            $(const EXPIRES: bool = !stringify!($until).is_empty();)?
            $(const KEEPS_ABSENCE: bool = $crate::cached::$never();)?
            $(const KEY_IS_PLAIN: bool = $crate::cached::$unlogged();)?
            type Key = <Self as tradewind_loader::Batch>::Key;
            type Value = <Self as tradewind_loader::Batch>::Value;

            #[allow(unused_variables, reason = "not all are the channel's")]
            fn write_key(&self, $key: &Self::Key, $out: &mut String) {
                use std::fmt::Write as _;
                let $source = &self.0;
                // Writing to a string does not fail.
                let _: std::fmt::Result = $write;
            }

            #[allow(unused_variables, reason = "not all are the channel's")]
            fn key_tags(&self, $tags_key: &Self::Key, tags: &mut Vec<tradewind_cache::Tag>) {
                let $tags_source = &self.0;
                let mut $tags = $crate::cached::Tags::new(tags);
                $tag
            }

            #[allow(unused_variables, reason = "some depend on nothing more")]
            fn value_tags(&self, _: &Self::Key, value: &Self::Value, tags: &mut Vec<tradewind_cache::Tag>) {
                $(
                    let $found = value;
                    let mut $found_tags = $crate::cached::Tags::new(tags);
                    $tag_found
                )?
            }

            fn weight(value: &Self::Value) -> usize {
                get_size2::GetSize::get_heap_size(value)
            }

            fn reread(&self, key: &Self::Key) -> Option<tradewind_cache::Reread<Self::Value>> {
                Some($crate::cached::reread(self, key.clone()))
            }

            $(fn expires(&self) -> Option<std::time::SystemTime> {
                self.0.boundary.$until()
            })?
        }
    };
}
pub(crate) use cached;

/// Reads as `absent: never` and `logged: never`.
pub(crate) const fn never() -> bool {
    false
}
