//! Names the layout of what the shared cache keeps, by the sources that it is declared in: a process of another version
//! then reads its own values only.
use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

/// Where rows are declared, and what is put together from them.
const SOURCES: [&str; 4] =
    ["../persistence/src/read", "../domain/src/listing.rs", "src/product_list.rs", "src/facet.rs"];

fn main() -> io::Result<()> {
    let mut hash = DefaultHasher::new();
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
        let mut files = files(Path::new(source))?;
        files.sort();
        for file in files {
            fs::read(file)?.hash(&mut hash);
        }
    }
    println!("cargo:rustc-env=TRADEWIND_SHAPE={:016x}", hash.finish());
    Ok(())
}

fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect()
}
