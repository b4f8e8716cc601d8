//! One field of a mutation by staff: [`run`], with what it changes in the audit log.
use super::run::{Applied, Fault, Keep, run};
use crate::{
    access::Viewer,
    context::Request as _,
    error::{Code, error},
};
use async_graphql::{Context, Result};
use futures_util::FutureExt;
use serde::{Serialize, de::DeserializeOwned};
use tradewind_commerce::{
    account::{Moment, Outcome},
    staff::{Actor, Audited, Granter, keep_changes},
};
use tradewind_persistence::{DbError, write::WriteTx};

/// In whose name the request writes, and what they may give to others; fields that need staff are checked before they run.
pub(crate) fn staff_of(ctx: &Context<'_>) -> Result<(Actor, Granter)> {
    let viewer = ctx.request().caller.viewer;
    let staff = viewer.and_then(|viewer| Some((Viewer::actor(viewer)?, viewer.granter())));
    staff.ok_or_else(|| error(Code::Unauthenticated, "log in as a member of staff, or send an API key"))
}

/// [`run`] for a flow of the administration: what it changed is kept in the same transaction.
pub(crate) async fn staff_run<S, T, C, E, F>(ctx: &Context<'_>, keep: Keep, state: &S, body: F) -> Result<Outcome<T, C>>
where
    S: Sync,
    T: Serialize + DeserializeOwned + Send,
    C: Serialize + DeserializeOwned + Send,
    E: Into<Fault> + Send,
    F: for<'t, 'r> Fn(&'t S, &'t WriteTx, &'t mut Moment<'r>) -> Applied<'t, Audited<T>, C, E> + Send + Sync,
{
    let (actor, _) = staff_of(ctx)?;
    let state = (state, actor, body);
    run(ctx, keep, &state, |(state, actor, body), tx, moment| {
        async move {
            let outcome = body(state, tx, &mut *moment).await.map_err(Into::<Fault>::into)?;
            Ok::<_, Fault>(audited(tx, *actor, outcome, moment).await?)
        }
        .boxed()
    })
    .await
}

/// Keeps the changes of an outcome.
pub(crate) async fn audited<T, C>(
    tx: &WriteTx,
    actor: Actor,
    outcome: Outcome<Audited<T>, C>,
    moment: &mut Moment<'_>,
) -> Result<Outcome<T, C>, DbError> {
    match outcome {
        Ok(Audited { value, changes }) => {
            keep_changes(tx, actor, changes, moment).await?;
            Ok(Ok(value))
        }
        Err(refused) => Ok(Err(refused)),
    }
}
