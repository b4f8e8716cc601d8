//! Titles, descriptions and opinions.
use super::{
    groups::Group,
    words::{ADJECTIVES, LINES},
};
use crate::seed::dice::Dice;

/// `Relaxed Linen Shirt`, `Rugged Boots in Suede`, `Zürich Wool Coat`.
pub(super) fn title(dice: &mut Dice, material: &str, noun: &str) -> String {
    match dice.below(100) {
        0..60 => format!("{} {material} {noun}", dice.pick(&ADJECTIVES)),
        60..80 => format!("{} {noun} in {material}", dice.pick(&ADJECTIVES)),
        _ => format!("{} {material} {noun}", dice.pick(&LINES)),
    }
}

const OPENINGS: [&str; 8] = [
    "Made for daily use and built to be repaired.",
    "A piece that stays when trends go.",
    "Our makers spent two winters on the details, and it shows.",
    "Simple from afar, careful up close.",
    "Designed with people who use it every day.",
    "The first choice of our own team.",
    "Small in weight, generous in life span.",
    "An honest thing at an honest price.",
];
const DETAILS: [&str; 12] = [
    "Edges are finished by hand.",
    "Every seam and joint is checked twice.",
    "Spare parts are available for ten years.",
    "Colors hold up in sun and rain.",
    "Wipes clean with a damp cloth.",
    "Packed without plastic.",
    "Tested by our team over one hundred days.",
    "Ages well and gets better with use.",
    "Comes with a care card.",
    "Fits true to what the picture shows.",
    "Made in batches of two hundred.",
    "Ships flat and is ready in a minute.",
];

/// Three to five sentences and a list, as HTML.
pub(super) fn description(dice: &mut Dice, group: &Group, material: &str, noun: &str, vendor: &str) -> String {
    let details = dice.distinct(4, DETAILS.len());
    let sentence = |n: usize| details.get(n).map_or("", |index| DETAILS[*index]);
    let vendor = vendor.replace('&', "&amp;");
    format!(
        "<p>{} The {} from {vendor} is made of {}. {}</p><ul><li>{}</li><li>{}</li><li>About {} g</li></ul><p>{}</p>",
        dice.pick(&OPENINGS),
        noun.to_lowercase(),
        material.to_lowercase(),
        sentence(0),
        sentence(1),
        sentence(2),
        group.grams,
        sentence(3),
    )
}

/// Titles of reviews from one star to five.
const REVIEW_TITLES: [[&str; 5]; 5] = [
    ["Sent it back", "Not for me", "Broke within weeks", "Disappointed", "Arrived damaged"],
    ["Expected more", "Too small", "Color is off", "Fine at half the price", "Hm"],
    ["It is okay", "Does the job", "Mixed feelings", "Decent, not great", "Average"],
    ["Good buy", "Nearly perfect", "Happy with it", "Solid", "Nice quality"],
    ["Love it", "Exactly right", "Would buy again", "Best I have had", "Worth every cent"],
];
const REVIEW_STARTS: [[&str; 4]; 5] = [
    ["The first one came broken.", "It did not last a month.", "Nothing like the picture.", "I had hoped for better."],
    ["The idea is good.", "It looks nice at first.", "Delivery was quick at least.", "I wanted to like it."],
    ["It does what it should.", "Neither good nor bad.", "For the price it is fine.", "We use it now and then."],
    ["Very pleased so far.", "Well made and sturdy.", "A good choice for us.", "It grew on me."],
    ["I use it every day.", "Bought a second one for my sister.", "Better than in the pictures.", "Simply beautiful."],
];
const REVIEW_ENDS: [&str; 10] = [
    "The size is as described.",
    "The material feels as expected.",
    "Packaging was plain and without plastic.",
    "It came after four days.",
    "The color fits our hallway.",
    "Support answered within a day.",
    "After three washes it looks the same.",
    "My partner agrees.",
    "I compared it with two others before.",
    "",
];

/// Title and body of a review with this many stars.
pub(super) fn opinion(dice: &mut Dice, stars: i64) -> (String, String) {
    let row = usize::try_from(stars - 1).unwrap_or(0).min(4);
    let title = dice.pick(&REVIEW_TITLES[row]);
    let body = format!("{} {}", dice.pick(&REVIEW_STARTS[row]), dice.pick(&REVIEW_ENDS));
    (title.to_owned(), body.trim_end().to_owned())
}
