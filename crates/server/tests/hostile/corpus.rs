//! The requests: those of `requests.json`, and generated ones that are too long to write down.
use crate::sockets::sockets;
use serde_json::{Value, json};
use std::io::Write;

/// What a client sends over one connection.
pub(crate) struct Attack {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// All attacks; names are unique.
pub(crate) fn corpus() -> Vec<Attack> {
    let mut attacks = written();
    attacks.extend(generated_documents().into_iter().map(|(name, query)| document(&name, &query)));
    attacks.extend(variables());
    attacks.extend(bodies());
    attacks.extend(sockets());
    attacks
}

pub(crate) fn attack(name: String, bytes: impl Into<Vec<u8>>) -> Attack {
    Attack { name, bytes: bytes.into() }
}

fn post(name: String, headers: &str, body: &[u8]) -> Attack {
    let mut bytes = format!(
        "POST /graphql HTTP/1.1\r\nhost: shop\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n\r\n",
        body.len()
    );
    if headers.is_empty() {
        bytes.truncate(bytes.len() - 2);
    }
    attack(name, [bytes.as_bytes(), body].concat())
}

pub(crate) const JSON: &str = "content-type: application/json";

fn body(name: String, body: &[u8]) -> Attack {
    post(name, JSON, body)
}

pub(crate) fn document(name: &str, query: &str) -> Attack {
    body(format!("document: {name}"), json!({ "query": query }).to_string().as_bytes())
}

fn written() -> Vec<Attack> {
    let all: Value = serde_json::from_str(include_str!("requests.json")).expect("requests.json is JSON");
    let rows = |kind: &str| -> Vec<Vec<String>> {
        serde_json::from_value(all[kind].clone()).expect("requests.json has lists of lists of texts")
    };
    let mut attacks: Vec<Attack> = rows("documents").iter().map(|row| document(&row[0], &row[1])).collect();
    attacks.extend(rows("bodies").iter().map(|row| body(format!("body: {}", row[0]), row[1].as_bytes())));
    attacks.extend(rows("urls").iter().map(|row| {
        let head =
            format!("{} {} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", row[1], row[2]);
        attack(format!("url: {}", row[0]), head)
    }));
    let query = br#"{"query":"{ __typename }"}"#;
    attacks.extend(rows("headers").iter().map(|row| post(format!("header: {}", row[0]), &row[1], query)));
    attacks.extend(rows("sockets").iter().map(|row| {
        // In the file a byte is a character up to U+00FF.
        let bytes: Vec<u8> =
            row[1].chars().map(|character| u8::try_from(u32::from(character)).expect("a byte")).collect();
        attack(format!("socket: {}", row[0]), bytes)
    }));
    attacks
}

/// Deep, wide, doubled, long.
pub(crate) fn generated_documents() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |name: String, query: String| all.push((name, query));
    for count in [65, 200, 2_000, 20_000] {
        for (open, close) in [("[", "]"), ("{a:", "}"), ("(", ")")] {
            add(format!("{count} x {open}"), format!("{{ a(b: {}", open.repeat(count)));
            add(
                format!("{count} x {open}{close}"),
                format!("{{ a(b: {}1{}) }}", open.repeat(count), close.repeat(count)),
            );
        }
    }
    for count in [17, 70, 500, 8_000] {
        add(format!("{count} fields deep"), format!("{{ categories {}", "{ children ".repeat(count)));
        let closed = "}".repeat(count + 1);
        add(
            format!("{count} fields deep, closed"),
            format!("{{ categories {} {{ id }} {closed}", "{ children ".repeat(count)),
        );
    }
    for count in [64, 500, 8_000] {
        add(
            format!("{count} inline fragments deep"),
            format!("{{ {} __typename {}", "... {".repeat(count), "}".repeat(count + 1)),
        );
    }
    for levels in [13, 20, 28, 40, 100] {
        add(format!("{levels} doublings"), doubling(levels, 2, "Query", "__typename"));
        add(format!("{levels} triplings"), doubling(levels, 3, "Query", "__typename"));
        let below = doubling(levels, 2, "Product", "id").replacen("{ ...f0", "{ products { nodes { ...f0 } }", 1);
        add(format!("{levels} doublings below products"), below);
    }
    for count in [70, 400] {
        let chain: String = (0..count).map(|n| format!(" fragment f{n} on Query {{ ...f{} }}", n + 1)).collect();
        add(
            format!("a chain of {count} fragments"),
            format!("{{ ...f0 }}{chain} fragment f{count} on Query {{ __typename }}"),
        );
        let circle: String =
            (0..count).map(|n| format!(" fragment f{n} on Query {{ ...f{} }}", (n + 1) % count)).collect();
        add(format!("a circle of {count} fragments"), format!("{{ ...f0 }}{circle}"));
    }
    let all_of_all: String = (0..30)
        .map(|n| {
            format!(
                " fragment f{n} on Query {{ {} __typename }}",
                (n + 1..30).map(|m| format!("...f{m} ")).collect::<String>()
            )
        })
        .collect();
    add("each fragment spreads all others".into(), format!("{{ ...f0 }}{all_of_all}"));
    for count in [61, 1_000] {
        let each = |what: &dyn Fn(usize) -> String| (0..count).map(what).collect::<String>();
        add(format!("{count} aliases"), format!("{{ {} }}", each(&|n| format!("a{n}: __typename "))));
        add(format!("{count} directives"), format!("{{ __typename {} }}", "@skip(if: false) ".repeat(count.min(700))));
        add(format!("{count} unknown directives"), format!("{{ __typename {} }}", each(&|n| format!("@d{n} "))));
        add(format!("{count} unknown fields"), format!("{{ {} }}", each(&|n| format!("nope{n} "))));
        add(
            format!("{count} unknown arguments"),
            format!("{{ channel({}) {{ id }} }}", each(&|n| format!("a{n}: 1 "))),
        );
        add(
            format!("{count} unused variables"),
            format!("query({}) {{ __typename }}", each(&|n| format!("$v{n}: ID "))),
        );
        add(
            format!("{count} undeclared variables"),
            format!("{{ nodes(ids: [{}]) {{ id }} }}", each(&|n| format!("$v{n} "))),
        );
        add(
            format!("{count} unused fragments"),
            format!("{{ __typename }} {}", each(&|n| format!("fragment f{n} on Query {{ id }} "))),
        );
        add(format!("{count} unknown spreads"), format!("{{ {} }}", each(&|n| format!("...f{n} "))));
        add(
            format!("{count} equal input fields"),
            format!("{{ products(filter: {{ {} }}) {{ totalCount }} }}", "search: \"a\" ".repeat(count)),
        );
        add(format!("{count} equal arguments"), format!("{{ node({}) {{ id }} }}", "id: \"a\" ".repeat(count)));
        add(
            format!("{count} fields that cannot merge"),
            format!("{{ channel {{ {} }} }}", each(&|n| if n % 2 == 0 { "x: id ".into() } else { "x: name ".into() })),
        );
        add(format!("{count} bad ids"), format!("{{ nodes(ids: [{}]) {{ id }} }}", "\"a\", ".repeat(count)));
    }
    for (name, piece) in [
        ("fields", "a "),
        ("spreads", "... "),
        ("marks", "!"),
        ("quotes", "\""),
        ("strings", "\"\" "),
        ("block strings", "\"\"\"a"),
        ("numbers", "1 "),
        ("signs", "$"),
        ("commas", ","),
        ("comments", "#\n"),
        ("letters", "a"),
        ("wide letters", "ä"),
        ("backslashes", "\\"),
    ] {
        for bytes in [60_000, 70_000] {
            add(format!("{bytes} bytes of {name}"), format!("{{ {}", piece.repeat(bytes / piece.len())));
        }
    }
    let long = "n".repeat(60_000);
    for (name, query) in [
        ("field", format!("{{ {long} }}")),
        ("alias", format!("{{ {long}: nope }}")),
        ("argument", format!("{{ channel({long}: 1) {{ id }} }}")),
        ("directive", format!("{{ channel @{long} {{ id }} }}")),
        ("variable", format!("{{ node(id: ${long}) {{ id }} }}")),
        ("fragment", format!("{{ ...{long} }}")),
        ("type", format!("{{ ... on {long} {{ id }} }}")),
        ("enum value", format!("{{ products(sort: {long}) {{ totalCount }} }}")),
        ("input field", format!("{{ products(filter: {{ {long}: 1 }}) {{ totalCount }} }}")),
        ("id", format!("{{ node(id: \"{long}\") {{ id }} }}")),
        ("cursor", format!("{{ products(after: \"{long}\") {{ nodes {{ id }} }} }}")),
        (
            "price",
            format!("{{ products(filter: {{ price: {{ min: \"{}\" }} }}) {{ totalCount }} }}", "9".repeat(60_000)),
        ),
        ("search", format!("{{ products(search: \"{long}\") {{ totalCount }} }}")),
    ] {
        add(format!("a {name} of 60,000 letters"), query);
    }
    for depth in 2..5 {
        let open = "products(first: 100) { nodes { category { ".repeat(depth);
        add(format!("pages of pages, {depth} deep"), format!("{{ {open} id {}", "} } } ".repeat(depth) + "}"));
    }
    all
}

fn doubling(levels: usize, times: usize, on: &str, leaf: &str) -> String {
    let mut query = "{ ...f0 }".to_owned();
    for level in 0..levels {
        let spreads = format!("...f{} ", level + 1).repeat(times);
        query.push_str(&format!(" fragment f{level} on {on} {{ {spreads}}}"));
    }
    query + &format!(" fragment f{levels} on {on} {{ {leaf} }}")
}

/// Each type with each kind of value that it does not take.
fn variables() -> Vec<Attack> {
    const QUERY: &str = "query($v: TYPE) { products(ARGUMENT) { totalCount } }";
    let types = [
        ("Int", "first: $v"),
        ("String", "search: $v"),
        ("ProductSort", "sort: $v"),
        ("ProductFilter", "filter: $v"),
        ("Boolean", "filter: { inStock: $v }"),
        ("Float", "filter: { rating: { min: $v } }"),
        ("Decimal", "filter: { price: { min: $v } }"),
        ("[String!]", "filter: { tags: $v }"),
        ("[OptionFilter!]", "filter: { options: $v }"),
    ];
    let values = [
        ("true", json!(true)),
        ("a text", json!("-")),
        ("a fraction", json!(1.5)),
        ("a list of null", json!([null])),
        ("an object", json!({ "nope": 1 })),
        ("a large number", json!(9_007_199_254_740_993i64)),
        ("a deep list", json!([[[[[[[[1]]]]]]]])),
    ];
    let mut attacks = Vec::new();
    for (ty, argument) in types {
        let query = QUERY.replace("TYPE", ty).replace("ARGUMENT", argument);
        for (name, value) in &values {
            let fits = matches!(
                (ty, *name),
                ("Boolean", "true")
                    | ("String" | "[String!]", "a text")
                    | ("Float" | "Decimal", "a fraction" | "a large number")
            );
            let is_refused_later = ty == "Decimal" || ty == "Float";
            if fits && !(is_refused_later && *name == "a large number" && ty == "Float") {
                continue;
            }
            let sent = json!({ "query": query, "variables": { "v": value } });
            attacks.push(body(format!("variable: {name} for {ty}"), sent.to_string().as_bytes()));
        }
    }
    let ids = "query($v: [ID!]!) { nodes(ids: $v) { id } }";
    for (name, query, value) in [
        ("10,000 ids", ids, json!(vec!["a"; 10_000])),
        ("an id of 200,000 letters", ids, json!(["a".repeat(200_000)])),
        (
            "10,000 tags",
            "query($v: [String!]) { products(filter: { tags: $v }) { totalCount } }",
            json!((0..10_000).map(|n| n.to_string()).collect::<Vec<_>>()),
        ),
        (
            "10,000 wrong tags",
            "query($v: [String!]) { products(filter: { tags: $v }) { totalCount } }",
            json!(vec![1; 10_000]),
        ),
        (
            "10,000 fields",
            "query($v: ProductFilter) { products(filter: $v) { totalCount } }",
            Value::Object((0..10_000).map(|n| (format!("f{n}"), Value::Null)).collect()),
        ),
    ] {
        let sent = json!({ "query": query, "variables": { "v": value } });
        attacks.push(body(format!("variable: {name}"), sent.to_string().as_bytes()));
    }
    attacks
}

fn bodies() -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| attacks.push(body(format!("body: {name}"), &bytes));
    for (name, at) in [("at the start", 0), ("in the query", 12), ("at the end", 25)] {
        for (kind, bad) in [
            ("a lone byte", &b"\xff"[..]),
            ("a cut letter", b"\xc3"),
            ("an encoded surrogate", b"\xed\xa0\xbd"),
            ("an overlong slash", b"\xc0\xaf"),
        ] {
            let mut bytes = br#"{"query":"{ __typename }"}"#.to_vec();
            bytes.splice(at..at, bad.iter().copied());
            add(&format!("{kind} {name}"), bytes);
        }
    }
    let utf16: Vec<u8> = r#"{"query":"{ __typename }"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    add("UTF-16", utf16);
    add("a byte order mark", [&b"\xef\xbb\xbf"[..], br#"{"query":"{ __typename }"}"#].concat());
    for depth in [150, 5_000, 100_000] {
        add(
            &format!("{depth} lists deep"),
            format!(r#"{{"query":"{{ __typename }}","variables":{{"a":{}{}}}}}"#, "[".repeat(depth), "]".repeat(depth))
                .into_bytes(),
        );
        add(&format!("{depth} objects deep, open"), r#"{"a":"#.repeat(depth).into_bytes());
    }
    let many = vec![json!({ "query": "{ __typename }" }); 1_000];
    add("a batch of 1,000", json!(many).to_string().into_bytes());
    add("300 KB of blanks", [b"{".to_vec(), vec![b' '; 300_000]].concat());
    add("300 KB of digits", [b"{\"a\":".to_vec(), vec![b'9'; 300_000]].concat());
    add(
        "a number of 200,000 digits",
        format!(r#"{{"query":"{{ nope }}","variables":{{"a":{}}}}}"#, "9".repeat(200_000)).into_bytes(),
    );
    add(
        "30,000 keys",
        format!("{{{}\"query\":\"{{ nope }}\"}}", (0..30_000).map(|n| format!("\"{n}\":1,")).collect::<String>())
            .into_bytes(),
    );
    add(
        "an operationName of 200,000 letters",
        json!({ "query": "{ __typename }", "operationName": "n".repeat(200_000) }).to_string().into_bytes(),
    );
    for (encoding, bytes) in [("gzip", gzip(8 << 20)), ("deflate", vec![0x78; 1_000]), ("br", brotli_bomb())] {
        attacks.push(post(
            format!("body: a {encoding} bomb"),
            &format!("{JSON}\r\ncontent-encoding: {encoding}"),
            &bytes,
        ));
    }
    attacks
}

/// So many zeros, compressed.
fn gzip(bytes: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0u8; 1 << 20];
    for _ in 0..bytes >> 20 {
        encoder.write_all(&block).expect("memory");
    }
    encoder.finish().expect("memory")
}

/// The same for brotli, whose stream of one long copy is short enough to take any bytes: it is not read anyway.
fn brotli_bomb() -> Vec<u8> {
    [0x5b, 0xff, 0xff, 0x3f].repeat(64)
}
