//! Prices and markets.
use super::{
    cell::{self, Given},
    columns::MarketFact,
    draft::Findings,
    field::Field,
    report::RowProblem,
    row::Row,
    target::Target,
};
use tradewind_domain::{channel::Channel, money::Money};
use uuid::Uuid;

/// What a row says about the price in one channel, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PriceDraft {
    pub(crate) channel_id: Uuid,
    pub(crate) amount: Given<i64>,
    pub(crate) compare_at: Given<i64>,
}

/// In which channels the product is to be shown, where its first row says so.
pub(crate) fn included(row: &Row, findings: &mut Findings) -> Vec<(Uuid, bool)> {
    let columns = row.file.columns.markets.iter().filter(|column| column.fact == MarketFact::Included);
    let mut included = Vec::new();
    for column in columns {
        let word = row.at(column.index);
        if word.is_empty() {
            continue;
        }
        let truth = cell::truth(word).map_err(|(reason, way_out)| row.error_at(column.index, reason, way_out));
        included.extend(findings.take(truth).map(|truth| (column.channel_id, truth)));
    }
    included
}

/// The prices of one variant: the main columns in the main channel, a market's in the market's channel. A market that
/// is the main channel itself decides where it names a price.
pub(crate) fn prices(row: &Row, target: &Target, findings: &mut Findings) -> Vec<PriceDraft> {
    let columns = &row.file.columns;
    let main = PriceDraft {
        channel_id: target.main.id,
        amount: amount(row, columns.index(Field::Price), &target.main, findings),
        compare_at: amount(row, columns.index(Field::CompareAt), &target.main, findings),
    };
    let mut prices = vec![main];
    for column in columns.markets.iter().filter(|column| column.fact != MarketFact::Included) {
        let Some(channel) = target.channel_by_id(column.channel_id) else { continue };
        let given = amount(row, Some(column.index), channel, findings);
        let known = prices.iter().position(|price| price.channel_id == channel.id).unwrap_or_else(|| {
            prices.push(PriceDraft { channel_id: channel.id, amount: Given::Omitted, compare_at: Given::Omitted });
            prices.len() - 1
        });
        let place = match column.fact {
            MarketFact::Price => &mut prices[known].amount,
            _ => &mut prices[known].compare_at,
        };
        if known != 0 || matches!(given, Given::Is(_)) {
            *place = given;
        }
    }
    for price in &prices {
        if price.amount == Given::Blank && matches!(price.compare_at, Given::Is(_)) {
            let reason = "the price is empty although there is a price to compare with; the variant is not sold there";
            findings.warn(row.error(Field::Price, reason, "write the price"));
        }
    }
    prices
}

fn amount(row: &Row, index: Option<usize>, channel: &Channel, findings: &mut Findings) -> Given<i64> {
    let Some(index) = index else { return Given::Omitted };
    let text = row.at(index);
    if text.is_empty() {
        return Given::Blank;
    }
    match Money::parse(text, channel.currency) {
        Ok(money) => Given::Is(money.minor),
        Err(bad) => {
            let text = bad.to_string();
            let (reason, way_out) = text.split_once(": ").unwrap_or((&text, "write a plain number such as 12.99"));
            let problem: RowProblem = row.error_at(index, reason, way_out);
            findings.errors.push(problem);
            Given::Omitted
        }
    }
}
