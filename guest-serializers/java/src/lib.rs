//! The java serializer.
mod big;
mod boxes;
mod classes;
mod hidden;
mod layout;
mod mutf8;
mod read;
mod write;
mod stream;
mod table;
mod time;

/// What a value may be at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    pub(crate) bytes: usize,
}
impl Limits {
    /// How long a document may get.
    pub(crate) fn room_for(self, stream: usize) -> usize {
        self.bytes.min(stream.saturating_mul(32).saturating_add(384 << 10))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn golden() {
        let mut wkept = crate::write::Kept::default();
        let mut kept = crate::read::Kept::default();
        for dir in ["/work/shared/golden", "/tmp/jb/samples"] {
            let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "java")).collect();
            files.sort();
            for file in files {
                let bytes = std::fs::read(&file).unwrap();
                let mut out = Vec::new();
                let r = crate::read::read(&bytes, &mut kept, crate::Limits { depth: 1000, bytes: 1 << 26 }, &mut out);
                let check = holdfast_document::check(&out, holdfast_document::Limits::default());
                let notes: usize = holdfast_document::Extras::of(&out).map(|e| e.notes.iter().map(|n| n.1.len()).sum()).unwrap_or(0);
                let mut back = Vec::new();
                let w = crate::write::write(&out, &mut wkept, crate::Limits { depth: 1000, bytes: 1 << 26 }, &mut back);
                if back != bytes { println!("DIFF {:?} at {:?} of {}", w, back.iter().zip(&bytes).position(|(a, b)| a != b), back.len()); std::fs::write(format!("/tmp/jb/diff-{}", file.file_name().unwrap().to_str().unwrap()), &back).unwrap(); }
                println!("{} {} -> {} notes {} {:?} {:?}", file.file_name().unwrap().to_str().unwrap(), bytes.len(), out.len(), notes, r, check);
            }
        }
    }
}
