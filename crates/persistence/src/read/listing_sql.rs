//! Puts the SQL of a product list together. Every value is an argument; only fixed parts are joined.
use super::{
    Scope,
    listing::{ListPage, ListQuery, SortKey, Within},
};
use crate::sql::{Arg, render};
use sea_orm::DbBackend;
use tradewind_domain::listing::{ProductSort, option_facet_key};

/// Relevance is a tier, then units sold: a better tier always wins.
const TIER: i64 = 1 << 40;
/// A page has at most 100 products, and one more tells whether the list goes on.
const MOST_ROWS: u32 = 101;

pub(crate) struct Builder<'q> {
    postgres: bool,
    scope: Scope,
    within: &'q Within,
    query: &'q ListQuery,
    args: Vec<Arg>,
}

/// The parts of a statement over the rows that pass the filters, each of them one `s`.
struct Parts {
    from: String,
    conditions: Vec<String>,
    /// What tells the lists apart.
    within: &'static str,
}

impl<'q> Builder<'q> {
    pub(crate) fn new(backend: DbBackend, scope: Scope, within: &'q Within, query: &'q ListQuery) -> Self {
        Self { postgres: backend == DbBackend::Postgres, scope, within, query, args: Vec::new() }
    }

    fn arg(&mut self, arg: Arg) -> usize {
        self.args.push(arg);
        self.args.len()
    }

    /// One page per list: list, number and text of the sort key, product columns.
    pub(crate) fn page(mut self, page: &ListPage, columns: &str) -> (String, Vec<Arg>) {
        let key = self.sort_key();
        let mut parts = self.parts();
        let ascending =
            matches!(self.query.effective_sort(), ProductSort::PriceAsc | ProductSort::Title) != page.backwards;
        let (direction, behind, before) = if ascending { ("ASC", ">", "<") } else { ("DESC", "<", ">") };
        for (position, than) in [(&page.after, behind), (&page.until, before)] {
            let Some(position) = position else { continue };
            let value = self.arg(match &position.key {
                SortKey::Number(number) => Arg::Int(*number),
                SortKey::Text(text) => Arg::Text(text.clone()),
                SortKey::Time(time) => Arg::Time(*time),
            });
            let id = self.arg(Arg::Id(position.id));
            parts.conditions.push(format!("({key}, s.product_id) {than} (${value}, ${id})"));
        }
        let limit = self.arg(Arg::Int(page.limit.into()));
        let (number, text) = match self.query.effective_sort() {
            ProductSort::Title => ("CAST(0 AS bigint)", "page.sort_key"),
            ProductSort::Newest => ("CAST(0 AS bigint)", "''"),
            _ => ("page.sort_key", "''"),
        };
        let channel = self.arg(Arg::Id(self.scope.channel_id));
        let inner = self.inner(&parts, &key, direction, limit);
        let text = format!(
            "SELECT page.within_id, {number}, {text}, {columns} FROM {inner}
             JOIN products p ON p.id = page.product_id
             JOIN listings l ON l.product_id = p.id AND l.channel_id = ${channel}
             ORDER BY page.within_id, page.sort_key {direction}, page.product_id {direction}"
        );
        (render(&text, self.postgres), self.args)
    }

    /// The keys of the page: at most `limit` per list, from an index in order where the database can.
    fn inner(&mut self, parts: &Parts, key: &str, direction: &str, limit: usize) -> String {
        let Parts { from, conditions, within } = parts;
        let wanted = format!("{within} AS within_id, s.product_id, {key} AS sort_key");
        let order = format!("{key} {direction}, s.product_id {direction}");
        let conditions = conditions.join(" AND ");
        match self.within {
            Within::Scopes(ids) if ids.len() != 1 => {
                let ids = self.arg(Arg::Ids(ids.clone()));
                match self.postgres {
                    true => format!(
                        "unnest(${ids}::uuid[]) AS parent (id) CROSS JOIN LATERAL (SELECT {wanted} FROM {from}
                         WHERE s.scope_id = parent.id AND {conditions} ORDER BY {order} LIMIT ${limit}) page"
                    ),
                    false => format!(
                        "(SELECT {wanted}, row_number() OVER (PARTITION BY {within} ORDER BY {order}) AS number
                          FROM {from} WHERE s.scope_id {{ids {ids}}} AND {conditions}) page
                         JOIN (SELECT ${limit} AS most) bound ON page.number <= bound.most"
                    ),
                }
            }
            Within::Scopes(ids) => {
                let id = self.arg(Arg::Id(ids.first().copied().unwrap_or_default()));
                bounded(&format!(
                    "SELECT {wanted} FROM {from} WHERE s.scope_id = ${id} AND {conditions} ORDER BY {order} LIMIT ${limit}"
                ))
            }
            Within::Channel => {
                bounded(&format!("SELECT {wanted} FROM {from} WHERE {conditions} ORDER BY {order} LIMIT ${limit}"))
            }
        }
    }

    /// The length of each list.
    pub(crate) fn count(mut self) -> (String, Vec<Arg>) {
        let parts = self.parts();
        let conditions = self.with_scopes(&parts);
        let text = format!(
            "SELECT {within}, count(*) FROM {from} WHERE {conditions} GROUP BY {within}",
            within = parts.within,
            from = parts.from,
        );
        (render(&text, self.postgres), self.args)
    }

    /// `WITH base AS (…)`: list, product, price and rating of every product that passes, and where asked for its
    /// availability, which lists of a scope have to fetch.
    pub(crate) fn base(mut self, with_availability: bool) -> (String, Vec<Arg>) {
        let mut parts = self.parts();
        let conditions = self.with_scopes(&parts);
        let availability = match self.within {
            _ if !with_availability => "",
            Within::Channel => ", s.availability",
            Within::Scopes(_) => {
                if !parts.from.contains(LISTING_JOIN) {
                    parts.from.push_str(LISTING_JOIN);
                }
                ", l.availability"
            }
        };
        let text = format!(
            "WITH base AS (SELECT {within} AS within_id, s.product_id, s.min_price, s.rating_milli{availability}
             FROM {from} WHERE {conditions}) ",
            within = parts.within,
            from = parts.from,
        );
        (render(&text, self.postgres), self.args)
    }

    fn with_scopes(&mut self, parts: &Parts) -> String {
        let conditions = parts.conditions.join(" AND ");
        match self.within {
            Within::Channel => conditions,
            // A plan for any number of scopes expects ten.
            Within::Scopes(ids) if ids.len() == 1 => {
                let id = self.arg(Arg::Id(ids.first().copied().unwrap_or_default()));
                format!("s.scope_id = ${id} AND {conditions}")
            }
            Within::Scopes(ids) => {
                let ids = self.arg(Arg::Ids(ids.clone()));
                format!("s.scope_id {{ids {ids}}} AND {conditions}")
            }
        }
    }

    fn parts(&mut self) -> Parts {
        let (table, within) = match self.within {
            Within::Channel => ("listings s", "s.channel_id"),
            Within::Scopes(_) => ("listing_scopes s", "s.scope_id"),
        };
        let mut parts = Parts { from: table.to_owned(), conditions: Vec::new(), within };
        let channel = self.arg(Arg::Id(self.scope.channel_id));
        let now = self.arg(Arg::Time(self.scope.now));
        parts.conditions.push(format!("s.channel_id = ${channel} AND s.published_at <= ${now}"));
        self.narrow(&mut parts);
        self.narrow_by_facets(&mut parts);
        self.narrow_by_search(&mut parts);
        parts
    }

    fn narrow(&mut self, parts: &mut Parts) {
        let filter = &self.query.filter;
        let bounds = [
            ("s.min_price >=", filter.price_min),
            ("s.min_price <=", filter.price_max),
            ("s.rating_milli >=", filter.rating_min_milli),
        ];
        for (test, bound) in bounds {
            if let Some(bound) = bound {
                let bound = self.arg(Arg::Int(bound));
                parts.conditions.push(format!("{test} ${bound}"));
            }
        }
        if let Some(in_stock) = filter.in_stock {
            let test = if in_stock { "> 0" } else { "= 0" };
            let owner = match self.within {
                Within::Channel => "s",
                Within::Scopes(_) => {
                    parts.from.push_str(LISTING_JOIN);
                    "l"
                }
            };
            parts.conditions.push(format!("{owner}.availability {test}"));
        }
        for scopes in [&filter.category_ids, &filter.collection_ids] {
            if !scopes.is_empty() {
                let ids = self.arg(Arg::Ids(scopes.clone()));
                parts.conditions.push(format!(
                    "EXISTS (SELECT 1 FROM listing_scopes x WHERE x.product_id = s.product_id
                     AND x.channel_id = s.channel_id AND x.scope_id {{ids {ids}}})"
                ));
            }
        }
    }

    fn narrow_by_facets(&mut self, parts: &mut Parts) {
        let filter = &self.query.filter;
        let fixed = [("tag", &filter.tags), ("vendor", &filter.vendors), ("type", &filter.product_types)];
        let fixed = fixed.into_iter().map(|(key, values)| (key.to_owned(), values));
        let options = filter.options.iter().map(|option| (option_facet_key(&option.name), &option.values));
        for (key, values) in fixed.chain(options).filter(|(_, values)| !values.is_empty()) {
            let key = self.arg(Arg::Text(key));
            let values = self.arg(Arg::Texts(values.clone()));
            parts.conditions.push(format!(
                "EXISTS (SELECT 1 FROM product_facets f WHERE f.product_id = s.product_id
                 AND f.key = ${key} AND f.value {{texts {values}}})"
            ));
        }
    }

    fn narrow_by_search(&mut self, parts: &mut Parts) {
        let Some(search) = &self.query.search else { return };
        if self.postgres {
            let anywhere = self.arg(Arg::Text(search.tsquery("", true)));
            parts.from.push_str(" JOIN product_search found ON found.product_id = s.product_id");
            parts.conditions.push(format!("found.document @@ to_tsquery('simple', ${anywhere})"));
        } else {
            let anywhere = self.arg(Arg::Text(search.fts5("", true)));
            parts.from.push_str(" JOIN product_search_documents found ON found.product_id = s.product_id");
            parts.conditions.push(format!(
                "found.document_id IN (SELECT rowid FROM product_search WHERE product_search MATCH ${anywhere})"
            ));
        }
    }

    fn sort_key(&mut self) -> String {
        match (self.query.effective_sort(), &self.query.search) {
            (ProductSort::PriceAsc | ProductSort::PriceDesc, _) => "s.min_price".to_owned(),
            (ProductSort::Newest, _) => "s.published_at".to_owned(),
            (ProductSort::Title, _) => "s.title_key".to_owned(),
            (ProductSort::Rating, _) => "s.rating_milli".to_owned(),
            (ProductSort::Relevance, Some(_)) => self.relevance(),
            (ProductSort::BestSelling | ProductSort::Relevance, _) => "s.units_sold".to_owned(),
        }
    }

    /// Whole words in the title, whole words in tags, vendor, kind and SKUs too, beginnings of words in the title,
    /// beginnings there too, then anywhere.
    /// A tier instead of ts_rank or bm25, because a cursor needs a figure that no other document can change.
    fn relevance(&mut self) -> String {
        let Some(search) = &self.query.search else { return "s.units_sold".to_owned() };
        let sold = format!("CASE WHEN s.units_sold < {TIER} THEN s.units_sold ELSE {} END", TIER - 1);
        let tests = match self.postgres {
            true => [("A", false), ("AB", false), ("A", true), ("AB", true)]
                .map(|(weights, prefix)| search.tsquery(weights, prefix)),
            false => [("title", false), ("title keywords", false), ("title", true), ("title keywords", true)]
                .map(|(columns, prefix)| search.fts5(columns, prefix)),
        };
        let mut cases = String::new();
        for (tier, test) in (2i64..=5).rev().zip(tests) {
            let test = self.arg(Arg::Text(test));
            let holds = match self.postgres {
                true => format!("found.document @@ to_tsquery('simple', ${test})"),
                false => format!(
                    "found.document_id IN (SELECT rowid FROM product_search WHERE product_search MATCH ${test})"
                ),
            };
            cases.push_str(&format!("WHEN {holds} THEN {} ", tier * TIER));
        }
        format!("(CASE {cases}ELSE {TIER} END + {sold})")
    }
}

/// A plan for any limit expects a tenth of all rows, and reads whole tables to join them; no page has more than these.
fn bounded(page: &str) -> String {
    format!("(SELECT * FROM ({page}) any_limit LIMIT {MOST_ROWS}) page")
}

const LISTING_JOIN: &str = " JOIN listings l ON l.product_id = s.product_id AND l.channel_id = s.channel_id";
