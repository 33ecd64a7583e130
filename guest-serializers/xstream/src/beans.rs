//! Classes of the JDK of which XStream writes the fields that they declare, or those that they say are stored, and
//! nothing else: with what stands here they are classes as those of a schema are.

use holdfast_schema::{Class, Field};

const TEXT: &str = "Ljava/lang/String;";
const ADDRESS: &str = "java.net.InetAddress";

/// How a class is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// By reflection, or a converter that does the same.
    Fields,
    /// It has a `readObject` or `writeObject` method, and what that reads and writes are its fields.
    Default,
}

/// What is known of a class of the JDK.
pub(crate) fn class(name: &str) -> Option<Class> {
    type Row = (How, &'static str, &'static [(&'static str, &'static str)]);
    let (how, superclass, fields): Row = match name {
        "java.math.MathContext" => {
            (How::Default, "", &[("I", "precision"), ("Ljava/math/RoundingMode;", "roundingMode")])
        }
        ADDRESS => (How::Default, "", &[(TEXT, "hostName"), ("I", "address"), ("I", "family")]),
        "java.net.Inet6Address" => (
            How::Default,
            ADDRESS,
            &[
                ("[B", "ipaddress"),
                ("I", "scope_id"),
                ("Z", "scope_id_set"),
                ("Z", "scope_ifname_set"),
                (TEXT, "ifname"),
            ],
        ),
        "java.util.Random" => {
            (How::Default, "", &[("J", "seed"), ("D", "nextNextGaussian"), ("Z", "haveNextNextGaussian")])
        }
        "java.util.concurrent.atomic.AtomicIntegerArray" => (How::Fields, "", &[("[I", "array")]),
        "java.util.concurrent.atomic.AtomicLongArray" => (How::Fields, "", &[("[J", "array")]),
        "java.util.concurrent.atomic.AtomicReferenceArray" => {
            (How::Default, "", &[("[Ljava/lang/Object;", "array")])
        }
        "java.util.concurrent.atomic.DoubleAdder$SerializationProxy" => (How::Fields, "", &[("D", "value")]),
        "java.util.concurrent.atomic.LongAdder$SerializationProxy" => (How::Fields, "", &[("J", "value")]),
        "java.util.regex.Pattern" => (How::Fields, "", &[(TEXT, "pattern"), ("I", "flags")]),
        _ => return None,
    };
    let field = |&(descriptor, name): &(&str, &str)| Field {
        name: name.to_owned(),
        descriptor: descriptor.to_owned(),
    };
    Some(Class {
        name: name.to_owned(),
        superclass: (!superclass.is_empty()).then(|| superclass.to_owned()),
        is_serializable: true,
        has_read_object: how == How::Default,
        fields: fields.iter().map(field).collect(),
        ..Class::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn superclasses_are_known() {
        let address = class("java.net.Inet6Address").unwrap();
        assert_eq!(class(address.superclass.as_deref().unwrap()).unwrap().fields.len(), 3);
        assert!(class("java.net.Inet4Address").is_none(), "XStream writes an InetAddress in its place");
    }
}
