//! Objects that write themselves: a walk over rows that are there, straight into the answer's JSON.
//!
//! A field that is resolved in async-graphql's way costs a context, a future and a value, and waits by itself: 5,100 of
//! them on the benchmark's nested operation. A walk calls the same resolvers, but polls each once. Most are done with
//! that and written. One that waits for a batch has asked for its key by then; the walk goes on, asks for all that the
//! level needs, and leaves. When the batches have ended it comes again and gets one level further. So a tree costs as
//! many visits as it has levels, and one future in all.
//!
//! [`direct`](macro@direct) says which fields of an object take part. Whatever else is selected (other fields, an
//! error, an interface) is left to async-graphql, from the nearest field above that it resolved.
use super::object::selected;
use crate::policy::{Governed, admit};
use async_graphql::{Context, ContextSelectionSet, InputType, OutputType};
use std::{
    cell::Cell,
    ops::{Deref, DerefMut},
    pin::pin,
    task::{Poll, Waker},
};

/// How far a walk got with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Its JSON is written.
    Written,
    /// Something in it waits for a batch.
    Waiting,
    /// The walk cannot do it.
    Elsewhere,
}

/// The answer's JSON as far as a walk has written it.
pub(crate) struct Json {
    text: Vec<u8>,
    /// Something waits: the walk comes again, and what it writes now is thrown away.
    waits: bool,
}

impl Json {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), waits: false }
    }

    /// Whether it is of no use to write what is there already.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    pub(super) fn into_text(self) -> Vec<u8> {
        self.text
    }
}

impl Deref for Json {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.text
    }
}

impl DerefMut for Json {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }
}

/// A value that can write itself; `ctx` is the field that it is the value of.
pub(crate) trait Direct {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step;
}

/// An object some of whose fields take part.
pub(crate) trait DirectObject: OutputType + Governed {
    /// Writes the value of the field that `ctx` is of.
    fn field(&self, ctx: &Context<'_>, json: &mut Json) -> Step;
}

/// Writes the selected fields of an object.
pub(crate) fn write_fields<T: DirectObject>(object: &T, ctx: &Context<'_>, json: &mut Json) -> Step {
    let ctx = ctx.with_selection_set(&ctx.item.node.selection_set);
    write_set(object, &ctx, json)
}

/// [`write_fields`] of the set that `ctx` is of.
pub(super) fn write_set<T: DirectObject>(object: &T, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> Step {
    if admit::<T>(ctx).is_err() {
        // It fails again where the error has its path.
        return Step::Elsewhere;
    }
    let mut step = Step::Written;
    let mut first = true;
    OBJECTS.set(OBJECTS.get() + 1);
    json.push(b'{');
    let walked = selected(ctx, &T::type_name(), &ctx.item.node, &mut |field| {
        if !std::mem::take(&mut first) {
            json.push(b',');
        }
        json.push(b'"');
        json.extend_from_slice(field.node.response_key().node.as_bytes());
        json.extend_from_slice(b"\":");
        if field.node.name.node == "__typename" {
            json.push(b'"');
            json.extend_from_slice(T::type_name().as_bytes());
            json.push(b'"');
            return Ok(());
        }
        match object.field(&ctx.with_field(field), json) {
            Step::Written => {}
            Step::Waiting => step = Step::Waiting,
            Step::Elsewhere => return Err(()),
        }
        Ok(())
    });
    json.push(b'}');
    match walked {
        Ok(()) => step,
        Err(()) => Step::Elsewhere,
    }
}

thread_local! {
    static OBJECTS: Cell<u64> = const { Cell::new(0) };
}

/// Counts the objects that `walk` visits.
pub(super) fn counted<T>(walk: impl FnOnce() -> T) -> (T, u64) {
    let before = OBJECTS.replace(0);
    let output = walk();
    (output, OBJECTS.replace(before))
}

/// Polls a resolver once and writes what it resolved to.
pub(crate) fn write_resolved<T: Direct>(
    resolved: impl Future<Output = async_graphql::Result<T>>,
    ctx: &Context<'_>,
    json: &mut Json,
) -> Step {
    let resolved = pin!(resolved);
    match resolved.poll(&mut std::task::Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => value.write(ctx, json),
        // It fails again where the error has its path.
        Poll::Ready(Err(_)) => Step::Elsewhere,
        Poll::Pending => {
            json.waits = true;
            Step::Waiting
        }
    }
}

/// An argument of the field; None when it is not what it should be.
pub(crate) fn argument<T: InputType>(ctx: &Context<'_>, name: &str) -> Option<T> {
    Some(ctx.param_value(name, None).ok()?.1)
}

/// Says which fields of an object take part in a walk: the name in the schema and the resolver, or the field of a
/// `SimpleObject`. A resolver that takes part waits for nothing but loaders; behind `!` stands one that waits for nothing
/// at all, nor does anything below it: a walk that has to come again leaves it out.
macro_rules! direct {
    ($object:ty { $($rows:tt)* }) => {
        impl $crate::execution::Direct for $object {
            fn write(&self, ctx: &async_graphql::Context<'_>, json: &mut $crate::execution::Json) -> $crate::execution::Step {
                $crate::execution::write_fields(self, ctx, json)
            }
        }

        impl $crate::execution::DirectObject for $object {
            #[allow(unused_variables, clippy::match_single_binding, reason = "some have none")]
            fn field(&self, ctx: &async_graphql::Context<'_>, json: &mut $crate::execution::Json) -> $crate::execution::Step {
                $crate::execution::direct_fields!(self, ctx, json, [] $($rows)*)
            }
        }
    };
}
pub(crate) use direct;

/// The arms of [`direct`], one after the other.
macro_rules! direct_fields {
    ($self:ident, $ctx:ident, $json:ident, [$($arms:tt)*]) => {
        match $ctx.item.node.name.node.as_str() {
            $($arms)*
            _ => $crate::execution::Step::Elsewhere,
        }
    };
    ($self:ident, $ctx:ident, $json:ident, [$($arms:tt)*] $name:literal: $field:ident, $($rest:tt)*) => {
        $crate::execution::direct_fields!($self, $ctx, $json, [$($arms)*
            $name => $crate::execution::Direct::write(&$self.$field, $ctx, $json),
        ] $($rest)*)
    };
    ($self:ident, $ctx:ident, $json:ident, [$($arms:tt)*] $name:literal => !$method:ident, $($rest:tt)*) => {
        $crate::execution::direct_fields!($self, $ctx, $json, [$($arms)*
            $name if $json.waits() => $crate::execution::Step::Written,
            $name => $crate::execution::write_resolved($self.$method($ctx), $ctx, $json),
        ] $($rest)*)
    };
    ($self:ident, $ctx:ident, $json:ident, [$($arms:tt)*] $name:literal => $method:ident, $($rest:tt)*) => {
        $crate::execution::direct_fields!($self, $ctx, $json, [$($arms)*
            $name => $crate::execution::write_resolved($self.$method($ctx), $ctx, $json),
        ] $($rest)*)
    };
    ($self:ident, $ctx:ident, $json:ident, [$($arms:tt)*] $name:literal => $method:ident($($argument:literal),*), $($rest:tt)*) => {
        $crate::execution::direct_fields!($self, $ctx, $json, [$($arms)*
            $name => {
                let resolved = (|| Some($self.$method($ctx $(, $crate::execution::argument($ctx, $argument)?)*)))();
                match resolved {
                    Some(resolved) => $crate::execution::write_resolved(resolved, $ctx, $json),
                    None => $crate::execution::Step::Elsewhere,
                }
            }
        ] $($rest)*)
    };
}
pub(crate) use direct_fields;
