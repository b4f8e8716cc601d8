//! A schema in which the place of a field in the answer decides what it does.
use crate::execution::direct;
use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Error, Interface, Object, PathSegment, QueryPathSegment, Result, Schema,
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};
use tradewind_loader::{Batch, Loaded, Loader};

/// Chosen per answer.
pub(super) struct Seed(pub(super) u64);

/// What a field at a place does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Fails,
    /// Only where the type allows it.
    IsAbsent,
    /// A number for whatever else is to be decided.
    IsThere(u64),
}

/// The fate of a place, the same for the schema and for the oracle.
pub(super) fn fate(seed: u64, path: &[PathSegment], nullable: bool) -> Fate {
    let number = number(seed, path);
    match number % 12 {
        0 => Fate::Fails,
        1 if nullable => Fate::IsAbsent,
        _ => Fate::IsThere(number / 12),
    }
}

fn number(seed: u64, path: &[PathSegment]) -> u64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    for segment in path {
        match segment {
            PathSegment::Field(name) => name.hash(&mut hasher),
            PathSegment::Index(index) => index.hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// Length of the list at a place.
pub(super) fn length(number: u64) -> usize {
    usize::try_from(number % 4).unwrap()
}

/// Which type a `Being` at a place has.
pub(super) fn is_thing(seed: u64, path: &[PathSegment]) -> bool {
    number(seed, path).is_multiple_of(2)
}

/// Whether a nullable item of a list is absent.
pub(super) fn is_gap(seed: u64, path: &[PathSegment]) -> bool {
    number(seed, path).is_multiple_of(5)
}

fn place(ctx: &Context<'_>) -> Vec<PathSegment> {
    let parents = ctx.path_node.as_ref().unwrap().parents().collect::<Vec<_>>();
    let own = ctx.path_node.as_ref().unwrap();
    let segment = |segment: &QueryPathSegment<'_>| match segment {
        QueryPathSegment::Index(index) => PathSegment::Index(*index),
        QueryPathSegment::Name(name) => PathSegment::Field((*name).to_owned()),
    };
    parents.iter().rev().map(|node| segment(&node.segment)).chain([segment(&own.segment)]).collect()
}

/// Waits some polls, then meets its fate.
async fn meet(ctx: &Context<'_>, nullable: bool) -> Result<Option<(u64, u64, Vec<PathSegment>)>> {
    let Seed(seed) = *ctx.data_unchecked::<Seed>();
    let place = place(ctx);
    let wait = number(seed ^ 1, &place);
    for step in 0..wait % 4 {
        match wait % 16 {
            // Not for a batch: who cannot be polled again has to resolve it elsewhere.
            0..2 => yield_now().await,
            _ => {
                ctx.data_unchecked::<Loader<Echo>>().load((wait, step)).await.ok();
            }
        }
    }
    match fate(seed, &place, nullable) {
        Fate::Fails => Err(Error::new("failed")),
        Fate::IsAbsent => Ok(None),
        Fate::IsThere(number) => Ok(Some((seed, number, place))),
    }
}

/// Answers its key.
pub(super) struct Echo;

impl Batch for Echo {
    const NAME: &'static str = "echo";
    type Key = (u64, u64);
    type Value = ();
    type Error = String;

    async fn fetch(&self, keys: Vec<(u64, u64)>) -> Result<Loaded<(u64, u64), ()>, String> {
        yield_now().await;
        match keys.iter().any(|(wait, _)| wait % 61 == 0) {
            true => Err("failed".to_owned()),
            false => Ok(keys.into_iter().map(|key| (key, ())).collect()),
        }
    }
}

async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

fn at(place: &[PathSegment], index: usize) -> Vec<PathSegment> {
    place.iter().cloned().chain([PathSegment::Index(index)]).collect()
}

fn being(seed: u64, place: &[PathSegment]) -> Being {
    match is_thing(seed, place) {
        true => Being::Thing(Thing),
        false => Being::Other(Other),
    }
}

macro_rules! being {
    ($name:ident) => {
        pub(super) struct $name;

        #[Object(crate = "crate::execution")]
        impl $name {
            async fn n(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
                Ok(meet(ctx, true).await?.map(|(_, number, _)| number % 10))
            }
            async fn m(&self, ctx: &Context<'_>) -> Result<u64> {
                Ok(meet(ctx, false).await?.map_or(0, |(_, number, _)| number % 10))
            }
            async fn o(&self, ctx: &Context<'_>) -> Result<Option<Thing>> {
                Ok(meet(ctx, true).await?.map(|_| Thing))
            }
            async fn p(&self, ctx: &Context<'_>) -> Result<Other> {
                Ok(meet(ctx, false).await?.map_or(Other, |_| Other))
            }
            async fn l(&self, ctx: &Context<'_>) -> Result<Vec<Thing>> {
                let there = meet(ctx, false).await?;
                Ok(there.map_or(vec![], |(_, number, _)| (0..length(number)).map(|_| Thing).collect()))
            }
            async fn k(&self, ctx: &Context<'_>) -> Result<Option<Vec<Option<Other>>>> {
                let Some((seed, number, place)) = meet(ctx, true).await? else { return Ok(None) };
                let item = |index| (!is_gap(seed, &at(&place, index))).then_some(Other);
                Ok(Some((0..length(number)).map(item).collect()))
            }
            async fn u(&self, ctx: &Context<'_>) -> Result<Option<Being>> {
                Ok(meet(ctx, true).await?.map(|(seed, _, place)| being(seed, &place)))
            }
            async fn v(&self, ctx: &Context<'_>) -> Result<Vec<Being>> {
                let Some((seed, number, place)) = meet(ctx, false).await? else { return Ok(vec![]) };
                Ok((0..length(number)).map(|index| being(seed, &at(&place, index))).collect())
            }
        }
    };
}
macro_rules! direct_being {
    ($name:ident) => {
        direct!($name { "n" => n, "m" => m, "o" => o, "p" => p, "l" => l, "k" => k, });
    };
}
direct_being!(Thing);
crate::policy::governed! { crate::policy::Decision::Part => Thing, Other, Query; }
direct_being!(Other);
direct!(Query { "root" => root, "sure" => sure, });
being!(Thing);
being!(Other);

#[derive(Interface)]
#[graphql(field(name = "m", ty = "u64"))]
pub(super) enum Being {
    Thing(Thing),
    Other(Other),
}

pub(super) struct Query;

#[Object(crate = "crate::execution")]
impl Query {
    async fn root(&self, ctx: &Context<'_>) -> Result<Option<Thing>> {
        Ok(meet(ctx, true).await?.map(|_| Thing))
    }
    async fn sure(&self, ctx: &Context<'_>) -> Result<Thing> {
        Ok(meet(ctx, false).await?.map_or(Thing, |_| Thing))
    }
}

type World = Schema<Query, EmptyMutation, EmptySubscription>;

pub(super) fn schema() -> &'static World {
    static SCHEMA: LazyLock<World> = LazyLock::new(|| Schema::new(Query, EmptyMutation, EmptySubscription));
    &SCHEMA
}
