//! Files that are broken, in each way: bad products are refused whole and explained, good ones are kept.
use crate::support::sqlite_shop;

const HEADER: &str =
    "Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant Price,Variant Inventory Qty,Image Src\n";
const GOOD: &str = "good,Good,,,,5,1,\n";

/// A file with one bad product between two good ones; the only error's line, column and reason.
async fn bad(rows: &str) -> (u64, String, String) {
    let shop = sqlite_shop().await;
    let outcome = shop.import(format!("{HEADER}{GOOD}{rows}\nlast,Last,,,,6,1,\n")).await;
    assert_eq!(outcome.counts(), [2, 0, 0, 1], "{:#?}", outcome.problems);
    assert_eq!(shop.slugs().await, ["good", "last"]);
    let error = outcome.error();
    (error.line, error.column.clone().unwrap_or_default(), error.reason.clone())
}

#[tokio::test]
async fn bad_cells_are_named() {
    for (rows, line, column, reason) in [
        ("bad,Bad,,,,\"1.299,00\",1,", 3, "Variant Price", "separators"),
        ("bad,Bad,,,,\"1,299.00\",1,", 3, "Variant Price", "separators"),
        ("bad,Bad,,,,-5,1,", 3, "Variant Price", "negative"),
        ("bad,Bad,,,,five,1,", 3, "Variant Price", "not a number"),
        ("bad,Bad,,,,5,1.5,", 3, "Variant Inventory Qty", "whole number"),
        ("bad,Bad,,,,5,many,", 3, "Variant Inventory Qty", "whole number"),
        ("bad,Bad,,,,5,1,ftp://x/y.jpg", 3, "Image Src", "http"),
        ("bad,,,,,5,1,", 3, "Title", "no title"),
        ("bad,Bad,,Size,S,5,1,\nbad,,,,S,6,1,", 4, "Option1 Value", "already in line 3"),
        ("bad,Bad,,,,5,1,\nbad,,,,,6,1,", 4, "Option1 Name", "no options"),
        ("bad,Bad,,,S,5,1,", 3, "Option1 Value", "no option"),
        ("bad,Bad,,Size,S,5,1,\nbad,,,,,6,1,", 4, "Option1 Value", "no value"),
        ("bad,Bad,,,,5,1,\nbad,Worse,,,,5,1,", 4, "Title", "differs"),
        ("bad,Bad,\"two\nlines\",,,x,1,", 3, "Variant Price", "not a number"),
        ("bad,Bad,\"two\nlines\",Size,S,5,1,\nbad,,,,M,x,1,", 5, "Variant Price", "not a number"),
        (",Bad,,,,5,1,", 3, "Handle", "no handle"),
        ("a/b,Bad,,,,5,1,", 3, "Handle", "cannot be part"),
        ("bad,Bad\0,,,,5,1,", 3, "Title", "NUL"),
        ("bad,Bad,,,,5", 3, "", "6 cells, the header has 8"),
        ("bad,Bad,,,,5,1,,,surplus", 3, "", "10 cells, the header has 8"),
        ("bad,\"Bad\"x,,,,5,1,", 3, "", "closing quote"),
    ] {
        let found = bad(rows).await;
        assert_eq!((found.0, found.1.as_str()), (line, column), "{rows:?}: {found:?}");
        assert!(found.2.contains(reason), "{rows:?}: {found:?}");
    }
}

#[tokio::test]
async fn every_row_of_a_bad_product_is_left_out_and_every_error_told() {
    let shop = sqlite_shop().await;
    let text = format!("{HEADER}bad,Bad,,Size,S,5,1,\nbad,,,,M,x,y,\nbad,,,,L,z,1,\n{GOOD}");
    let outcome = shop.import(text).await;
    assert_eq!(outcome.counts(), [1, 0, 0, 1]);
    let places: Vec<_> = outcome.errors().iter().map(|e| (e.line, e.column.clone().unwrap())).collect();
    let expected = [(3, "Variant Price"), (3, "Variant Inventory Qty"), (4, "Variant Price")];
    assert_eq!(places.len(), 3);
    assert!(expected.iter().all(|(line, column)| places.contains(&(*line, (*column).to_owned()))), "{places:?}");
}

#[tokio::test]
async fn a_row_without_a_handle_takes_the_product_above_with_it() {
    let shop = sqlite_shop().await;
    let outcome = shop.import(format!("{HEADER}{GOOD}cut,Cut,,Size,S,5,1,\n,,,,M,5,1,\nlast,Last,,,,6,1,\n")).await;
    assert_eq!(shop.slugs().await, ["good", "last"]);
    assert_eq!(outcome.counts(), [2, 0, 0, 2]);
    assert!(outcome.errors().iter().all(|error| error.line == 4));
}

#[tokio::test]
async fn headers_that_cannot_be_used() {
    for (text, reason) in [
        ("", "empty"),
        ("\n\n", "no header"),
        ("Title,Vendor\nA,B\n", "Handle"),
        ("Handle,Vendor\nA,B\n", "Title"),
        ("Handle,Title,handle \na,A,b\n", "mean the same"),
        ("Handle,URL handle,Title\na,b,A\n", "mean the same"),
        ("Handle,Title,Cost per item,cost per item\na,A,1,2\n", "mean the same"),
        ("Handle,\"Title\na,A\n", "header cannot be read"),
        ("PK\u{3}\u{4}", "spreadsheet"),
        ("<html><body>Sign in</body></html>", "Handle"),
    ] {
        let shop = sqlite_shop().await;
        let outcome = shop.import(text).await;
        let error = outcome.error();
        assert!(error.reason.contains(reason), "{text:?}: {error}");
        assert!(shop.all().await.is_empty());
    }
}

#[tokio::test]
async fn a_header_alone_is_a_warning() {
    let shop = sqlite_shop().await;
    let outcome = shop.import(HEADER).await;
    assert_eq!((outcome.report.errors, outcome.report.warnings, outcome.report.rows), (0, 1, 0));
}

#[tokio::test]
async fn blank_rows_and_surplus_commas_do_no_harm() {
    let shop = sqlite_shop().await;
    let outcome = shop.import(format!("{HEADER}{GOOD}\n,,,,,,,\n  \nlast,Last,,,,6,1,,,,\n")).await;
    assert_eq!((outcome.counts(), outcome.problems.len()), ([2, 0, 0, 0], 0));
}

#[tokio::test]
async fn an_open_quote_refuses_all_that_it_swallowed() {
    let shop = sqlite_shop().await;
    let text = format!("{HEADER}{GOOD}bad,Bad,\"open,,,5,1,\ninside,Inside,,,,5,1,\nlast,Last,,,,6,1,\n");
    let outcome = shop.import(text).await;
    assert_eq!(shop.slugs().await, ["good"]);
    let error = outcome.error();
    assert_eq!(error.line, 3);
    assert!(error.reason.contains("line 3 to line 5"), "{error}");
}

#[tokio::test]
async fn a_product_cut_by_a_wrong_quote_is_not_imported_from_its_rest() {
    let shop = sqlite_shop().await;
    let text = format!(
        "{HEADER}{GOOD}bad,Bad,\"open,,,5,1,\ncut,Cut,\"body\",Size,S,5,1,\ncut,Cut,,Size,M,5,1,\nlast,Last,,,,6,1,\n"
    );
    let outcome = shop.import(text).await;
    assert_eq!(shop.slugs().await, ["good", "last"], "{:#?}", outcome.problems);
    assert!(outcome.errors().iter().any(|error| error.handle.as_deref() == Some("cut")));
}

#[tokio::test]
async fn an_endless_cell_ends_with_an_error() {
    let shop = sqlite_shop().await;
    let text = format!("{HEADER}{GOOD}bad,Bad,\"{}", "x".repeat(6 << 20));
    let outcome = shop.import(text).await;
    assert_eq!(shop.slugs().await, ["good"]);
    assert!(outcome.error().reason.contains("nothing behind it was read"), "{}", outcome.error());
}

#[tokio::test]
async fn a_cell_above_the_limit_refuses_its_product_only() {
    let shop = sqlite_shop().await;
    let outcome = shop.import(format!("{HEADER}big,Big,{},,,5,1,\n{GOOD}", "x".repeat(2 << 20))).await;
    assert_eq!(shop.slugs().await, ["good"]);
    assert_eq!(outcome.error().column.as_deref(), Some("Body (HTML)"));
}

#[tokio::test]
async fn too_many_rows_of_one_product() {
    let shop = sqlite_shop().await;
    let mut text = format!("{HEADER}{GOOD}");
    text.extend((0..5_000).map(|i| format!("many,Many,,Size,{i},5,1,\n")));
    text.push_str("last,Last,,,,6,1,\n");
    let outcome = shop.import(text).await;
    assert_eq!(shop.slugs().await, ["good", "last"]);
    assert!(outcome.error().reason.contains("more than 4096 rows"), "{}", outcome.error());
}

#[tokio::test]
async fn unknown_words_are_refused() {
    for (column, value) in [
        ("Status", "sold"),
        ("Published", "perhaps"),
        ("Variant Inventory Policy", "never"),
        ("Variant Taxable", "perhaps"),
        ("Gift Card", "perhaps"),
        ("Cost per item", "\"1.299,00\""),
        ("Variant Grams", "1 kg"),
        ("Image Position", "first"),
        ("Variant Image", "picture.jpg"),
    ] {
        let shop = sqlite_shop().await;
        let text =
            format!("Handle,Title,Option1 Value,Image Src,{column}\na,A,Default Title,https://e.test/a.jpg,{value}\n");
        let outcome = shop.import(text).await;
        assert_eq!(outcome.error().column.as_deref(), Some(column));
        assert_eq!(outcome.counts(), [0, 0, 0, 1]);
    }
}
