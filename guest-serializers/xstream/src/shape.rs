//! What values of a class are made of: the schema says it of the application's classes, this table of a few of the JDK's.

use holdfast_schema::{Class, Field, Kind, Origin, Schema};

use crate::beans;
use crate::extended;
use crate::form::{BASES, EXCEPTIONS, ROWS, THROWABLE};
use crate::jdk;

/// What values of a class are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Fields that are neither static nor transient, as the class declares them; those of superclasses stand there.
    Fields(Vec<Field>),
    /// Constants.
    Enum,
    /// An interface: values have another class.
    Interface,
    /// What its `writeExternal` method writes.
    External,
    /// It declares `writeObject` or `readObject`: XStream writes its levels, one after the other.
    Custom,
}

/// What is known of classes.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    schema: Schema,
}

impl Shapes {
    pub(crate) const fn new(schema: Schema) -> Self {
        Self { schema }
    }

    /// A class of the JDK that is as those of a schema are, or one of the schema.
    fn class(&self, name: &str) -> Option<Class> {
        beans::class(name).or_else(|| self.schema.class(name))
    }

    /// What is known of a class: of the schema first, then of the JDK.
    pub(crate) fn of(&self, name: &str) -> Option<Shape> {
        if let Some(class) = self.class(name) {
            return Some(match class.kind {
                Kind::Enum => Shape::Enum,
                Kind::Interface => Shape::Interface,
                Kind::Class | Kind::Record if class.is_externalizable => Shape::External,
                Kind::Class if class.is_serializable && (class.has_write_object || class.has_read_object) => {
                    Shape::Custom
                }
                Kind::Class | Kind::Record => Shape::Fields(class.fields),
            });
        }
        if BASES.contains(&name) {
            return Some(Shape::Fields(Vec::new()));
        }
        match name {
            "java.util.concurrent.TimeUnit"
            | "java.time.DayOfWeek"
            | "java.time.Month"
            | "java.math.RoundingMode" => Some(Shape::Enum),
            "java.util.AbstractMap$SimpleEntry" | "java.util.AbstractMap$SimpleImmutableEntry" => {
                Some(Shape::Fields(fields(&[("Ljava/lang/Object;", "key"), ("Ljava/lang/Object;", "value")])))
            }
            "java.lang.Throwable" => Some(Shape::Fields(fields(THROWABLE))),
            _ if EXCEPTIONS.iter().any(|row| row.0 == name) => Some(Shape::Fields(Vec::new())),
            // What is left of the JDK's own writes itself, and so what is derived from it.
            _ if is_of_jdk(name) => Some(Shape::Custom),
            _ => None,
        }
    }

    /// The superclass of a class, where that is not `java.lang.Object`.
    pub(crate) fn superclass(&self, name: &str) -> Option<String> {
        match self.class(name) {
            Some(class) => class.superclass,
            None => EXCEPTIONS
                .iter()
                .find(|row| row.0 == name)
                .filter(|row| !row.1.is_empty())
                .map(|row| row.1.to_owned()),
        }
    }

    /// The names of an enum's constants by ordinal, where their order is known.
    pub(crate) fn constants(&self, name: &str) -> Vec<String> {
        match self.schema.class(name) {
            Some(class) if class.origin == Origin::Class => {
                class.constants.into_iter().map(|constant| constant.name).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a class is derived from `java.lang.Throwable`, of which XStream writes the fields, whatever methods it has.
    pub(crate) fn is_throwable(&self, name: &str) -> bool {
        let mut next = Some(name.to_owned());
        for _ in 0..64 {
            match next {
                Some(class) if class == "java.lang.Throwable" => return true,
                Some(class) => next = self.superclass(&class),
                None => break,
            }
        }
        false
    }

    /// The type of a field of a class that extends a collection, map or date, or is one.
    pub(crate) fn level_field(&self, class: &str, field: &str) -> Option<String> {
        let described = match extended::class(class) {
            Some(class) => class,
            None => self.schema.extended(class, extended::number)?.classes.into_iter().next()?,
        };
        let fields = described.serial_fields.unwrap_or(described.fields);
        fields.into_iter().find(|known| known.name == field).map(|known| known.descriptor)
    }

    /// What the fields and methods of a class are.
    pub(crate) fn described(&self, name: &str) -> Option<Class> {
        self.class(name).or_else(|| extended::class(name))
    }

    /// A class and its superclasses but for `java.lang.Object`; nothing for one that no schema has.
    pub(crate) fn hierarchy(&self, name: &str) -> Vec<Option<Class>> {
        let mut classes = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next.filter(|name| name != "java.lang.Object" && classes.len() < 64) {
            let class = self.described(&name);
            next = class.as_ref().and_then(|class| class.superclass.clone());
            // What has no fields and no methods of its own is passed over.
            if class.is_some() || !BASES.contains(&name.as_str()) {
                classes.push(class);
            }
        }
        classes
    }

    /// Whether values of the class are records.
    pub(crate) fn is_record(&self, name: &str) -> bool {
        self.schema.class(name).is_some_and(|class| class.kind == Kind::Record)
    }

    /// Why nothing is known of a class, and what would be right.
    pub(crate) fn why_unknown(&self, name: &str) -> String {
        let mut class = name.to_owned();
        let mut levels = 0;
        while let Some(superclass) = self.superclass(&class).filter(|_| levels < 64) {
            class = superclass;
            levels += 1;
        }
        let whose = if class == name { String::new() } else { format!(", a superclass of {name},") };
        format!(
            "nothing is known of {class}{whose} and XStream writes an object by what its class declares; a schema tells \
             it: holdfast schema CLASSES.jar"
        )
    }
}

fn is_of_jdk(name: &str) -> bool {
    ROWS.iter().any(|row| row.0 == name && !name.is_empty())
        || jdk::RULES.iter().any(|rule| rule.class == name)
}

fn fields(list: &[(&str, &str)]) -> Vec<Field> {
    let field = |&(descriptor, name): &(&str, &str)| Field {
        name: name.to_owned(),
        descriptor: descriptor.to_owned(),
    };
    list.iter().map(field).collect()
}
