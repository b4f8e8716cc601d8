//! A large stream in bounded memory, SQLite's own (bounded by its cache) aside. Counted by the allocator, so it holds on every machine; the test runner gives
//! each test a process of its own, so nothing else is counted.
use crate::support::{day, sqlite_shop};
use peak_alloc::PeakAlloc;
use std::{
    io::{self, Read},
    sync::Arc,
};
use tradewind_commerce::shopify::{ImportOptions, Source, import_sources};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const MEGABYTE: usize = 1 << 20;

/// Rows made while they are read.
struct Generated {
    bytes: u64,
    row: fn(u64) -> String,
}

struct Rows {
    left: u64,
    number: u64,
    pending: Vec<u8>,
    at: usize,
    row: fn(u64) -> String,
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.pending.len() {
            if self.left == 0 {
                return Ok(0);
            }
            self.pending = (self.row)(self.number).into_bytes();
            self.left = self.left.saturating_sub(self.pending.len() as u64);
            (self.number, self.at) = (self.number + 1, 0);
        }
        let n = buffer.len().min(self.pending.len() - self.at);
        buffer[..n].copy_from_slice(&self.pending[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

impl Source for Generated {
    fn name(&self) -> &str {
        "generated.csv"
    }
    fn size(&self) -> Option<u64> {
        None
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let header = b"Handle,Title,Image Src,Notes\n".to_vec();
        Ok(Box::new(Rows { left: self.bytes, number: 0, pending: header, at: 0, row: self.row }))
    }
}

/// The bytes held at the most beyond those held at the beginning, and what the import counted.
async fn peak(source: Generated) -> (usize, [u64; 4]) {
    let shop = sqlite_shop().await;
    // Whatever is made once and kept: connections, prepared statements.
    shop.import("Handle,Title\nwarm,Warm\n").await;
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let options = ImportOptions::new(day(0));
    let report = import_sources(&shop.db, vec![Arc::new(source)], &options, &mut |_| {}, &mut |_| {}).await.unwrap();
    let counts = [report.products_created, report.products_rejected, report.errors, report.rows];
    (ALLOCATOR.peak_usage().saturating_sub(before), counts)
}

fn product_of_ten_rows(number: u64) -> String {
    let (product, row) = (number / 10, number % 10);
    let title = if row == 0 { "A product" } else { "" };
    format!("product-{product},{title},https://e.test/{product}/{row}.jpg,{}\n", "n".repeat(16_000))
}

fn one_product(number: u64) -> String {
    format!("same,{},https://e.test/{number}.jpg,\n", if number == 0 { "Same" } else { "" })
}

fn no_end(_: u64) -> String {
    format!("product,\"{}", "x".repeat(1_000))
}

#[tokio::test]
async fn two_hundred_megabytes_of_products() {
    let (peak, [created, rejected, errors, rows]) =
        peak(Generated { bytes: 200 * MEGABYTE as u64, row: product_of_ten_rows }).await;
    assert_eq!((created, rejected, errors), (rows.div_ceil(10), 0, 0));
    assert!(rows > 12_000);
    assert!(peak < 8 * MEGABYTE, "{peak} bytes");
}

#[tokio::test]
async fn a_million_rows_of_one_product() {
    let (peak, [created, rejected, errors, rows]) =
        peak(Generated { bytes: 33 * MEGABYTE as u64, row: one_product }).await;
    assert_eq!((created, rejected, errors), (0, 1, 1));
    assert!(rows > 900_000, "{rows}");
    assert!(peak < 4 * MEGABYTE, "{peak} bytes");
}

#[tokio::test]
async fn a_quote_without_end() {
    let (peak, [created, _, errors, _]) = peak(Generated { bytes: 64 * MEGABYTE as u64, row: no_end }).await;
    assert_eq!((created, errors), (0, 1));
    assert!(peak < 24 * MEGABYTE, "{peak} bytes");
}
