//! Rows that stand together under one handle.
use super::{
    field::Field,
    handle::{self, BadHandle},
    limits::{MAX_LABEL_CHARS, MAX_PRODUCT_BYTES, MAX_PRODUCT_ROWS},
    record::{Record, RecordReader},
    report::RowProblem,
    row::{InputFile, Row},
};
use std::{
    io::{self, Read},
    sync::Arc,
};

/// Consecutive rows of one handle. With problems in it, the product is refused.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// None: the rows have no usable handle.
    pub(crate) slug: Option<String>,
    pub(crate) line: u64,
    pub(crate) rows: Vec<Row>,
    /// Rows read, also those that were let go.
    pub(crate) count: u64,
    pub(crate) problems: Vec<RowProblem>,
    bytes: usize,
}

/// Reads groups, one after the other, each within [`MAX_PRODUCT_ROWS`] and [`MAX_PRODUCT_BYTES`].
pub(crate) struct Groups<R> {
    file: Arc<InputFile>,
    records: RecordReader<R>,
    record: Record,
    pending: Option<Group>,
    ended: bool,
}

impl<R: Read> Groups<R> {
    /// Goes on behind the header.
    pub(crate) fn new(file: Arc<InputFile>, records: RecordReader<R>) -> Self {
        Self { file, records, record: Record::default(), pending: None, ended: false }
    }

    /// The next group; None at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Group>> {
        while !self.ended {
            if !self.records.read(&mut self.record)? {
                self.ended = true;
                break;
            }
            if self.record.is_blank() {
                continue;
            }
            if let Some(finished) = self.take_row() {
                return Ok(Some(finished));
            }
        }
        Ok(self.pending.take())
    }

    /// Adds the record to its group; gives the group before if it ended.
    fn take_row(&mut self) -> Option<Group> {
        let (slug, bad_handle) = identify(&self.file, &self.record);
        let row = match self.pending.as_mut().filter(|group| group.slug.is_some() && group.slug == slug) {
            Some(group) if group.is_full() => {
                group.count += 1;
                return None;
            }
            _ => Row::new(&self.file, &self.record),
        };
        let finished = self.turn(&slug, &row);
        if let Some(group) = self.pending.as_mut() {
            group.count += 1;
            match row {
                Ok(row) => {
                    group.problems.extend(bad_handle);
                    group.add(row);
                }
                // The broken row explains more than what its handle looks like.
                Err(broken) => group.problems.push(match &slug {
                    Some(slug) => broken.of(slug),
                    None => *broken,
                }),
            }
            // A product with very many broken rows says so only so often.
            group.problems.truncate(100);
        }
        finished
    }

    /// Begins a new group where the handle changes.
    fn turn(&mut self, slug: &Option<String>, row: &Result<Row, Box<RowProblem>>) -> Option<Group> {
        if self.pending.as_ref().is_some_and(|group| slug.is_some() && group.slug == *slug) {
            return None;
        }
        let next = Group {
            slug: slug.clone(),
            line: self.record.line,
            rows: Vec::new(),
            count: 0,
            problems: Vec::new(),
            bytes: 0,
        };
        let mut above = self.pending.replace(next)?;
        let title_less = row.as_ref().map_or(true, |row| row.get(Field::Title).is_empty());
        let orphan = match (&above.slug, slug) {
            // A file that was cut ends with the beginning of a handle; a quote before a handle makes cells a part of it.
            (Some(above), Some(slug)) => {
                let goes_on = slug.strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with([',', ';']));
                row.is_err() && above.starts_with(slug.as_str()) || title_less && goes_on
            }
            // Without a handle and a title, a row most likely belongs to the product above.
            (Some(_), None) => title_less,
            (None, _) => false,
        };
        if orphan {
            let reason = "this row is broken or has no usable handle; it may belong to the product above, which was \
                          therefore not imported";
            let problem =
                RowProblem::error(&self.file.name, self.record.line, reason, "correct the row and its handle");
            above.problems.push(problem.of(above.slug.as_deref().unwrap_or_default()));
        }
        Some(above)
    }
}

impl Group {
    /// Whether its rows were let go, because there are too many.
    fn is_full(&self) -> bool {
        self.rows.is_empty() && self.bytes > 0
    }

    fn add(&mut self, row: Row) {
        self.bytes += row.size();
        if self.count > MAX_PRODUCT_ROWS as u64 || self.bytes > MAX_PRODUCT_BYTES {
            if !self.rows.is_empty() {
                self.problems.push(too_large(&row, self.slug.as_deref()));
            }
            // Nothing of it will be used.
            self.rows = Vec::new();
            return;
        }
        self.rows.push(row);
    }
}

/// A product that would need too much memory.
pub(crate) fn too_large(row: &Row, slug: Option<&str>) -> RowProblem {
    RowProblem::error(
        &row.file.name,
        row.line,
        format!("the product has more than {MAX_PRODUCT_ROWS} rows or {} MB", MAX_PRODUCT_BYTES >> 20),
        "check the handles: too many rows share this one; split the product",
    )
    .of(slug.unwrap_or_default())
}

/// The handle of a record, even of a broken one.
pub(crate) fn slug_of(file: &InputFile, record: &Record) -> Result<String, BadHandle> {
    let cell = file.columns.index(Field::Handle).and_then(|index| record.cell(index)).unwrap_or_default();
    // A broken row's cell may be huge.
    handle::slug(&String::from_utf8_lossy(&cell[..cell.len().min(8 * MAX_LABEL_CHARS)]))
}

fn identify(file: &InputFile, record: &Record) -> (Option<String>, Option<RowProblem>) {
    let bad = match slug_of(file, record) {
        Ok(slug) => return (Some(slug), None),
        Err(bad) => bad,
    };
    let reason = match bad {
        BadHandle::Empty => "the row has no handle".to_owned(),
        BadHandle::TooLong => format!("the handle is longer than {MAX_LABEL_CHARS} characters"),
        BadHandle::Character(c) => format!("the handle contains {c:?}, which cannot be part of an address"),
    };
    let cell = file.columns.index(Field::Handle).and_then(|index| record.cell(index)).unwrap_or_default();
    let name = file.columns.index(Field::Handle).map_or("Handle", |index| file.columns.name(index));
    let problem = RowProblem::error(
        &file.name,
        record.line,
        reason,
        "write the product's handle, the last part of its address, such as ocean-blue-shirt",
    );
    (None, Some(problem.at(name, &String::from_utf8_lossy(&cell[..cell.len().min(400)]))))
}

impl Group {
    /// A group as it was put aside.
    pub(crate) fn stored(slug: String, line: u64, count: u64, rows: Vec<Row>, problems: Vec<RowProblem>) -> Self {
        let bytes = rows.iter().map(Row::size).sum();
        Self { slug: Some(slug), line, rows, count, problems, bytes }
    }

    /// Adds the rows of a later group of the same product.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.count += other.count;
        self.problems.extend(other.problems);
        for row in other.rows {
            self.bytes += row.size();
            self.rows.push(row);
        }
    }

    /// About how much memory it takes.
    pub(crate) fn size(&self) -> usize {
        self.bytes
    }
}
