//! Requests, written once.
use super::{answer::Shape, driver::Registers};
use crate::{
    history::KeyIndex,
    shop::{CATEGORIES, Key, KeyKind, Keys},
};
use serde_json::{Value, json};

const BATCH: &str = "query($ids:[ID!]!){nodes(ids:$ids){...on Product{title}}}";
const BY_ID: &str = "query($id:ID!){product(id:$id){title}}";
const BY_SLUG: &str = "query($slug:String!){product(slug:$slug){title}}";
const LIST: &str = "query($slug:String!){category(slug:$slug){products(first:100){nodes{title}}}}";

/// Pages that are asked for again and again, by POST and by GET.
const PAGES: usize = 64;
const SMALL_PAGES: usize = 16;
/// Products of a small page.
const SMALL: usize = 12;

/// A request, and what its answer shows.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) bytes: Vec<u8>,
    pub(super) shape: Shape,
    pub(super) keys: Vec<KeyIndex>,
}

/// All requests of a run.
#[derive(Debug)]
pub(super) struct Requests {
    pub(super) pages: Vec<Prepared>,
    pub(super) small_pages: Vec<Prepared>,
    pub(super) lists: Vec<Prepared>,
    /// By key: by id and by slug; for members their list, for profiles their name.
    single: Vec<[Prepared; 2]>,
    singles: Vec<KeyIndex>,
    profiles: Vec<KeyIndex>,
}

impl Requests {
    pub(super) fn new(keys: &Keys, batch: usize, random: &mut fastrand::Rng) -> Self {
        let products: Vec<&Key> = keys.products().collect();
        let mut choose = |count: usize| {
            let mut chosen = products.clone();
            random.shuffle(&mut chosen);
            chosen.truncate(count);
            chosen
        };
        let page = |keys: Vec<&Key>, get: bool| {
            let ids: Vec<String> = keys.iter().map(|key| key.global_id()).collect();
            let keys = keys.iter().map(|key| key.index).collect();
            prepared(BATCH, &json!({ "ids": ids }), get, Shape::Nodes, keys)
        };
        let list = |category: usize, get| {
            let listed = keys.listed(category).map(|key| key.index).collect();
            prepared(LIST, &json!({ "slug": format!("rig-{category}") }), get, Shape::List, listed)
        };
        let single = |key: &Key| match key.kind {
            KeyKind::Member => [list(key.category, false), list(key.category, true)],
            KeyKind::Profile => [profile(key), profile(key)],
            _ => [
                prepared(BY_ID, &json!({ "id": key.global_id() }), false, Shape::One, vec![key.index]),
                prepared(BY_SLUG, &json!({ "slug": key.slug() }), false, Shape::One, vec![key.index]),
            ],
        };
        Self {
            pages: (0..PAGES).map(|_| page(choose(batch), false)).collect(),
            small_pages: (0..SMALL_PAGES).map(|_| page(choose(SMALL), true)).collect(),
            lists: (0..CATEGORIES).flat_map(|category| [list(category, false), list(category, true)]).collect(),
            single: keys.all().iter().map(single).collect(),
            singles: products.iter().map(|key| key.index).collect(),
            profiles: keys.of(KeyKind::Profile).map(|key| key.index).collect(),
        }
    }

    /// A read of one key.
    pub(super) fn of(&self, key: KeyIndex, random: &mut fastrand::Rng) -> Option<&Prepared> {
        self.single.get(usize::try_from(key).ok()?)?.get(random.usize(..2))
    }

    /// A read of one product by its id.
    pub(super) fn by_id(&self, key: KeyIndex) -> Option<&Prepared> {
        self.single.get(usize::try_from(key).ok()?)?.first()
    }

    /// Every request that shows something public.
    pub(super) fn catalog(&self) -> impl Iterator<Item = &Prepared> {
        let singles = self.singles.iter().filter_map(|key| self.single.get(usize::try_from(*key).ok()?));
        self.pages.iter().chain(&self.small_pages).chain(&self.lists).chain(singles.flatten())
    }

    /// What a session reads next.
    pub(super) fn any(&self, read: Registers, random: &mut fastrand::Rng) -> Option<&Prepared> {
        let choice = match read {
            Registers::All => random.u8(..20),
            Registers::Profiles => 15,
            Registers::Catalog => (random.u8(..18) + 17) % 20,
        };
        match choice {
            0..10 => random.choice(&self.pages),
            10..12 => random.choice(&self.small_pages),
            12..15 => random.choice(&self.lists),
            15..17 => random.choice(&self.profiles).and_then(|key| self.of(*key, random)),
            _ => random.choice(&self.singles).and_then(|key| self.of(*key, random)),
        }
    }
}

fn prepared(document: &str, variables: &Value, get: bool, shape: Shape, keys: Vec<KeyIndex>) -> Prepared {
    let bytes = if get {
        let (query, variables) = (percent(document), percent(&variables.to_string()));
        plain("GET", &format!("/graphql?query={query}&variables={variables}"))
    } else {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let head = "POST /graphql HTTP/1.1\r\nhost: rig\r\ncontent-type: application/json\r\naccept: application/json";
        format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    Prepared { bytes, shape, keys }
}

fn profile(key: &Key) -> Prepared {
    let bytes = plain("GET", &format!("/rig/profile/{}", key.id));
    Prepared { bytes, shape: Shape::One, keys: vec![key.index] }
}

/// A request without a body.
pub(super) fn plain(method: &str, path: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nhost: rig\r\naccept: application/json\r\ncontent-length: 0\r\n\r\n")
        .into_bytes()
}

pub(super) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
