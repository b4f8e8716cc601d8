//! What single cells become.
use crate::support::{TestShop, sqlite_shop};
use tradewind_domain::{
    product::{AttributeKind, Product, ProductStatus},
    stock::StockPolicy,
};

async fn one(columns: &str, cells: &str) -> (TestShop, Product) {
    let shop = sqlite_shop().await;
    let outcome = shop.import(format!("Handle,Title,{columns}\na,A,{cells}\n")).await;
    assert_eq!(outcome.counts(), [1, 0, 0, 0], "{:?}", outcome.problems);
    let product = shop.product("a").await.unwrap();
    (shop, product)
}

#[tokio::test]
async fn stock_and_policy() {
    let (_, p) =
        one("Inventory tracker,Inventory quantity,Continue selling when out of stock", "shopify,-3,CONTINUE").await;
    let variant = &p.variants[0];
    assert_eq!((variant.tracked, variant.stock[0].on_hand, variant.policy), (true, -3, StockPolicy::Backorder));
    let (_, p) =
        one("Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy", "shipwire,,deny").await;
    let variant = &p.variants[0];
    assert_eq!((variant.tracked, variant.stock.len(), variant.policy), (true, 0, StockPolicy::Deny));
    assert_eq!(variant.attributes[0].value, "shipwire");
}

#[tokio::test]
async fn status_and_publication() {
    for (cells, status, shown) in [
        (",", ProductStatus::Active, true),
        ("ACTIVE,TRUE", ProductStatus::Active, true),
        ("draft,1", ProductStatus::Draft, true),
        ("archived,no", ProductStatus::Archived, false),
        ("Unlisted,yes", ProductStatus::Draft, true),
    ] {
        let (_, p) = one("Status,Published on online store", cells).await;
        assert_eq!((p.status, !p.publications.is_empty()), (status, shown), "{cells}");
    }
}

#[tokio::test]
async fn pictures() {
    let shop = sqlite_shop().await;
    let text = "Handle,Title,Option1 Name,Option1 Value,Image Src,Image Position,Image Alt Text,Variant Image\n\
                a,A,Size,S,https://e.test/2.jpg,2,Two,https://e.test/9.jpg\n\
                a,,,M,https://e.test/1.jpg,1,One,https://e.test/2.jpg\n\
                a,,,,https://e.test/3.jpg,3,,\na,,,,https://e.test/1.jpg,1,,\n";
    assert_eq!(shop.import(text).await.counts(), [1, 0, 0, 0]);
    let p = shop.product("a").await.unwrap();
    let media: Vec<_> =
        p.media.iter().map(|m| (m.url.trim_start_matches("https://e.test/"), m.alt.as_str(), m.position)).collect();
    assert_eq!(media, [("1.jpg", "One", 1), ("2.jpg", "Two", 2), ("3.jpg", "", 3), ("9.jpg", "", 4)]);
    assert_eq!(p.variants[0].media_id, Some(p.media[3].id));
    assert_eq!(p.variants[1].media_id, Some(p.media[1].id));
    assert_eq!(shop.import(text).await.counts(), [0, 0, 1, 0]);
}

#[tokio::test]
async fn categories() {
    let (shop, p) = one("Product category", "Apparel & Accessories > Clothing > Shirts").await;
    let tree = shop.shop().await.categories;
    assert_eq!(tree.path(p.category_id.unwrap()), ["Apparel & Accessories", "Clothing", "Shirts"]);
    shop.import("Handle,Title,Product Category\nb,B,Apparel & Accessories > Clothing\nc,C,hg-15-1-2\n").await;
    let after = shop.shop().await.categories;
    assert_eq!(after.iter().count(), 3);
    let c = shop.product("c").await.unwrap();
    assert_eq!((c.category_id, c.attributes[0].value.as_str()), (None, "hg-15-1-2"));
}

#[tokio::test]
async fn metafields_are_typed() {
    let columns = "Color (product.metafields.shopify.color-pattern),Care (product.metafields.custom.care),\
                   Depth (product.metafields.custom.depth),Code (product.metafields.custom.code),\
                   Link (product.metafields.custom.link),Data (product.metafields.custom.data),New (product.metafields.custom.new),\
                   Empty (product.metafields.custom.empty)";
    let (_, p) = one(columns, "red,wool; cold,12.5,007,https://e.test/x,\"[1,2]\",TRUE,").await;
    let found: Vec<_> = p.attributes.iter().map(|a| (a.key.as_str(), a.label.as_str(), a.kind)).collect();
    assert_eq!(
        found,
        [
            ("care", "Care", AttributeKind::List),
            ("code", "Code", AttributeKind::Text),
            ("data", "Data", AttributeKind::Json),
            ("depth", "Depth", AttributeKind::Number),
            ("link", "Link", AttributeKind::Url),
            ("new", "New", AttributeKind::Boolean),
            ("color-pattern", "Color", AttributeKind::List),
        ]
    );
}

#[tokio::test]
async fn descriptions_are_made_safe_and_the_loss_is_counted() {
    let shop = sqlite_shop().await;
    let body =
        format!("<p onclick=x()>Soft{}</p><script>alert(1)</script><style>p{{}}</style>", "<b>!</b>".repeat(12_500));
    let text = format!("Handle,Title,Body (HTML)\na,A,{body}\n");
    let outcome = shop.import(&text).await;
    let p = shop.product("a").await.unwrap();
    assert!(p.description_html.starts_with("<p>Soft<b>!</b>") && !p.description_html.contains("script"));
    let removed: Vec<_> = outcome.report.html_removed.into_iter().collect();
    assert_eq!(removed, [("<script>".into(), 1), ("<style>".into(), 1), ("onclick".into(), 1)]);
    assert_eq!(shop.import(&text).await.counts(), [0, 0, 1, 0]);
}

#[tokio::test]
async fn odds_and_ends() {
    let (_, p) =
        one("Variant Barcode,Variant Grams,Tags,SEO Title,SEO Description", "'0123,226.796,\"a, b ,,a\",S,D").await;
    assert_eq!((p.variants[0].barcode.as_deref(), p.variants[0].weight_grams), (Some("0123"), Some(227)));
    assert_eq!(p.tags, ["a", "b"]);
    assert_eq!((p.seo_title.as_deref(), p.seo_description.as_deref()), (Some("S"), Some("D")));
}

#[tokio::test]
async fn handles_in_any_script_and_spelling() {
    let shop = sqlite_shop().await;
    let outcome = shop.import("Handle,Title\n東京-シャツ,A\n Ocean Blue ,B\nboard-™,C\n").await;
    assert_eq!(shop.slugs().await, ["board-™", "ocean-blue", "東京-シャツ"]);
    assert_eq!(outcome.report.warnings, 1);
}

#[tokio::test]
async fn unknown_columns_are_told_once() {
    let shop = sqlite_shop().await;
    let outcome = shop.import("Handle,Title,My Notes,Price / Mars\na,A,x,1\nb,B,y,2\n").await;
    assert_eq!(outcome.report.unknown_columns, ["My Notes", "Price / Mars"]);
    assert_eq!((outcome.warnings().len(), outcome.report.errors), (2, 0));
}
