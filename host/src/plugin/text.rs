//! Texts that a plugin wrote, and sizes, made fit for a line of an error.

use std::fmt;

/// No text of a plugin is longer than this in an error.
const LONGEST: usize = 1000;

/// A text of a plugin on one line, without control characters, and not without end.
pub(super) fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LONGEST + 4));
    let mut gap = false;
    for character in text.trim().chars() {
        if line.len() >= LONGEST {
            line.push_str(" ...");
            break;
        }
        if character.is_control() || character.is_whitespace() {
            gap = true;
        } else {
            if gap {
                line.push(' ');
                gap = false;
            }
            line.push(character);
        }
    }
    line
}

/// The longest beginning of a text that has at most so many bytes.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// A number of bytes as people say it.
pub(super) struct Bytes(pub(super) usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => write!(f, "{} MiB", bytes >> 20),
            bytes if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => write!(f, "{} KiB", bytes >> 10),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_many_lines_becomes_one_line() {
        assert_eq!(
            line("  panicked at lib.rs:3:5:\n\tboom\u{1b}[31m \n"),
            "panicked at lib.rs:3:5: boom [31m"
        );
    }

    #[test]
    fn a_text_without_end_is_cut() {
        let cut = line(&"ä".repeat(5000));
        assert!(cut.len() < LONGEST + 10 && cut.ends_with("ä ..."), "{cut}");
    }

    #[test]
    fn a_cut_never_goes_through_a_character() {
        assert_eq!(beginning("aäb", 2), "a");
        assert_eq!(beginning("aäb", 3), "aä");
        assert_eq!(beginning("ab", 10), "ab");
    }

    #[test]
    fn sizes_read_as_people_say_them() {
        let texts: Vec<_> = [256 << 20, 64 << 10, 1500, 0].map(|size| Bytes(size).to_string()).into();
        assert_eq!(texts, ["256 MiB", "64 KiB", "1500 bytes", "0 bytes"]);
    }
}
