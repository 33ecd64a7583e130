//! The converter `joda-time`: Joda-Time's dates as MSM's `JodaDateTimeRegistration` and `JodaDateTimeFormat` write them.
//!
//! A date has two forms in a document. The *logical* one is what people and MSM's formats have: milliseconds, chronology
//! and zone. *Java's* is what `ObjectOutputStream` writes of the same object. Kryo and Javolution cannot hold the latter,
//! so it is always rewritten before they see it; the option `form` says which of the two a document has that they wrote.

mod java;
mod logical;

use holdfast_converter_sdk::{
    Converter, ConverterDescription, Declared, Failure, OptionInfo, Rewrite, Settings,
};
use holdfast_document::{Limits, rewrite};

use java::ToJava;
use logical::ToLogical;

/// Java's form always has one of these classes in it.
const IN_JAVAS_FORM: Rewrite =
    Rewrite::Naming(&["org.joda.time.base.BaseDateTime", "org.joda.time.base.BaseInterval", "iLocalMillis"]);

const FORM: OptionInfo = OptionInfo {
    name: "form",
    help: "what a date becomes that Kryo or Javolution wrote: logical (milliseconds, chronology, zone; default), or java, \
           which the serializer java can write",
};

const DEFAULT_ZONE: OptionInfo = OptionInfo {
    name: "defaultZone",
    help: "id of the zone that stands in Java's form for the default zone of the server that wrote a date, such as \
           Europe/Berlin (default: that of the server that reads it)",
};

/// The converter.
#[derive(Debug, Default)]
pub struct JodaTime {
    to_java: bool,
    default_zone: Option<String>,
}

impl Converter for JodaTime {
    const DESCRIPTION: ConverterDescription = ConverterDescription {
        name: "joda-time",
        version: env!("CARGO_PKG_VERSION"),
        classes: &[
            "de.javakaffee.web.msm.serializer.kryo.JodaDateTimeRegistration",
            "de.javakaffee.web.msm.serializer.javolution.JodaDateTimeFormat",
        ],
        options: &[FORM, DEFAULT_ZONE],
    };

    fn configure(&mut self, settings: &Settings<'_>) -> Result<(), Failure> {
        settings.each(Self::DESCRIPTION.options, |name, value| {
            let value = value.trim();
            if name == DEFAULT_ZONE.name {
                self.default_zone = (!value.is_empty()).then(|| value.to_owned());
                return Ok(());
            }
            self.to_java = match value {
                "logical" => false,
                "java" => true,
                _ => {
                    let text = format!("option 'form' is '{value}'; logical or java was expected");
                    return Err(Failure::BadOption(text));
                }
            };
            Ok(())
        })
    }

    fn declared(&self) -> Declared {
        Declared {
            classes: include_str!("declarations.txt"),
            before_serialize: IN_JAVAS_FORM,
            after_deserialize: if self.to_java {
                Rewrite::Naming(&["org.joda.time."])
            } else {
                Rewrite::Never
            },
        }
    }

    fn before_serialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        rewrite(document, limits(), out, &mut ToLogical { document })
    }

    fn after_deserialize(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        if !self.to_java {
            out.extend_from_slice(document);
            return Ok(());
        }
        rewrite(document, limits(), out, &mut ToJava { document, default_zone: self.default_zone.as_deref() })
    }
}

/// Serializers have their own limits, which say what a session may be; these are beyond them.
fn limits() -> Limits {
    Limits { depth: 10_000, ..Limits::default() }
}

/// A value that has no other form.
fn misfit(document: &[u8], at: usize, text: impl Into<String>) -> Failure {
    Failure::Unrepresentable { path: holdfast_document::path(document, at), text: text.into() }
}

/// A reference into what is no more.
fn torn(document: &[u8], at: usize) -> Failure {
    misfit(document, at, "is an object that also stands inside of a date, where it cannot stay")
}

holdfast_converter_sdk::export!(JodaTime);

#[cfg(test)]
mod tests {
    use holdfast_schema::Declarations;

    use super::*;

    #[test]
    fn the_declarations_are_in_their_form_and_in_msms_order() {
        let declarations = Declarations::parse(JodaTime::default().declared().classes).unwrap();
        let names =
            |format| declarations.of_format(format).map(|(class, _)| class.name.clone()).collect::<Vec<_>>();
        let all = ["Interval", "DateTime", "LocalDateTime", "LocalDate"];
        assert_eq!(names("kryo/4"), all.map(|name| format!("org.joda.time.{name}")));
        assert_eq!(names("kryo/1"), ["org.joda.time.DateTime"]);
        assert_eq!(names("javolution/5"), ["org.joda.time.DateTime"]);
    }

    #[test]
    fn the_slots_that_are_declared_are_those_that_are_written() {
        let declarations = Declarations::parse(JodaTime::default().declared().classes).unwrap();
        for class in &declarations.classes {
            let shape = logical::SHAPES.iter().find(|shape| shape.name == class.name).unwrap();
            let slots = class.slots.iter().map(|slot| format!("{}{}", slot.descriptor, slot.name));
            assert!(slots.eq(shape.items.iter().map(|item| (*item).to_owned())), "{}", class.name);
        }
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
        let configure = |options| {
            JodaTime::default()
                .configure(&Settings { options, ..Settings::default() })
                .map_err(|error| error.to_string())
        };
        assert_eq!(configure(vec![("form", "java"), ("defaultZone", "UTC")]), Ok(()));
        assert_eq!(
            configure(vec![("form", "iso")]),
            Err("option 'form' is 'iso'; logical or java was expected".to_owned())
        );
        assert!(configure(vec![("zone", "UTC")]).unwrap_err().contains("form and defaultZone"));
    }
}
