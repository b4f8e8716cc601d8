//! The operations corpus.
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One operation of the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Operation {
    /// Product page.
    Q1,
    /// Listing of a category.
    Q2,
    /// Products with variants, stock and reviews.
    Q3,
    /// Search.
    Q4,
}

impl Operation {
    pub(crate) const ALL: [Self; 4] = [Self::Q1, Self::Q2, Self::Q3, Self::Q4];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Q1 => "q1",
            Self::Q2 => "q2",
            Self::Q3 => "q3",
            Self::Q4 => "q4",
        }
    }

    /// For people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Q1 => "Q1 product page",
            Self::Q2 => "Q2 listing",
            Self::Q3 => "Q3 nested",
            Self::Q4 => "Q4 search",
        }
    }

    /// The GraphQL document.
    pub(crate) fn document(self) -> &'static str {
        match self {
            Self::Q1 => include_str!("../operations/q1.graphql"),
            Self::Q2 => include_str!("../operations/q2.graphql"),
            Self::Q3 => include_str!("../operations/q3.graphql"),
            Self::Q4 => include_str!("../operations/q4.graphql"),
        }
    }
}

/// What an operation is asked with, as a floor gets it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Argument {
    /// Q1: of a product; Q2: of a category.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) slug: String,
    /// Q3: the page starts behind this number of units sold, …
    #[serde(default)]
    pub(crate) sold: i64,
    /// … and this product.
    #[serde(default)]
    pub(crate) id: Uuid,
    /// Q4: what is searched for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) words: String,
}
