//! Random arguments: the same for the server and for the floors, because both are drawn from the same lists by the same
//! numbers.
use crate::{
    Failure,
    http_client::Endpoint,
    operation::{Argument, Operation},
    request::Request,
    shop::Shop,
};
use std::collections::{BTreeSet, HashMap};
use tokio_postgres::Client;
use tradewind_domain::search_text::words;
use uuid::Uuid;

/// A page of Q2 and of Q4 is full.
const PAGE: usize = 24;
/// A page of Q3 is full.
const NESTED_PAGE: usize = 50;
/// Shorter words are no search of a person.
const SHORTEST_WORD: usize = 3;

/// Every argument of an operation that gives a full page.
pub(crate) async fn arguments(client: &Client, operation: Operation) -> Result<Vec<Argument>, Failure> {
    let shop = Shop::read(client).await?;
    let list = match operation {
        Operation::Q1 => product_slugs(client, shop).await?,
        Operation::Q2 => category_slugs(client, shop).await?,
        Operation::Q3 => positions(client, shop).await?,
        Operation::Q4 => word_pairs(client, shop).await?,
    };
    match list.is_empty() {
        true => Err(format!("the catalog is too small for {}: seed 10,000 products", operation.name()).into()),
        false => Ok(list),
    }
}

async fn product_slugs(client: &Client, shop: Shop) -> Result<Vec<Argument>, Failure> {
    let sql = "SELECT p.slug FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $1
               WHERE l.published_at <= now() ORDER BY p.slug";
    slugs(client.query(sql, &[&shop.channel]).await?)
}

async fn category_slugs(client: &Client, shop: Shop) -> Result<Vec<Argument>, Failure> {
    let sql = "SELECT c.slug FROM categories c JOIN listing_scopes s ON s.scope_id = c.id AND s.channel_id = $1
               WHERE s.published_at <= now() GROUP BY c.id HAVING count(*) >= $2 ORDER BY c.slug";
    slugs(client.query(sql, &[&shop.channel, &i64::try_from(PAGE)?]).await?)
}

fn slugs(rows: Vec<tokio_postgres::Row>) -> Result<Vec<Argument>, Failure> {
    rows.iter().map(|row| Ok(Argument { slug: row.try_get(0)?, ..Argument::default() })).collect()
}

/// Behind each product in the order of BEST_SELLING, but for the last ones.
async fn positions(client: &Client, shop: Shop) -> Result<Vec<Argument>, Failure> {
    let sql = "SELECT units_sold, product_id FROM listings WHERE channel_id = $1 AND published_at <= now()
               ORDER BY units_sold DESC, product_id DESC";
    let mut rows = client.query(sql, &[&shop.channel]).await?;
    rows.truncate(rows.len().saturating_sub(NESTED_PAGE));
    rows.iter()
        .map(|row| Ok(Argument { sold: row.try_get(0)?, id: row.try_get::<_, Uuid>(1)?, ..Argument::default() }))
        .collect()
}

/// Pairs of words that stand together in enough titles.
async fn word_pairs(client: &Client, shop: Shop) -> Result<Vec<Argument>, Failure> {
    let sql = "SELECT p.title FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $1
               WHERE l.published_at <= now()";
    let mut uses: HashMap<(String, String), usize> = HashMap::new();
    for row in client.query(sql, &[&shop.channel]).await? {
        let typed: BTreeSet<String> =
            words(row.try_get(0)?).into_iter().filter(|word| word.chars().count() >= SHORTEST_WORD).collect();
        for first in &typed {
            for second in typed.iter().filter(|second| *second > first) {
                *uses.entry((first.clone(), second.clone())).or_default() += 1;
            }
        }
    }
    let mut pairs: Vec<(String, String)> = uses.into_iter().filter(|(_, n)| *n >= PAGE).map(|(pair, _)| pair).collect();
    pairs.sort_unstable();
    Ok(pairs.into_iter().map(|(a, b)| Argument { words: format!("{a} {b}"), ..Argument::default() }).collect())
}

/// What stands for an argument in a GraphQL request.
pub(crate) async fn variables(
    endpoint: &Endpoint,
    operation: Operation,
    arguments: &[Argument],
) -> Result<Vec<serde_json::Value>, Failure> {
    Ok(match operation {
        Operation::Q1 | Operation::Q2 => {
            arguments.iter().map(|argument| serde_json::json!({ "slug": argument.slug })).collect()
        }
        Operation::Q3 => {
            let mut cursors = cursors(endpoint, arguments.len()).await?;
            cursors.truncate(arguments.len());
            if cursors.len() < arguments.len() {
                return Err("the server lists fewer products than the database has: are they the same?".into());
            }
            cursors.into_iter().map(|cursor| serde_json::json!({ "after": cursor })).collect()
        }
        Operation::Q4 => arguments.iter().map(|argument| serde_json::json!({ "words": argument.words })).collect(),
    })
}

/// Cursors are opaque: they are asked for, in list order.
async fn cursors(endpoint: &Endpoint, wanted: usize) -> Result<Vec<String>, Failure> {
    let mut connection = endpoint.connect().await?;
    let (mut list, mut after) = (Vec::new(), None::<String>);
    while list.len() < wanted {
        let body = serde_json::json!({
            "query": include_str!("../operations/cursors.graphql"), "variables": { "after": after },
        });
        let answer = connection.send(&Request::json(endpoint, &body)?).await?;
        let answer: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let page = &answer["data"]["products"];
        let edges = page["edges"].as_array().ok_or_else(|| format!("no cursors in the answer: {answer}"))?;
        list.extend(edges.iter().filter_map(|edge| edge["cursor"].as_str()).map(str::to_owned));
        match page["pageInfo"]["hasNextPage"].as_bool() {
            Some(true) => after = page["pageInfo"]["endCursor"].as_str().map(str::to_owned),
            _ => break,
        }
    }
    Ok(list)
}
