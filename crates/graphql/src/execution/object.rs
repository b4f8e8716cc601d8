//! Resolves the fields of one object: in the order of the query, allocating only for those that have to wait.
use super::Rendering;
use crate::answer::{OutputTypes, is_mark, rendered, require, write_object};
use async_graphql::{
    ContextSelectionSet, Name, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    resolver_utils::ContainerType,
};
use std::{future::poll_fn, pin::Pin, sync::atomic::Ordering, task::Poll};

/// Resolves all selected fields of `root` side by side.
///
/// Each field's future is put into the same allocation and polled once. Most are done with that: the next field takes
/// their place. One that has to wait keeps the allocation, and is polled again whenever the object is: the frontier
/// polls an execution a few times per batch of the database, so that costs less than a waker per field.
///
/// A finished object becomes its JSON at once, so no tree of values is built, walked and taken down; a field that must
/// not be null and is makes the object null (specification, October 2021, section 6.4.4). Where the document has
/// several selection sets under one key, whose results have to be merged, objects stay values, a failed field is null
/// whatever its type, and [`arrange`](crate::answer::arrange) does the rest.
pub(crate) async fn resolve_container<'a, T: ContainerType + ?Sized>(
    ctx: &ContextSelectionSet<'a>,
    root: &'a T,
) -> ServerResult<Value> {
    let most = ctx.item.node.items.len();
    let mut object = Fields { keys: Vec::with_capacity(most), values: Vec::with_capacity(most) };
    let mut selected = Vec::with_capacity(most);
    collect(ctx, root, &ctx.item.node, &mut object, &mut selected);
    let mut waiting: Vec<(usize, Waiting<'_>)> = Vec::new();
    poll_fn(|cx| {
        let mut place = None;
        for (index, field) in selected.drain(..) {
            if field.node.name.node == "__typename" {
                object.values[index] = Value::String(root.introspection_type_name().into_owned());
                continue;
            }
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
        Poll::Ready(())
    })
    .await;
    if !waiting.is_empty() {
        poll_fn(|cx| {
            waiting.retain_mut(|(index, future)| match future.as_mut().poll(cx) {
                Poll::Ready(result) => {
                    keep(ctx, &mut object.values[*index], result);
                    false
                }
                Poll::Pending => true,
            });
            if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    Ok(match ctx.data_opt::<Rendering>() {
        Some(rendering) => {
            if let Some(objects) = &rendering.objects {
                objects.fetch_add(1, Ordering::Relaxed);
            }
            object.render(ctx, &rendering.types, &root.introspection_type_name())
        }
        None => object.into_value(),
    })
}

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

/// The fields that apply to `root`, with a place in the answer for each key (specification, October 2021, 6.3.2).
/// `@skip` and `@include` have been seen to before.
fn collect<'c, T: ContainerType + ?Sized>(
    ctx: &'c ContextSelectionSet<'_>,
    root: &T,
    set: &'c SelectionSet,
    object: &mut Fields<'c>,
    selected: &mut Vec<(usize, &'c Positioned<Field>)>,
) {
    for selection in &set.items {
        let (condition, set) = match &selection.node {
            // Whoever needs a mark, the object is none of them.
            Selection::Field(field) if is_mark(&field.node) => continue,
            Selection::Field(field) => {
                let known = object.keys.len();
                let index = object.place(&field.node);
                // A fragment that is spread twice counts once.
                if index == known || !selected.iter().any(|(_, other)| std::ptr::eq(*other, field)) {
                    selected.push((index, field));
                }
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
        if condition.is_none_or(|condition| applies(ctx, &root.introspection_type_name(), condition)) {
            collect(ctx, root, set, object, selected);
        }
    }
}

fn applies(ctx: &ContextSelectionSet<'_>, object: &str, condition: &str) -> bool {
    let implemented = || ctx.schema_env.registry.implements.get(object).is_some_and(|names| names.contains(condition));
    object == condition || implemented()
}
