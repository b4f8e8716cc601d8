//! The guard before the resolvers of an object.
use super::{Decision, Governed};
use crate::context::RequestCtx;
use crate::error::{Code, refusal};
use async_graphql::{ContextSelectionSet, ServerError};
use tradewind_cache::Scope;

/// Whether this request may see an object of type `T`: what is one customer's has a viewer, or does not resolve.
///
/// It stands in `resolve_container` and in the walks, before any field of the object: a field's own guard replaces its
/// type's in async-graphql (`method_args.guard.or(object_args.guard)`), and a guard that is named at each resolver can be
/// forgotten at one. For what is public it is nothing at run time.
pub(crate) fn admit<T: Governed>(ctx: &ContextSelectionSet<'_>) -> Result<(), ServerError> {
    match T::DECISION {
        Decision::Kept(policy) if policy.scope == Scope::Private => {
            let has_viewer = ctx.data_opt::<RequestCtx>().is_some_and(RequestCtx::has_viewer);
            if has_viewer {
                return Ok(());
            }
            Err(refusal(Code::Forbidden, "this is shown to its customer only: log in first", Some(ctx.item.pos)))
        }
        _ => Ok(()),
    }
}
