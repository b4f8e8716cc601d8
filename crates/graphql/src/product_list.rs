//! Pages of products: a key says which list and which page, and all lists of a level are one statement.
use crate::{
    cached::{Tags, cached},
    context::Request as _,
    cursor::{self, Fingerprint},
    error::load,
    filter::{self, ProductFilter, ProductSort},
    loaders::{Source, batch},
    page::{PageSize, page_size},
    product::Product,
};
use async_graphql::{Context, Result};
use get_size2::{GetSize, GetSizeTracker};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    fmt::{self, Debug, Write as _},
    hash::Hash,
    sync::Arc,
};
use tradewind_domain::listing;
use tradewind_loader::Loaded;
use tradewind_persistence::read::{
    listing::{ListPage, ListQuery, Listed, Within, count_products, list_products},
    product::ProductRow,
    search::SearchQuery,
};
use uuid::Uuid;

/// Whose products: the whole channel's, or those of one category or collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Channel,
    Scope(Uuid),
}

/// The arguments of a product list, unchecked.
pub(crate) struct ListArgs {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
    pub(crate) filter: Option<ProductFilter>,
    pub(crate) sort: Option<ProductSort>,
    pub(crate) search: Option<String>,
}

/// A list, checked, and shared by all parents that ask for the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ListKey {
    pub(crate) owner: Owner,
    pub(crate) query: Arc<ListQuery>,
}

impl ListKey {
    /// What tells lists, or pages of them, apart.
    pub(crate) fn describe(&self, page: &impl Debug, out: &mut String) -> fmt::Result {
        match self.owner {
            Owner::Channel => out.push_str("channel:"),
            Owner::Scope(id) => write!(out, "{id}:")?,
        }
        write!(out, "{:?}:", self.query.sort)?;
        // Filters may be long; nobody reads them in a key.
        let rest = Sha256::digest(format!("{:?}{page:?}", self.query));
        rest.iter().take(16).try_for_each(|byte| write!(out, "{byte:02x}"))
    }

    /// What the list depends on, apart from the products in it.
    pub(crate) fn tags(&self, channel: Uuid, tags: &mut Tags<'_>) {
        let ListQuery { filter, search, .. } = self.query.as_ref();
        let is_narrowed = *filter != listing::ProductFilter::default();
        match self.owner {
            Owner::Channel => tags.listings(channel),
            Owner::Scope(id) => tags.scope(channel, id),
        }
        if is_narrowed || search.is_some() {
            // Figures that only the channel's own rows have, and products that may come in.
            tags.listings(channel);
        }
        if is_narrowed {
            tags.facets();
        }
        if search.is_some() {
            tags.search();
        }
        for id in filter.category_ids.iter().chain(&filter.collection_ids) {
            tags.scope(channel, *id);
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PageKey {
    pub(crate) list: ListKey,
    pub(crate) page: Arc<ListPage>,
}

/// What a resolver needs to show a list.
pub(crate) struct CheckedList {
    pub(crate) key: PageKey,
    pub(crate) size: PageSize,
    pub(crate) fingerprint: Fingerprint,
    /// The filter as it was asked for, which facets mark as selected.
    pub(crate) asked: ProductFilter,
}

/// A product and its cursor's position, ready to be shared.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ListedProduct {
    pub(crate) row: Arc<ProductRow>,
    pub(crate) position: tradewind_persistence::read::listing::Position,
}

impl GetSize for ListedProduct {
    fn get_heap_size_with_tracker<T: GetSizeTracker>(&self, tracker: T) -> (usize, T) {
        (self.row.get_heap_size() + self.position.get_heap_size(), tracker)
    }
}

impl CheckedList {
    /// Checks the arguments of a list.
    pub(crate) async fn check(ctx: &Context<'_>, owner: Owner, args: ListArgs) -> Result<Self> {
        let size = page_size(args.first, args.last)?;
        let asked = args.filter.unwrap_or_default();
        let text = filter::search_text(args.search, asked.search.clone())?;
        let typed = text.as_deref().and_then(SearchQuery::parse);
        let sort = args.sort.map_or(listing::ProductSort::Relevance, Into::into);
        let mut filter = filter::resolve(ctx, asked.clone()).await?;
        let owner = narrow(owner, &mut filter);
        let channel = ctx.request().scope.channel_id;
        // Over what was typed, not what it was corrected to: the vocabulary may change between two pages.
        let fingerprint = Fingerprint::of(&(owner, channel, &filter, &typed, sort));
        let search = match typed {
            Some(typed) => ctx.request().loaders.corrected_search().load(typed).await.map_err(load)?,
            None => None,
        };
        let read = |argument, cursor: Option<String>| {
            cursor.map(|cursor| cursor::decode(argument, &cursor, fingerprint)).transpose()
        };
        let (after, before) = (read("after", args.after)?, read("before", args.before)?);
        let (after, until) = if size.backwards { (before, after) } else { (after, before) };
        let page = ListPage { limit: size.size + 1, after, until, backwards: size.backwards };
        let list = ListKey { owner, query: Arc::new(ListQuery { filter, search, sort }) };
        Ok(Self { key: PageKey { list, page: Arc::new(page) }, size, fingerprint, asked })
    }
}

/// One category or collection as the only filter of its kind is read as that scope: its own index has the order.
fn narrow(owner: Owner, filter: &mut listing::ProductFilter) -> Owner {
    match (owner, filter.category_ids.as_slice(), filter.collection_ids.as_slice()) {
        (Owner::Channel, [category], _) => {
            let scope = Owner::Scope(*category);
            filter.category_ids.clear();
            scope
        }
        (Owner::Channel, [], [collection]) => {
            let scope = Owner::Scope(*collection);
            filter.collection_ids.clear();
            scope
        }
        _ => owner,
    }
}

batch!(
    /// Pages of products; all lists with the same arguments are one statement.
    ListOf, "products", PageKey => Arc<Vec<ListedProduct>>, |list| list.len(),
    |source, keys| {
        let mut loaded = Loaded::default();
        let keys = keys.into_iter().map(|key| (key.list.owner, (key.list.query, key.page)));
        for Group { within, owners, arguments: (query, page) } in groups(source, keys) {
            let mut lists = list_products(&source.db, source.scope, &within, &query, &page, source.columns).await?;
            for (id, owner) in owners {
                let list = lists.remove(&id).unwrap_or_default().into_iter().map(listed).collect();
                let key = PageKey { list: ListKey { owner, query: Arc::clone(&query) }, page: Arc::clone(&page) };
                loaded.insert(key, Arc::new(list));
            }
        }
        Ok(loaded)
    }
);
cached!(ListOf as Product, until: publication, logged: never;
    key(source, page, out) {
        write!(out, "{}:{:?}:", source.scope.channel_id, source.columns).and_then(|()| page.list.describe(&page.page, out))
    }
    tags(source, page, tags) { page.list.tags(source.scope.channel_id, &mut tags); }
    found(list, tags) { list.iter().for_each(|listed| tags.product(listed.row.id)); });
batch!(
    /// Lengths of lists.
    ListCountOf, "productCount" leaf: true, ListKey => i64, |_| 1,
    |source, keys| {
        let mut loaded = Loaded::default();
        for Group { within, owners, arguments } in groups(source, keys.into_iter().map(|key| (key.owner, key.query))) {
            let counts = count_products(&source.db.aside(), source.scope, &within, &arguments).await?;
            for (id, owner) in owners {
                let key = ListKey { owner, query: Arc::clone(&arguments) };
                loaded.insert(key, counts.get(&id).copied().unwrap_or(0));
            }
        }
        Ok(loaded)
    }
);
cached!(ListCountOf as Product, until: publication, logged: never;
    key(source, list, out) { write!(out, "{}:", source.scope.channel_id).and_then(|()| list.describe(&(), out)) }
    tags(source, list, tags) { list.tags(source.scope.channel_id, &mut tags); });

fn listed(listed: Listed) -> ListedProduct {
    ListedProduct { row: Arc::new(listed.product), position: listed.position }
}

/// Lists with the same arguments, which one statement reads.
pub(crate) struct Group<A> {
    pub(crate) within: Within,
    /// The id under which the statement answers, and who asked.
    pub(crate) owners: Vec<(Uuid, Owner)>,
    pub(crate) arguments: A,
}

/// Groups keys by their arguments; the channel's own list is a statement apart from those of scopes.
pub(crate) fn groups<A: Eq + Hash>(source: &Source, keys: impl Iterator<Item = (Owner, A)>) -> Vec<Group<A>> {
    let mut groups: HashMap<(bool, A), Vec<(Uuid, Owner)>> = HashMap::new();
    for (owner, arguments) in keys {
        let id = match owner {
            Owner::Channel => source.scope.channel_id,
            Owner::Scope(id) => id,
        };
        groups.entry((owner == Owner::Channel, arguments)).or_default().push((id, owner));
    }
    let group = |((channel, arguments), owners): ((bool, A), Vec<(Uuid, Owner)>)| {
        let within = if channel { Within::Channel } else { Within::Scopes(owners.iter().map(|(id, _)| *id).collect()) };
        Group { within, owners, arguments }
    };
    groups.into_iter().map(group).collect()
}
