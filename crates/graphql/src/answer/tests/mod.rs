//! Random documents over a schema whose fields wait, fail and are absent at random, run by async-graphql and by a
//! literal reading of the specification: the two answers must be equal to the letter.
mod document;
mod oracle;
mod world;

use super::{OutputTypes, Planned, arrange, json::write_value, mark, plan};
use crate::execution::Rendering;
use async_graphql::{
    Request, Response, Variables,
    parser::{parse_query, types::ExecutableDocument},
};
use proptest::prelude::*;
use std::sync::{Arc, atomic::AtomicBool};
use tradewind_loader::Frontier;

fn types() -> OutputTypes {
    OutputTypes::parse(&world::schema().sdl()).unwrap()
}

fn parse(text: &str) -> ExecutableDocument {
    parse_query(text).unwrap()
}

/// What a client gets, with objects as JSON or as values.
fn answer_as(text: &str, seed: u64, rendered: bool) -> Response {
    let types = Arc::new(types());
    let mut document = parse(text);
    let variables = Variables::default();
    let operation = &document.operations.iter().next().unwrap().1.node;
    let Planned { merged, is_repeated, .. } = plan(&types, &document, operation, None);
    let plan = plan(&types, &document, operation, Some(&variables)).plan;
    let rendered = rendered && merged.is_empty();
    mark(&mut document, &types, &merged);
    let frontier = Frontier::new();
    let mut request = Request::new(text).data(world::Seed(seed)).data(frontier.loader(world::Echo));
    if rendered {
        let (types, is_direct) = (Arc::clone(&types), !is_repeated);
        let (frontier, has_failed) = (frontier.clone(), AtomicBool::new(false));
        request = request.data(Rendering { types, is_direct, frontier, objects: None, has_failed });
    }
    request.set_parsed_query(document);
    let mut response = futures_executor::block_on(frontier.run(world::schema().execute(request)));
    // No look at the path: async-graphql 7.2.1 gives none to a field of an interface (our own cannot fail).
    assert!(response.errors.iter().all(|error| error.message == "failed"), "{text}: {:?}", response.errors);
    arrange(&mut response.data, &plan, &response.errors, rendered);
    response
}

fn answer(text: &str, seed: u64) -> Response {
    answer_as(text, seed, true)
}

fn data_as(text: &str, seed: u64, rendered: bool) -> String {
    let mut json = Vec::new();
    write_value(&mut json, &answer_as(text, seed, rendered).data);
    String::from_utf8(json).unwrap()
}

fn data(text: &str, seed: u64) -> String {
    data_as(text, seed, true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_the_specification(text in document::any(), seed in any::<u64>()) {
        let expected = serde_json::to_string(&oracle::answer(&types(), &parse(&text), seed)).unwrap();
        for rendered in [true, false] {
            prop_assert_eq!(&data_as(&text, seed, rendered), &expected, "{} (seed {}, {})", text, seed, rendered);
        }
    }
}

#[test]
fn a_field_that_waits_keeps_its_place() {
    // Of the first seeds one has no failure on this path.
    let text = "{ root { m p { m } n } }";
    let seed = (0..1000).find(|seed| answer(text, *seed).errors.is_empty() && !data(text, *seed).contains("null"));
    let answered = data(text, seed.unwrap());
    let keys: Vec<usize> = ["\"m\"", "\"p\"", "\"n\""].iter().map(|key| answered.find(key).unwrap()).collect();
    assert!(keys.is_sorted(), "{answered}");
}

#[test]
fn nothing_selected_is_an_empty_object() {
    let text = "{ root { m @skip(if: true) } }";
    let seed = (0..1000).find(|seed| data(text, *seed) != "{\"root\":null}").unwrap();
    assert_eq!(data(text, seed), "{\"root\":{}}");
}
