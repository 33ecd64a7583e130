//! Pulls elements and their text out of XML.
//!
//! XStream writes NUL and other characters that XML 1.0 forbids as character references, and reads them again; a
//! conforming parser refuses them. What could lead out of the document or grow inside it (a DOCTYPE, and with it every
//! entity but the five of XML itself) is refused, so nothing here ever yields more text than stands in the bytes.

use memchr::{memchr, memchr3};

use super::escape::zeros;
use super::tags::{Tags, same};
use crate::fault::Fault;

/// The start of an element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag<'a> {
    /// Its name as it stands there.
    pub(crate) name: &'a str,
    /// All between the name and the end of the tag.
    pub(crate) attributes: &'a str,
    /// `<name/>`: it has no content, and no end tag.
    pub(crate) empty: bool,
    /// Where its `<` stands.
    pub(crate) at: usize,
}

/// What comes next in the content of an element that holds elements.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Next<'a> {
    /// An element begins.
    Open(Tag<'a>),
    /// The element of this name ends.
    Close(&'a str),
    /// The document ends.
    End,
}

/// A position in XML.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parser<'a> {
    xml: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Parser<'a> {
    pub(crate) const fn new(xml: &'a str) -> Self {
        Self { xml, bytes: xml.as_bytes(), at: 0 }
    }

    #[inline]
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    #[inline]
    pub(crate) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.xml.get(from..to).unwrap_or_default()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline(always)]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Passes over white space, which mostly is a line end and the spaces of an indentation.
    #[inline]
    pub(crate) fn space(&mut self) {
        const SPACES: u64 = u64::from_le_bytes(*b"        ");
        if self.peek() == Some(b'\n') {
            self.at += 1;
            while let Some(word) = self.rest().first_chunk::<8>() {
                let other = u64::from_le_bytes(*word) ^ SPACES;
                if other != 0 {
                    self.at += (other.trailing_zeros() / 8) as usize;
                    break;
                }
                self.at += 8;
            }
        }
        self.skip_space();
    }

    /// The text of the element whose `<name>` stands here, up to and with its `</name>`, if it holds nothing but text that
    /// is as it stands. Otherwise nothing is read.
    #[inline]
    pub(crate) fn leaf(&mut self, tags: &Tags) -> Option<&'a str> {
        let from = self.at + tags.open_len();
        let mut at = from;
        loop {
            let word = u64::from_le_bytes(*self.bytes.get(at..)?.first_chunk::<8>()?);
            let special = has(word, b'<') | has(word, b'&') | has(word, b'\r');
            if special != 0 {
                at += (special.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        if !tags.closes(self.bytes, at) {
            return None;
        }
        self.at = at + tags.close_len();
        Some(self.slice(from, at))
    }

    /// Passes over the end tag of the element whose name stands elsewhere, if that comes next as it mostly stands.
    #[inline]
    pub(crate) fn eat_end(&mut self, name: usize, len: usize) -> bool {
        let Some([b'<', b'/', rest @ ..]) = self.bytes.get(self.at..self.at + len + 3) else { return false };
        let Some((b'>', end)) = rest.split_last() else { return false };
        let eaten = self.bytes.get(name..name + len).is_some_and(|name| same(end, name));
        if eaten {
            self.at += len + 3;
        }
        eaten
    }

    /// The next element or end of one. Text other than white space has no place here.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Next<'a>, Fault> {
        loop {
            self.skip_space();
            match self.rest() {
                [b'<', b'/', ..] => return self.close().map(Next::Close),
                [b'<', b'!' | b'?', ..] => self.skip_markup()?,
                [b'<', ..] => return self.open().map(Next::Open),
                [] => return Ok(Next::End),
                _ => return Err(Fault::at(self.at, "text stands here, where elements were expected")),
            }
        }
    }

    #[inline]
    fn open(&mut self) -> Result<Tag<'a>, Fault> {
        let at = self.at;
        self.at += 1;
        let name = self.name()?;
        match self.rest() {
            [b'>', ..] => {
                self.at += 1;
                Ok(Tag { name, attributes: "", empty: false, at })
            }
            [b'/', b'>', ..] => {
                self.at += 2;
                Ok(Tag { name, attributes: "", empty: true, at })
            }
            _ => self.open_with_attributes(at, name),
        }
    }

    fn open_with_attributes(&mut self, at: usize, name: &'a str) -> Result<Tag<'a>, Fault> {
        let from = self.at;
        loop {
            let space = self.at;
            self.skip_space();
            let to = self.at;
            match self.rest() {
                [b'>', ..] => {
                    self.at += 1;
                    return Ok(Tag { name, attributes: self.slice(from, to), empty: false, at });
                }
                [b'/', b'>', ..] => {
                    self.at += 2;
                    return Ok(Tag { name, attributes: self.slice(from, to), empty: true, at });
                }
                [] => return Err(Fault::at(self.at, "the document ends inside a tag")),
                _ if space == to => return Err(Fault::at(to, "a tag goes on here without a space")),
                _ => self.attribute()?,
            }
        }
    }

    fn attribute(&mut self) -> Result<(), Fault> {
        self.name()?;
        self.skip_space();
        if self.peek() != Some(b'=') {
            return Err(Fault::at(self.at, "'=' and a value were expected after the name of an attribute"));
        }
        self.at += 1;
        self.skip_space();
        let Some(quote @ (b'"' | b'\'')) = self.peek() else {
            return Err(Fault::at(self.at, "the value of an attribute stands in quotes"));
        };
        self.at += 1;
        let Some(length) = memchr(quote, self.rest()) else {
            return Err(Fault::at(self.at, "the document ends inside the value of an attribute"));
        };
        let value = self.slice(self.at, self.at + length);
        if let Some(bad) = value.find('<') {
            return Err(Fault::at(self.at + bad, "'<' stands in the value of an attribute"));
        }
        self.at += length + 1;
        Ok(())
    }

    #[inline]
    fn name(&mut self) -> Result<&'a str, Fault> {
        let from = self.at;
        while let Some(byte) = self.peek()
            && is_name(byte)
        {
            self.at += 1;
        }
        if from == self.at {
            return Err(Fault::at(from, "the name of an element or attribute was expected"));
        }
        Ok(self.slice(from, self.at))
    }

    #[inline]
    fn close(&mut self) -> Result<&'a str, Fault> {
        self.at += 2;
        let name = self.name()?;
        self.skip_space();
        if self.peek() != Some(b'>') {
            return Err(Fault::at(self.at, "'>' was expected"));
        }
        self.at += 1;
        Ok(name)
    }

    /// Passes over a comment, or an instruction such as the XML declaration.
    #[cold]
    fn skip_markup(&mut self) -> Result<(), Fault> {
        let (skip, end) = match self.rest() {
            [b'<', b'!', b'-', b'-', ..] => (4, "-->"),
            [b'<', b'?', ..] => (2, "?>"),
            [b'<', b'!', b'[', ..] => {
                return Err(Fault::at(self.at, "text stands here, where elements were expected"));
            }
            _ => {
                return Err(Fault::at(
                    self.at,
                    "a document type declaration: XStream writes none, and it could lead anywhere",
                ));
            }
        };
        let from = self.at + skip;
        match memchr::memmem::find(self.bytes.get(from..).unwrap_or_default(), end.as_bytes()) {
            Some(length) => {
                self.at = from + length + end.len();
                Ok(())
            }
            None => Err(Fault::at(self.at, "the document ends inside a comment or an instruction")),
        }
    }

    /// The text of an element that holds nothing else, up to and with its end tag.
    #[inline]
    pub(crate) fn text<'t>(&mut self, tag: &Tag<'a>, scratch: &'t mut String) -> Result<&'t str, Fault>
    where
        'a: 't,
    {
        if tag.empty {
            return Ok("");
        }
        let from = self.at;
        let rest = self.rest();
        let Some(length) = find_special(rest) else {
            return Err(Fault::at(self.bytes.len(), "the document ends inside an element"));
        };
        if let Some([b'<', b'/', end @ ..]) = rest.get(length..)
            && end.get(..tag.name.len()) == Some(tag.name.as_bytes())
            && end.get(tag.name.len()) == Some(&b'>')
        {
            self.at = from + length + tag.name.len() + 3;
            return Ok(self.slice(from, from + length));
        }
        scratch.clear();
        self.long_text(tag, scratch)?;
        Ok(scratch)
    }

    /// The same, with references, line ends that are to be unified, comments or CDATA in it.
    #[cold]
    fn long_text(&mut self, tag: &Tag<'a>, out: &mut String) -> Result<(), Fault> {
        loop {
            let Some(length) = find_special(self.rest()) else {
                return Err(Fault::at(self.bytes.len(), "the document ends inside an element"));
            };
            out.push_str(self.slice(self.at, self.at + length));
            self.at += length;
            match self.rest() {
                [b'&', ..] => self.at = reference(self.xml, self.at, out)?,
                [b'\r', ..] => {
                    self.at += 1;
                    if self.peek() != Some(b'\n') {
                        out.push('\n');
                    }
                }
                [b'<', b'/', ..] => {
                    let at = self.at;
                    return match self.close()? {
                        name if name == tag.name => Ok(()),
                        name => Err(Fault::at(at, format!("</{name}> ends what <{}> began", tag.name))),
                    };
                }
                [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', text @ ..] => {
                    let from = self.at + 9;
                    let Some(length) = memchr::memmem::find(text, b"]]>") else {
                        return Err(Fault::at(self.at, "the document ends inside a CDATA section"));
                    };
                    out.push_str(self.slice(from, from + length));
                    self.at = from + length + 3;
                }
                [b'<', b'!' | b'?', ..] => self.skip_markup()?,
                _ => {
                    return Err(Fault::mismatch(
                        self.at,
                        format!("an element stands in <{}>, which holds text", tag.name),
                    ));
                }
            }
        }
    }

    /// Whether the element that was just opened holds text alone; its end as it stands there.
    pub(crate) fn raw_leaf(&mut self, tag: &Tag<'a>) -> Result<Option<&'a str>, Fault> {
        let from = self.at;
        let Some(length) = memchr(b'<', self.rest()) else {
            return Err(Fault::at(self.bytes.len(), "the document ends inside an element"));
        };
        let text = self.slice(from, from + length);
        match self.rest().get(length..) {
            Some([b'<', b'/', ..]) => {}
            _ => return Ok(None),
        }
        self.at = from + length;
        let at = self.at;
        let name = self.close()?;
        if name != tag.name {
            return Err(Fault::at(at, format!("</{name}> ends what <{}> began", tag.name)));
        }
        check_text(self.xml, from, from + length)?;
        Ok(Some(text))
    }
}

/// The high bit of each byte that is this one; those above the lowest may be wrong.
#[inline(always)]
pub(crate) const fn has(word: u64, byte: u8) -> u64 {
    zeros(word ^ (0x0101_0101_0101_0101 * byte as u64))
}

/// Whether the references of a text make sense.
pub(crate) fn check_text(xml: &str, from: usize, to: usize) -> Result<(), Fault> {
    let mut at = from;
    let mut scratch = String::new();
    while let Some(found) = xml.get(at..to).and_then(|text| memchr(b'&', text.as_bytes())) {
        scratch.clear();
        at = reference(xml, at + found, &mut scratch)?;
    }
    if at > to {
        return Err(Fault::at(to, "the text ends inside a reference"));
    }
    Ok(())
}

/// The value of an attribute.
#[inline]
pub(crate) fn attribute<'a>(tag: &Tag<'a>, name: &str) -> Option<&'a str> {
    if tag.attributes.is_empty() {
        return None;
    }
    let mut rest = tag.attributes;
    loop {
        let (key, value, after) = split_attribute(rest)?;
        if key == name {
            return Some(value);
        }
        rest = after;
    }
}

/// The first attribute, its value as it stands there, and what follows.
fn split_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (key, after) = text.split_once('=')?;
    let after = after.trim_start();
    let quote = after.chars().next()?;
    let (value, rest) = after.get(1..)?.split_once(quote)?;
    Some((key.trim(), value, rest))
}

/// The text of an attribute's value.
pub(crate) fn unescape(value: &str, out: &mut String, at: usize) -> Result<(), Fault> {
    out.clear();
    let mut from = 0;
    while let Some(found) = value.get(from..).and_then(|rest| rest.find(['&', '\n', '\t', '\r'])) {
        out.push_str(value.get(from..from + found).unwrap_or_default());
        from += found;
        if value.as_bytes().get(from) == Some(&b'&') {
            from = reference(value, from, out)
                .map_err(|_| Fault::at(at, "a reference in an attribute makes no sense"))?;
        } else {
            out.push(' ');
            from += 1;
        }
    }
    out.push_str(value.get(from..).unwrap_or_default());
    Ok(())
}

/// Reads the reference that begins at `at`, and gives where it ends.
fn reference(xml: &str, at: usize, out: &mut String) -> Result<usize, Fault> {
    // The longest that is allowed: &#x0010FFFF;
    let window = xml.as_bytes().get(at..xml.len().min(at + 16)).unwrap_or_default();
    let Some(end) = memchr(b';', window) else {
        return Err(Fault::at(at, "'&' begins no reference"));
    };
    let body = xml.get(at + 1..at + end).unwrap_or_default();
    let number = |digits: &str, radix| {
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
            return None;
        }
        u32::from_str_radix(digits, radix).ok()
    };
    let code = match body {
        "lt" => Some(u32::from('<')),
        "gt" => Some(u32::from('>')),
        "amp" => Some(u32::from('&')),
        "quot" => Some(u32::from('"')),
        "apos" => Some(u32::from('\'')),
        _ => match body.strip_prefix('#') {
            Some(code) => match code.strip_prefix('x') {
                Some(digits) => number(digits, 16),
                None => number(code, 10),
            },
            None => {
                return Err(Fault::at(
                    at,
                    format!("&{body}; is an entity that XML does not have, and there are no others here"),
                ));
            }
        },
    };
    match code.and_then(char::from_u32) {
        Some(char) => out.push(char),
        None => return Err(Fault::at(at, format!("&{body}; is no character"))),
    }
    Ok(at + end + 1)
}

/// The first byte of text that is not itself. Most texts are short: a call into vectors does not pay for those.
#[inline]
fn find_special(text: &[u8]) -> Option<usize> {
    for (index, byte) in text.iter().enumerate().take(24) {
        if matches!(byte, b'<' | b'&' | b'\r') {
            return Some(index);
        }
    }
    memchr3(b'<', b'&', b'\r', text.get(24..)?).map(|index| index + 24)
}

/// Whether a byte may stand in a name. Bytes of other characters than ASCII's may: which of them XML allows does not
/// matter to anybody here.
#[inline]
fn is_name(byte: u8) -> bool {
    NAME.get(usize::from(byte)).copied().unwrap_or(false)
}

const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
    while byte < 256 {
        // The brackets and semicolon are Javolution's array classes, not XStream's.
        table[byte] = byte >= 0x80
            || (byte as u8).is_ascii_alphanumeric()
            || matches!(byte as u8, b'_' | b'-' | b'.' | b':');
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> Result<String, Fault> {
        let mut parser = Parser::new(xml);
        let Next::Open(tag) = parser.next()? else { panic!("no element") };
        let mut scratch = String::new();
        let text = parser.text(&tag, &mut scratch)?.to_owned();
        assert!(matches!(parser.next()?, Next::End));
        Ok(text)
    }

    #[test]
    fn characters_that_xml_forbids_are_read_as_xstream_writes_them() {
        assert_eq!(text("<s>a&#x0;b&#1;&lt;&gt;&amp;&quot;&apos;</s>").unwrap(), "a\0b\u{1}<>&\"'");
    }

    #[test]
    fn line_ends_cdata_and_comments_are_text_as_xml_has_it() {
        assert_eq!(text("<s>a\r\nb\rc<!-- no --><![CDATA[<&>]]> </s>").unwrap(), "a\nb\nc<&> ");
        assert_eq!(text("<?xml version=\"1.0\"?><!-- x --><s/>").unwrap(), "");
    }

    #[test]
    fn entities_and_document_types_are_refused_where_they_stand() {
        assert_eq!(
            text("<s>&bomb;</s>"),
            Err(Fault::at(3, "&bomb; is an entity that XML does not have, and there are no others here"))
        );
        assert!(matches!(text("<!DOCTYPE s [<!ENTITY a \"b\">]><s/>"), Err(Fault::Damaged(0, _))));
        assert!(text("<s>&#x110000;</s>").is_err());
        assert!(text("<s>&#xd800;</s>").is_err());
        assert!(text("<s>&#;</s>").is_err());
    }

    #[test]
    fn attributes_are_found_by_name() {
        let mut parser = Parser::new("<a class=\"b$c\" x = '&lt;' />");
        let Next::Open(tag) = parser.next().unwrap() else { panic!("no element") };
        assert!(tag.empty);
        assert_eq!((attribute(&tag, "class"), attribute(&tag, "x")), (Some("b$c"), Some("&lt;")));
        assert_eq!(attribute(&tag, "y"), None);
    }

    #[test]
    fn no_cut_breaks_it() {
        let xml = "<?xml?><!--c--><a b='c'><d>e&#x0;<![CDATA[f]]></d><g/></a>";
        for end in 0..xml.len() {
            let mut parser = Parser::new(&xml[..end]);
            while let Ok(Next::Open(_) | Next::Close(_)) = parser.next() {}
        }
    }
}
