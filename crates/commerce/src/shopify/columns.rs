//! What each column of one file means.
use super::{
    field::{COLUMN_NAMESPACE, Check, FIELDS, Field, KEPT},
    limits::MAX_LABEL_CHARS,
    record::Record,
    target::Target,
};
use tradewind_domain::product::AttributeKind;
use uuid::Uuid;

/// A column that becomes an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AttributeColumn {
    pub(crate) index: usize,
    pub(crate) namespace: String,
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) of_product: bool,
    /// None: a metafield, whose kind the value shows.
    pub(crate) check: Option<Check>,
}

/// What a market's column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarketFact {
    Included,
    Price,
    CompareAt,
}

/// A column of one market that is a channel of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MarketColumn {
    pub(crate) index: usize,
    pub(crate) channel_id: Uuid,
    pub(crate) fact: MarketFact,
}

/// A column that is not read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnreadColumn {
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) way_out: String,
}

/// A header that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadHeader {
    pub(crate) column: Option<String>,
    pub(crate) reason: String,
    pub(crate) way_out: String,
}

/// The header of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    fields: [Option<usize>; Field::COUNT],
    names: Vec<String>,
    pub(crate) attributes: Vec<AttributeColumn>,
    pub(crate) markets: Vec<MarketColumn>,
    pub(crate) unread: Vec<UnreadColumn>,
}

impl Columns {
    /// Reads the header. Names are compared without case and outer spaces.
    pub(crate) fn parse(header: &Record, target: &Target) -> Result<Self, BadHeader> {
        let names: Vec<String> = header.cells().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let mut columns = Self { names: names.clone(), ..Self::default() };
        for (index, name) in names.iter().enumerate() {
            columns.place(index, name, target)?;
        }
        for (field, example) in [(Field::Handle, "Handle (or URL handle)"), (Field::Title, "Title")] {
            if columns.fields[field as usize].is_none() {
                return Err(BadHeader {
                    column: Some(super::field::name_of(field).to_owned()),
                    reason: format!("the column {example} is missing"),
                    way_out:
                        "the first line must be the header of a Shopify product export; export the products again, \
                         or add the column"
                            .to_owned(),
                });
            }
        }
        Ok(columns)
    }

    fn place(&mut self, index: usize, name: &str, target: &Target) -> Result<(), BadHeader> {
        let same = |candidate: &&'static str| candidate.eq_ignore_ascii_case(name);
        if let Some((field, _)) = FIELDS.iter().find(|(_, names)| names.iter().any(same)) {
            if let Some(earlier) = self.fields[*field as usize].replace(index) {
                return Err(self.twice(name, earlier, index));
            }
        } else if let Some(kept) = KEPT.iter().find(|kept| kept.names.iter().any(same)) {
            let key = kept.names[0].to_owned();
            self.add_attribute(AttributeColumn {
                index,
                namespace: COLUMN_NAMESPACE.to_owned(),
                label: key.clone(),
                key,
                of_product: kept.of_product,
                check: Some(kept.check),
            })?;
        } else if let Some((fact, market)) = market_column(name) {
            self.place_market(index, fact, market, name, target)?;
        } else if let Some(column) = metafield_column(index, name).or_else(|| google_column(index, name)) {
            self.add_attribute(column)?;
        } else if !name.is_empty() {
            self.unread.push(UnreadColumn {
                name: name.to_owned(),
                reason: "is no column of a Shopify product export; it was not read".to_owned(),
                way_out: "rename it to a metafield, such as `Name (product.metafields.custom.name)`, to keep it"
                    .to_owned(),
            });
        }
        Ok(())
    }

    fn add_attribute(&mut self, column: AttributeColumn) -> Result<(), BadHeader> {
        let same = |other: &&AttributeColumn| {
            (&other.namespace, &other.key, other.of_product) == (&column.namespace, &column.key, column.of_product)
        };
        if let Some(earlier) = self.attributes.iter().find(same) {
            return Err(self.twice(&self.names[column.index], earlier.index, column.index));
        }
        self.attributes.push(column);
        Ok(())
    }

    fn place_market(
        &mut self,
        index: usize,
        fact: MarketFact,
        market: &str,
        name: &str,
        target: &Target,
    ) -> Result<(), BadHeader> {
        let Some(channel) = target.channel(market) else {
            self.unread.push(UnreadColumn {
                name: name.to_owned(),
                reason: format!("no channel has the code or name {market:?}; the column was not read"),
                way_out: "create a channel of that name first to import its prices".to_owned(),
            });
            return Ok(());
        };
        let column = MarketColumn { index, channel_id: channel.id, fact };
        let same = |other: &&MarketColumn| (other.channel_id, other.fact) == (column.channel_id, fact);
        if let Some(earlier) = self.markets.iter().find(same) {
            return Err(self.twice(name, earlier.index, index));
        }
        self.markets.push(column);
        Ok(())
    }

    fn twice(&self, name: &str, earlier: usize, later: usize) -> BadHeader {
        BadHeader {
            column: Some(name.to_owned()),
            reason: format!(
                "columns {} ({}) and {} ({}) mean the same",
                earlier + 1,
                self.names[earlier],
                later + 1,
                self.names[later]
            ),
            way_out: "remove one of them".to_owned(),
        }
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.fields[field as usize].is_some()
    }

    pub(crate) fn index(&self, field: Field) -> Option<usize> {
        self.fields[field as usize]
    }

    /// The header's own spelling.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

fn market_column(name: &str) -> Option<(MarketFact, &str)> {
    const PREFIXES: [(&str, MarketFact); 4] = [
        ("included / ", MarketFact::Included),
        ("price / ", MarketFact::Price),
        ("compare at price / ", MarketFact::CompareAt),
        ("compare-at price / ", MarketFact::CompareAt),
    ];
    PREFIXES.iter().find_map(|(prefix, fact)| {
        let start = name.get(..prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| (*fact, name[prefix.len()..].trim()))
    })
}

/// `Color (product.metafields.shopify.color-pattern)`; also of variants, as some apps write them.
pub(crate) fn metafield_column(index: usize, name: &str) -> Option<AttributeColumn> {
    let inner = name.strip_suffix(')')?;
    let (label, path) = inner.rsplit_once('(')?;
    let (of_product, path) = match path.strip_prefix("product.metafields.") {
        Some(path) => (true, path),
        None => (false, path.strip_prefix("variant.metafields.")?),
    };
    let (namespace, key) = path.rsplit_once('.')?;
    let fits = |part: &str| !part.is_empty() && part == part.trim() && part.chars().count() <= MAX_LABEL_CHARS;
    if !fits(namespace) || !fits(key) || namespace == COLUMN_NAMESPACE {
        return None;
    }
    Some(AttributeColumn {
        index,
        namespace: namespace.to_owned(),
        key: key.to_owned(),
        label: label.trim().to_owned(),
        of_product,
        check: None,
    })
}

/// A column of Google's that this program does not know by name.
fn google_column(index: usize, name: &str) -> Option<AttributeColumn> {
    const PREFIX: &str = "google shopping / ";
    let known = name.get(..PREFIX.len())?.eq_ignore_ascii_case(PREFIX) && name.chars().count() <= MAX_LABEL_CHARS;
    known.then(|| AttributeColumn {
        index,
        namespace: COLUMN_NAMESPACE.to_owned(),
        key: name.to_owned(),
        label: name.to_owned(),
        of_product: false,
        check: Some(Check::Text),
    })
}

/// The kind that a metafield's value shows. Shopify's own (`shopify.*`) are lists of taxonomy values.
pub(crate) fn metafield_kind(namespace: &str, value: &str) -> AttributeKind {
    let number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        !leading_zero
            && digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.ends_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
            && digits.matches('.').count() <= 1
    };
    let value = value.trim();
    if namespace == "shopify" {
        AttributeKind::List
    } else if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") {
        AttributeKind::Boolean
    } else if number(value) {
        AttributeKind::Number
    } else if value.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok() {
        AttributeKind::Json
    } else if super::cell::web_address(value).is_ok() {
        AttributeKind::Url
    } else if value.contains("; ") {
        AttributeKind::List
    } else {
        AttributeKind::Text
    }
}
