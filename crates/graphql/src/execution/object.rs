//! Resolves the fields of one object: in the order of the query, allocating only for those that have to wait.
use super::{
    Rendering,
    direct::{DirectObject, Json, Step, counted, write_set},
};
use crate::{
    answer::{OutputTypes, is_mark, rendered, require, write_object},
    policy::admit,
};
use async_graphql::{
    ContextSelectionSet, Name, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    resolver_utils::ContainerType,
};
use std::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};
use tradewind_loader::Gathered;

/// Resolves all selected fields of `root` side by side.
///
/// An object that can write itself does ([`direct`](super::direct)); of another one, the fields that can. The future of
/// each other field is put into the same allocation and polled once. Most are done with that: the next field takes
/// their place. One that has to wait keeps the allocation, and is polled again whenever the object is: the frontier
/// polls an execution a few times per batch of the database, so that costs less than a waker per field.
///
/// A finished object becomes its JSON at once, so no tree of values is built, walked and taken down; a field that must
/// not be null and is makes the object null (specification, October 2021, section 6.4.4). Where the document has
/// several selection sets under one key, whose results have to be merged, objects stay values, a failed field is null
/// whatever its type, and [`arrange`](crate::answer::arrange) does the rest.
pub(crate) async fn resolve_container<'a, T: ContainerType + DirectObject>(
    ctx: &ContextSelectionSet<'a>,
    root: &'a T,
) -> ServerResult<Value> {
    admit::<T>(ctx)?;
    let rendering = ctx.data_opt::<Rendering>();
    let walking = || rendering.filter(|rendering| rendering.walks());
    if let Some(direct) = walking()
        && let Some(json) = write_whole(ctx, root, direct).await
    {
        return Ok(rendered(json));
    }
    let direct = walking();
    let most = ctx.item.node.items.len();
    let mut object = Fields { keys: Vec::with_capacity(most), values: Vec::with_capacity(most) };
    let mut fields = Vec::with_capacity(most);
    collect(ctx, root, &mut object, &mut fields);
    let mut walk = Walk { ctx, root, fields: Vec::new(), gathered: Gathered::default() };
    if direct.is_some() {
        walk.fields = std::mem::take(&mut fields);
    }
    let mut waiting = Vec::new();
    poll_fn(|cx| {
        poll_waiting(ctx, &mut waiting, &mut object, cx);
        if let Some(direct) = direct {
            while !walk.fields.is_empty() && walk.gathered.poll_settled(cx).is_ready() {
                walk.go_on(direct, &mut object, &mut fields);
            }
        }
        start(ctx, root, &mut fields, &mut waiting, &mut object, cx);
        match walk.fields.is_empty() && waiting.is_empty() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    Ok(match rendering {
        Some(rendering) => {
            rendering.count(1);
            object.render(ctx, &rendering.types, &root.introspection_type_name())
        }
        None => object.into_value(),
    })
}

/// An object all of whose fields write themselves.
async fn write_whole<T: DirectObject>(
    ctx: &ContextSelectionSet<'_>,
    root: &T,
    rendering: &Rendering,
) -> Option<Vec<u8>> {
    loop {
        let mut json = Json::with_capacity(1024);
        let ((step, objects), mut gathered) = rendering.frontier.gather(|| counted(|| write_set(root, ctx, &mut json)));
        match step {
            Step::Written => {
                rendering.count(objects);
                return Some(json.into_text());
            }
            Step::Waiting if !gathered.is_empty() => gathered.settled().await,
            _ => return None,
        }
        if !rendering.goes_on(&gathered) {
            return None;
        }
    }
}

/// The fields of an object that write themselves, when what they wait for is there.
struct Walk<'c, 'a, T> {
    ctx: &'c ContextSelectionSet<'a>,
    root: &'c T,
    fields: Vec<Selected<'c>>,
    gathered: Gathered,
}

impl<'c, T: DirectObject> Walk<'c, '_, T> {
    /// Writes what can be written; what never will be goes to `others`.
    fn go_on(&mut self, rendering: &Rendering, object: &mut Fields<'_>, others: &mut Vec<Selected<'c>>) {
        if !rendering.goes_on(&self.gathered) {
            others.append(&mut self.fields);
            return;
        }
        let Self { ctx, root, fields, .. } = self;
        let walk = || {
            fields.retain(|(index, field)| {
                let mut json = Json::with_capacity(256);
                let (step, objects) = counted(|| root.field(&ctx.with_field(field), &mut json));
                match step {
                    Step::Written => {
                        rendering.count(objects);
                        object.values[*index] = rendered(json.into_text());
                    }
                    Step::Waiting => return true,
                    Step::Elsewhere => others.push((*index, field)),
                }
                false
            });
        };
        ((), self.gathered) = rendering.frontier.gather(walk);
        if self.gathered.is_empty() {
            others.append(&mut self.fields);
        }
    }
}

/// Polls each field once. Most are done with that: the next field takes their place.
fn start<'c, T: ContainerType>(
    ctx: &'c ContextSelectionSet<'_>,
    root: &'c T,
    fields: &mut Vec<Selected<'c>>,
    waiting: &mut Vec<(usize, Waiting<'c>)>,
    object: &mut Fields<'_>,
    cx: &mut Context<'_>,
) {
    let mut place = None;
    for (index, field) in fields.drain(..) {
        let resolved = async move { root.resolve_field(&ctx.with_field(field)).await };
        let mut future = match place.take() {
            Some(done) => reuse(done, resolved),
            None => Box::pin(resolved),
        };
        match future.as_mut().poll(cx) {
            Poll::Ready(result) => {
                keep(ctx, &mut object.values[index], result);
                place = Some(future);
            }
            Poll::Pending => waiting.push((index, future)),
        }
    }
}

fn poll_waiting(
    ctx: &ContextSelectionSet<'_>,
    waiting: &mut Vec<(usize, Waiting<'_>)>,
    object: &mut Fields<'_>,
    cx: &mut Context<'_>,
) {
    waiting.retain_mut(|(index, future)| match future.as_mut().poll(cx) {
        Poll::Ready(result) => {
            keep(ctx, &mut object.values[*index], result);
            false
        }
        Poll::Pending => true,
    });
}

/// A field, and its place in the answer.
type Selected<'c> = (usize, &'c Positioned<Field>);

/// The fields of an object, in order.
struct Fields<'c> {
    keys: Vec<&'c Field>,
    values: Vec<Value>,
}

impl<'c> Fields<'c> {
    /// The place of a key, which is made where it is new.
    fn place(&mut self, field: &'c Field) -> usize {
        let key = &field.response_key().node;
        // Objects have a few fields: no table of hashes is faster than looking.
        self.keys.iter().position(|other| other.response_key().node == *key).unwrap_or_else(|| {
            self.keys.push(field);
            self.values.push(Value::Null);
            self.keys.len() - 1
        })
    }

    fn render(mut self, ctx: &ContextSelectionSet<'_>, types: &OutputTypes, owner: &str) -> Value {
        // Only an error makes a value null that must not be.
        if !ctx.query_env.errors.lock().is_ok_and(|errors| errors.is_empty()) {
            for (field, value) in self.keys.iter().zip(&mut self.values) {
                let ty = types.field(owner, &field.name.node);
                if ty.is_some_and(|ty| require(value, ty).is_err()) {
                    return Value::Null;
                }
            }
        }
        let mut json = Vec::with_capacity(64 + 32 * self.keys.len());
        let keys = self.keys.iter().map(|field| field.response_key().node.as_str());
        write_object(&mut json, keys.zip(&self.values));
        rendered(json)
    }

    fn into_value(self) -> Value {
        let keys = self.keys.into_iter().map(|field| field.response_key().node.clone());
        Value::Object(keys.zip(self.values).collect::<IndexMap<Name, Value>>())
    }
}

/// A field that waits. Without its type: the type of an object's future would contain itself.
type Waiting<'c> = Pin<Box<dyn Future<Output = ServerResult<Option<Value>>> + Send + 'c>>;

/// Puts a future where a finished one was: written in place, where moving it would copy half a kilobyte.
#[inline(always)]
fn reuse<F>(mut place: Pin<Box<F>>, future: F) -> Pin<Box<F>> {
    place.set(future);
    place
}

fn keep(ctx: &ContextSelectionSet<'_>, place: &mut Value, result: ServerResult<Option<Value>>) {
    match result {
        Ok(value) => merge(place, value.unwrap_or_default()),
        Err(error) => ctx.add_error(error),
    }
}

/// Adds what another selection under the same key brought.
fn merge(place: &mut Value, value: Value) {
    if matches!(place, Value::Null) {
        *place = value;
        return;
    }
    match (place, value) {
        (Value::Object(object), Value::Object(other)) => {
            for (key, value) in other {
                merge(object.entry(key).or_default(), value);
            }
        }
        (Value::List(items), Value::List(others)) => {
            for (item, other) in items.iter_mut().zip(others) {
                merge(item, other);
            }
        }
        _ => {}
    }
}

/// The fields of `root`, with a place in the answer for each key.
fn collect<'c, T: ContainerType>(
    ctx: &'c ContextSelectionSet<'_>,
    root: &T,
    object: &mut Fields<'c>,
    fields: &mut Vec<Selected<'c>>,
) {
    let type_name = root.introspection_type_name();
    let Ok(()) = selected::<Infallible>(ctx, &type_name, &ctx.item.node, &mut |field| {
        let known = object.keys.len();
        let index = object.place(&field.node);
        if field.node.name.node == "__typename" {
            object.values[index] = Value::String(type_name.to_string());
        } else if index == known || !fields.iter().any(|(_, other)| std::ptr::eq(*other, field)) {
            // A fragment that is spread twice counts once.
            fields.push((index, field));
        }
        Ok(())
    });
}

/// Visits the fields that apply to an object of this type (specification, October 2021, 6.3.2). `@skip` and `@include`
/// have been seen to before.
pub(super) fn selected<'c, E>(
    ctx: &'c ContextSelectionSet<'_>,
    type_name: &str,
    set: &'c SelectionSet,
    visit: &mut impl FnMut(&'c Positioned<Field>) -> Result<(), E>,
) -> Result<(), E> {
    for selection in &set.items {
        let (condition, set) = match &selection.node {
            // Whoever needs a mark, the object is none of them.
            Selection::Field(field) if is_mark(&field.node) => continue,
            Selection::Field(field) => {
                visit(field)?;
                continue;
            }
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                // Validation has refused spreads of what is not there.
                let Some(fragment) = ctx.query_env.fragments.get(&spread.node.fragment_name.node) else { continue };
                (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
            }
        };
        let condition = condition.map(|condition| condition.node.on.node.as_str());
        if condition.is_none_or(|condition| applies(ctx, type_name, condition)) {
            selected(ctx, type_name, set, visit)?;
        }
    }
    Ok(())
}

fn applies(ctx: &ContextSelectionSet<'_>, object: &str, condition: &str) -> bool {
    let implemented = || ctx.schema_env.registry.implements.get(object).is_some_and(|names| names.contains(condition));
    object == condition || implemented()
}
