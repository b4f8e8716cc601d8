//! Products whose rows do not stand together.
//!
//! A first reading notes a hash for each run of rows with the same handle: 8 bytes per run, so 8 MB for a million
//! products. Handles with several runs are scattered; their rows wait in a temporary file until all files are read,
//! so that a product is imported whole or not at all, whatever the order of its rows.
use super::{
    field::Field,
    group::{Group, slug_of, too_large},
    handle::{self, HandleHasher},
    limits::{MAX_PRODUCT_BYTES, MAX_PRODUCT_ROWS},
    record::{Record, RecordReader},
    report::RowProblem,
    row::{InputFile, Row},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    sync::Arc,
};

/// What the first reading learned about the handles of all files.
#[derive(Debug, Default)]
pub(crate) struct Census {
    hasher: HandleHasher,
    runs: Vec<u64>,
    scattered: Vec<u64>,
    /// Words inside records that could not be read: a product whose handle is among them may have lost rows there.
    swallowed: HashSet<u64>,
}

impl Census {
    /// Reads one file behind its header; answers its number of rows.
    pub(crate) fn read<R: Read>(&mut self, file: &InputFile, records: &mut RecordReader<R>) -> io::Result<u64> {
        let mut record = Record::default();
        let mut last = None;
        let mut rows = 0;
        while records.read(&mut record)? {
            if record.is_blank() {
                continue;
            }
            rows += 1;
            let broken = record.fault.is_some() || record.len() != file.columns.len();
            // A row of the wrong width on one line still begins with its own handle.
            let knows_its_handle = record.fault.is_none()
                && record.last_line == record.line
                && file.columns.index(Field::Handle) == Some(0);
            if broken && !knows_its_handle {
                self.note_swallowed(&record);
            }
            let hash = slug_of(file, &record).ok().map(|slug| self.hasher.hash(&slug));
            if hash != last {
                self.runs.extend(hash);
                last = hash;
            }
        }
        Ok(rows)
    }

    fn note_swallowed(&mut self, record: &Record) {
        for cell in record.cells() {
            for word in String::from_utf8_lossy(cell).split([',', ';', '\t', '"', '\n', '\r']) {
                // Handles have no more characters; the bound keeps memory constant.
                if word.len() <= 1_024 && self.swallowed.len() < 1_000_000 {
                    self.swallowed.extend(handle::slug(word).ok().map(|slug| self.hasher.hash(&slug)));
                }
            }
        }
    }

    /// Ends the first reading.
    pub(crate) fn finish(&mut self) {
        self.runs.sort_unstable();
        let pairs = self.runs.windows(2);
        self.scattered = pairs.filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        self.scattered.dedup();
        self.runs = Vec::new();
    }

    fn is_scattered(&self, slug: &str) -> bool {
        self.scattered.binary_search(&self.hasher.hash(slug)).is_ok()
    }

    fn is_swallowed(&self, slug: &str) -> bool {
        !self.swallowed.is_empty() && self.swallowed.contains(&self.hasher.hash(slug))
    }

    /// Refuses a product that may have lost rows.
    pub(crate) fn judge(&self, group: &mut Group, file: &str) {
        let Some(slug) = group.slug.as_deref().filter(|slug| self.is_swallowed(slug)) else { return };
        if group.problems.is_empty() {
            group.problems.push(
                RowProblem::error(
                    file,
                    group.line,
                    "rows of this product may be inside a row that could not be read, so it was not imported",
                    "correct the quotes of the unreadable row, then import the file again",
                )
                .of(slug),
            );
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredRow {
    file: usize,
    line: u64,
    text: String,
    ends: Vec<usize>,
}

#[derive(Serialize, Deserialize)]
struct StoredGroup {
    slug: String,
    line: u64,
    count: u64,
    rows: Vec<StoredRow>,
    problems: Vec<RowProblem>,
}

/// Where a stored group lies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    hash: u64,
    offset: u64,
    length: usize,
    rows: u64,
}

/// The rows of scattered products, on the disk.
#[derive(Default)]
pub(crate) struct Spill {
    file: Option<BufWriter<File>>,
    length: u64,
    places: Vec<Place>,
}

impl Spill {
    /// Puts a group aside if its handle has more rows elsewhere; gives it back otherwise.
    pub(crate) fn offer(&mut self, census: &Census, group: Group) -> io::Result<Option<Group>> {
        let Some(slug) = group.slug.clone().filter(|slug| census.is_scattered(slug)) else { return Ok(Some(group)) };
        let stored = StoredGroup {
            line: group.line,
            count: group.count,
            problems: group.problems,
            rows: group
                .rows
                .into_iter()
                .map(|row| StoredRow { file: row.file.index, line: row.line, text: row.text, ends: row.ends })
                .collect(),
            slug,
        };
        let bytes = serde_json::to_vec(&stored)?;
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(tempfile::tempfile()?)),
        };
        file.write_all(&bytes)?;
        let hash = census.hasher.hash(&stored.slug);
        self.places.push(Place { hash, offset: self.length, length: bytes.len(), rows: stored.count });
        self.length += bytes.len() as u64;
        Ok(None)
    }

    /// Ends writing; afterwards [`take`](Self::take) gives one product after the other.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.places.sort_unstable();
        self.places.reverse();
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }

    /// The groups of the next scattered product, in the order of the files.
    pub(crate) fn take(&mut self, files: &[Option<Arc<InputFile>>]) -> io::Result<Option<Vec<Group>>> {
        let Some(first) = self.places.last().copied() else { return Ok(None) };
        let mut places = Vec::new();
        while let Some(place) = self.places.pop_if(|place| place.hash == first.hash) {
            places.push(place);
        }
        let rows: u64 = places.iter().map(|place| place.rows).sum();
        let bytes: usize = places.iter().map(|place| place.length).sum();
        let fits = rows <= MAX_PRODUCT_ROWS as u64 && bytes <= 2 * MAX_PRODUCT_BYTES;
        if !fits {
            places.truncate(1);
        }
        let mut groups = Vec::with_capacity(places.len());
        for place in places {
            groups.extend(self.load(place, files)?);
        }
        if let (false, Some(group)) = (fits, groups.first_mut()) {
            if let Some(row) = group.rows.first() {
                group.problems.push(too_large(row, group.slug.as_deref()));
            }
            group.count = rows;
        }
        Ok(Some(groups))
    }

    fn load(&mut self, place: Place, files: &[Option<Arc<InputFile>>]) -> io::Result<Option<Group>> {
        let Some(file) = self.file.as_mut().map(BufWriter::get_mut) else { return Ok(None) };
        let mut bytes = vec![0; place.length];
        file.seek(SeekFrom::Start(place.offset))?;
        file.read_exact(&mut bytes)?;
        let stored: StoredGroup = serde_json::from_slice(&bytes)?;
        let rows = stored.rows.into_iter().filter_map(|row| {
            let file = files.get(row.file)?.as_ref()?;
            Some(Row { file: Arc::clone(file), line: row.line, text: row.text, ends: row.ends })
        });
        Ok(Some(Group::stored(stored.slug, stored.line, stored.count, rows.collect(), stored.problems)))
    }
}

/// Products out of groups of equal hash: by handle, and by title where a handle is defined twice.
pub(crate) fn join(groups: Vec<Group>) -> Vec<Group> {
    let mut products: Vec<Group> = Vec::new();
    for mut group in groups {
        let title = group.rows.first().map(|row| row.get(Field::Title).to_owned()).unwrap_or_default();
        let first = products.iter().position(|product| product.slug == group.slug);
        let Some(first) = first else {
            products.push(group);
            continue;
        };
        let first_title = products[first].rows.first().map(|row| row.get(Field::Title).to_owned()).unwrap_or_default();
        if title.is_empty() || title == first_title || first_title.is_empty() {
            let defined_twice = products.iter().filter(|product| product.slug == group.slug).count() > 1;
            if let (true, true, Some(row)) = (defined_twice, title.is_empty(), group.rows.first()) {
                let reason =
                    "the handle is defined twice, and this row could belong to either product: neither was imported";
                let problem = row.error(Field::Handle, reason, "give one of the two products another handle");
                products[first].problems.push(problem.of(group.slug.as_deref().unwrap_or_default()));
            }
            products[first].absorb(group);
            continue;
        }
        let other = products[first].rows.first().map(|row| format!("{}:{}", row.file.name, row.line));
        let problem = group.rows.first().map(|row| {
            let reason = format!(
                "the handle already belongs to {first_title:?} ({}); this second product was not imported",
                other.unwrap_or_default()
            );
            row.error(Field::Handle, reason, "give one of the two products another handle")
        });
        let slug = group.slug.clone().unwrap_or_default();
        group.problems.extend(problem.map(|problem| problem.of(&slug)));
        group.rows.clear();
        products.push(group);
    }
    products
}
