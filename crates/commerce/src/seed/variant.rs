//! Options and the five variants of a product.
use super::{
    dice::Dice,
    groups::{Group, Scale},
    skew::Zipf,
    words::COLORS,
};
use tradewind_domain::option::{OptionValue, ProductOption};

/// Every product has this many variants.
pub(super) const VARIANTS: usize = 5;

/// What a shopper chooses, and which combinations there are.
#[derive(Debug)]
pub(super) struct Choices {
    pub(super) options: Vec<ProductOption>,
    /// One value per option, and how many steps the size is above the smallest.
    pub(super) combinations: Vec<(Vec<String>, usize)>,
}

/// Colours only, sizes only, or both with one combination missing, as in a real range.
pub(super) fn choices(dice: &mut Dice, group: &Group, popular_colors: &Zipf) -> Choices {
    let (sizes, colors) = match (group.scale, dice.below(10)) {
        (Scale::ColorOnly, _) | (_, 0..2) => (0, VARIANTS),
        (_, 2..4) => (VARIANTS, 0),
        (_, 4..7) => (3, 2),
        _ => (2, 3),
    };
    let sizes = run_of(dice, group.scale.sizes(), sizes);
    let colors = different_colors(dice, popular_colors, colors);
    let mut combinations = combine(&sizes, &colors);
    if combinations.len() > VARIANTS {
        combinations.remove(dice.below(combinations.len()));
    }
    Choices { options: options(&sizes, &colors), combinations }
}

fn combine(sizes: &[&str], colors: &[usize]) -> Vec<(Vec<String>, usize)> {
    let mut combinations = Vec::new();
    for color in 0..colors.len().max(1) {
        for size in 0..sizes.len().max(1) {
            let name = colors.get(color).map(|index| COLORS[*index].0);
            let values = [sizes.get(size).copied(), name];
            combinations.push((values.into_iter().flatten().map(str::to_owned).collect(), size));
        }
    }
    combinations
}

fn options(sizes: &[&str], colors: &[usize]) -> Vec<ProductOption> {
    let plain = |value: &&str| OptionValue { value: (*value).to_owned(), swatch: None };
    let colored =
        |index: &usize| OptionValue { value: COLORS[*index].0.to_owned(), swatch: Some(COLORS[*index].1.to_owned()) };
    let option =
        |name: &str, values: Vec<OptionValue>| ProductOption { name: name.to_owned(), linked_to: None, values };
    let both =
        [option("Size", sizes.iter().map(plain).collect()), option("Color", colors.iter().map(colored).collect())];
    both.into_iter().filter(|option| !option.values.is_empty()).collect()
}

/// `count` neighbours, so that a product comes in S, M, L and not in XS, L, XXL.
fn run_of<'a>(dice: &mut Dice, all: &[&'a str], count: usize) -> Vec<&'a str> {
    let start = dice.below((all.len() + 1).saturating_sub(count));
    all.iter().skip(start).take(count).copied().collect()
}

fn different_colors(dice: &mut Dice, popular: &Zipf, count: usize) -> Vec<usize> {
    let mut colors = Vec::with_capacity(count);
    while colors.len() < count.min(COLORS.len()) {
        let color = popular.draw(dice);
        if !colors.contains(&color) {
            colors.push(color);
        }
    }
    colors
}
