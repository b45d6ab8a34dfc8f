//! Reads a file of the seeds' folder into memory: a regular file, and one that fits there.
//!
//! It must not wait: a pipe without a writer would hold the command for ever, and a device has no end.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file of rows, in bytes: a file is read whole, and its rows take several times its size.
pub(crate) const LARGEST: u64 = 256 << 20;

/// Reads a file of at most so many bytes.
pub(crate) fn read(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    // Before it is opened, for that is where a pipe makes its reader wait.
    check(&std::fs::metadata(path)?, largest)?;
    let file = File::open(path)?;
    check(&file.metadata()?, largest)?;
    let mut bytes = Vec::new();
    file.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest { Err(too_large(largest)) } else { Ok(bytes) }
}

fn check(metadata: &std::fs::Metadata, largest: u64) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is a pipe or a device, not a regular file",
        ));
    }
    if metadata.len() > largest { Err(too_large(largest)) } else { Ok(()) }
}

fn too_large(largest: u64) -> io::Error {
    let message = if largest >= 1 << 20 {
        format!("it is larger than the limit of {} MiB", largest >> 20)
    } else {
        format!("it is larger than the limit of {} KiB", largest >> 10)
    };
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}
