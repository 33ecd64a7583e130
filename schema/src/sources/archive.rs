//! Class files in JARs, WARs and the like, and in archives inside of those.

use std::io::{Cursor, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

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
pub(super) fn read(archive: impl Read + Seek, take: &mut impl FnMut(Entry<'_>)) {
    read_at(archive, "", 0, take);
}

fn read_at(archive: impl Read + Seek, outer: &str, depth: usize, take: &mut impl FnMut(Entry<'_>)) {
    let mut archive = match ZipArchive::new(archive) {
        Ok(archive) => archive,
        Err(error) => return take(Entry { inside: outer, is_own: false, bytes: Err(damaged(&error)) }),
    };
    for index in 0..archive.len() {
        let mut entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                take(Entry { inside: outer, is_own: false, bytes: Err(damaged(&error)) });
                continue;
            }
        };
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(error) => {
                take(Entry { inside: outer, is_own: false, bytes: Err(damaged(&error)) });
                continue;
            }
        };
        let is_class = name.ends_with(".class") && !name.starts_with("META-INF/versions/");
        let is_archive = [".jar", ".war"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        if !(is_class || is_archive) {
            continue;
        }
        let inside = if outer.is_empty() { name.clone() } else { format!("{outer}!/{name}") };
        let largest = if is_class { LARGEST_CLASS } else { LARGEST_ARCHIVE };
        let bytes = read_entry(&mut entry, largest);
        match bytes {
            Ok(bytes) if is_archive && depth < DEEPEST => {
                drop(entry);
                read_at(Cursor::new(bytes), &inside, depth + 1, take);
            }
            Ok(_) if is_archive => {}
            bytes => {
                let is_own =
                    ["WEB-INF/classes/", "BOOT-INF/classes/"].iter().any(|folder| name.starts_with(folder));
                take(Entry { inside: &inside, is_own, bytes: bytes.as_deref().map_err(Clone::clone) });
            }
        }
    }
}

fn read_entry(entry: &mut impl Read, largest: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = entry
        .take(largest + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot be read: {error}"))?;
    if read as u64 > largest {
        return Err(format!("is larger than {} MiB", largest >> 20));
    }
    Ok(bytes)
}

fn damaged(error: &ZipError) -> String {
    format!("is no archive, or a damaged one: {error}")
}
