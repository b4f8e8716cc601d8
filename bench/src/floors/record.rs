//! Reads PostgreSQL's binary format of anonymous records and arrays of them (`record_send`, `array_send`).
use crate::Failure;
use chrono::{DateTime, Utc};
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

/// Microseconds from 1970 to 2000, where PostgreSQL's clock begins.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// The fields of a record, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Record<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Record<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Self::new(raw)
    }
    fn accepts(kind: &Type) -> bool {
        *kind == Type::RECORD
    }
}

impl<'a> Record<'a> {
    fn new(mut raw: &'a [u8]) -> Result<Self, Failure> {
        int(&mut raw)?; // number of fields
        Ok(Self(raw))
    }

    /// None for NULL.
    fn field(&mut self) -> Result<Option<&'a [u8]>, Failure> {
        int(&mut self.0)?; // type
        sized(&mut self.0)
    }

    fn present(&mut self) -> Result<&'a [u8], Failure> {
        self.field()?.ok_or_else(|| "a field is NULL".into())
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Failure> {
        Ok(std::str::from_utf8(self.present()?)?)
    }

    pub(super) fn optional_text(&mut self) -> Result<Option<&'a str>, Failure> {
        Ok(self.field()?.map(std::str::from_utf8).transpose()?)
    }

    pub(super) fn id(&mut self) -> Result<Uuid, Failure> {
        Ok(Uuid::from_slice(self.present()?)?)
    }

    pub(super) fn i16(&mut self) -> Result<i16, Failure> {
        Ok(i16::from_be_bytes(self.present()?.try_into()?))
    }

    pub(super) fn i32(&mut self) -> Result<i32, Failure> {
        Ok(i32::from_be_bytes(self.present()?.try_into()?))
    }

    pub(super) fn i64(&mut self) -> Result<i64, Failure> {
        Ok(i64::from_be_bytes(self.present()?.try_into()?))
    }

    pub(super) fn time(&mut self) -> Result<DateTime<Utc>, Failure> {
        let micros = self.i64()?;
        DateTime::from_timestamp_micros(micros + EPOCH_MICROS).ok_or_else(|| "a time is out of range".into())
    }

    pub(super) fn records(&mut self) -> Result<Records<'a>, Failure> {
        Records::new(self.present()?)
    }
}

/// The elements of an array of records.
pub(super) struct Records<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> FromSql<'a> for Records<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Self::new(raw)
    }
    fn accepts(kind: &Type) -> bool {
        *kind == Type::RECORD_ARRAY
    }
}

impl<'a> Records<'a> {
    fn new(mut raw: &'a [u8]) -> Result<Self, Failure> {
        let dimensions = int(&mut raw)?;
        int(&mut raw)?; // whether there are NULLs
        int(&mut raw)?; // type of the elements
        if dimensions == 0 {
            return Ok(Self { rest: raw, left: 0 });
        }
        let left = usize::try_from(int(&mut raw)?)?;
        int(&mut raw)?; // lower bound
        Ok(Self { rest: raw, left })
    }

    fn element(&mut self) -> Result<Record<'a>, Failure> {
        Record::new(sized(&mut self.rest)?.ok_or("an element is NULL")?)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(self.element())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Records<'_> {}

fn int(raw: &mut &[u8]) -> Result<i32, Failure> {
    let (head, rest) = raw.split_first_chunk::<4>().ok_or("a record ends early")?;
    *raw = rest;
    Ok(i32::from_be_bytes(*head))
}

/// A length and as many bytes; -1 for NULL.
fn sized<'a>(raw: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Failure> {
    let Ok(length) = usize::try_from(int(raw)?) else { return Ok(None) };
    let (head, rest) = raw.split_at_checked(length).ok_or("a record ends early")?;
    *raw = rest;
    Ok(Some(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_and_stops_at_the_end() {
        let mut raw = Vec::new();
        raw.extend(2i32.to_be_bytes());
        raw.extend(25i32.to_be_bytes());
        raw.extend(2i32.to_be_bytes());
        raw.extend(b"ab");
        raw.extend(25i32.to_be_bytes());
        raw.extend((-1i32).to_be_bytes());
        let mut record = Record::new(&raw).unwrap();
        assert_eq!(record.text().unwrap(), "ab");
        assert_eq!(record.optional_text().unwrap(), None);
        assert!(record.text().is_err());
    }
}
