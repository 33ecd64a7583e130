//! What `tests/golden/classes` are, as their class files say it: the schema of the golden files, for the tests of every
//! serializer.

use holdfast_schema::{Class, Constant, Field, Kind, compile};

const TEXT: &str = "Ljava/lang/String;";

/// The compiled schema of the package `com.example.session`.
pub(crate) fn schema() -> Vec<u8> {
    compile(&classes()).unwrap()
}

/// The classes of the package `com.example.session`.
pub(crate) fn classes() -> Vec<Class> {
    let string = |name| (TEXT, name);
    vec![
        // It declares no suid: this is the computed one.
        bean("Address", -4_977_306_538_472_290_791, &["street", "city", "zip", "country"].map(string)),
        bean(
            "Box",
            13,
            &[
                ("Ljava/io/Serializable;", "value"),
                ("Ljava/util/List;", "more"),
                ("Ljava/util/Map;", "index"),
                ("[Ljava/io/Serializable;", "array"),
            ],
        ),
        bean(
            "Cart",
            21,
            &[
                (TEXT, "currency"),
                ("Ljava/util/List;", "items"),
                ("Ljava/math/BigDecimal;", "total"),
                ("Lcom/example/session/User;", "owner"),
                ("Lcom/example/session/LineItem;", "lastAdded"),
            ],
        ),
        constants("Color", &["RED", "GREEN", "BLUE", "红"]),
        Class {
            interfaces: vec![SERIALIZABLE.into(), named("Logical")],
            has_write_object: true,
            has_read_object: true,
            layout: None,
            ..bean("CustomData", 5, &[(TEXT, "label"), ("I", "version")])
        },
        Class {
            superclass: Some(named("Person")),
            interfaces: vec![],
            ..bean(
                "Employee",
                20_240_131,
                &[
                    ("D", "salary"),
                    ("Ljava/math/BigDecimal;", "bonus"),
                    ("[J", "badges"),
                    ("Ljava/lang/Long;", "managerId"),
                    ("Z", "active"),
                    ("C", "grade"),
                    ("B", "level"),
                    ("S", "desk"),
                    ("F", "rating"),
                ],
            )
        },
        Class {
            interfaces: vec!["java.io.Externalizable".into(), named("Logical")],
            is_externalizable: true,
            ..bean("Extern", 9, &[])
        },
        constants("Gender", &["FEMALE", "MALE", "OTHER"]),
        Class {
            interfaces: vec!["java.lang.reflect.InvocationHandler".into(), SERIALIZABLE.into()],
            ..bean("GreetHandler", 16, &[(TEXT, "prefix")])
        },
        interface("Greeter"),
        Class {
            interfaces: vec![SERIALIZABLE.into(), "java.lang.Comparable".into()],
            // It declares none.
            ..bean(
                "ImplicitUid",
                -3_027_300_471_377_297_775,
                &[("I", "a"), (TEXT, "b"), ("J", "c"), ("Ljava/util/Map;", "d")],
            )
        },
        bean(
            "LineItem",
            20,
            &[
                (TEXT, "sku"),
                (TEXT, "name"),
                ("I", "quantity"),
                ("Ljava/math/BigDecimal;", "unitPrice"),
                ("Ljava/util/Date;", "addedAt"),
                ("Z", "gift"),
                (TEXT, "note"),
            ],
        ),
        interface("Logical"),
        Class {
            is_final: false,
            is_abstract: true,
            constants: vec![body("PLUS", "Op$1"), body("TIMES", "Op$2")],
            ..constants("Op", &[])
        },
        body_class("Op$1"),
        body_class("Op$2"),
        bean(
            "Person",
            1,
            &[
                (TEXT, "name"),
                ("I", "age"),
                ("Lcom/example/session/Gender;", "gender"),
                ("Lcom/example/session/Address;", "address"),
                ("Ljava/util/Date;", "birth"),
                (TEXT, "nickname"),
                ("Ljava/util/List;", "friends"),
                ("Lcom/example/session/Person;", "friend"),
            ],
        ),
        Class {
            interfaces: vec![SERIALIZABLE.into(), named("Logical")],
            has_write_object: true,
            has_read_object: true,
            serial_fields: Some(fields(&[("D", "celsius"), (TEXT, "place")])),
            ..bean("PutFieldsData", 8, &[("D", "kelvin"), (TEXT, "where")])
        },
        Class { is_final: true, has_read_resolve: true, ..bean("Registry", 12, &[(TEXT, "name")]) },
        Class {
            superclass: Some("java.lang.RuntimeException".into()),
            interfaces: vec![],
            ..bean("ShopException", 17, &[("I", "code")])
        },
        bean(
            "User",
            19,
            &[
                ("J", "id"),
                (TEXT, "login"),
                (TEXT, "email"),
                (TEXT, "displayName"),
                ("Z", "emailVerified"),
                ("Ljava/util/Date;", "lastLogin"),
                ("Ljava/util/Set;", "roles"),
                ("Lcom/example/session/Address;", "address"),
            ],
        ),
    ]
}

const SERIALIZABLE: &str = "java.io.Serializable";

fn named(short: &str) -> String {
    format!("com.example.session.{short}")
}

fn fields(fields: &[(&str, &str)]) -> Vec<Field> {
    let field = |(descriptor, name): &(&str, &str)| Field {
        descriptor: (*descriptor).to_owned(),
        name: (*name).to_owned(),
    };
    fields.iter().map(field).collect()
}

/// A public class that implements Serializable and has nothing but fields.
fn bean(short: &str, suid: i64, declared: &[(&str, &str)]) -> Class {
    Class {
        name: named(short),
        interfaces: vec![SERIALIZABLE.into()],
        is_public: true,
        is_serializable: true,
        suid: Some(suid),
        fields: fields(declared),
        ..Class::default()
    }
}

fn interface(short: &str) -> Class {
    Class {
        name: named(short),
        kind: Kind::Interface,
        is_public: true,
        is_abstract: true,
        ..Class::default()
    }
}

/// A public enum whose constants have no bodies. The suid of every enum is 0.
fn constants(short: &str, names: &[&str]) -> Class {
    Class {
        name: named(short),
        kind: Kind::Enum,
        superclass: Some("java.lang.Enum".into()),
        is_public: true,
        is_final: true,
        is_serializable: true,
        suid: Some(0),
        constants: names.iter().map(|name| Constant { name: (*name).to_owned(), body: None }).collect(),
        ..Class::default()
    }
}

fn body(name: &str, short: &str) -> Constant {
    Constant { name: name.to_owned(), body: Some(named(short)) }
}

/// The class of a constant with a body: compilers mark it as an enum, though its constant is the other class's.
fn body_class(short: &str) -> Class {
    Class {
        name: named(short),
        kind: Kind::Enum,
        superclass: Some(named("Op")),
        is_final: true,
        is_serializable: true,
        suid: Some(0),
        ..Class::default()
    }
}
