//! Collections, maps and dates of the JDK that classes of an application extend: XStream writes such objects by what each
//! of their classes writes itself, the JDK's included.

use holdfast_document::whole;
pub(crate) use holdfast_document::whole::number_of as number;
use holdfast_schema::{Class, Field};

/// What such a class of the JDK declares and writes.
pub(crate) fn class(name: &str) -> Option<Class> {
    let number = number(name)?;
    let own = || whole::streamed(number).filter(|(up, _)| *up == 0).map(|(_, item)| item);
    let field = |item: &str| {
        let length = match item.find(';') {
            Some(end) => end + 1,
            None => 1,
        };
        let (descriptor, name) = item.split_at_checked(length).unwrap_or((item, ""));
        Field { descriptor: descriptor.to_owned(), name: name.to_owned() }
    };
    Some(Class {
        name: name.to_owned(),
        superclass: superclass(name).map(str::to_owned),
        is_serializable: true,
        has_write_object: own().any(|item| item == "*"),
        fields: own().filter(|item| *item != "*").map(field).collect(),
        layout: layout(name).map(str::to_owned),
        ..Class::default()
    })
}

/// Such a class that another one extends.
pub(crate) fn superclass(name: &str) -> Option<&'static str> {
    Some(match name {
        "java.util.LinkedHashSet" => "java.util.HashSet",
        "java.util.LinkedHashMap" => "java.util.HashMap",
        "java.util.Properties" => "java.util.Hashtable",
        "java.util.Stack" => "java.util.Vector",
        "java.sql.Date" | "java.sql.Time" | "java.sql.Timestamp" => "java.util.Date",
        _ => return None,
    })
}

/// Whether classes above such a class are not serializable, which XStream says.
pub(crate) fn has_plain_parents(class: &str) -> bool {
    number(class).is_some() && class != "java.util.Date"
}

/// What the class's method writes behind the fields, as a schema would say it.
fn layout(class: &str) -> Option<&'static str> {
    Some(match class {
        "java.util.ArrayList"
        | "java.util.LinkedList"
        | "java.util.ArrayDeque"
        | "java.util.concurrent.CopyOnWriteArrayList" => "int n, object*n",
        "java.util.HashSet" => "int, float, int n, object*n",
        "java.util.TreeSet" => "object, int n, object*n",
        "java.util.HashMap" | "java.util.Hashtable" => "int, int n, object*n, object*n",
        "java.util.TreeMap" => "int n, object*n, object*n",
        "java.util.Vector" => "",
        "java.util.Date" => "long",
        _ => return None,
    })
}
