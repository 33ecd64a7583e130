//! A session whose objects have their fields in one order or another, for the tests of formats that have an order of
//! their own.

use holdfast_document::{Kind, Writer};
use holdfast_schema::{Class, Field, compile};
use holdfast_sdk::{Serializer, Settings};

/// Descriptor and name of each field of `shop.Line`, in the order of the names.
const FIELDS: [(&str, &str); 6] = [
    ("Ljava/util/Date;", "added"),
    ("Ljava/util/Date;", "changed"),
    ("Ljava/lang/Object;", "extra"),
    ("Z", "gift"),
    ("I", "quantity"),
    ("Ljava/lang/String;", "sku"),
];

/// By the numbers of the fields: as they are sorted, as Java has them, and backwards.
pub(crate) const ORDERS: [[usize; 6]; 3] = [[0, 1, 2, 3, 4, 5], [3, 4, 0, 1, 2, 5], [5, 4, 3, 2, 1, 0]];

/// The compiled schema of `shop.Line`.
pub(crate) fn schema() -> Vec<u8> {
    let field = |(descriptor, name): (&str, &str)| Field { descriptor: descriptor.into(), name: name.into() };
    compile(&[Class {
        name: "shop.Line".into(),
        is_serializable: true,
        suid: Some(1),
        fields: FIELDS.map(field).to_vec(),
        ..Class::default()
    }])
    .unwrap()
}

/// So many lines. `linked`: some of them hold a list, or what was met before, which other things refer to as well.
pub(crate) fn document(order: [usize; 6], lines: u32, linked: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::document(&mut bytes, 1);
    writer.attribute("lines");
    writer.array(lines + 2);
    let (mut objects, mut dates) = (Vec::new(), Vec::new());
    for line in 0..lines {
        objects.push(writer.place());
        if line == 0 {
            writer.defined(6);
            writer.begin_definition(Kind::Bean, false, None, "shop.Line", 6);
            writer.nil();
            for field in order {
                let (descriptor, name) = FIELDS[field];
                writer.item(0, descriptor, name);
            }
        } else {
            writer.known(0, 6);
        }
        for field in order {
            match field {
                0 | 1 => {
                    dates.push((line, field, writer.place()));
                    writer.date(i64::from(line) * 10 + field as i64);
                }
                2 => match line % 3 {
                    1 if linked => {
                        let (.., added) =
                            *dates.iter().find(|date| (date.0, date.1) == (line - 1, 0)).unwrap();
                        writer.array(2);
                        writer.reference(added);
                        writer.map(0);
                    }
                    2 if linked => writer.reference(objects[line as usize - 1]),
                    _ => writer.nil(),
                },
                3 => writer.bool(line % 2 == 0),
                4 => writer.int(i64::from(line)),
                _ => writer.str(&format!("SKU-{line}")),
            }
        }
    }
    for field in [0, 1] {
        let (.., place) = *dates.iter().find(|date| (date.0, date.1) == (lines - 1, field)).unwrap();
        writer.reference(place);
    }
    writer.end();
    bytes
}

/// Stores the same session in each order.
pub(crate) fn stored<S: Serializer>(linked: bool) -> [Vec<u8>; 3] {
    let mut serializer = S::default();
    serializer.configure(&Settings { schema: &schema(), ..Settings::default() }).unwrap();
    let stored = ORDERS.map(|order| {
        let mut bytes = Vec::new();
        serializer.serialize(&document(order, 50, linked), &mut bytes).unwrap();
        bytes
    });
    for bytes in &stored {
        serializer.deserialize(bytes, &mut Vec::new()).unwrap();
    }
    stored
}
