//! What a schema would say of the classes of the golden files.

use holdfast_xstream::schema::{ClassInfo, FieldInfo, Schema, Shape};

/// The package `com.example.session`.
pub(crate) struct Shop;

const TEXT: &str = "Ljava/lang/String;";

impl Schema for Shop {
    fn class(&self, name: &str) -> Option<ClassInfo> {
        let short = name.strip_prefix("com.example.session.")?;
        let string = |name| (TEXT, name);
        let (shape, superclass) = match short {
            "Color" => (Shape::Enum, None),
            "Gender" => (Shape::Enum, None),
            "Op" => (Shape::Enum, None),
            "Address" => (fields(&["street", "city", "zip", "country"].map(string)), None),
            "Person" => (
                fields(&[
                    (TEXT, "name"),
                    ("I", "age"),
                    ("Lcom/example/session/Gender;", "gender"),
                    ("Lcom/example/session/Address;", "address"),
                    ("Ljava/util/Date;", "birth"),
                    (TEXT, "nickname"),
                    ("Ljava/util/List;", "friends"),
                    ("Lcom/example/session/Person;", "friend"),
                ]),
                None,
            ),
            "Employee" => (
                fields(&[
                    ("D", "salary"),
                    ("Ljava/math/BigDecimal;", "bonus"),
                    ("[J", "badges"),
                    ("Ljava/lang/Long;", "managerId"),
                    ("Z", "active"),
                    ("C", "grade"),
                    ("B", "level"),
                    ("S", "desk"),
                    ("F", "rating"),
                ]),
                Some("com.example.session.Person"),
            ),
            "User" => (
                fields(&[
                    ("J", "id"),
                    (TEXT, "login"),
                    (TEXT, "email"),
                    (TEXT, "displayName"),
                    ("Z", "emailVerified"),
                    ("Ljava/util/Date;", "lastLogin"),
                    ("Ljava/util/Set;", "roles"),
                    ("Lcom/example/session/Address;", "address"),
                ]),
                None,
            ),
            "Cart" => (
                fields(&[
                    (TEXT, "currency"),
                    ("Ljava/util/List;", "items"),
                    ("Ljava/math/BigDecimal;", "total"),
                    ("Lcom/example/session/User;", "owner"),
                    ("Lcom/example/session/LineItem;", "lastAdded"),
                ]),
                None,
            ),
            "LineItem" => (
                fields(&[
                    (TEXT, "sku"),
                    (TEXT, "name"),
                    ("I", "quantity"),
                    ("Ljava/math/BigDecimal;", "unitPrice"),
                    ("Ljava/util/Date;", "addedAt"),
                    ("Z", "gift"),
                    (TEXT, "note"),
                ]),
                None,
            ),
            "Box" => (
                fields(&[
                    ("Ljava/io/Serializable;", "value"),
                    ("Ljava/util/List;", "more"),
                    ("Ljava/util/Map;", "index"),
                    ("[Ljava/io/Serializable;", "array"),
                ]),
                None,
            ),
            "GreetHandler" => (fields(&[(TEXT, "prefix")]), None),
            "Greeter" => (Shape::Interface, None),
            "PutFieldsData" => (Shape::Custom, None),
            "Registry" => (fields(&[(TEXT, "name")]), None),
            "ImplicitUid" => {
                (fields(&[("I", "a"), (TEXT, "b"), ("J", "c"), ("Ljava/util/HashMap;", "d")]), None)
            }
            "ShopException" => (fields(&[("I", "code")]), Some("java.lang.RuntimeException")),
            "Extern" => (Shape::External, None),
            "CustomData" => (Shape::Custom, None),
            _ => return None,
        };
        Some(ClassInfo { shape, superclass: superclass.map(str::to_owned) })
    }
}

fn fields(fields: &[(&str, &str)]) -> Shape {
    let field = |(descriptor, name): &(&str, &str)| FieldInfo {
        name: (*name).to_owned(),
        descriptor: (*descriptor).to_owned(),
    };
    Shape::Fields(fields.iter().map(field).collect())
}
