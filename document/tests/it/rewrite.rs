//! Documents copied with other values in the place of some: what is left has its content, and references lead to it.

use std::collections::HashSet;

use holdfast_document::{Definition, Error, Limits, Replace, Shape, Target, Value, Writer, check, rewrite};
use proptest::prelude::*;

use crate::graph::{Graph, Size};
use crate::picture::picture;

static NEW: Shape = Shape {
    name: "com.example.New",
    java: Some((2, 7)),
    superclass: Some(&ABOVE),
    items: &["^Ltext;above", "Ljava/lang/String;text"],
};
static ABOVE: Shape =
    Shape { name: "com.example.Above", java: None, superclass: None, items: &["Ltext;above"] };

#[derive(Debug, PartialEq)]
enum Failed {
    Torn,
    Document(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Document(error)
    }
}

/// Puts a longer value in the place of each one of a class.
struct Longer {
    class: String,
    replaced: usize,
}

impl<'a> Replace<'a> for Longer {
    type Error = Failed;

    fn wants(&self, class: &Definition<'a>) -> bool {
        class.name == self.class
    }

    fn replace(&mut self, mut value: Value<'_, 'a>, out: &mut Target<'_, 'a>) -> Result<(), Failed> {
        self.replaced += 1;
        // All that is in it can be read, wherever it leads.
        for _ in 0..value.parts {
            let mut there = value.clone();
            let event = there.next_event()?;
            there.follow(event)?;
            value.skip()?;
        }
        out.begin(&NEW);
        out.writer().nil();
        out.writer().str("in the place of a value that was shorter or longer than this");
        Ok(())
    }

    fn torn(&self, _at: usize) -> Failed {
        Failed::Torn
    }
}

fn run(document: &[u8], class: &str) -> (Result<Vec<u8>, Failed>, usize) {
    let mut longer = Longer { class: class.to_owned(), replaced: 0 };
    let mut out = Vec::new();
    let result = rewrite(document, Limits::default(), &mut out, &mut longer);
    (result.map(|()| out), longer.replaced)
}

fn sizes() -> impl Strategy<Value = Size> {
    (any::<u64>(), 0usize..14, 1usize..6, 1usize..6).prop_map(|(seed, nodes, attributes, classes)| Size {
        seed,
        nodes,
        attributes,
        classes,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_replaced_keeps_its_content(size in sizes(), seed: u64, class in 0usize..6) {
        let graph = Graph::random(size);
        let document = graph.write(seed);
        let (result, replaced) = run(&document, &format!("com.example.C{class}"));
        match result {
            Err(failed) => {
                prop_assert_eq!(failed, Failed::Torn);
                prop_assert!(replaced > 0);
            }
            Ok(out) => {
                check(&out, Limits::default()).unwrap();
                let names = graph.names();
                if replaced == 0 {
                    prop_assert_eq!(picture(&out, &names), picture(&document, &names));
                }
                // Attributes without such a value, and without a reference into one, are what they were.
                let old: HashSet<&str> = HashSet::from([class_name(class)]);
                for name in &names {
                    let (before, after) = (picture(&document, std::slice::from_ref(name)), picture(&out, std::slice::from_ref(name)));
                    if !old.iter().any(|class| before.contains(class)) {
                        prop_assert_eq!(after, before);
                    }
                }
                let (again, replaced) = run(&out, &format!("com.example.C{class}"));
                prop_assert_eq!((again.unwrap(), replaced), (out, 0));
            }
        }
    }
}

fn class_name(class: usize) -> &'static str {
    [
        "com.example.C0",
        "com.example.C1",
        "com.example.C2",
        "com.example.C3",
        "com.example.C4",
        "com.example.C5",
    ][class]
}

#[test]
fn a_reference_to_a_replaced_value_leads_to_what_is_in_its_place() {
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, 1);
    writer.attribute("list");
    writer.array(3);
    writer.str("before");
    let place = writer.place();
    writer.defined(0);
    writer.begin_definition(holdfast_document::Kind::Bean, false, None, "com.example.C1", 0);
    writer.nil();
    writer.reference(place);
    writer.end();
    let (result, replaced) = run(&document, "com.example.C1");
    let out = result.unwrap();
    assert_eq!(replaced, 1);
    check(&out, Limits::default()).unwrap();
    let picture = picture(&out, &["list".to_owned()]);
    assert!(picture.contains("com.example.New") && !picture.contains("C1"), "{picture}");
}
