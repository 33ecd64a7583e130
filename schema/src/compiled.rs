//! Many classes as bytes, and one of them by its name.
//!
//! ```text
//! compiled = "HFS1", count u32, place u32 of each class, sorted by name; classes
//! class    = postcard's form of Class, which begins with the name
//! ```
//!
//! Numbers are big-endian, places are offsets in the whole.

use thiserror::Error;

use crate::class::Class;

const MAGIC: &[u8; 4] = b"HFS1";
const HEADER: usize = 8;

/// Why there is no schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SchemaError {
    /// Two classes have one name.
    #[error("class {0} is there twice")]
    Twice(String),
    /// More than 4 GiB.
    #[error("a compiled schema has at most 4 GiB")]
    TooLarge,
    /// The bytes are none that [`compile`] made.
    #[error("these bytes are no compiled schema")]
    NoSchema,
}

/// Compiles classes. The order in which they come makes no difference.
///
/// # Errors
///
/// [`SchemaError::Twice`], [`SchemaError::TooLarge`].
pub fn compile(classes: &[Class]) -> Result<Vec<u8>, SchemaError> {
    let mut sorted: Vec<&Class> = classes.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some([class, _]) = sorted.array_windows().find(|[a, b]| a.name == b.name) {
        return Err(SchemaError::Twice(class.name.clone()));
    }
    let number = |number: usize| u32::try_from(number).map_err(|_| SchemaError::TooLarge);
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&number(sorted.len())?.to_be_bytes());
    let mut bodies = Vec::new();
    let base = HEADER + 4 * sorted.len();
    for class in sorted {
        out.extend_from_slice(&number(base + bodies.len())?.to_be_bytes());
        bodies = postcard::to_extend(class, bodies).map_err(|_| SchemaError::TooLarge)?;
    }
    number(base + bodies.len())?;
    out.append(&mut bodies);
    Ok(out)
}

/// A compiled schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    bytes: Box<[u8]>,
}

impl Schema {
    /// What [`compile`] made; no bytes are a schema without classes.
    ///
    /// # Errors
    ///
    /// [`SchemaError::NoSchema`].
    pub fn new(bytes: &[u8]) -> Result<Self, SchemaError> {
        let schema = Self { bytes: bytes.into() };
        if bytes.is_empty() {
            return Ok(schema);
        }
        let fits =
            bytes.starts_with(MAGIC) && bytes.len() >= schema.len().saturating_mul(4).saturating_add(HEADER);
        if fits { Ok(schema) } else { Err(SchemaError::NoSchema) }
    }

    /// How many classes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.number(MAGIC.len()).map_or(0, |count| count as usize)
    }

    /// Whether it has no classes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is known of a class, by the name that Java's `Class.getName` gives. Every call parses: whoever asks again
    /// keeps what was made of the answer.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<Class> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            let record = self.record(middle)?;
            let (found, _) = postcard::take_from_bytes::<&str>(record).ok()?;
            match found.cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return parse(record),
            }
        }
        None
    }

    /// The class above a class that is none of the application's and that `base` knows, with the classes below that, the
    /// class itself first.
    pub fn extended<T>(&self, name: &str, base: impl Fn(&str) -> Option<T>) -> Option<Extended<T>> {
        let mut classes = vec![self.class(name)?];
        // More than any class has; a schema may hold a circle.
        while classes.len() <= 64 {
            let above = classes.last()?.superclass.clone()?;
            match self.class(&above) {
                Some(class) => classes.push(class),
                None => return Some(Extended { base: base(&above)?, classes }),
            }
        }
        None
    }

    /// All classes, sorted by name.
    pub fn classes(&self) -> impl Iterator<Item = Class> + '_ {
        (0..self.len()).filter_map(|index| parse(self.record(index)?))
    }

    fn record(&self, index: usize) -> Option<&[u8]> {
        let at = self.number(HEADER + 4 * index)? as usize;
        self.bytes.get(at..)
    }

    fn number(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..)?.first_chunk::<4>()?;
        Some(u32::from_be_bytes(*bytes))
    }
}

/// A class that extends one that is none of the application's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extended<T> {
    /// What is known of that.
    pub base: T,
    /// The application's classes, from the class itself up.
    pub classes: Vec<Class>,
}

/// The name of a class, and the descriptor and the name of each field that it declares.
pub type OwnFields = (String, Vec<(String, String)>);

impl<T> Extended<T> {
    /// The base, and of the application's classes, from the class itself up, what a Java stream has of them.
    #[must_use]
    pub fn into_fields(self) -> (T, Vec<OwnFields>) {
        let own = self.classes.into_iter().map(|class| {
            let fields = class.serial_fields.unwrap_or(class.fields);
            (class.name, fields.into_iter().map(|field| (field.descriptor, field.name)).collect())
        });
        (self.base, own.collect())
    }
}

fn parse(record: &[u8]) -> Option<Class> {
    postcard::take_from_bytes(record).ok().map(|(class, _)| class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::{Constant, Field, Kind, Origin};

    fn named(name: &str) -> Class {
        Class { name: name.to_owned(), ..Class::default() }
    }

    fn cart() -> Class {
        Class {
            superclass: Some("com.example.Base".into()),
            is_final: true,
            suid: Some(-7),
            fields: vec![Field { descriptor: "Ljava/util/List;".into(), name: "items".into() }],
            serial_fields: Some(vec![]),
            ..named("com.example.Cart")
        }
    }

    #[test]
    fn a_class_is_found_by_its_name_with_all_that_is_known() {
        let op = Class {
            kind: Kind::Enum,
            origin: Origin::Stream,
            constants: vec![Constant { name: "PLUS".into(), body: Some("com.example.Op$1".into()) }],
            ..named("com.example.Op")
        };
        let schema = Schema::new(&compile(&[op.clone(), named("a"), cart(), named("z")]).unwrap()).unwrap();
        assert_eq!(schema.class("com.example.Cart"), Some(cart()));
        assert_eq!(schema.class("com.example.Op"), Some(op));
        assert_eq!(schema.class("z"), Some(named("z")));
        assert_eq!(schema.class("com.example.Car"), None);
        assert_eq!(schema.len(), 4);
    }

    #[test]
    fn the_order_of_classes_makes_no_difference() {
        assert_eq!(compile(&[named("a"), cart()]).unwrap(), compile(&[cart(), named("a")]).unwrap());
    }

    #[test]
    fn a_class_that_is_there_twice_is_refused() {
        assert_eq!(compile(&[cart(), cart()]), Err(SchemaError::Twice("com.example.Cart".into())));
    }

    #[test]
    fn no_bytes_are_a_schema_without_classes_and_others_are_none() {
        assert!(Schema::new(b"").unwrap().is_empty());
        assert_eq!(Schema::new(b"HFS1\0\0\0\x05abcd"), Err(SchemaError::NoSchema));
        assert_eq!(Schema::new(b"hello, world"), Err(SchemaError::NoSchema));
    }

    #[test]
    fn a_damaged_schema_knows_less_and_does_no_harm() {
        let mut bytes = compile(&[cart(), named("z")]).unwrap();
        for at in 8..bytes.len() {
            let before = bytes[at];
            bytes[at] ^= 0xff;
            if let Ok(schema) = Schema::new(&bytes) {
                let _ = schema.class("com.example.Cart");
                let _ = schema.classes().count();
            }
            bytes[at] = before;
        }
    }
}
