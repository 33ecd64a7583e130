//! A strict tokenizer for the XML that javolution writes.
//!
//! Names of array classes make elements such as `<[Ljava.lang.Object; __ref="1"/>`, which no XML parser takes. So this one
//! takes any name that ends where a tag goes on, and little else: elements, attributes, whitespace between elements.
//! There is no text, no comment, no DOCTYPE, no processing instruction behind the declaration.

use crate::fault::{Outcome, damaged};
use holdfast_sdk::Failure;

/// What stands twice among attributes: a class has two fields of one name, if it is no mistake.
pub(crate) fn repeated<'a, 'x>(attributes: &'a [Attribute<'x>]) -> Option<&'a Attribute<'x>> {
    let mut rest = attributes;
    while let [first, others @ ..] = rest {
        if let Some(again) = others.iter().find(|other| holdfast_document::is_equal(other.name, first.name)) {
            return Some(again);
        }
        rest = others;
    }
    None
}

/// More than any class has fields; attributes of one element are compared with each other.
const MOST_ATTRIBUTES: usize = 512;

/// A position in XML that is known to be UTF-8.
#[derive(Debug, Clone)]
pub(crate) struct Xml<'x> {
    bytes: &'x [u8],
    at: usize,
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'x> {
    pub(crate) name: &'x [u8],
    /// What stands between the quotes.
    pub(crate) raw: &'x [u8],
    /// Where that begins.
    pub(crate) at: usize,
    /// Whether it stands for itself: nothing in it is an entity.
    pub(crate) is_plain: bool,
}

/// What opens an element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open<'x> {
    pub(crate) name: &'x [u8],
    /// Where the tag begins.
    pub(crate) at: usize,
    /// Whether it closes the element, too.
    pub(crate) is_empty: bool,
}

/// A tag.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tag<'x> {
    Open(Open<'x>),
    /// The name, and where the tag begins.
    Close(&'x [u8], usize),
}

impl<'x> Xml<'x> {
    /// Passes the declaration. The root element must follow.
    pub(crate) fn open(bytes: &'x [u8], root: &str) -> Outcome<Self> {
        let other = |text: String| Err(Box::new(Failure::NotThisFormat(text)));
        let mut xml = Self { bytes, at: 0 };
        if bytes.starts_with(b"<?xml ") {
            let Some(end) = bytes.windows(2).take(200).position(|two| two == b"?>") else {
                return other("the XML declaration does not end".into());
            };
            let declaration = bytes.get(..end).unwrap_or_default();
            let encoding = declaration.windows(9).position(|nine| nine == b"encoding=");
            if let Some(at) = encoding {
                let name = declaration.get(at + 10..).and_then(|rest| rest.first_chunk::<5>());
                if !name.is_some_and(|name| name.eq_ignore_ascii_case(b"utf-8")) {
                    return other("the XML declaration names another encoding than UTF-8".into());
                }
            }
            xml.at = end + 2;
        }
        xml.whitespace();
        let tag = xml.rest();
        let name = tag.strip_prefix(b"<").and_then(|tag| tag.strip_prefix(root.as_bytes()));
        if !name.is_some_and(|rest| matches!(rest.first(), Some(b' ' | b'>' | b'/' | b'\t' | b'\r' | b'\n')))
        {
            return other(format!("it does not begin with the element <{root}>"));
        }
        if let Err(error) = simdutf8::compat::from_utf8(bytes) {
            return Err(damaged(error.valid_up_to(), "not UTF-8"));
        }
        Ok(xml)
    }

    #[inline]
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// Goes to where so many bytes are left.
    #[inline]
    pub(crate) const fn go_to(&mut self, left: usize) {
        self.at = self.bytes.len().saturating_sub(left);
    }

    /// Where a piece of the XML begins that goes to its end.
    #[inline]
    pub(crate) const fn offset(&self, rest: &[u8]) -> usize {
        self.bytes.len().saturating_sub(rest.len())
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'x [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn whitespace(&mut self) -> bool {
        let from = self.at;
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
        self.at > from
    }

    #[cold]
    fn truncated(&self) -> Box<Failure> {
        damaged(self.bytes.len(), "the XML ends inside an element")
    }

    #[cold]
    fn unexpected(&self, expected: &str) -> Box<Failure> {
        match self.peek() {
            None => self.truncated(),
            Some(b'!') if self.bytes.get(self.at.saturating_sub(1)) == Some(&b'<') => {
                damaged(self.at - 1, "a DOCTYPE, comment or CDATA section, which the library does not write")
            }
            Some(_) => damaged(self.at, format!("{expected} was expected")),
        }
    }

    /// Reads the next tag; its attributes are put into `attributes`.
    #[inline]
    pub(crate) fn tag(&mut self, attributes: &mut Vec<Attribute<'x>>) -> Outcome<Tag<'x>> {
        if self.peek() != Some(b'<') {
            self.whitespace();
            if self.peek() != Some(b'<') {
                return Err(self.unexpected("a tag"));
            }
        }
        let at = self.at;
        self.at += 1;
        if self.peek() == Some(b'/') {
            self.at += 1;
            let name = self.name()?;
            self.whitespace();
            if self.peek() != Some(b'>') {
                return Err(self.unexpected("'>'"));
            }
            self.at += 1;
            return Ok(Tag::Close(name, at));
        }
        let name = self.name()?;
        attributes.clear();
        loop {
            let spaced = self.whitespace();
            match self.peek() {
                Some(b'>') => {
                    self.at += 1;
                    return Ok(Tag::Open(Open { name, at, is_empty: false }));
                }
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    return Ok(Tag::Open(Open { name, at, is_empty: true }));
                }
                Some(_) if spaced => {
                    let attribute = self.attribute()?;
                    if attributes.len() >= MOST_ATTRIBUTES {
                        return Err(damaged(at, format!("an element of over {MOST_ATTRIBUTES} attributes")));
                    }
                    attributes.push(attribute);
                }
                _ => return Err(self.unexpected("an attribute, '/>' or '>'")),
            }
        }
    }

    /// A name: all up to the byte that cannot belong to one.
    #[inline]
    fn name(&mut self) -> Outcome<&'x [u8]> {
        let rest = self.rest();
        let ends = |byte: &u8| {
            matches!(byte, b' ' | b'=' | b'>' | b'/' | b'<' | b'"' | b'\'' | b'&' | b'!' | b'?' | 0..=0x1f)
        };
        match rest.iter().position(ends) {
            Some(0) => Err(self.unexpected("a name")),
            Some(length) => {
                self.at += length;
                Ok(rest.get(..length).unwrap_or_default())
            }
            None => Err(self.truncated()),
        }
    }

    #[inline]
    fn attribute(&mut self) -> Outcome<Attribute<'x>> {
        let name = self.name()?;
        self.whitespace();
        if self.peek() != Some(b'=') {
            return Err(self.unexpected("'='"));
        }
        self.at += 1;
        self.whitespace();
        let Some(quote @ (b'"' | b'\'')) = self.peek() else { return Err(self.unexpected("a quote")) };
        self.at += 1;
        let (at, rest) = (self.at, self.rest());
        let mut is_plain = true;
        for (length, byte) in rest.iter().enumerate() {
            match *byte {
                byte if byte == quote => {
                    self.at += length + 1;
                    let raw = rest.get(..length).unwrap_or_default();
                    return Ok(Attribute { name, raw, at, is_plain });
                }
                b'&' => is_plain = false,
                b'<' => return Err(damaged(at + length, "'<' inside of a value; it must be &lt;")),
                _ => {}
            }
        }
        Err(self.truncated())
    }

    /// Sees that nothing follows.
    pub(crate) fn end(&mut self) -> Outcome<()> {
        self.whitespace();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(damaged(self.at, "bytes follow the root element")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Outcome<Vec<String>> {
        let mut xml = Xml { bytes: text.as_bytes(), at: 0 };
        let (mut attributes, mut seen) = (Vec::new(), Vec::new());
        while !xml.rest().is_empty() {
            seen.push(match xml.tag(&mut attributes)? {
                Tag::Open(open) => {
                    let pairs = attributes.iter().map(|a: &Attribute<'_>| {
                        format!(" {}={}", String::from_utf8_lossy(a.name), String::from_utf8_lossy(a.raw))
                    });
                    let end = if open.is_empty { "/" } else { "" };
                    format!("{}{}{end}", String::from_utf8_lossy(open.name), pairs.collect::<String>())
                }
                Tag::Close(name, _) => format!("/{}", String::from_utf8_lossy(name)),
            });
        }
        Ok(seen)
    }

    #[test]
    fn elements_of_array_classes_are_elements() {
        let text = "<[Ljava.lang.Object; __ref=\"1\"/> <k class='a\"b' ><[I length=\"0\"></[I></k >";
        let expected = ["[Ljava.lang.Object; __ref=1/", "k class=a\"b", "[I length=0", "/[I", "/k"];
        assert_eq!(tags(text).unwrap(), expected);
    }

    #[test]
    fn what_is_no_element_is_refused() {
        for text in [
            "<!DOCTYPE a>",
            "<!-- a -->",
            "<?pi a?>",
            "<a>text</a>",
            "<a",
            "<a b",
            "<a b=",
            "<a b=c/>",
            "<a b=\"<\"/>",
            "<a b=\"1\"c=\"2\"/>",
            "<>",
            "</>",
            "<a/ >",
            "<a b=\"1/>",
            "<![CDATA[a]]>",
        ] {
            assert!(tags(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_tags_or_refused(text in "[<>/a=\" '&!\\[;]{0,40}") {
            let _ = tags(&text);
        }
    }
}
