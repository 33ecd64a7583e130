//! Writes elements: XStream's PrettyPrintWriter, or its CompactWriter.

use super::escape::escape;

/// Writes elements to a buffer.
pub(crate) struct Printer<'o> {
    pub(crate) out: &'o mut Vec<u8>,
    /// Where the name of each open element stands, and how long it is.
    open: Vec<(u32, u32)>,
    pretty: bool,
    /// The tag that was begun last has no `>` yet.
    in_tag: bool,
    /// The element that was begun last has no content yet.
    empty: bool,
    /// The element that is open holds text, which a line end would change.
    text: bool,
}

/// A line end, and room for so many levels that more are seldom.
const LINE: &[u8; 129] = b"\n                                                                                                                                ";

impl<'o> Printer<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>, pretty: bool, mut open: Vec<(u32, u32)>) -> Self {
        open.clear();
        Self { out, open, pretty, in_tag: false, empty: false, text: false }
    }

    /// The stack, to be used again.
    pub(crate) fn into_stack(self) -> Vec<(u32, u32)> {
        self.open
    }

    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    #[inline]
    fn line(&mut self, depth: usize) {
        if !self.pretty {
            return;
        }
        match LINE.get(..=2 * depth) {
            Some(line) => self.out.extend_from_slice(line),
            None => {
                self.out.push(b'\n');
                self.out.resize(self.out.len() + 2 * depth, b' ');
            }
        }
    }

    #[inline]
    fn finish_tag(&mut self) {
        if self.in_tag {
            self.out.push(b'>');
            self.in_tag = false;
        }
    }

    /// Begins an element. Gives where its name stands.
    #[inline]
    pub(crate) fn open(&mut self, name: &str) -> u32 {
        self.finish_tag();
        if !self.open.is_empty() {
            self.line(self.open.len());
        }
        self.out.push(b'<');
        let at = self.out.len() as u32;
        self.out.extend_from_slice(name.as_bytes());
        self.open.push((at, name.len() as u32));
        self.in_tag = true;
        self.empty = true;
        self.text = false;
        at
    }

    /// Adds an attribute to the tag that was begun.
    pub(crate) fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"=\"");
        escape(self.out, value, true);
        self.out.push(b'"');
    }

    /// Adds text that needs no escapes.
    #[inline]
    pub(crate) fn raw(&mut self, text: &[u8]) {
        self.begin_text();
        self.out.extend_from_slice(text);
    }

    /// Adds text.
    #[inline]
    pub(crate) fn text(&mut self, text: &str) {
        self.begin_text();
        escape(self.out, text, false);
    }

    #[inline]
    pub(crate) fn begin_text(&mut self) {
        self.finish_tag();
        self.empty = false;
        self.text = true;
    }

    /// Ends the element that was begun last.
    #[inline]
    pub(crate) fn close(&mut self) {
        let Some((at, length)) = self.open.pop() else { return };
        if self.empty {
            self.out.extend_from_slice(b"/>");
            self.in_tag = false;
        } else {
            if !self.text {
                self.line(self.open.len());
            }
            self.out.extend_from_slice(b"</");
            let (at, length) = (at as usize, length as usize);
            if at + length <= self.out.len() {
                self.out.extend_from_within(at..at + length);
            }
            self.out.push(b'>');
        }
        self.empty = false;
        self.text = false;
    }

    /// An element that holds text without escapes.
    #[inline]
    pub(crate) fn leaf(&mut self, name: &str, text: &[u8]) {
        self.finish_tag();
        self.line(self.open.len());
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
        self.out.extend_from_slice(text);
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
        self.empty = false;
        self.text = false;
    }

    /// An element that holds nothing.
    pub(crate) fn nothing(&mut self, name: &str) {
        self.open(name);
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(pretty: bool) -> String {
        let mut out = Vec::new();
        let mut printer = Printer::new(&mut out, pretty, Vec::new());
        printer.open("a");
        printer.attribute("b", "<\n");
        printer.leaf("c", b"1");
        printer.nothing("d");
        printer.open("e");
        printer.text("");
        printer.close();
        printer.open("f");
        printer.text("x\n");
        printer.close();
        printer.close();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn elements_stand_on_lines_of_their_own_and_text_stands_where_it_is() {
        assert_eq!(print(true), "<a b=\"&lt;&#xa;\">\n  <c>1</c>\n  <d/>\n  <e></e>\n  <f>x\n</f>\n</a>");
        assert_eq!(print(false), "<a b=\"&lt;&#xa;\"><c>1</c><d/><e></e><f>x\n</f></a>");
    }
}
