//! `@cacheControl` in the schema's text, named and shaped as Apollo's, with what ours says more.
use super::Decision;
use crate::schema_directive::{self, SchemaDirective};
use async_graphql::{
    Enum, InputType, TypeDirective,
    indexmap::IndexMap,
    registry::{__DirectiveLocation, MetaDirectiveInvocation, Registry, location_traits},
};
use std::borrow::Cow;
use tradewind_cache::{Mode, Scope};

/// Who may share what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum CacheControlScope {
    /// Everybody.
    Public,
    /// One customer.
    Private,
}

/// How much older than the newest acknowledged write a kept value may be: never older, in both modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum CacheControlMode {
    /// Each request asks the database's log; also nothing older than what another reader has seen.
    Strict,
    /// The log is read every few milliseconds, and writes are acknowledged after that.
    Bounded,
}

/// The directive's name, text and arguments.
pub(crate) const CACHE_CONTROL: SchemaDirective = SchemaDirective {
    name: "cacheControl",
    description: "What may be kept of a type or a field, by this server and by HTTP caches. A field may only tighten \
         what its type\nsays; an answer is as strict as its strictest part.",
    arguments: &[
        ("maxAge", "Seconds; 0: never kept."),
        ("scope", "Who may share it; everybody, unless it says otherwise."),
        ("mode", "How it is kept from being stale."),
        ("staleIfError", "Seconds for which it may be shown, marked, while it cannot be proved fresh."),
        ("inheritMaxAge", "True: as the type that it is part of."),
    ],
};

/// The directive, applied as a [`Decision`] says.
pub(crate) struct CacheControl;

impl CacheControl {
    /// `@cacheControl(…)` of a type or a field.
    pub(crate) fn apply(decision: Decision) -> MetaDirectiveInvocation {
        let mut args = IndexMap::new();
        let seconds = |seconds: u32| i32::try_from(seconds).unwrap_or(i32::MAX).into();
        match decision {
            Decision::Never => {
                args.insert("maxAge".to_owned(), 0.into());
            }
            Decision::Part => {
                args.insert("inheritMaxAge".to_owned(), true.into());
            }
            Decision::Kept(policy) => {
                args.insert("maxAge".to_owned(), seconds(policy.max_age));
                let scope = match policy.scope {
                    Scope::Public => CacheControlScope::Public,
                    Scope::Private => CacheControlScope::Private,
                };
                args.insert("scope".to_owned(), scope.to_value());
                let mode = match policy.mode {
                    Mode::Strict => CacheControlMode::Strict,
                    Mode::Bounded => CacheControlMode::Bounded,
                };
                args.insert("mode".to_owned(), mode.to_value());
                if policy.stale_if_error > 0 {
                    args.insert("staleIfError".to_owned(), seconds(policy.stale_if_error));
                }
            }
        }
        MetaDirectiveInvocation { name: CACHE_CONTROL.name.to_owned(), args }
    }
}

impl TypeDirective for CacheControl {
    fn name(&self) -> Cow<'static, str> {
        CACHE_CONTROL.name.into()
    }

    fn register(&self, registry: &mut Registry) {
        let types = [
            <Option<i32>>::create_type_info(registry),
            <Option<CacheControlScope>>::create_type_info(registry),
            <Option<CacheControlMode>>::create_type_info(registry),
            <Option<i32>>::create_type_info(registry),
            <Option<bool>>::create_type_info(registry),
        ];
        let locations = vec![__DirectiveLocation::OBJECT, __DirectiveLocation::FIELD_DEFINITION];
        schema_directive::register(registry, &CACHE_CONTROL, types, locations);
    }
}

impl location_traits::Directive_At_OBJECT for CacheControl {}
impl location_traits::Directive_At_FIELD_DEFINITION for CacheControl {}
