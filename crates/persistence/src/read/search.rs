//! What a search asks for: words, each with alternatives when it looks mistyped.
use crate::{
    Db, DbError,
    row::{heap, row},
    sql::{Arg, Sql},
};
use serde::{Deserialize, Serialize};
use tradewind_domain::search_text::words;

/// More words than this narrow nothing that a person would type.
const MOST_WORDS: usize = 10;

/// Words that must all occur, each as the beginning of a word; of a mistyped one, any alternative.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SearchQuery {
    /// One entry for each word typed: its accepted spellings, at least one.
    pub words: Vec<Vec<String>>,
}

heap!(SearchQuery: words);

impl SearchQuery {
    /// The words of a text as typed; None when it has no letter or digit.
    pub fn parse(text: &str) -> Option<Self> {
        let mut typed = words(text);
        typed.dedup();
        typed.truncate(MOST_WORDS);
        (!typed.is_empty()).then(|| Self { words: typed.into_iter().map(|word| vec![word]).collect() })
    }

    /// In PostgreSQL's language. `weights`: the letters of the columns, empty for all. Words hold letters and digits
    /// only, so the quotes cannot be broken.
    pub(crate) fn tsquery(&self, weights: &str, prefix: bool) -> String {
        let star = if prefix { "*" } else { "" };
        let mark = if prefix || !weights.is_empty() { ":" } else { "" };
        self.joined(" | ", " & ", |word| format!("'{word}'{mark}{star}{weights}"))
    }

    /// In FTS5's language. `columns`: names with spaces between, empty for all.
    pub(crate) fn fts5(&self, columns: &str, prefix: bool) -> String {
        let star = if prefix { " *" } else { "" };
        let query = self.joined(" OR ", " AND ", |word| format!("\"{word}\"{star}"));
        if columns.is_empty() { query } else { format!("{{{columns}}} : ({query})") }
    }

    fn joined(&self, or: &str, and: &str, term: impl Fn(&str) -> String) -> String {
        let alternatives = |spellings: &Vec<String>| {
            format!("({})", spellings.iter().map(|word| term(word)).collect::<Vec<_>>().join(or))
        };
        self.words.iter().map(alternatives).collect::<Vec<_>>().join(and)
    }
}

row! {
    /// A word that begins at least one word of the vocabulary.
    pub struct KnownWord {
        /// The word.
        pub word: String,
    }
}

static KNOWN: Sql = Sql::by_database(
    "known search words",
    "SELECT typed.word FROM unnest($1::text[]) AS typed (word) WHERE EXISTS (SELECT 1 FROM search_terms t
       WHERE t.term >= typed.word AND t.term < typed.word || U&'\\+10FFFF' AND t.uses > 0)",
    "SELECT typed.value FROM json_each($1) typed WHERE EXISTS (SELECT 1 FROM search_terms t
       WHERE t.term >= typed.value AND t.term < typed.value || char(1114111) AND t.uses > 0)",
);

row! {
    /// A word of the vocabulary that may have been meant.
    pub struct Candidate {
        /// As typed.
        pub word: String,
        /// As it is spelled.
        pub term: String,
        /// In how many products.
        pub uses: i64,
    }
}

static CANDIDATES: Sql = Sql::by_database(
    "similar search words",
    "SELECT typed.word, near.term, near.uses FROM unnest($1::text[]) AS typed (word) CROSS JOIN LATERAL (
       (SELECT t.term, t.uses FROM search_terms t WHERE t.term % typed.word AND t.uses > 0
         ORDER BY similarity(t.term, typed.word) DESC, t.term LIMIT 100)
       UNION
       (SELECT t.term, t.uses FROM search_terms t WHERE t.term >= left(typed.word, 1)
         AND t.term < left(typed.word, 1) || U&'\\+10FFFF' AND t.uses > 0
         AND abs(length(t.term) - length(typed.word)) <= 2 LIMIT 5000)) near",
    "SELECT typed.value, t.term, t.uses FROM json_each($1) typed JOIN search_terms t ON t.uses > 0
       AND abs(length(t.term) - length(typed.value)) <= 2
       AND (t.term >= substr(typed.value, 1, 1) AND t.term < substr(typed.value, 1, 1) || char(1114111))
     UNION
     SELECT typed.value, t.term, t.uses FROM json_each($1) typed
       JOIN json_each($2) grams ON grams.key = typed.key
       JOIN search_terms_index near ON near.term MATCH grams.value
       JOIN search_terms t ON t.term = near.term AND t.uses > 0
       WHERE abs(length(t.term) - length(typed.value)) <= 2",
);

/// The query with the likely spellings of words that begin nothing in the vocabulary; a word without any likely
/// spelling stays, and finds nothing. Distances count insertions, deletions, replacements and swaps of neighbours.
pub async fn with_corrections(db: &Db, query: SearchQuery) -> Result<SearchQuery, DbError> {
    let typed: Vec<String> = query.words.iter().filter_map(|word| word.first().cloned()).collect();
    let known: Vec<KnownWord> = KNOWN.fetch(db, vec![Arg::Texts(typed.clone())]).await?;
    let unknown: Vec<String> = typed
        .into_iter()
        .filter(|word| is_correctable(word) && !known.iter().any(|known| known.word == *word))
        .collect();
    if unknown.is_empty() {
        return Ok(query);
    }
    let mut args = vec![Arg::Texts(unknown.clone())];
    if db.backend() != sea_orm::DbBackend::Postgres {
        args.push(Arg::Texts(unknown.iter().map(|word| trigrams(word)).collect()));
    }
    let candidates: Vec<Candidate> = CANDIDATES.fetch(db, args).await?;
    let words = query.words.into_iter().map(|spellings| match spellings.first() {
        Some(word) if unknown.contains(word) => likely(word, &candidates),
        _ => spellings,
    });
    Ok(SearchQuery { words: words.collect() })
}

/// Numbers are codes and sizes: another number is another thing. Short words are near everything.
fn is_correctable(word: &str) -> bool {
    word.chars().count() >= 3 && !word.contains(char::is_numeric)
}

/// `"abc" OR "bcd"`: any trigram of the word.
fn trigrams(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let grams = letters.windows(3).map(|gram| format!("\"{}\"", gram.iter().collect::<String>()));
    grams.collect::<Vec<_>>().join(" OR ")
}

/// At most three spellings at the smallest distance, the most used first.
fn likely(word: &str, candidates: &[Candidate]) -> Vec<String> {
    let most = if word.chars().count() <= 5 { 1 } else { 2 };
    let mut near: Vec<(usize, i64, &str)> = candidates
        .iter()
        .filter(|candidate| candidate.word == word)
        .map(|candidate| (prefix_distance(word, &candidate.term), -candidate.uses, candidate.term.as_str()))
        .filter(|(distance, ..)| *distance <= most)
        .collect();
    near.sort_unstable();
    let best = near.first().map(|(distance, ..)| *distance);
    let spellings: Vec<String> = near
        .into_iter()
        .filter(|(distance, ..)| Some(*distance) == best)
        .take(3)
        .map(|(.., term)| term.to_owned())
        .collect();
    if spellings.is_empty() { vec![word.to_owned()] } else { spellings }
}

/// Distance to the term, or to its beginning of about the same length: people stop typing before the end.
fn prefix_distance(word: &str, term: &str) -> usize {
    let length = word.chars().count();
    let beginning: String = term.chars().take(length).collect();
    strsim::osa_distance(word, term).min(strsim::osa_distance(word, &beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_both_languages() {
        let mut query = SearchQuery::parse("Crème Shirt!").unwrap();
        assert_eq!(query.tsquery("AB", true), "('creme':*AB) & ('shirt':*AB)");
        assert_eq!(query.tsquery("", true), "('creme':*) & ('shirt':*)");
        assert_eq!(query.tsquery("A", false), "('creme':A) & ('shirt':A)");
        query.words[1].push("skirt".into());
        assert_eq!(query.fts5("title", true), "{title} : ((\"creme\" *) AND (\"shirt\" * OR \"skirt\" *))");
        assert_eq!(query.fts5("", false), "(\"creme\") AND (\"shirt\" OR \"skirt\")");
        assert_eq!(SearchQuery::parse(" -- \"'"), None);
    }

    #[test]
    fn picks_the_nearest_spelling() {
        let candidate = |term: &str, uses| Candidate { word: "shrit".into(), term: term.into(), uses };
        let candidates = [candidate("shirt", 9), candidate("short", 20), candidate("shrimp", 1)];
        // A swap away, and a letter away from its beginning; `short` is two away.
        assert_eq!(likely("shrit", &candidates), ["shirt", "shrimp"]);
        assert_eq!(likely("zzz", &[]), ["zzz"]);
    }
}
