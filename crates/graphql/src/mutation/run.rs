//! One field of a mutation: a transaction, once for each idempotency key, known to all readers before it is answered.
use super::{UserError, seal};
use crate::{
    context::Request as _,
    error::{Code, bad_input, database, error},
    keyed::DIFFERS,
};
use async_graphql::{Context, Error, ID, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use futures_util::future::BoxFuture;
use rand_chacha::rand_core::Rng as _;
use serde::{Deserialize as _, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::time::Instant;
use tradewind_commerce::{
    account::{AccountError, Moment, Outcome, Refused},
    checkout::BuyError,
};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::{
    DbError, failpoint,
    write::{
        End, WriteTx,
        idempotency::{Claim, KeyedRequest, claim, finish, outcome_of},
        transact,
    },
};
use uuid::Uuid;

/// What a flow could not do for nobody's fault.
#[derive(Debug)]
pub(crate) enum Fault {
    Database(DbError),
    /// More passwords wait than there is memory for.
    Busy,
    Failed(String),
}

impl From<AccountError> for Fault {
    fn from(cause: AccountError) -> Self {
        match cause {
            AccountError::Database(cause) => Self::Database(cause),
            AccountError::Busy => Self::Busy,
            AccountError::Failed(cause) => Self::Failed(cause),
        }
    }
}

impl From<BuyError> for Fault {
    fn from(cause: BuyError) -> Self {
        match cause {
            BuyError::Database(cause) => Self::Database(cause),
            BuyError::Failed(cause) => Self::Failed(cause),
        }
    }
}

impl From<DbError> for Fault {
    fn from(cause: DbError) -> Self {
        Self::Database(cause)
    }
}

/// What a client is told of it.
pub(crate) fn fault(cause: impl Into<Fault>) -> Error {
    match cause.into() {
        Fault::Database(cause) => database(cause),
        Fault::Busy => {
            error(Code::Unavailable, "too many passwords are being checked at the moment: try again in a few seconds")
        }
        Fault::Failed(cause) => database(DbError::Setup(cause)),
    }
}

/// How the transaction of a field went.
enum Went<T, C> {
    Done {
        outcome: Outcome<T, C>,
        /// Something that caches keep was written.
        is_logged: bool,
    },
    Replayed(Outcome<T, C>),
    Differs,
    InProgress,
    Failed(Fault),
}

/// What a step of a flow comes to.
pub(crate) type Applied<'t, T, C, E = AccountError> = BoxFuture<'t, Result<Outcome<T, C>, E>>;

/// Whether what is kept of the outcome is a secret of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Ids and the like.
    Plainly,
    /// It holds a token.
    Sealed,
}

/// Runs `body` in a transaction of its own, again where another one was in the way. With an idempotency key, what the
/// first request came to is the outcome of all. What was refused has changed nothing.
///
/// The body borrows what it needs from `state` alone: what a closure captures could not be lent to a future that may be
/// sent between threads.
pub(crate) async fn run<S, T, C, E, F>(ctx: &Context<'_>, keep: Keep, state: &S, body: F) -> Result<Outcome<T, C>>
where
    S: Sync,
    T: Serialize + DeserializeOwned + Send,
    C: Serialize + DeserializeOwned + Send,
    E: Into<Fault> + Send,
    F: for<'t, 'r> Fn(&'t S, &'t WriteTx, &'t mut Moment<'r>) -> Applied<'t, T, C, E> + Sync,
{
    let (request, field) = (ctx.request(), ctx.item.node.response_key().node.as_str());
    let (keyed, body) = (request.keyed.as_deref(), &body);
    let attempt = |tx: WriteTx| async move {
        let mark = if request.cache.is_some() { Some(tx.mark_log().await?) } else { None };
        if let Some(keyed) = keyed {
            match claim(&tx, keyed, field, request.commerce().duplicate_wait, request.scope.now).await? {
                Claim::First => {}
                Claim::Done(kept) => return Ok(End::RollBack(tx, Went::Replayed(open(keyed, &kept)?))),
                Claim::Differs => return Ok(End::RollBack(tx, Went::Differs)),
                Claim::InProgress => return Ok(End::RollBack(tx, Went::InProgress)),
            }
        }
        let clean = if keyed.is_some() { Some(tx.savepoint().await?) } else { None };
        let mut chance = request.commerce().chance();
        let outcome = match body(state, &tx, &mut Moment::new(request.scope.now, &mut chance)).await {
            Ok(outcome) => outcome,
            Err(cause) => match cause.into() {
                Fault::Database(cause) => return Err(cause),
                cause => return Ok(End::RollBack(tx, Went::Failed(cause))),
            },
        };
        let is_logged = match mark {
            Some(mark) if outcome.is_ok() => tx.has_logged(mark).await?,
            _ => false,
        };
        let Some((keyed, clean)) = keyed.zip(clean) else {
            let is_done = outcome.is_ok();
            failpoint::reach(field, "before-commit");
            let went = Went::Done { outcome, is_logged };
            return Ok(if is_done { End::Commit(tx, went) } else { End::RollBack(tx, went) });
        };
        if outcome.is_err() {
            tx.rollback_to(&clean).await?;
        }
        let mut nonce = [0; 12];
        chance.fill_bytes(&mut nonce);
        finish(&tx, keyed, field, &kept(keyed, keep, nonce, &outcome)?).await?;
        failpoint::reach(field, "before-commit");
        Ok(End::Commit(tx, Went::Done { outcome, is_logged }))
    };
    let went = transact(&request.db, attempt).await.map_err(database)?.value;
    failpoint::reach(field, "committed");
    settle(ctx, went).await
}

/// [`run`], after `prepare`: what takes long or counts an attempt, outside of the transaction. A request that was done
/// before is not prepared again.
pub(crate) async fn flow<S, P, T, C, F, G>(
    ctx: &Context<'_>,
    keep: Keep,
    state: &S,
    prepare: F,
    apply: G,
) -> Result<Outcome<T, C>>
where
    S: Sync,
    P: Send + Sync,
    T: Serialize + DeserializeOwned + Send,
    C: Serialize + DeserializeOwned + Send,
    F: for<'t, 'r> FnOnce(&'t S, &'t mut Moment<'r>) -> Applied<'t, P, C> + Send,
    G: for<'t, 'r> Fn(&'t S, &'t P, &'t WriteTx, &'t mut Moment<'r>) -> Applied<'t, T, C> + Send + Sync,
{
    let (request, field) = (ctx.request(), ctx.item.node.response_key().node.as_str());
    if let Some(keyed) = request.keyed.as_deref()
        && let Some(kept) = outcome_of(&request.db, keyed, field, request.scope.now).await.map_err(database)?
    {
        return settle(ctx, Went::Replayed(open(keyed, &kept).map_err(database)?)).await;
    }
    let mut chance = request.commerce().chance();
    match prepare(state, &mut Moment::new(request.scope.now, &mut chance)).await.map_err(fault)? {
        Err(refused) => {
            request.effects.ran(false);
            Ok(Err(refused))
        }
        Ok(prepared) => {
            let state = (state, prepared, apply);
            run(ctx, keep, &state, |(state, prepared, apply), tx, moment| apply(state, prepared, tx, moment)).await
        }
    }
}

/// What a mutation was about, as it is now; None where nothing was done.
pub(crate) async fn shown<T, C, O, F>(outcome: &Outcome<T, C>, load: impl FnOnce(&T) -> F) -> Result<Option<O>>
where
    F: Future<Output = Result<Option<O>>>,
{
    match outcome {
        Ok(done) => load(done).await,
        Err(_) => Ok(None),
    }
}

/// The id of what is gone; None where nothing was done.
pub(crate) fn deleted<C>(outcome: &Outcome<Uuid, C>, kind: NodeKind) -> Option<ID> {
    outcome.as_ref().ok().map(|id| ID(GlobalId::encode(kind, *id)))
}

/// The refusals of an outcome as `userErrors`.
pub(crate) fn refusals<T, C, E: UserError<C>>(ctx: &Context<'_>, outcome: Outcome<T, C>) -> Vec<E> {
    outcome.err().into_iter().flatten().map(|refused| refusal(ctx, refused)).collect()
}

/// A refusal as one of `userErrors`. What it names is an argument of the mutation, or else stands in its `input`.
pub(crate) fn refusal<C, E: UserError<C>>(ctx: &Context<'_>, refused: Refused<C>) -> E {
    let arguments = &ctx.item.node.arguments;
    let is_argument = |step: &str| arguments.iter().any(|(name, _)| name.node == step);
    let first = refused.field.as_deref().and_then(|field| field.split('.').next());
    let in_input = is_argument("input") && !first.is_some_and(is_argument);
    E::of(refused, in_input)
}

async fn settle<T, C>(ctx: &Context<'_>, went: Went<T, C>) -> Result<Outcome<T, C>> {
    let (outcome, is_replay, is_logged) = match went {
        Went::Done { outcome, is_logged } => (outcome, false, is_logged),
        // What the first request wrote may have been committed just now.
        Went::Replayed(outcome) => (outcome, true, true),
        Went::Differs => {
            return Err(bad_input(DIFFERS));
        }
        Went::InProgress => {
            return Err(error(
                Code::Unavailable,
                "a request with this Idempotency-Key is being done at the moment: ask again in a second",
            ));
        }
        Went::Failed(cause) => return Err(fault(cause)),
    };
    let request = ctx.request();
    request.effects.ran(is_replay);
    if outcome.is_ok() && is_logged {
        // Whoever reads from now on, through any instance, sees it.
        if let Some(cache) = &request.cache {
            cache.commit_wait(Instant::now()).await;
        }
    }
    // What fields before this one have read may be old.
    request.loaders.forget();
    Ok(outcome)
}

fn kept<T: Serialize, C: Serialize>(
    keyed: &KeyedRequest,
    keep: Keep,
    nonce: [u8; 12],
    outcome: &Outcome<T, C>,
) -> Result<Value, DbError> {
    let unwritable = |cause: serde_json::Error| DbError::Setup(format!("an outcome cannot be written: {cause}"));
    if keep == Keep::Plainly {
        return serde_json::to_value(outcome).map_err(unwritable);
    }
    let text = serde_json::to_string(outcome).map_err(unwritable)?;
    let sealed = seal::seal(keyed.key.as_str(), nonce, &text);
    let sealed = sealed.ok_or_else(|| DbError::Setup("an outcome cannot be sealed".to_owned()))?;
    Ok(serde_json::json!({ "sealed": STANDARD_NO_PAD.encode(sealed) }))
}

fn open<T: DeserializeOwned, C: DeserializeOwned>(
    keyed: &KeyedRequest,
    kept: &Value,
) -> Result<Outcome<T, C>, DbError> {
    let unreadable = |cause: String| DbError::Setup(format!("a kept outcome cannot be read: {cause}"));
    let Some(sealed) = kept.get("sealed").and_then(Value::as_str) else {
        return Outcome::<T, C>::deserialize(kept).map_err(|cause| unreadable(cause.to_string()));
    };
    let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|cause| unreadable(cause.to_string()))?;
    let text = seal::open(keyed.key.as_str(), &sealed).ok_or_else(|| unreadable("it was changed".to_owned()))?;
    serde_json::from_str(&text).map_err(|cause| unreadable(cause.to_string()))
}
