//! Class definitions: what a document says of a class, once an attribute.

use crate::error::{Error, ErrorKind};
use crate::token::{Token, Tokens, ext};

/// What kind of class a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An object with fields.
    Bean,
    /// An enum; its values are constants.
    Enum,
    /// A `java.lang.reflect.Proxy`; the items are the interfaces.
    Proxy,
    /// An array of objects; the name is the JVM's, such as `[Lcom.example.Person;`.
    Array,
}

/// A class definition: `[ mark, name, super, item... ]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Definition<'a> {
    /// Its number in the attribute, in the order in which definitions begin.
    pub number: u32,
    /// What kind of class it is.
    pub kind: Kind,
    /// Values are `[HEAD, name, value, name, value ...]` and the definition has no items.
    pub named: bool,
    /// Java's class descriptor flags and `serialVersionUID`, if a Java stream told them.
    pub java: Option<(u8, i64)>,
    /// The class name as Java's `Class.getName` has it.
    pub name: &'a str,
    /// The superclass.
    pub superclass: Option<Super>,
    /// The bytes of the whole definition, a key for whoever caches what was made of it.
    pub bytes: &'a [u8],
    items: &'a [u8],
    count: u32,
    /// Where it begins and ends in what is read: read again, it is the same definition.
    start: usize,
    end: usize,
}

/// The superclass of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Super {
    /// A class of the built-in table.
    Builtin(u16),
    /// A definition of this attribute, by its number.
    Known(u32),
}

/// How a typed value says its class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Head<'a> {
    /// A class of the built-in table.
    Builtin(u16),
    /// A definition that stands earlier in this attribute, by its number.
    Known(u32),
    /// A definition that stands here.
    Defined(Definition<'a>),
}

/// One slot of a value, as its definition lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'a> {
    /// A field.
    Field {
        /// How many classes up it is declared.
        level: u32,
        /// The JVM's type descriptor: `I`, `[J`, `Ljava/util/List;`, or `?` when nobody knows it.
        descriptor: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// The data of a `writeObject` or `writeExternal` method: one array of bin (a block) and values.
    Custom {
        /// How many classes up.
        level: u32,
    },
    /// Custom data with typed items, as XStream has it.
    TypedCustom {
        /// How many classes up.
        level: u32,
    },
    /// What the value is as an object of the built-in class so many levels up, which it extends: a value of that class,
    /// without an identity of its own.
    Whole {
        /// How many classes up.
        level: u32,
    },
    /// An interface of a proxy.
    Interface(&'a str),
}

impl<'a> Definition<'a> {
    /// The number of items.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.count
    }

    /// Whether there are no items.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The items in value order.
    pub fn items(&self) -> impl Iterator<Item = Result<Item<'a>, Error>> + use<'a> {
        let mut tokens = Tokens::new(self.items);
        let proxy = self.kind == Kind::Proxy;
        (0..self.count).map(move |_| {
            let text = tokens.str("the name of an item")?;
            Ok(if proxy { Item::Interface(text) } else { parse_item(text) })
        })
    }

    /// How many levels up the built-in class is whose value is the only part, if it is: the class extends a collection,
    /// map or date, and nothing is known of fields of its own.
    #[must_use]
    pub fn whole(&self) -> Option<u32> {
        if self.count != 1 || self.named {
            return None;
        }
        match self.items().next() {
            Some(Ok(Item::Whole { level })) => Some(level),
            _ => None,
        }
    }

    /// The items as they stand in the document.
    pub(crate) const fn raw_items(&self) -> &'a [u8] {
        self.items
    }

    /// Reads the definition that begins here, and those of its superclasses, into `known`.
    pub(crate) fn read(
        tokens: &mut Tokens<'a>,
        known: &mut Vec<Definition<'a>>,
    ) -> Result<Definition<'a>, Error> {
        if let Some(again) = Self::met(tokens.at(), known) {
            tokens.seek(again.end);
            return Ok(again);
        }
        let first = known.len();
        let mut previous: Option<usize> = None;
        // A superclass is defined inside the definition of its subclass: they open one after the other and
        // close together, so a loop does what looks like a recursion. Most classes have none, and need no list.
        let mut open: Vec<(usize, u32)> = Vec::new();
        let innermost = loop {
            let start = tokens.at();
            let count = tokens.array("a class definition")?;
            let (kind, named, java) = read_mark(tokens)?;
            let name = tokens.str("the name of a class")?;
            let items = count.checked_sub(3).ok_or(Error::new(
                start,
                ErrorKind::BadDefinition("a class definition has at least 3 elements"),
            ))?;
            let number = known.len();
            known.push(Definition {
                number: u32::try_from(number).unwrap_or(u32::MAX),
                kind,
                named,
                java,
                name,
                superclass: None,
                bytes: &[],
                items: &[],
                count: items,
                start,
                end: start,
            });
            if let Some(subclass) = previous.and_then(|at| known.get_mut(at)) {
                subclass.superclass = Some(Super::Known(u32::try_from(number).unwrap_or(u32::MAX)));
            }
            let inside = tokens.at();
            let superclass = match tokens.next()? {
                Token::Nil => None,
                Token::Ext(ext::BUILTIN, payload) => Some(Super::Builtin(small(inside, payload)?)),
                Token::Ext(ext::KNOWN, payload) => {
                    let number = u32::from(small(inside, payload)?);
                    // One that is still open would be its own superclass.
                    if number as usize >= first {
                        return Err(Error::new(
                            inside,
                            ErrorKind::BadDefinition("the superclass is not defined"),
                        ));
                    }
                    Some(Super::Known(number))
                }
                Token::Array(_) => {
                    open.push((start, items));
                    if open.len() > MAX_SUPERCLASSES {
                        return Err(Error::new(inside, ErrorKind::TooDeep(MAX_SUPERCLASSES)));
                    }
                    tokens.seek(inside);
                    previous = Some(number);
                    continue;
                }
                _ => return Err(Error::new(inside, ErrorKind::Expected("a superclass or nil"))),
            };
            if let Some(definition) = known.get_mut(number) {
                definition.superclass = superclass;
            }
            break (start, items);
        };
        let last = open.len();
        for (offset, (start, items)) in
            std::iter::once((last, innermost)).chain(open.into_iter().enumerate().rev())
        {
            let from = tokens.at();
            for _ in 0..items {
                tokens.pass_str("the name of an item")?;
            }
            let bytes = tokens.bytes();
            if let Some(definition) = known.get_mut(first + offset) {
                definition.items = bytes.get(from..tokens.at()).unwrap_or_default();
                definition.bytes = bytes.get(start..tokens.at()).unwrap_or_default();
                definition.end = tokens.at();
            }
        }
        known.get(first).copied().ok_or(Error::new(tokens.at(), ErrorKind::Truncated))
    }

    /// The definition that begins at `start`, if a walk came by before and went back.
    fn met(start: usize, known: &[Definition<'a>]) -> Option<Self> {
        if known.last()?.start < start {
            return None;
        }
        let at = known.binary_search_by_key(&start, |definition| definition.start).ok()?;
        known.get(at).copied()
    }
}

/// More than any class hierarchy that was ever stored.
pub(crate) const MAX_SUPERCLASSES: usize = 64;

/// Kind, whether values name their slots, and Java's flags and `serialVersionUID`.
type Mark = (Kind, bool, Option<(u8, i64)>);

fn read_mark(tokens: &mut Tokens<'_>) -> Result<Mark, Error> {
    let start = tokens.at();
    let bad = |why| Error::new(start, ErrorKind::BadDefinition(why));
    let Token::Ext(ext::DEFINITION, payload) = tokens.next()? else {
        return Err(bad("a class definition begins with extension 3"));
    };
    let (kind, java) = match payload {
        [kind] => (*kind, None),
        [kind, flags, suid @ ..] => {
            let suid =
                <[u8; 8]>::try_from(suid).map_err(|_| bad("the mark of a definition has 1 or 10 bytes"))?;
            (*kind, Some((*flags, i64::from_be_bytes(suid))))
        }
        [] => return Err(bad("the mark of a definition has 1 or 10 bytes")),
    };
    let named = kind & 64 != 0;
    let kind = match kind & !64 {
        0 => Kind::Bean,
        1 => Kind::Enum,
        2 => Kind::Proxy,
        3 => Kind::Array,
        _ => return Err(bad("a class is of kind 0 (bean), 1 (enum), 2 (proxy) or 3 (array)")),
    };
    Ok((kind, named, java))
}

/// The number in the payload of a HEAD: one or two bytes.
pub(crate) fn small(at: usize, payload: &[u8]) -> Result<u16, Error> {
    match *payload {
        [low] => Ok(u16::from(low)),
        [high, low] => Ok(u16::from_be_bytes([high, low])),
        _ => Err(Error::new(at, ErrorKind::BadDefinition("a HEAD has a payload of 1 or 2 bytes"))),
    }
}

pub(crate) fn parse_item(text: &str) -> Item<'_> {
    let rest = text.trim_start_matches('^');
    let level = u32::try_from(text.len() - rest.len()).unwrap_or(u32::MAX);
    match rest {
        "*" => Item::Custom { level },
        "+" => Item::TypedCustom { level },
        "=" => Item::Whole { level },
        _ => {
            let (descriptor, name) = rest.split_at_checked(descriptor_len(rest)).unwrap_or((rest, ""));
            Item::Field { level, descriptor, name }
        }
    }
}

/// A type descriptor says itself where it ends.
fn descriptor_len(text: &str) -> usize {
    let dimensions = text.bytes().take_while(|b| *b == b'[').count();
    let element = text.get(dimensions..).unwrap_or_default();
    dimensions
        + if element.starts_with('L') {
            element.find(';').map_or(element.len(), |end| end + 1)
        } else {
            element.chars().next().map_or(0, char::len_utf8)
        }
}
