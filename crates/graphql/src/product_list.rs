//! Pages of products: a key says which list and which page, and all lists of a level are one statement.
use crate::{
    context::Request as _,
    cursor::{self, Fingerprint},
    error::load,
    filter::{self, ProductFilter, ProductSort},
    loaders::{Source, batch},
    page::{PageSize, page_size},
};
use async_graphql::{Context, Result};
use std::{collections::HashMap, hash::Hash, sync::Arc};
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
#[derive(Clone)]
pub(crate) struct ListedProduct {
    pub(crate) row: Arc<ProductRow>,
    pub(crate) position: tradewind_persistence::read::listing::Position,
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
            let mut lists = list_products(&source.db, source.scope, &within, &query, &page).await?;
            for (id, owner) in owners {
                let list = lists.remove(&id).unwrap_or_default().into_iter().map(listed).collect();
                let key = PageKey { list: ListKey { owner, query: Arc::clone(&query) }, page: Arc::clone(&page) };
                loaded.insert(key, Arc::new(list));
            }
        }
        Ok(loaded)
    }
);
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
