//! Floor (a): axum, one batched statement per relation level, statements of one level pipelined, structs by hand: the best
//! that a backend of this shape can do.
use super::{
    answer::{
        Author, Card, Category, Data, Detailed, Hit, Id, Listing, ListingCategory, ListingPage, Min, MinMax, Money,
        Nodes, Page, PageInfo, PageProduct, PageReview, PageVariant, Picture, PictureUrl, Products, Rating,
        SelectedOptions, ShortReview, StockLevel, StockedVariant, Time, Warehouse, availability, cursor,
    },
    batched_sql::{
        AUTHORS, BEST_SELLING, CATEGORY, CATEGORY_BY_SLUG, FEATURED, LISTING, MEDIA, PRODUCT, REVIEW_LINES, REVIEWS,
        SEARCH, STOCK, VARIANT_PRICES, VARIANTS, WAREHOUSES, texts,
    },
    connections::{Connection, Connections},
    search::Search,
};
use crate::{
    Failure,
    operation::{Argument, Operation},
    shop::Shop,
};
use axum::body::Bytes;
use std::collections::HashMap;
use tokio_postgres::Row;
use tradewind_domain::{global_id::NodeKind, option::ProductOption};
use uuid::Uuid;

/// A listing's page.
const PAGE: usize = 24;

pub(super) struct Batched {
    connections: Connections,
    shop: Shop,
}

impl Batched {
    pub(super) async fn open(url: &str, count: usize, shop: Shop) -> Result<Self, Failure> {
        Ok(Self { connections: Connections::open(url, count, &texts()).await?, shop })
    }

    pub(super) async fn answer(&self, operation: Operation, argument: &Argument) -> Result<Bytes, Failure> {
        let connection = self.connections.pick();
        let body = match operation {
            Operation::Q1 => product_page(connection, self.shop, &argument.slug).await?,
            Operation::Q2 => listing(connection, self.shop, &argument.slug).await?,
            Operation::Q3 => nested(connection, self.shop, argument).await?,
            Operation::Q4 => search(connection, self.shop, &argument.words).await?,
        };
        Ok(body.into())
    }
}

async fn product_page(db: &Connection, shop: Shop, slug: &str) -> Result<Vec<u8>, Failure> {
    let products = db.query(PRODUCT, &[&[slug].as_slice(), &shop.channel]).await?;
    let product = products.first().ok_or("no such product")?;
    let id: Uuid = product.get(0);
    let ids = vec![id];
    let category_ids: Vec<Uuid> = product.get::<_, Option<Uuid>>(8).into_iter().collect();
    let opinions = async {
        let reviews = db.query(REVIEWS, &[&ids, &10i64]).await?;
        let authors = authors(db, &reviews).await?;
        Ok((reviews, authors))
    };
    let (categories, variants, media, (reviews, authors)) = tokio::try_join!(
        async { db.query(CATEGORY, &[&category_ids]).await },
        async { db.query(VARIANTS, &[&ids, &shop.channel, &20i64]).await },
        async { db.query(MEDIA, &[&ids]).await },
        opinions,
    )?;
    let options: Vec<ProductOption> = serde_json::from_str(product.get(9))?;
    let names = names(&authors);
    let page = Page {
        id: Id(NodeKind::Product, id),
        slug: product.get(1),
        title: product.get(2),
        vendor: product.get(3),
        price_range: MinMax { min: Money::new(shop, product.get(4)), max: Money::new(shop, product.get(5)) },
        rating: Rating::new(product.get(6), product.get(7)),
        category: categories.first().map(|row| Category { name: row.get(0), slug: row.get(1) }),
        variants: Nodes {
            nodes: variants.iter().map(|row| page_variant(shop, row, &options)).collect::<Result<_, Failure>>()?,
        },
        media: media.iter().map(|row| Picture { url: row.get(0), alt: row.get(1) }).collect(),
        reviews: Nodes { nodes: reviews.iter().map(|row| page_review(row, &names)).collect() },
    };
    Ok(serde_json::to_vec(&Data { data: PageProduct { product: page } })?)
}

fn page_variant<'r>(shop: Shop, row: &'r Row, options: &'r [ProductOption]) -> Result<PageVariant<'r>, Failure> {
    Ok(PageVariant {
        id: Id(NodeKind::ProductVariant, row.get(0)),
        sku: row.get(2),
        title: row.get(3),
        price: Money::new(shop, row.get(5)),
        selected_options: SelectedOptions { options, values: serde_json::from_str(row.get(4))? },
    })
}

fn page_review<'r>(row: &'r Row, names: &HashMap<Uuid, &'r str>) -> PageReview<'r> {
    PageReview {
        id: Id(NodeKind::Review, row.get(0)),
        rating: row.get(3),
        title: row.get(4),
        body: row.get(5),
        created_at: Time(row.get(6)),
        author: author(row, names),
    }
}

async fn authors(db: &Connection, reviews: &[Row]) -> Result<Vec<Row>, Failure> {
    db.query(AUTHORS, &[&distinct(reviews, 2)]).await
}

fn names(authors: &[Row]) -> HashMap<Uuid, &str> {
    authors.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn author<'r>(review: &Row, names: &HashMap<Uuid, &'r str>) -> Author<'r> {
    Author { display_name: names.get(&review.get::<_, Uuid>(2)).copied().unwrap_or_default() }
}

/// The ids in a column, each once.
fn distinct(rows: &[Row], column: usize) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.get(column)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

async fn listing(db: &Connection, shop: Shop, slug: &str) -> Result<Vec<u8>, Failure> {
    let categories = db.query(CATEGORY_BY_SLUG, &[&[slug].as_slice()]).await?;
    let category = categories.first().ok_or("no such category")?;
    let id: Uuid = category.get(0);
    let rows = db.query(LISTING, &[&shop.channel, &id]).await?;
    let page = &rows[..rows.len().min(PAGE)];
    let featured = featured(db, page).await?;
    let pictures: HashMap<Uuid, &Row> = featured.iter().map(|row| (row.get(0), row)).collect();
    let listing = Listing {
        id: Id(NodeKind::Category, id),
        name: category.get(1),
        products: ListingPage {
            nodes: page.iter().map(|row| card(shop, row, &pictures)).collect(),
            page_info: PageInfo {
                has_next_page: rows.len() > PAGE,
                end_cursor: page.last().map(|row| cursor(row.get(3), row.get(0))),
            },
        },
    };
    Ok(serde_json::to_vec(&Data { data: ListingCategory { category: listing } })?)
}

fn card<'r>(shop: Shop, row: &'r Row, pictures: &HashMap<Uuid, &'r Row>) -> Card<'r> {
    let id: Uuid = row.get(0);
    Card {
        id: Id(NodeKind::Product, id),
        slug: row.get(1),
        title: row.get(2),
        featured_media: pictures.get(&id).map(|row| Picture { url: row.get(1), alt: row.get(2) }),
        price_range: Min { min: Money::new(shop, row.get(3)) },
        availability: availability(row.get(4)),
    }
}

async fn featured(db: &Connection, products: &[Row]) -> Result<Vec<Row>, Failure> {
    let ids: Vec<Uuid> = products.iter().map(|row| row.get(0)).collect();
    db.query(FEATURED, &[&ids]).await
}

async fn nested(db: &Connection, shop: Shop, argument: &Argument) -> Result<Vec<u8>, Failure> {
    let products = db.query(BEST_SELLING, &[&shop.channel, &argument.sold, &argument.id]).await?;
    let ids: Vec<Uuid> = products.iter().map(|row| row.get(0)).collect();
    let offers = async {
        let variants = db.query(VARIANT_PRICES, &[&ids, &shop.channel, &5i64]).await?;
        let variant_ids: Vec<Uuid> = variants.iter().map(|row| row.get(0)).collect();
        let stock = db.query(STOCK, &[&variant_ids, &shop.channel]).await?;
        let warehouses = db.query(WAREHOUSES, &[&distinct(&stock, 1)]).await?;
        Ok::<_, Failure>((variants, stock, warehouses))
    };
    let opinions = async {
        let reviews = db.query(REVIEW_LINES, &[&ids, &5i64]).await?;
        let authors = authors(db, &reviews).await?;
        Ok((reviews, authors))
    };
    let ((variants, stock, warehouses), (reviews, authors)) = tokio::try_join!(offers, opinions)?;
    let (mut variants, mut reviews) = (stocked(shop, &variants, &stock, &warehouses), short(&reviews, &authors));
    let product = |row: &'_ Row| -> Uuid { row.get(0) };
    let nodes = products
        .iter()
        .map(|row| Detailed {
            id: Id(NodeKind::Product, product(row)),
            slug: row.get(1),
            title: row.get(2),
            variants: Nodes { nodes: variants.remove(&product(row)).unwrap_or_default() },
            reviews: Nodes { nodes: reviews.remove(&product(row)).unwrap_or_default() },
        })
        .collect();
    Ok(serde_json::to_vec(&Data { data: Products { products: Nodes { nodes } } })?)
}

/// Variants with their stock, by product.
fn stocked<'r>(
    shop: Shop,
    variants: &'r [Row],
    stock: &'r [Row],
    warehouses: &'r [Row],
) -> HashMap<Uuid, Vec<StockedVariant<'r>>> {
    let warehouse = |row: &'r Row| Warehouse { id: Id(NodeKind::Warehouse, row.get(0)), name: row.get(1) };
    let warehouses: HashMap<Uuid, Warehouse<'r>> = warehouses.iter().map(|row| (row.get(0), warehouse(row))).collect();
    let mut levels: HashMap<Uuid, Vec<StockLevel<'r>>> = HashMap::new();
    for row in stock {
        if let Some(warehouse) = warehouses.get(&row.get::<_, Uuid>(1)) {
            levels.entry(row.get(0)).or_default().push(StockLevel { warehouse: *warehouse, available: row.get(2) });
        }
    }
    let mut by_product: HashMap<Uuid, Vec<StockedVariant<'r>>> = HashMap::new();
    for row in variants {
        let id: Uuid = row.get(0);
        by_product.entry(row.get(1)).or_default().push(StockedVariant {
            id: Id(NodeKind::ProductVariant, id),
            sku: row.get(2),
            price: Money::new(shop, row.get(3)),
            stock_levels: levels.remove(&id).unwrap_or_default(),
        });
    }
    by_product
}

/// Reviews with their authors, by product.
fn short<'r>(reviews: &'r [Row], authors: &'r [Row]) -> HashMap<Uuid, Vec<ShortReview<'r>>> {
    let names = names(authors);
    let mut by_product: HashMap<Uuid, Vec<ShortReview<'r>>> = HashMap::new();
    for row in reviews {
        by_product.entry(row.get(1)).or_default().push(ShortReview {
            id: Id(NodeKind::Review, row.get(0)),
            rating: row.get(3),
            title: row.get(4),
            author: author(row, &names),
        });
    }
    by_product
}

async fn search(db: &Connection, shop: Shop, words: &str) -> Result<Vec<u8>, Failure> {
    let search = Search::parse(words);
    let rows = db
        .query(SEARCH, &[&shop.channel, &search.anywhere, &search.title, &search.title_prefix, &search.keywords_prefix])
        .await?;
    let featured = featured(db, &rows).await?;
    let pictures: HashMap<Uuid, &str> = featured.iter().map(|row| (row.get(0), row.get(1))).collect();
    let nodes = rows
        .iter()
        .map(|row| Hit {
            id: Id(NodeKind::Product, row.get(0)),
            slug: row.get(1),
            title: row.get(2),
            featured_media: pictures.get(&row.get::<_, Uuid>(0)).map(|url| PictureUrl { url }),
            price_range: Min { min: Money::new(shop, row.get(3)) },
        })
        .collect();
    Ok(serde_json::to_vec(&Data { data: Products { products: Nodes { nodes } } })?)
}
