//! Writes elements: XStream's PrettyPrintWriter, or its CompactWriter.

use super::escape::escape;
use super::tags::Tags;

/// Writes elements to a buffer.
pub(crate) struct Printer<'o> {
    pub(crate) out: &'o mut Vec<u8>,
    /// Where the name of each open element stands, and how long it is.
    pub(super) open: Vec<(u32, u32)>,
    pub(super) pretty: bool,
    /// The tag that was begun last has no `>` yet.
    pub(super) in_tag: bool,
    /// The element that was begun last has no content yet.
    pub(super) empty: bool,
    /// The element that is open holds text, which a line end would change.
    pub(super) text: bool,
}

/// A line end and the spaces of seven levels, and those of eight more.
const LINE: &[u8; 16] = b"\n               ";
const SPACES: &[u8; 16] = b"                ";

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
        let end = self.out.len() + 1 + 2 * depth;
        self.out.extend_from_slice(LINE);
        while self.out.len() < end {
            self.out.extend_from_slice(SPACES);
        }
        self.out.truncate(end);
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
        self.before();
        self.out.push(b'<');
        let at = self.out.len() as u32;
        holdfast_document::append(self.out, name.as_bytes());
        self.begun(at, name.len())
    }

    /// The same for one whose tags are known.
    #[inline]
    pub(crate) fn open_tags(&mut self, tags: &Tags, name: &str) -> u32 {
        if !tags.fit() {
            return self.open(name);
        }
        self.before();
        let at = self.out.len() as u32 + 1;
        tags.push_open(self.out);
        // An attribute may follow, or nothing.
        self.out.truncate(at as usize + name.len());
        self.begun(at, name.len())
    }

    #[inline]
    fn before(&mut self) {
        self.finish_tag();
        if !self.open.is_empty() {
            self.line(self.open.len());
        }
    }

    #[inline]
    fn begun(&mut self, at: u32, len: usize) -> u32 {
        self.open.push((at, len as u32));
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
        holdfast_document::append(self.out, text);
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
            self.repeat(at as usize, length as usize);
            self.out.push(b'>');
        }
        self.empty = false;
        self.text = false;
    }

    /// Writes again what stands at an offset.
    #[inline]
    fn repeat(&mut self, at: usize, len: usize) {
        let end = self.out.len() + len;
        let mut done = 0;
        while done < len {
            let Some(chunk) = self.out.get(at + done..).and_then(<[u8]>::first_chunk::<16>).copied() else {
                let (from, to) = (at + done, at + len);
                if to <= self.out.len() {
                    self.out.extend_from_within(from..to);
                }
                break;
            };
            self.out.extend_from_slice(&chunk);
            done += 16;
        }
        self.out.truncate(end);
    }

    /// Begins an element that holds text alone. It must be ended by [`Printer::end_leaf`].
    #[inline]
    pub(crate) fn begin_leaf(&mut self, tags: &Tags) {
        self.finish_tag();
        self.line(self.open.len());
        tags.push_open(self.out);
    }

    #[inline]
    pub(crate) fn end_leaf(&mut self, tags: &Tags) {
        tags.push_close(self.out);
        self.empty = false;
        self.text = false;
    }

    /// An element that holds text without escapes.
    #[inline]
    pub(crate) fn leaf(&mut self, tags: &Tags, text: &[u8]) {
        self.begin_leaf(tags);
        holdfast_document::append(self.out, text);
        self.end_leaf(tags);
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
        printer.leaf(&Tags::of("c"), b"1");
        printer.nothing("d");
        printer.open_tags(&Tags::of("e"), "e");
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

    #[test]
    fn deep_elements_are_indented_and_closed_by_their_long_names() {
        let mut out = Vec::new();
        let mut printer = Printer::new(&mut out, true, Vec::new());
        let name = "a-name-of-more-than-sixteen-bytes";
        for _ in 0..20 {
            printer.open(name);
        }
        for _ in 0..20 {
            printer.close();
        }
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!((lines[19], lines.len()), (format!("{}<{name}/>", "  ".repeat(19)).as_str(), 39));
        assert_eq!(
            (lines[20], lines[38]),
            (format!("{}</{name}>", "  ".repeat(18)).as_str(), format!("</{name}>").as_str())
        );
    }
}
