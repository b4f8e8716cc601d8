//! Search: spelling of what was typed, and suggestions while typing.
use crate::{
    category::Category,
    collection::Collection,
    context::Request as _,
    error::{bad_input, database, load},
    execution::direct,
    filter::search_text,
    loaders::batch,
    product::Product,
    product_list::{ListKey, Owner, PageKey},
    shared_row::SharedRow,
};
use async_graphql::{Context, Object, Result, SimpleObject};
use std::sync::Arc;
use tradewind_domain::{listing, search_text::words};
use tradewind_loader::Loaded;
use tradewind_persistence::read::{
    listing::{ListPage, ListQuery},
    search::{SearchQuery, with_corrections},
    suggestion::{categories_like, collections_like, completions},
};

/// More suggestions than this fit no list.
const MOST: i32 = 20;

batch!(
    /// The likely spelling of what was typed.
    CorrectedSearch, "search", SearchQuery => SearchQuery, |_| 1,
    |source, keys| {
        let mut loaded = Loaded::default();
        for typed in keys {
            let corrected = with_corrections(&source.db, typed.clone()).await?;
            loaded.insert(typed, corrected);
        }
        Ok(loaded)
    }
);

/// A search that a shopper may mean.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct QuerySuggestion {
    /// What to search for.
    pub text: String,
}

/// What a shopper may mean while typing.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct PredictiveSearchResult {
    /// Searches: what was typed with its last word completed.
    pub queries: Vec<QuerySuggestion>,
    /// Products, best match first.
    pub products: Vec<Product>,
    /// Collections whose name contains the text.
    pub collections: Vec<Collection>,
    /// Categories whose name contains the text.
    pub categories: Vec<Category>,
}

/// Queries of the search box.
#[derive(Default)]
pub struct SearchQueries;

#[Object(crate = "crate::execution")]
impl SearchQueries {
    /// Suggestions while typing. Nothing is suggested for a text without letters and digits.
    async fn predictive_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been typed so far, at most 200 characters.")] query: String,
        #[graphql(desc = "How many of each kind at most, 1 to 20.", default = 5)] limit: i32,
    ) -> Result<PredictiveSearchResult> {
        let limit = match u32::try_from(limit) {
            Ok(most) if (1..=MOST).contains(&limit) => most,
            _ => return Err(bad_input(format!("`limit` is {limit}, but 1 to {MOST} suggestions can be asked for"))),
        };
        let nothing =
            PredictiveSearchResult { queries: vec![], products: vec![], collections: vec![], categories: vec![] };
        let Some(text) = search_text(Some(query), None)? else { return Ok(nothing) };
        let Some(typed) = SearchQuery::parse(&text) else { return Ok(nothing) };
        let (db, loaders) = (&ctx.request().db, &ctx.request().loaders);
        let (queries, products, collections, categories) = futures_util::try_join!(
            suggestions(ctx, &text, limit),
            products(ctx, typed, limit),
            async { loaders.hold(collections_like(db, &text, limit)).await.map_err(database) },
            async { loaders.hold(categories_like(db, &text, limit)).await.map_err(database) },
        )?;
        Ok(PredictiveSearchResult {
            queries,
            products,
            collections: collections.into_iter().map(|row| Collection(SharedRow::single(row))).collect(),
            categories: categories.into_iter().map(|row| Category(SharedRow::single(row))).collect(),
        })
    }
}

async fn suggestions(ctx: &Context<'_>, text: &str, limit: u32) -> Result<Vec<QuerySuggestion>> {
    let mut typed = words(text);
    let Some(last) = typed.pop() else { return Ok(Vec::new()) };
    let request = ctx.request();
    let terms = request.loaders.hold(completions(&request.db, request.scope, &last, limit)).await.map_err(database)?;
    let completed = |term: String| {
        let all: Vec<&str> = typed.iter().map(String::as_str).chain([term.as_str()]).collect();
        QuerySuggestion { text: all.join(" ") }
    };
    Ok(terms.into_iter().map(|row| completed(row.term)).collect())
}

async fn products(ctx: &Context<'_>, typed: SearchQuery, limit: u32) -> Result<Vec<Product>> {
    let loaders = &ctx.request().loaders;
    let search = loaders.corrected_search().load(typed).await.map_err(load)?;
    let query = ListQuery { filter: listing::ProductFilter::default(), search, sort: listing::ProductSort::Relevance };
    let list = ListKey { owner: Owner::Channel, query: Arc::new(query) };
    let page = Arc::new(ListPage { limit, after: None, until: None, backwards: false });
    let rows = loaders.list_of().load(PageKey { list, page }).await.map_err(load)?.unwrap_or_default();
    Ok(rows.iter().map(|listed| Product(Arc::clone(&listed.row))).collect())
}

direct!(QuerySuggestion { "text": text, });
direct!(PredictiveSearchResult {
    "queries": queries,
    "products": products,
    "collections": collections,
    "categories": categories,
});
direct!(SearchQueries {});
