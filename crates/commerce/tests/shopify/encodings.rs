//! Encodings, line ends and separators of spreadsheets.
use crate::support::sqlite_shop;

const TEXT: &str = "Handle,Title,Body (HTML),Variant Price\ncreme,Crème brûlée,\"one\ntwo\",5\nthe,Thé,,6\n";

#[tokio::test]
async fn every_spelling_of_a_file_is_the_same_file() {
    let crlf = TEXT.replace('\n', "\r\n");
    let utf16: Vec<u8> = format!("\u{feff}{crlf}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let windows: Vec<u8> = TEXT.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let semicolons = TEXT.replace(',', ";");
    let files: [(&str, Vec<u8>, u64); 9] = [
        ("plain", TEXT.into(), 0),
        ("byte order mark", format!("\u{feff}{TEXT}").into(), 0),
        ("CRLF", crlf.clone().into(), 0),
        ("CR", TEXT.replace('\n', "\r").into(), 0),
        ("UTF-16", utf16, 1),
        ("Windows-1252", windows, 1),
        ("semicolons", semicolons.clone().into(), 0),
        ("sep=", format!("sep=;\r\n{semicolons}").into(), 0),
        ("tabs", TEXT.replace(',', "\t").into(), 0),
    ];
    for (name, bytes, warnings) in files {
        let shop = sqlite_shop().await;
        let outcome = shop.import(bytes).await;
        assert_eq!(
            (outcome.counts(), outcome.report.warnings),
            ([2, 0, 0, 0], warnings),
            "{name}: {:?}",
            outcome.problems
        );
        let product = shop.product("creme").await.unwrap();
        assert_eq!(product.title, "Crème brûlée", "{name}");
        assert_eq!(product.description_html.lines().collect::<Vec<_>>(), ["one", "two"], "{name}");
    }
}

#[tokio::test]
async fn damaged_utf8_refuses_its_row_only() {
    let shop = sqlite_shop().await;
    let mut bytes = TEXT.as_bytes().to_vec();
    bytes.extend(b"bad,B\xe9d,,7\nlast,Last,,8\n");
    let outcome = shop.import(bytes).await;
    assert_eq!(shop.slugs().await, ["creme", "last", "the"]);
    assert_eq!((outcome.error().line, outcome.error().column.as_deref()), (5, Some("Title")));
}
