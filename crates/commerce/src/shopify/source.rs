//! Where the bytes of an import come from. A source is read more than once: its encoding first, then which handles
//! are scattered, then the products.
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Something that can be read from its beginning again and again, with the same answer.
pub trait Source: Send + Sync {
    /// The name in problems.
    fn name(&self) -> &str;
    /// Bytes, where known; for the progress bar.
    fn size(&self) -> Option<u64>;
    /// A reader at the beginning.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
}

/// A file, or a pipe that was copied to a temporary file.
#[derive(Debug)]
struct FileSource {
    name: String,
    path: PathBuf,
    size: Option<u64>,
    // Deleted when the source is dropped.
    _copy: Option<tempfile::TempPath>,
}

impl Source for FileSource {
    fn name(&self) -> &str {
        &self.name
    }
    fn size(&self) -> Option<u64> {
        self.size
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(&self.path)?))
    }
}

/// Opens a file by its path. What can be read only once (`/dev/stdin`, a named pipe) is copied to the disk first.
pub fn file(path: &Path) -> io::Result<Arc<dyn Source>> {
    let name = path.display().to_string();
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder, not a file"));
    }
    if metadata.is_file() {
        File::open(path)?;
        return Ok(Arc::new(FileSource { name, path: path.to_owned(), size: Some(metadata.len()), _copy: None }));
    }
    let mut copy = tempfile::NamedTempFile::new()?;
    let size = io::copy(&mut File::open(path)?, &mut copy)?;
    let copy = copy.into_temp_path();
    Ok(Arc::new(FileSource { name, path: copy.to_path_buf(), size: Some(size), _copy: Some(copy) }))
}
