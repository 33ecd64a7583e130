//! Class files in JARs, WARs and the like, and in archives inside of those.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, Error, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};

/// A class file is refused if it is larger, whatever its archive says.
const LARGEST_CLASS: u64 = 64 << 20;
/// An archive in an archive.
const LARGEST_ARCHIVE: u64 = 1 << 30;
/// An application archive holds a web archive, which holds libraries.
const DEEPEST: usize = 3;

/// An entry that was found.
pub(super) struct Entry<'a> {
    /// Its path; of an entry of an archive in the archive, with `!/` between both.
    pub(super) inside: &'a str,
    /// Whether it is the application's own, and not a library's.
    pub(super) is_own: bool,
    /// Its bytes, or why there are none.
    pub(super) bytes: Result<&'a [u8], String>,
}

/// Gives `take` each class file of an archive. Those of a multi-release archive that are for newer versions of Java only
/// are left out: the others say the same of their classes.
pub(super) fn read(archive: &[u8], take: &mut impl FnMut(Entry<'_>)) {
    read_at(archive, "", 0, take);
}

fn read_at(bytes: &[u8], outer: &str, depth: usize, take: &mut impl FnMut(Entry<'_>)) {
    if let Err(error) = try_read(bytes, outer, depth, take) {
        let text = format!("is no archive, or a damaged one: {error}");
        take(Entry { inside: outer, is_own: false, bytes: Err(text) });
    }
}

fn try_read(bytes: &[u8], outer: &str, depth: usize, take: &mut impl FnMut(Entry<'_>)) -> Result<(), Error> {
    let archive = ZipArchive::from_slice(bytes)?;
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry()? {
        let path = entry.file_path();
        let name = String::from_utf8_lossy(path.as_bytes());
        let is_class = name.ends_with(".class") && !name.starts_with("META-INF/versions/");
        let is_archive = [".jar", ".war"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        if !(is_class || is_archive && depth < DEEPEST) {
            continue;
        }
        let inside = if outer.is_empty() { name.clone().into_owned() } else { format!("{outer}!/{name}") };
        let largest = if is_class { LARGEST_CLASS } else { LARGEST_ARCHIVE };
        let is_own = ["WEB-INF/classes/", "BOOT-INF/classes/"].iter().any(|folder| name.starts_with(folder));
        match read_entry(&archive, entry.wayfinder(), entry.compression_method(), largest) {
            Ok(bytes) if is_archive => read_at(&bytes, &inside, depth + 1, take),
            bytes => take(Entry { inside: &inside, is_own, bytes: bytes.as_deref().map_err(Clone::clone) }),
        }
    }
    Ok(())
}

fn read_entry(
    archive: &ZipSliceArchive<&[u8]>,
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    largest: u64,
) -> Result<Vec<u8>, String> {
    let entry = archive.get_entry(place).map_err(|error| format!("cannot be read: {error}"))?;
    let mut bytes = Vec::new();
    let read = match method {
        CompressionMethod::STORE => {
            entry.verifying_reader(entry.data()).take(largest + 1).read_to_end(&mut bytes)
        }
        CompressionMethod::DEFLATE => entry
            .verifying_reader(DeflateDecoder::new(entry.data()))
            .take(largest + 1)
            .read_to_end(&mut bytes),
        other => {
            return Err(format!(
                "is compressed by the method {}; Java knows stored and deflated",
                other.as_u16()
            ));
        }
    };
    let read = read.map_err(|error| format!("cannot be read: {error}"))?;
    if read as u64 > largest {
        return Err(format!("is larger than {} MiB", largest >> 20));
    }
    Ok(bytes)
}
