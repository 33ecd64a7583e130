//! The form that people read and write.
#![cfg(feature = "text")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use holdfast_schema::text::{read, write};
use holdfast_schema::{Class, Constant, Field, Kind, Origin};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn parsed(text: &str) -> Vec<Class> {
    read(Path::new("s.toml"), text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn refused(text: &str) -> String {
    let problems = read(Path::new("s.toml"), text).unwrap_err();
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

fn field(descriptor: &str, name: &str) -> Field {
    Field { descriptor: descriptor.to_owned(), name: name.to_owned() }
}

#[test]
fn a_class_written_by_hand_needs_its_fields_and_little_else() {
    let text = r#"
        [class."com.example.shop.Cart"]
        suid = 21
        fields = ["java.lang.String currency", "java.util.List items", "long[] badges"]
        [class."com.example.shop.Op"]
        constants = ["PLUS = com.example.shop.Op$1", "MINUS"]
    "#;
    let [cart, op] = &parsed(text)[..] else { panic!("two classes") };
    let expected = Class {
        name: "com.example.shop.Cart".into(),
        interfaces: vec!["java.io.Serializable".into()],
        is_public: true,
        is_serializable: true,
        suid: Some(21),
        fields: vec![
            field("Ljava/lang/String;", "currency"),
            field("Ljava/util/List;", "items"),
            field("[J", "badges"),
        ],
        ..Class::default()
    };
    assert_eq!(*cart, expected);
    assert_eq!((op.kind, op.is_final, op.suid), (Kind::Enum, false, Some(0)));
    assert_eq!(op.superclass.as_deref(), Some("java.lang.Enum"));
    let body = Some("com.example.shop.Op$1".to_owned());
    let constants = [Constant { name: "PLUS".into(), body }, Constant { name: "MINUS".into(), body: None }];
    assert_eq!(op.constants, constants);
}

#[test]
fn what_goes_without_saying_is_not_written() {
    let bean = parsed("[class.'a.B']\nfields = ['int x']\n");
    let text = write(&bean);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines, ["", "[class.\"a.B\"]", "fields = [\"int x\"]"]);
}

#[test]
fn classes_are_sorted_by_name_and_long_lists_have_a_line_for_each_item() {
    let names: Vec<String> = (0..9).map(|index| format!("'java.lang.String attribute{index}'")).collect();
    let text = write(&parsed(&format!("[class.z]\nfields = [{}]\n[class.a]\n", names.join(", "))));
    assert!(text.find("[class.\"a\"]").unwrap() < text.find("[class.\"z\"]").unwrap(), "{text}");
    assert!(text.contains("fields = [\n    \"java.lang.String attribute0\",\n"), "{text}");
}

#[test]
fn everything_that_is_wrong_is_said_with_its_place_and_what_would_be_right() {
    let text = r#"
[class."com.example.Cart"]
feilds = ["int a"]
fields = ["java.util.List<Item> items", "int", "com/example/Item item", 3, "int x", "int x"]
final = "yes"
suid = 1.5
kind = "klass"
methods = ["toString"]
"#;
    let said = refused(text);
    for expected in [
        "s.toml:3:1: com.example.Cart: 'feilds' is not known; a class has kind, from, super,",
        "s.toml:4:11: com.example.Cart: the type 'java.util.List<Item>' of 'items' has type arguments; leave them out",
        "s.toml:4:41: com.example.Cart: 'int' is no type and name; write something like 'int int'",
        "s.toml:4:48: com.example.Cart: the type 'com/example/Item' of 'item' has slashes; write dots",
        "s.toml:4:73: com.example.Cart: fields has an item that is no text; write \"java.util.List items\"",
        "s.toml:4:85: com.example.Cart: the field 'x' is there twice",
        "s.toml:5:9: com.example.Cart: final is neither true nor false; write final = true, or leave it out",
        "s.toml:6:8: com.example.Cart: suid is no number; write the serialVersionUID",
        "s.toml:7:8: com.example.Cart: 'klass' is no kind; there are class, enum, interface and record",
        "s.toml:8:12: com.example.Cart: the method 'toString' does not matter; those that do are writeObject,",
    ] {
        assert!(said.contains(expected), "{expected}\nnot in\n{said}");
    }
    assert_eq!(said.lines().count(), 10, "{said}");
}

#[test]
fn a_name_without_quotes_is_refused_with_the_one_that_is_meant() {
    let said = refused("[class.com.example.Cart]\nfields = ['int a']\n");
    assert_eq!(said, "s.toml:1:8: a name with dots stands in quotes; write [class.\"com.example.Cart\"]\n");
}

#[test]
fn what_is_no_class_or_no_toml_is_refused() {
    assert!(
        refused("[clas.'a.B']\n").starts_with("s.toml:1:2: 'clas' is not known here; a class is written as")
    );
    assert!(refused("[class.'a.B'\n").starts_with("s.toml:1:13: "), "{}", refused("[class.'a.B'\n"));
    assert!(refused("[class]\n'a.B' = 3\n").contains("s.toml:2:9: a.B: is no table"));
    assert!(refused("[class.'a/B']\n").contains("s.toml:1:8: 'a/B' has slashes; write dots"));
    assert!(refused("[class.B]\nkind = 'record'\nconstants = ['A']\n").contains("record has no constants"));
    assert!(refused("[class.B]\nconstants = ['A', 'A = B$1']\n").contains("the constant 'A' is there twice"));
    assert!(
        refused("[class.B]\nfields = [{ descriptor = 'V', name = 'x' }]\n").contains("'V' is no descriptor")
    );
    assert!(refused("[class.B]\nfields = [{ type = 'I' }]\n").contains("there are descriptor and name"));
}

/// Names as the JVM allows them, which is nearly all.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z][a-zA-Z0-9$_]{0,6}",
        1 => "[^./;\\[]{1,4}",
        1 => Just("int".to_owned()),
        1 => "[a-c]? ?= ?[a-c]",
    ]
}

fn class_name() -> impl Strategy<Value = String> {
    vec(name(), 1..4)
        .prop_map(|parts| parts.join("."))
        .prop_filter("no class", |name| name != "void" && name != "java.lang.Object")
}

fn a_field() -> impl Strategy<Value = Field> {
    let element = prop_oneof![
        prop::sample::select(vec!["Z", "B", "C", "S", "I", "J", "F", "D"]).prop_map(str::to_owned),
        class_name().prop_map(|name| format!("L{};", name.replace('.', "/"))),
    ];
    (0..3usize, element, name()).prop_map(|(dimensions, element, name)| Field {
        descriptor: format!("{}{element}", "[".repeat(dimensions)),
        name,
    })
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    vec(a_field(), 0..4).prop_map(|mut fields| {
        let mut seen = Vec::new();
        fields.retain(|field| {
            !seen.contains(field) && {
                seen.push(field.clone());
                true
            }
        });
        fields
    })
}

fn constants() -> impl Strategy<Value = Vec<Constant>> {
    vec((name(), option::of(class_name())), 0..4).prop_map(|constants| {
        let mut made: Vec<Constant> = Vec::new();
        for (name, body) in constants {
            if made.iter().all(|other| other.name != name) {
                made.push(Constant { name, body });
            }
        }
        made
    })
}

prop_compose! {
    fn a_class()(
        name in class_name(),
        kind in prop::sample::select(vec![Kind::Class, Kind::Enum, Kind::Interface, Kind::Record]),
        origin in prop::sample::select(vec![Origin::Class, Origin::Stream]),
        superclass in option::of(prop_oneof![class_name(), Just("java.lang.Enum".to_owned())]),
        interfaces in prop_oneof![vec(class_name(), 0..3), Just(vec!["java.io.Serializable".to_owned()])],
        flags in any::<u16>(),
        suid in option::of(prop_oneof![any::<i64>(), Just(0)]),
        fields in fields(),
        serial_fields in option::of(fields()),
        constants in constants(),
        layout in option::of(".{0,12}"),
    ) -> Class {
        let flag = |bit: u32| flags >> bit & 1 == 1;
        Class {
            name,
            kind,
            origin,
            superclass,
            interfaces,
            is_final: flag(0),
            is_abstract: flag(1),
            is_public: flag(2),
            is_serializable: flag(3),
            is_externalizable: flag(4),
            has_write_object: flag(5),
            has_read_object: flag(6),
            has_write_replace: flag(7),
            has_read_resolve: flag(8),
            suid,
            fields,
            serial_fields,
            constants: if kind == Kind::Enum { constants } else { Vec::new() },
            layout,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_is_read_again(classes in vec(a_class(), 0..4)) {
        let mut classes = classes;
        classes.sort_by(|a, b| a.name.cmp(&b.name));
        classes.dedup_by(|a, b| a.name == b.name);
        let text = write(&classes);
        let read = read(Path::new("s.toml"), &text);
        prop_assert_eq!(read.as_ref(), Ok(&classes), "{}", text);
        prop_assert_eq!(write(&read.unwrap()), text);
    }

    #[test]
    fn whatever_the_text_says_nothing_panics(text in "(\\[class\\.[a-z.'\"]{0,8}\\]\n|(fields|constants|suid|kind|super|final) = ([\\[\\]{}'a-z=, 0-9]{0,12})\n){0,6}") {
        let _ = read(Path::new("s.toml"), &text);
    }
}
