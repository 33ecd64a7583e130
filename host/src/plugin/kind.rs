//! What a file is that is no component, and what its owner probably wants.

use wasmtime::{Engine, Precompiled};

/// The first bytes of a WebAssembly file, and which of the two kinds it is.
const WASM: &[u8] = b"\0asm";
const COMPONENT: &[u8] = &[0x0d, 0, 1, 0];
const MODULE: &[u8] = &[1, 0, 0, 0];

/// Refuses what is no component, with what it is and what would be right.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let Some(what) = strange(bytes) else { return Ok(()) };
    Err(what.to_owned())
}

fn strange(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("the file is empty; build or copy the plugin again");
    }
    if let Some(rest) = bytes.strip_prefix(WASM) {
        return match rest.get(..4) {
            Some(COMPONENT) => None,
            Some(MODULE) => Some(
                "it is a core WebAssembly module, not a component; `wasm-tools component new` or Holdfast's `cargo xtask \
                 build` makes a component of it",
            ),
            None => Some("the file is cut off after its first bytes; build or copy the plugin again"),
            Some(_) => {
                Some("it is a WebAssembly file of a version that is not known; a component was expected")
            }
        };
    }
    if bytes.starts_with(b"\x7fELF") {
        return Some(match Engine::detect_precompiled(bytes) {
            Some(Precompiled::Component | Precompiled::Module) => {
                "it is compiled already (.cwasm), which could do anything to this machine; put the .wasm file here, \
                 Holdfast compiles it and keeps the result"
            }
            None => "it is a native program or library; a WebAssembly component was expected",
        });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Some("it is a zip or Java archive; a WebAssembly component was expected");
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Some("it is compressed with gzip; unpack it");
    }
    let beginning = bytes.get(..4096).unwrap_or(bytes);
    // A cut may go through a character.
    let text = beginning.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default();
    if text.len() + 3 >= beginning.len() && !text.contains('\0') {
        let text = text.trim_start();
        return Some(
            if text.starts_with("(component") || text.starts_with("(module") || text.starts_with(";;") {
                "it is WebAssembly as text; `wasm-tools parse` makes a file of it that can be loaded"
            } else {
                "it is a text file; a WebAssembly component was expected"
            },
        );
    }
    Some("it is no WebAssembly file; a component was expected")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_component_passes() {
        assert_eq!(strange(b"\0asm\x0d\0\x01\0..."), None);
    }

    #[test]
    fn a_file_that_is_something_else_is_told_what_it_is() {
        let cases: [(&[u8], &str); 9] = [
            (b"", "empty"),
            (b"\0asm", "cut off"),
            (b"\0asm\x01\0\0\0", "core WebAssembly module"),
            (b"\0asm\x02\0\0\0", "version that is not known"),
            (b"\x7fELF\x02\x01\x01", "native program"),
            (b"PK\x03\x04....", "Java archive"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"\n(component)", "as text"),
            ("hällo".as_bytes(), "a text file"),
        ];
        for (bytes, expected) in cases {
            let said = strange(bytes).unwrap();
            assert!(said.contains(expected), "{bytes:?}: {said}");
        }
        assert!(strange(&[0xff; 5000]).unwrap().starts_with("it is no WebAssembly file"));
    }
}
