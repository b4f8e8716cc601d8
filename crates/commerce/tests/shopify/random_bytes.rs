//! Whatever is in a file, the import ends with a report, and no product is there in part.
use crate::support::{TestShop, sqlite_shop};
use proptest::prelude::*;

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(test);
}

/// Every product of the clean file has three variants: S, M and L.
fn clean(products: usize) -> String {
    let mut text = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Body (HTML)\n".to_owned();
    for number in 0..products {
        for (index, size) in ["S", "M", "L"].iter().enumerate() {
            let title = if index == 0 { format!("Title {number}") } else { String::new() };
            text.push_str(&format!("product-{number},{title},Size,{size},{number}.50,\"<p>a, \"\"b\"\"</p>\"\n"));
        }
    }
    text
}

/// How many variants each product of the clean file has; a handle that a line break cut in two is another product's.
async fn sizes(shop: &TestShop) -> Vec<usize> {
    let products = shop.all().await;
    products.iter().filter(|p| p.slug.starts_with("product-")).map(|p| p.variants.len()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_with_a_report(bytes in prop::collection::vec(any::<u8>(), 0..2_000), header: bool) {
        run(async {
            let shop = sqlite_shop().await;
            let mut file = if header { b"Handle,Title,Option1 Name,Option1 Value,Variant Price\n".to_vec() } else { Vec::new() };
            file.extend(&bytes);
            let outcome = shop.import(&file).await;
            assert_eq!(outcome.report.products_created as usize, shop.all().await.len());
        });
    }

    /// A stray quote anywhere can swallow lines, end cells early and join rows.
    #[test]
    fn stray_quotes_never_half_import(places in prop::collection::vec((0usize..2_000, prop::sample::select(vec!["\"", "\"\"", "\"\n"])), 1..4)) {
        run(async {
            let shop = sqlite_shop().await;
            let mut text = clean(8);
            for (place, quote) in places {
                let header = text.find('\n').unwrap() + 1;
                text.insert_str(header + place % (text.len() - header), quote);
            }
            let outcome = shop.import(&text).await;
            let sizes = sizes(&shop).await;
            assert!(sizes.iter().all(|size| *size == 3), "{sizes:?}\n{text}\n{:#?}", outcome.problems);
            assert!(sizes.len() == 8 || outcome.report.errors > 0);
        });
    }

    /// A file that was cut off, as by a broken download.
    #[test]
    fn a_cut_file_never_half_imports(cut in 0usize..2_000) {
        run(async {
            let shop = sqlite_shop().await;
            let text = clean(8);
            let header = text.find('\n').unwrap() + 1;
            let end = header + cut % (text.len() - header);
            shop.import(&text[..end]).await;
            let sizes = sizes(&shop).await;
            // Only the last product can lack whole rows: a file that ends with a row does not show that it was cut.
            let short = sizes.iter().filter(|size| **size != 3).count();
            assert!(short == 0 || (short == 1 && rows_end_at(&text, end)), "{sizes:?} {end}");
        });
    }
}

/// Found by the property above: two quotes make the first cells of a row one handle, and the rest a row without any.
#[tokio::test]
async fn a_handle_that_swallowed_cells_refuses_the_product_above() {
    let shop = sqlite_shop().await;
    let text = clean(8).replace("product-6,,Size,L,6.50,", "\"product-6,,Size,L\"\n,6.50,");
    let outcome = shop.import(&text).await;
    assert_eq!(sizes(&shop).await, [3; 7], "{:#?}", outcome.problems);
    assert!(outcome.report.errors > 0);
}

/// Whether what is left looks like a whole row: it ends with a line feed, with a quote that may be a closing one, or
/// before the last cell, which may be empty.
fn rows_end_at(text: &str, end: usize) -> bool {
    text[..end].ends_with(['"', '\n', ','])
}
