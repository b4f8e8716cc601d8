//! Where requests are read that take long to read. A text of 100 KB takes up to 25 ms, and requests that are not read
//! yet share the runtime's threads with those that are running: a stranger who sends such texts must keep nobody waiting
//! but himself.
use super::Site;
use serde_json::Value;
use std::{num::NonZero, sync::Arc, thread};
use tokio::sync::Semaphore;
use tradewind_graphql::{Code, GraphqlRequest, Outcome, Prepared, RequestContext};

/// Bytes of text and variables that are read at once: less than a millisecond, whatever they say.
const SHORT: usize = 2 << 10;

/// One permit for each request that may be read beside the runtime's threads, handed out in the order of arrival.
pub(crate) struct Lane(Arc<Semaphore>);

impl Lane {
    /// At most half of the processors: the rest is for the requests that run.
    pub(crate) fn new() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self(Arc::new(Semaphore::new((processors / 2).max(1))))
    }
}

/// [`Engine::prepare`](tradewind_graphql::Engine::prepare), off the runtime's threads where it may take long.
pub(super) async fn prepare(
    site: &Arc<Site>,
    request: GraphqlRequest,
    context: &RequestContext,
) -> Result<Prepared, Box<Outcome>> {
    if is_short(site, &request) {
        return site.engine.prepare(request, context);
    }
    let limit = site.graphql.execution_timeout;
    // Never closed.
    let Ok(Ok(permit)) = tokio::time::timeout(limit, Arc::clone(&site.lane.0).acquire_owned()).await else {
        let message = "too many large requests are waiting to be read: try again in a few seconds, or name the \
             document by its hash";
        let refused = Outcome::refused(Code::Unavailable, message.to_owned(), &context.trace_id);
        return Err(Box::new(Outcome { limit: Some("large_requests"), ..refused }));
    };
    let (site, context) = (Arc::clone(site), context.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        site.engine.prepare(request, &context)
    });
    match reading.await {
        Ok(prepared) => prepared,
        // Whoever serves the request catches it.
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

fn is_short(site: &Site, request: &GraphqlRequest) -> bool {
    let GraphqlRequest { query, operation_name, variables } = request;
    let Some(left) = SHORT.checked_sub(query.len()) else {
        return fits(variables, &mut SHORT.clone()) && site.engine.knows(query, operation_name.as_deref());
    };
    fits(variables, &mut left.clone())
}

/// Whether a value has at most `left` bytes, roughly; looks at no more of it.
fn fits(value: &Value, left: &mut usize) -> bool {
    let own = match value {
        Value::String(text) => text.len(),
        Value::Object(fields) => fields.keys().map(String::len).sum(),
        _ => 0,
    };
    let Some(rest) = left.checked_sub(own + 4) else { return false };
    *left = rest;
    match value {
        Value::Array(items) => items.iter().all(|item| fits(item, left)),
        Value::Object(fields) => fields.values().all(|field| fits(field, left)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,10}", inner, 0..8)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// What takes many bytes as JSON does not pass for little.
        #[test]
        fn a_value_that_fits_is_short_as_json(value in any_value(), limit in 0_usize..600) {
            if fits(&value, &mut limit.clone()) {
                // A number of 64 bits has 20 digits, and counts as four.
                prop_assert!(value.to_string().len() <= 6 * limit);
            }
        }
    }

    #[test]
    fn large_values_do_not_fit() {
        assert!(fits(&json!({ "first": 10, "after": "x".repeat(100) }), &mut SHORT.clone()));
        assert!(!fits(&json!(vec![0; 1_000]), &mut SHORT.clone()));
        assert!(!fits(&json!({ "x".repeat(3_000): 1 }), &mut SHORT.clone()));
    }
}
