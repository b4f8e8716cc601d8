//! Collections: half follow rules, half are picked by hand.
use super::{
    dice::{Dice, Stream},
    ids::{Kind, row_id},
    words::vendor,
};
use tradewind_domain::{
    collection::{Collection, Condition, Rules},
    slug::slugify,
};

/// Collections do not depend on the seed, so that two seeds share them.
const SEED: u64 = 0;

/// Products of a collection that is picked by hand, where there are as many.
const PICKED: usize = 40;

const BY_HAND: [&str; 15] = [
    "Editors' Picks",
    "New This Month",
    "The Gift Guide",
    "Under the Weather",
    "Small Space Living",
    "Back in Stock",
    "The Travel Edit",
    "Made to Last",
    "Sunday Kitchen",
    "Desk Reset",
    "First Apartment",
    "Trail Ready",
    "The Color Story",
    "Crème de la Crème",
    "Last Pieces",
];

/// All 30, in display order.
pub(super) fn collections() -> Vec<Collection> {
    let rules = by_rules().into_iter().map(|(title, rules)| (title, Some(rules)));
    let by_hand = BY_HAND.iter().map(|title| ((*title).to_owned(), None));
    let each = rules.chain(by_hand).zip(0i32..);
    each.map(|((title, rules), position)| Collection {
        id: row_id(SEED, Kind::Collection, u64::from(position.unsigned_abs())),
        slug: slugify(&title),
        description_html: format!("<p>{}: chosen for you.</p>", title.replace('&', "&amp;")),
        title,
        rules,
        position,
    })
    .collect()
}

fn by_rules() -> Vec<(String, Rules)> {
    let tag = |tag: &str| Condition::Tag(tag.to_owned());
    let kind = |kind: &str| Condition::ProductType(kind.to_owned());
    let title = |text: &str| Condition::TitleContains(text.to_owned());
    let all = |name: &str, conditions| (name.to_owned(), Rules { all: true, conditions });
    let any = |name: &str, conditions| (name.to_owned(), Rules { all: false, conditions });
    vec![
        all("Sale", vec![tag("sale")]),
        all("Summer", vec![tag("summer")]),
        all("Winter", vec![tag("winter")]),
        all("Gifts", vec![tag("gift")]),
        any("Conscious Choice", vec![tag("organic"), tag("recycled"), tag("fair-trade")]),
        all("Linen Shirts", vec![kind("Shirts"), title("linen")]),
        all("Everything Linen", vec![title("linen")]),
        any("Wool and Cashmere", vec![title("wool"), title("cashmere")]),
        any("Boots and Shoes", vec![kind("Boots"), kind("Shoes")]),
        all("Leather Goods Sale", vec![title("leather"), tag("sale")]),
        any("For the Table", vec![kind("Tableware"), kind("Glassware")]),
        all("Zürich Line", vec![title("zürich")]),
        all(&format!("By {}", vendor(0)), vec![Condition::Vendor(vendor(0))]),
        all(&format!("By {}", vendor(1)), vec![Condition::Vendor(vendor(1))]),
        all("Recycled Bags", vec![tag("recycled"), kind("Bags")]),
    ]
}

/// Indexes of the products of the collection at a position, picked by hand out of `products`.
pub(super) fn picked(seed: u64, position: i32, products: u32) -> Vec<u32> {
    let dice = &mut Dice::new(seed, Stream::Collection, position.unsigned_abs());
    let chosen = dice.distinct(PICKED, usize::try_from(products).unwrap_or(usize::MAX));
    chosen.into_iter().filter_map(|index| u32::try_from(index).ok()).collect()
}
