//! What a schema would say of the classes of the golden files.

use holdfast_kryo::schema::{ClassInfo, Constant, FieldInfo, Schema, Shape};

/// The package `com.example.session`.
pub(crate) struct Shop;

const TEXT: &str = "Ljava/lang/String;";

impl Schema for Shop {
    fn class(&self, name: &str) -> Option<ClassInfo> {
        let short = name.strip_prefix("com.example.session.")?;
        let string = |name| (TEXT, name);
        let (shape, is_final, superclass) = match short {
            "Color" => (constants(&[("RED", ""), ("GREEN", ""), ("BLUE", ""), ("红", "")]), true, None),
            "Gender" => (constants(&[("FEMALE", ""), ("MALE", ""), ("OTHER", "")]), true, None),
            "Op" => (constants(&[("PLUS", "Op$1"), ("TIMES", "Op$2")]), false, None),
            "Address" => (fields(&["street", "city", "zip", "country"].map(string)), false, None),
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
                false,
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
                false,
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
                false,
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
                false,
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
                false,
                None,
            ),
            "Box" => (
                fields(&[
                    ("Ljava/io/Serializable;", "value"),
                    ("Ljava/util/List;", "more"),
                    ("Ljava/util/Map;", "index"),
                    ("[Ljava/io/Serializable;", "array"),
                ]),
                false,
                None,
            ),
            "GreetHandler" => (fields(&[(TEXT, "prefix")]), false, None),
            "Greeter" => (Shape::Interface, false, None),
            "PutFieldsData" => (fields(&[("D", "kelvin"), (TEXT, "where")]), false, None),
            "Registry" => (fields(&[(TEXT, "name")]), true, None),
            "ImplicitUid" => {
                (fields(&[("I", "a"), (TEXT, "b"), ("J", "c"), ("Ljava/util/HashMap;", "d")]), false, None)
            }
            "ShopException" => (fields(&[("I", "code")]), false, Some("java.lang.RuntimeException")),
            _ => return None,
        };
        Some(ClassInfo { shape, is_final, superclass: superclass.map(str::to_owned) })
    }
}

fn fields(fields: &[(&str, &str)]) -> Shape {
    let field = |(descriptor, name): &(&str, &str)| FieldInfo {
        name: (*name).to_owned(),
        descriptor: (*descriptor).to_owned(),
    };
    Shape::Fields(fields.iter().map(field).collect())
}

fn constants(constants: &[(&str, &str)]) -> Shape {
    let constant = |(name, body): &(&str, &str)| Constant {
        name: (*name).to_owned(),
        body: (!body.is_empty()).then(|| format!("com.example.session.{body}")),
    };
    Shape::Enum(constants.iter().map(constant).collect())
}
