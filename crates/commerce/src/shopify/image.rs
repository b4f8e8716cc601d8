//! Pictures: any row may bring one.
use super::{cell, draft::Findings, field::Field, row::Row};

/// One picture. Sorted by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageDraft {
    pub(crate) url: String,
    /// None: the file has no such column.
    pub(crate) alt: Option<String>,
    pub(crate) position: i32,
}

/// The pictures in their order. None when the file has no column for them.
///
/// Positions stay as given when all are there and different; otherwise they are counted anew, in the order of the
/// positions that are there, then of the rows. The same address twice is one picture.
pub(crate) fn read(rows: &[Row], findings: &mut Findings) -> Option<Vec<ImageDraft>> {
    if !rows.iter().any(|row| row.file.columns.has(Field::ImageSrc)) {
        return None;
    }
    let mut images: Vec<(Option<i32>, ImageDraft)> = Vec::new();
    for row in rows {
        let url = row.get(Field::ImageSrc);
        if url.is_empty() {
            continue;
        }
        let checked = cell::web_address(url).map_err(|(reason, way_out)| row.error(Field::ImageSrc, reason, way_out));
        if findings.take(checked).is_none() {
            continue;
        }
        let position = position(row, findings);
        let alt = row.file.columns.has(Field::ImageAlt).then(|| row.get(Field::ImageAlt).to_owned());
        match images.iter_mut().find(|(_, image)| image.url == url) {
            Some((_, known)) => {
                if known.alt.as_ref().is_some_and(String::is_empty) {
                    known.alt = alt;
                }
            }
            None => images.push((position, ImageDraft { url: url.to_owned(), alt, position: 0 })),
        }
    }
    Some(place(images))
}

fn position(row: &Row, findings: &mut Findings) -> Option<i32> {
    let text = row.get(Field::ImagePosition);
    if text.is_empty() {
        return None;
    }
    let number = cell::integer(text)
        .ok()
        .and_then(|number| i32::try_from(number).ok())
        .filter(|number| (0..=1_000_000).contains(number));
    let problem =
        || row.error(Field::ImagePosition, "is not a position", "write 1 for the first picture, 2 for the second");
    // Some generators count from 0: such positions order the pictures, but are counted anew.
    findings.take(number.ok_or_else(problem))
}

fn place(mut images: Vec<(Option<i32>, ImageDraft)>) -> Vec<ImageDraft> {
    images.sort_by_key(|(position, _)| position.unwrap_or(i32::MAX));
    let given = images.iter().all(|(position, _)| position.is_some_and(|position| position > 0))
        && images.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let numbered = images.into_iter().zip(1..);
    numbered
        .map(|((position, image), counted)| ImageDraft {
            position: position.filter(|_| given).unwrap_or(counted),
            ..image
        })
        .collect()
}
