//! `@cacheControl` in the schema's text, named and shaped as Apollo's, with what ours says more.
use super::Decision;
use async_graphql::{
    Enum, InputType, TypeDirective,
    indexmap::IndexMap,
    registry::{MetaDirectiveInvocation, Registry, location_traits},
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

mod text {
    use super::{CacheControlMode, CacheControlScope};
    use async_graphql::TypeDirective;

    /// What may be kept of a type or a field, by this server and by HTTP caches. A field may only tighten what its type
    /// says; an answer is as strict as its strictest part.
    #[TypeDirective(name = "cacheControl", location = "Object", location = "FieldDefinition")]
    #[allow(unused_variables, reason = "the macro takes names and types from here")]
    pub(super) fn definition(
        #[graphql(desc = "Seconds; 0: never kept.")] max_age: Option<i32>,
        #[graphql(desc = "Who may share it; everybody, unless it says otherwise.")] scope: Option<CacheControlScope>,
        #[graphql(desc = "How it is kept from being stale.")] mode: Option<CacheControlMode>,
        #[graphql(desc = "Seconds for which it may be shown, marked, while it cannot be proved fresh.")]
        stale_if_error: Option<i32>,
        #[graphql(desc = "True: as the type that it is part of.")] inherit_max_age: Option<bool>,
    ) {
    }
}
use text::definition;

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
        MetaDirectiveInvocation { name: "cacheControl".to_owned(), args }
    }
}

impl TypeDirective for CacheControl {
    fn name(&self) -> Cow<'static, str> {
        definition.name()
    }

    fn register(&self, registry: &mut Registry) {
        definition.register(registry);
    }
}

impl location_traits::Directive_At_OBJECT for CacheControl {}
impl location_traits::Directive_At_FIELD_DEFINITION for CacheControl {}
