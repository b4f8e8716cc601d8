//! From files to drafts, on a thread of its own.
use super::{
    columns::Columns,
    draft::Draft,
    encoding::{self, FileEncoding},
    group::{Group, Groups},
    import::Phase,
    limits::MAX_CHUNK_BYTES,
    record::{Record, RecordReader},
    report::RowProblem,
    row::InputFile,
    scatter::{Census, Spill, join},
    source::Source,
    target::Target,
};
use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// What the reader hands over at a time: bounded in products, problems and bytes.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) file: String,
    pub(crate) phase: Phase,
    pub(crate) bytes_read: u64,
    pub(crate) bytes_total: Option<u64>,
    pub(crate) rows: u64,
    pub(crate) rejected: u64,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) problems: Vec<RowProblem>,
    pub(crate) unknown_columns: Vec<String>,
    bytes: usize,
}

/// Nobody listens any more.
#[derive(Debug)]
pub(crate) struct Stopped;

/// A file with a usable header.
struct Prepared {
    file: Arc<InputFile>,
    encoding: FileEncoding,
    delimiter: u8,
    source: Arc<dyn Source>,
}

pub(crate) struct Reader<'a> {
    pub(crate) target: Target,
    pub(crate) batch_size: usize,
    pub(crate) send: &'a mut dyn FnMut(Chunk) -> Result<(), Stopped>,
    chunk: Chunk,
    bytes_read: Arc<AtomicU64>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        target: Target,
        batch_size: usize,
        send: &'a mut dyn FnMut(Chunk) -> Result<(), Stopped>,
    ) -> Self {
        Self { target, batch_size: batch_size.max(1), send, chunk: Chunk::default(), bytes_read: Arc::default() }
    }

    /// Reads all files: each once for its encoding, once for its handles, once for its products.
    pub(crate) fn run(mut self, sources: &[Arc<dyn Source>]) -> Result<(), Stopped> {
        let mut census = Census::default();
        let mut files: Vec<Option<Prepared>> = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            self.begin(source.as_ref(), Phase::Checking);
            let prepared = self.prepare(index, source);
            let counted = prepared.and_then(|prepared| {
                let read = self.records(&prepared).and_then(|mut records| census.read(&prepared.file, &mut records));
                match read {
                    Ok(rows) => self.note_empty(&prepared, rows),
                    Err(error) => {
                        self.io_problem(source.name(), &error);
                        return None;
                    }
                }
                Some(prepared)
            });
            files.push(counted);
            self.flush()?;
        }
        census.finish();
        let mut spill = Spill::default();
        for prepared in files.iter().flatten() {
            self.begin(prepared.source.as_ref(), Phase::Importing);
            match self.import(prepared, &census, &mut spill) {
                Ok(()) => self.flush()?,
                Err(Failure::Stopped) => return Err(Stopped),
                Err(Failure::Io(error)) => self.io_problem(&prepared.file.name, &error),
            }
        }
        let inputs: Vec<Option<Arc<InputFile>>> =
            files.iter().map(|file| file.as_ref().map(|prepared| Arc::clone(&prepared.file))).collect();
        match self.gather(&mut spill, &inputs) {
            Ok(()) => {}
            Err(Failure::Stopped) => return Err(Stopped),
            Err(Failure::Io(error)) => self.io_problem("temporary file", &error),
        }
        self.flush()
    }

    fn begin(&mut self, source: &dyn Source, phase: Phase) {
        self.bytes_read.store(0, Ordering::Relaxed);
        self.chunk.file = source.name().to_owned();
        self.chunk.bytes_total = source.size();
        self.chunk.phase = phase;
    }

    fn io_problem(&mut self, file: &str, error: &io::Error) {
        let reason = format!("the file cannot be read: {error}");
        self.problem(RowProblem::error(file, 0, reason, "check the file and its permissions, then import it again"));
    }

    fn problem(&mut self, problem: RowProblem) {
        self.chunk.problems.push(problem);
    }

    fn note_empty(&mut self, prepared: &Prepared, rows: u64) {
        if rows == 0 {
            let problem = RowProblem::error(
                &prepared.file.name,
                1,
                "the file has a header, but no products",
                "export the products again",
            );
            self.problem(problem.warning());
        }
    }

    /// Encoding, separator and header of a file; None after reporting why it cannot be read.
    fn prepare(&mut self, index: usize, source: &Arc<dyn Source>) -> Option<Prepared> {
        let detected = source.open().and_then(encoding::detect);
        let encoding = match detected {
            Ok(Ok(encoding)) => encoding,
            Ok(Err(no_text)) => {
                self.problem(RowProblem::error(source.name(), 1, no_text.to_string(), no_text.way_out()));
                return None;
            }
            Err(error) => {
                self.io_problem(source.name(), &error);
                return None;
            }
        };
        if let Some(name) = encoding.foreign_name() {
            let reason = format!("the file is not UTF-8; it was read as {name}");
            self.problem(RowProblem::error(source.name(), 1, reason, "check names with accents").warning());
        }
        let (delimiter, columns) = match header(encoding, source.as_ref(), &self.target) {
            Ok(Ok(found)) => found,
            Ok(Err(problem)) => {
                self.problem(*problem);
                return None;
            }
            Err(error) => {
                self.io_problem(source.name(), &error);
                return None;
            }
        };
        for unread in &columns.unread {
            let problem = RowProblem::error(source.name(), 1, &unread.reason, &unread.way_out);
            self.problem(problem.at(&unread.name, "").warning());
            self.chunk.unknown_columns.push(unread.name.clone());
        }
        let file = Arc::new(InputFile { index, name: source.name().to_owned(), columns });
        Some(Prepared { file, encoding, delimiter, source: Arc::clone(source) })
    }

    /// The records behind the header.
    fn records(&self, prepared: &Prepared) -> io::Result<RecordReader<Text>> {
        let counted = Counted { inner: prepared.source.open()?, bytes: Arc::clone(&self.bytes_read) };
        let mut records = reader(prepared.encoding, Box::new(counted), prepared.delimiter)?;
        skip_to_header(&mut records, &mut Record::default())?;
        Ok(records)
    }

    fn import(&mut self, prepared: &Prepared, census: &Census, spill: &mut Spill) -> Result<(), Failure> {
        let mut groups = Groups::new(Arc::clone(&prepared.file), self.records(prepared)?);
        while let Some(mut group) = groups.next()? {
            census.judge(&mut group, &prepared.file.name);
            let rows = group.count;
            self.chunk.rows += rows;
            if let Some(group) = spill.offer(census, group)? {
                self.take(group)?;
            }
        }
        Ok(())
    }

    fn gather(&mut self, spill: &mut Spill, files: &[Option<Arc<InputFile>>]) -> Result<(), Failure> {
        spill.finish()?;
        while let Some(groups) = spill.take(files)? {
            for group in join(groups) {
                self.take(group)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, group: Group) -> Result<(), Failure> {
        let size = group.size();
        match Draft::read(group, &self.target) {
            Ok(draft) => {
                self.chunk.bytes += size;
                self.chunk.drafts.push(draft);
            }
            Err(problems) => {
                self.chunk.rejected += 1;
                self.chunk.problems.extend(problems);
            }
        }
        let full = self.chunk.drafts.len() >= self.batch_size
            || self.chunk.bytes >= MAX_CHUNK_BYTES
            || self.chunk.problems.len() >= 500;
        if full {
            self.flush().map_err(|Stopped| Failure::Stopped)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Stopped> {
        let next = Chunk {
            file: self.chunk.file.clone(),
            phase: self.chunk.phase,
            bytes_total: self.chunk.bytes_total,
            ..Chunk::default()
        };
        let mut chunk = std::mem::replace(&mut self.chunk, next);
        chunk.bytes_read = self.bytes_read.load(Ordering::Relaxed);
        (self.send)(chunk)
    }
}

enum Failure {
    Stopped,
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Counts bytes for the progress bar.
struct Counted {
    inner: Box<dyn Read + Send>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

type Text = Box<dyn Read + Send>;

fn reader(encoding: FileEncoding, input: Text, delimiter: u8) -> io::Result<RecordReader<Text>> {
    Ok(RecordReader::new(encoding.reader(input)?, delimiter))
}

/// Reads up to the header; spreadsheets put a line `sep=;` before it.
fn skip_to_header(records: &mut RecordReader<Text>, record: &mut Record) -> io::Result<bool> {
    while records.read(record)? {
        let separator_line = record.cell(0).is_some_and(|cell| cell.to_ascii_lowercase().starts_with(b"sep="));
        if !record.is_blank() && !separator_line {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The separator (comma, semicolon or tab, whichever makes the most columns) and the columns.
fn header(
    encoding: FileEncoding,
    source: &dyn Source,
    target: &Target,
) -> io::Result<Result<(u8, Columns), Box<RowProblem>>> {
    let mut best: Option<(u8, Record)> = None;
    for delimiter in [b',', b';', b'\t'] {
        let mut record = Record::default();
        let found = skip_to_header(&mut reader(encoding, source.open()?, delimiter)?, &mut record)?;
        if found && best.as_ref().is_none_or(|(_, known)| record.len() > known.len()) {
            best = Some((delimiter, record));
        }
    }
    let error = |reason: String, way_out: &str| Box::new(RowProblem::error(source.name(), 1, reason, way_out));
    let Some((delimiter, record)) = best else {
        return Ok(Err(error("the file has no header and no rows".to_owned(), "export the products again")));
    };
    if record.fault.is_some() || record.cells().any(|cell| cell.contains(&0)) {
        let reason = "the header cannot be read: its quotes are wrong, it is too long, or it contains NUL bytes";
        return Ok(Err(error(reason.to_owned(), "export the products again as CSV (UTF-8)")));
    }
    Ok(match Columns::parse(&record, target) {
        Ok(columns) => Ok((delimiter, columns)),
        Err(bad) => {
            let problem = RowProblem::error(source.name(), record.line, bad.reason, bad.way_out);
            Err(Box::new(match bad.column {
                Some(column) => problem.at(column, ""),
                None => problem,
            }))
        }
    })
}
