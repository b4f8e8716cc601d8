//! Search: spelling of what was typed, and suggestions while typing.
use crate::{
    access::{AccessTo, Grant},
    cached::cached,
    category::Category,
    collection::Collection,
    context::Request as _,
    error::{bad_input, load},
    execution::direct,
    filter::search_text,
    loaders::batch,
    policy::{CacheControl, Decision, Governed as _, governed},
    product::Product,
    product_list::{ListKey, Owner, PageKey},
    shared_row::SharedRow,
};
use async_graphql::{Context, Object, Result, SimpleObject};
use std::sync::Arc;
use tradewind_domain::{listing, search_text::words};
use tradewind_loader::Loaded;
use tradewind_persistence::read::{
    category::CategoryRow,
    collection::CollectionRow,
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
cached!(CorrectedSearch as Product, logged: never;
    key(source, typed, out) { write!(out, "{:?}", typed.words) }
    tags(source, _typed, tags) { tags.search(); });
batch!(
    /// Words of the vocabulary that begin with what was typed, and how many are wanted.
    CompletionsOf, "completions", (String, u32) => Arc<Vec<String>>, |list| list.len(),
    |source, keys| {
        let mut loaded = Loaded::default();
        for (typed, limit) in keys {
            let terms = completions(&source.db, source.scope, &typed, limit).await?;
            loaded.insert((typed, limit), Arc::new(terms.into_iter().map(|row| row.term).collect()));
        }
        Ok(loaded)
    }
);
cached!(CompletionsOf as Product, until: publication, logged: never;
key(source, typed, out) { write!(out, "{}:{}:{}", source.scope.channel_id, typed.1, typed.0) }
tags(source, _typed, tags) {
    tags.search();
    tags.listings(source.scope.channel_id);
});
batch!(
    /// Collections whose name contains a text, and how many are wanted.
    CollectionsLike, "collectionsLike", (String, u32) => Arc<Vec<CollectionRow>>, |list| list.len(),
    |source, keys| {
        let mut loaded = Loaded::default();
        for (text, limit) in keys {
            let rows = collections_like(&source.db, &text, limit).await?;
            loaded.insert((text, limit), Arc::new(rows));
        }
        Ok(loaded)
    }
);
cached!(CollectionsLike as Collection, logged: never;
    key(source, text, out) { write!(out, "{}:{}", text.1, text.0) }
    tags(source, _text, tags) { tags.collections(); });
batch!(
    /// Categories whose name contains a text, and how many are wanted.
    CategoriesLike, "categoriesLike", (String, u32) => Arc<Vec<CategoryRow>>, |list| list.len(),
    |source, keys| {
        let mut loaded = Loaded::default();
        for (text, limit) in keys {
            let rows = categories_like(&source.db, &text, limit).await?;
            loaded.insert((text, limit), Arc::new(rows));
        }
        Ok(loaded)
    }
);
cached!(CategoriesLike as Category, logged: never;
    key(source, text, out) { write!(out, "{}:{}", text.1, text.0) }
    tags(source, _text, tags) { tags.categories(); });

/// A search that a shopper may mean.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(QuerySuggestion::DECISION))]
pub struct QuerySuggestion {
    /// What to search for.
    pub text: String,
}

/// What a shopper may mean while typing.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(PredictiveSearchResult::DECISION))]
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
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
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
        let loaders = &ctx.request().loaders;
        let like = || (text.clone(), limit);
        let (queries, products, collections, categories) = futures_util::try_join!(
            suggestions(ctx, &text, limit),
            products(ctx, typed, limit),
            async { loaders.collections_like().load(like()).await.map_err(load) },
            async { loaders.categories_like().load(like()).await.map_err(load) },
        )?;
        let (collections, categories) = (collections.unwrap_or_default(), categories.unwrap_or_default());
        Ok(PredictiveSearchResult {
            queries,
            products,
            collections: SharedRow::rows(&collections, usize::MAX).map(Collection).collect(),
            categories: SharedRow::rows(&categories, usize::MAX).map(Category).collect(),
        })
    }
}

async fn suggestions(ctx: &Context<'_>, text: &str, limit: u32) -> Result<Vec<QuerySuggestion>> {
    let mut typed = words(text);
    let Some(last) = typed.pop() else { return Ok(Vec::new()) };
    let terms = ctx.request().loaders.completions_of().load((last, limit)).await.map_err(load)?.unwrap_or_default();
    let completed = |term: &String| {
        let all: Vec<&str> = typed.iter().chain([term]).map(String::as_str).collect();
        QuerySuggestion { text: all.join(" ") }
    };
    Ok(terms.iter().map(completed).collect())
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
governed! {
    Decision::Part => QuerySuggestion, PredictiveSearchResult, SearchQueries;
}
