//! One row of a file, checked to be text of the header's width.
use super::{
    columns::Columns,
    encoding,
    field::Field,
    limits::{MAX_CELL_BYTES, MAX_CELLS, MAX_RECORD_BYTES},
    record::{Fault, Record},
    report::RowProblem,
};
use std::sync::Arc;

/// A file whose header was understood.
#[derive(Debug)]
pub(crate) struct InputFile {
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) columns: Columns,
}

/// One row; its cells in the order of the file's columns.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) file: Arc<InputFile>,
    pub(crate) line: u64,
    pub(crate) text: String,
    pub(crate) ends: Vec<usize>,
}

impl Row {
    /// Takes over a record, or says what is wrong with it.
    pub(crate) fn new(file: &Arc<InputFile>, record: &Record) -> Result<Self, Box<RowProblem>> {
        check(file, record)?;
        let mut row = Self { file: Arc::clone(file), line: record.line, text: String::new(), ends: Vec::new() };
        row.text.reserve(record.size());
        for cell in record.cells().take(file.columns.len()) {
            row.text.push_str(&String::from_utf8_lossy(cell));
            row.ends.push(row.text.len());
        }
        Ok(row)
    }

    /// The cell without outer spaces; empty when the file has no such column.
    pub(crate) fn get(&self, field: Field) -> &str {
        self.file.columns.index(field).map_or("", |index| self.at(index))
    }

    /// The cell of a column without outer spaces.
    pub(crate) fn at(&self, index: usize) -> &str {
        self.raw(index).trim()
    }

    /// The cell of a column as it is.
    pub(crate) fn raw(&self, index: usize) -> &str {
        let end = self.ends.get(index).copied().unwrap_or(self.text.len());
        let start = if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or(end) };
        self.text.get(start..end).unwrap_or("")
    }

    pub(crate) fn size(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<usize>() + size_of::<Self>()
    }

    /// An error in a cell of this row.
    pub(crate) fn error(&self, field: Field, reason: impl Into<String>, way_out: impl Into<String>) -> RowProblem {
        match self.file.columns.index(field) {
            Some(index) => self.error_at(index, reason, way_out),
            None => RowProblem::error(&self.file.name, self.line, reason, way_out).at(super::field::name_of(field), ""),
        }
    }

    /// An error in the cell of a column.
    pub(crate) fn error_at(&self, index: usize, reason: impl Into<String>, way_out: impl Into<String>) -> RowProblem {
        RowProblem::error(&self.file.name, self.line, reason, way_out).at(self.file.columns.name(index), self.at(index))
    }
}

fn check(file: &InputFile, record: &Record) -> Result<(), Box<RowProblem>> {
    let error =
        |reason: String, way_out: &str| Err(Box::new(RowProblem::error(&file.name, record.line, reason, way_out)));
    let last_cell = file.columns.name(record.len().saturating_sub(1)).to_owned();
    let spans = if record.last_line > record.line {
        format!(" (it reaches from line {} to line {})", record.line, record.last_line)
    } else {
        String::new()
    };
    match record.fault {
        Some(Fault::TextAfterQuote) => {
            return error(
                format!("a quoted cell goes on behind its closing quote{spans}"),
                "write quotes inside a cell twice (\"\"), and close each quoted cell before its comma",
            );
        }
        Some(Fault::OpenQuote) => {
            return error(
                format!("the file ends inside a quoted cell{spans}"),
                "close the quoted cell with a quote; if the file was cut, export or copy it again",
            )
            .map_err(|problem: Box<RowProblem>| Box::new(problem.at(last_cell, "")));
        }
        Some(Fault::TooLarge) => {
            return error(
                format!(
                    "the row is larger than {} MB or has more than {MAX_CELLS} cells; nothing behind it was read{spans}",
                    MAX_RECORD_BYTES >> 20
                ),
                "a quote that is opened and never closed does this: close it, then import the file again",
            )
            .map_err(|problem: Box<RowProblem>| Box::new(problem.at(last_cell, "")));
        }
        None => {}
    }
    for (index, cell) in record.cells().enumerate() {
        check_cell(file, record, index, cell)?;
    }
    let (width, found) = (file.columns.len(), record.len());
    let surplus_is_blank = record.cells().skip(width).all(<[u8]>::is_empty);
    if found < width || !surplus_is_blank {
        return error(
            format!("the row has {found} cells, the header has {width}{spans}"),
            "check commas and quotes in this row: a comma inside a cell needs quotes around the cell",
        );
    }
    Ok(())
}

fn check_cell(file: &InputFile, record: &Record, index: usize, cell: &[u8]) -> Result<(), Box<RowProblem>> {
    let error = |reason: String, way_out: &str| {
        let value = String::from_utf8_lossy(&cell[..cell.len().min(400)]);
        let problem = RowProblem::error(&file.name, record.line, reason, way_out);
        Err(Box::new(problem.at(file.columns.name(index), &value)))
    };
    if cell.len() > MAX_CELL_BYTES {
        return error(format!("the cell is larger than {} MB", MAX_CELL_BYTES >> 20), "shorten it");
    }
    if cell.contains(&0) {
        return error("the cell contains a NUL byte".to_owned(), "remove it, or export the file again");
    }
    if !encoding::is_utf8(cell) {
        return error("the cell is not valid UTF-8".to_owned(), "save the file as CSV (UTF-8)");
    }
    Ok(())
}
