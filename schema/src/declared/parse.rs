//! The text of declarations, line by line.

use super::{Data, DeclarationError, Declarations, DeclaredClass, Digit, Layout, Part, WIRES};
use crate::class::Field;

/// A class has at most so many slots, and a layout so many parts.
const MOST: usize = 255;

/// More classes than any application registers: declarations come from plugins.
const MOST_CLASSES: usize = 4096;

pub(super) fn parse(text: &str) -> Result<Declarations, DeclarationError> {
    let mut declarations = Declarations::default();
    let mut at = 0;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split_once('#').map_or(line, |(before, _)| before);
        let mut words = line.split_ascii_whitespace();
        let Some(first) = words.next() else { continue };
        let wrong = |text: String| DeclarationError { line: number, text };
        if first == "class" {
            let class = class(words).map_err(wrong)?;
            complete(declarations.classes.last(), at)?;
            if declarations.classes.len() == MOST_CLASSES {
                return Err(wrong(format!("more than {MOST_CLASSES} classes are declared")));
            }
            if declarations.classes.iter().any(|other| other.name == class.name) {
                return Err(wrong(format!("class {} is declared a second time", class.name)));
            }
            declarations.classes.push(class);
            at = number;
            continue;
        }
        let Some(class) = declarations.classes.last_mut() else {
            return Err(wrong(format!("'{first}' stands outside of a class; 'class NAME' begins one")));
        };
        if first == "slots" {
            slots(words, class).map_err(wrong)?;
        } else if first.contains('/') {
            layout(first, words, class).map_err(wrong)?;
        } else {
            return Err(wrong(format!(
                "'{first}' is none of class, slots, and the id of a format such as kryo/4"
            )));
        }
    }
    complete(declarations.classes.last(), at)?;
    Ok(declarations)
}

/// A class without a layout says nothing.
fn complete(class: Option<&DeclaredClass>, line: usize) -> Result<(), DeclarationError> {
    match class {
        Some(class) if class.layouts.is_empty() => Err(DeclarationError {
            line,
            text: format!(
                "class {} is declared for no format; a line such as 'kryo/4 fields' does it",
                class.name
            ),
        }),
        _ => Ok(()),
    }
}

fn class<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<DeclaredClass, String> {
    let name = words.next().ok_or("the name of the class is missing")?;
    let is_final = match words.next() {
        None => false,
        Some("final") => true,
        Some(other) => {
            return Err(format!("'{other}' follows the name of the class, where only 'final' may"));
        }
    };
    match words.next() {
        None => Ok(DeclaredClass { name: name.to_owned(), is_final, slots: Vec::new(), layouts: Vec::new() }),
        Some(more) => Err(format!("'{more}' follows 'final', where nothing may")),
    }
}

fn slots<'a>(words: impl Iterator<Item = &'a str>, class: &mut DeclaredClass) -> Result<(), String> {
    if !class.slots.is_empty() || !class.layouts.is_empty() {
        return Err("the slots of a class stand on one line, before its formats".to_owned());
    }
    for word in words {
        let slot = slot(word).ok_or_else(|| {
            format!("'{word}' is no type descriptor with a name behind it, such as Ljava/lang/String;zone")
        })?;
        if class.slots.iter().any(|other| other.name == slot.name) {
            return Err(format!("there are two slots '{}'", slot.name));
        }
        if class.slots.len() == MOST {
            return Err(format!("a class has at most {MOST} slots"));
        }
        class.slots.push(slot);
    }
    Ok(())
}

fn slot(word: &str) -> Option<Field> {
    let dimensions = word.bytes().take_while(|byte| *byte == b'[').count();
    let element = word.get(dimensions..)?;
    let length = match element.bytes().next()? {
        b'Z' | b'B' | b'C' | b'S' | b'I' | b'J' | b'F' | b'D' => 1,
        b'L' => element.find(';').filter(|end| *end > 1)? + 1,
        _ => return None,
    };
    let (descriptor, name) = word.split_at_checked(dimensions + length)?;
    let fits = !name.is_empty() && !name.contains([':', '=', '(', ')', '*', ';', '[']);
    fits.then(|| Field { descriptor: descriptor.to_owned(), name: name.to_owned() })
}

fn layout<'a>(
    format: &str,
    words: impl Iterator<Item = &'a str>,
    class: &mut DeclaredClass,
) -> Result<(), String> {
    if class.layouts.iter().any(|layout| layout.format == format) {
        return Err(format!("{format} has a line in this class already"));
    }
    let words: Vec<&str> = words.take(MOST + 1).collect();
    if words.len() > MOST {
        return Err(format!("a class has at most {MOST} parts"));
    }
    let data = if words == ["fields"] {
        Data::Fields
    } else {
        let parts: Vec<Part> = words.iter().map(|word| part(word, &class.slots)).collect::<Result<_, _>>()?;
        check_parts(&parts, &class.slots)?;
        Data::Parts(parts)
    };
    class.layouts.push(Layout { format: format.to_owned(), data });
    Ok(())
}

/// `slot:kind`, `name=slot:kind`, or several slots of one number: `first,second*radix:kind`.
fn part(word: &str, slots: &[Field]) -> Result<Part, String> {
    let (what, kind) = word
        .rsplit_once(':')
        .ok_or_else(|| format!("'{word}' is neither 'fields' nor slot:kind nor name=slot:kind"))?;
    let wire = WIRES.iter().find(|(known, _)| *known == kind).map(|(_, wire)| *wire).ok_or_else(|| {
        let known: Vec<&str> = WIRES.iter().map(|(known, _)| *known).collect();
        format!("'{kind}' in '{word}' is no kind of data; there are {}", known.join(", "))
    })?;
    let (name, digits) = what.split_once('=').unwrap_or((what, what));
    let digits: Vec<Digit> =
        digits.split(',').take(MOST).map(|digit| self::digit(digit, slots)).collect::<Result<_, _>>()?;
    let radixes = digits.iter().map(|digit| digit.radix).collect::<Vec<_>>();
    let chained = radixes.split_first().is_some_and(|(first, rest)| *first == 0 && !rest.contains(&0));
    if !chained {
        return Err(format!(
            "'{what}': the first of several slots has no radix, and each other has one: slot*radix"
        ));
    }
    if digits.len() > 1 && !wire.is_integer() {
        return Err(format!("'{word}': only a number can hold several slots"));
    }
    let product = radixes.iter().skip(1).try_fold(1_u64, |product, radix| product.checked_mul(*radix));
    if product.is_none_or(|product| i64::try_from(product).is_err()) {
        return Err(format!("'{word}': no long is large enough for these"));
    }
    for digit in &digits {
        let Some(slot) = slots.get(digit.slot) else { continue };
        if !wire.fits(&slot.descriptor) {
            return Err(format!(
                "slot '{}' has the type {}, which is not written as {kind}",
                slot.name, slot.descriptor
            ));
        }
    }
    Ok(Part { name: name.to_owned(), wire, digits })
}

fn digit(text: &str, slots: &[Field]) -> Result<Digit, String> {
    let (name, radix) = match text.split_once('*') {
        None => (text, 0),
        Some((name, radix)) => {
            let radix = radix.parse().ok().filter(|radix| *radix > 1);
            (name, radix.ok_or_else(|| format!("'{text}' has no number above 1 behind the *"))?)
        }
    };
    let slot = slots.iter().position(|slot| slot.name == name);
    let known = || match slots {
        [] => "none".to_owned(),
        slots => slots.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    let slot = slot.ok_or_else(|| format!("the class has no slot '{name}'; it has {}", known()))?;
    Ok(Digit { slot, radix })
}

/// Each slot stands in exactly one part: what is in none would be lost.
fn check_parts(parts: &[Part], slots: &[Field]) -> Result<(), String> {
    for (index, slot) in slots.iter().enumerate() {
        let times = parts.iter().flat_map(|part| &part.digits).filter(|digit| digit.slot == index).count();
        match times {
            1 => {}
            0 => return Err(format!("slot '{}' is in no part; it would be lost", slot.name)),
            _ => return Err(format!("slot '{}' is in {times} parts; one is right", slot.name)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Wire;

    const JODA: &str = "
# What Joda-Time has.
class org.joda.time.DateTime final
slots Jmillis Ljava/lang/String;chronology Ljava/lang/String;zone
kryo/4 millis:varlong+ chronology:text zone:text
javolution/5 millis:long ch=chronology:string tz=zone:string

class org.joda.time.LocalDate final   # year, month and day in one number
  slots Iyear Imonth Iday
  kryo/4 date=year,month*13,day*32:varint+

class com.example.Cart
  kryo/4 fields
";

    fn refusal(text: &str) -> String {
        Declarations::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn classes_stand_in_the_order_of_their_registration_each_with_its_layouts() {
        let declarations = Declarations::parse(JODA).unwrap();
        let names =
            |format| declarations.of_format(format).map(|(class, _)| class.name.as_str()).collect::<Vec<_>>();
        assert_eq!(
            names("kryo/4"),
            ["org.joda.time.DateTime", "org.joda.time.LocalDate", "com.example.Cart"]
        );
        assert_eq!(names("javolution/5"), ["org.joda.time.DateTime"]);
        assert_eq!(names("kryo/1"), [""; 0]);

        let time = &declarations.classes[0];
        assert!(time.is_final);
        assert_eq!(time.slots[2], Field { descriptor: "Ljava/lang/String;".into(), name: "zone".into() });
        let Data::Parts(parts) = &time.layouts[1].data else { panic!("{time:?}") };
        let expected =
            Part { name: "tz".into(), wire: Wire::String, digits: vec![Digit { slot: 2, radix: 0 }] };
        assert_eq!(parts[2], expected);
        assert_eq!(declarations.classes[2].layouts[0].data, Data::Fields);
    }

    #[test]
    fn no_text_declares_nothing() {
        assert!(Declarations::parse("").unwrap().is_empty());
        assert!(Declarations::from_bytes(b"\n # nothing\n").unwrap().is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_line() {
        for (text, said) in [
            ("slots Jmillis", "line 1: 'slots' stands outside of a class; 'class NAME' begins one"),
            ("class", "line 1: the name of the class is missing"),
            ("class a.B open", "line 1: 'open' follows the name of the class, where only 'final' may"),
            (
                "\nclass a.B\nkryo fields",
                "line 3: 'kryo' is none of class, slots, and the id of a format such as kryo/4",
            ),
            ("class a.B\nkryo/4 fields\nkryo/4 fields", "line 3: kryo/4 has a line in this class already"),
            (
                "class a.B\n\nclass a.C",
                "line 1: class a.B is declared for no format; a line such as 'kryo/4 fields' does it",
            ),
            ("class a.B\nkryo/4 fields\nclass a.B", "line 3: class a.B is declared a second time"),
            (
                "class a.B\nslots Qn",
                "line 2: 'Qn' is no type descriptor with a name behind it, such as Ljava/lang/String;zone",
            ),
            ("class a.B\nslots In Jn", "line 2: there are two slots 'n'"),
            ("class a.B\nslots In\nkryo/4 m:int", "line 3: the class has no slot 'm'; it has n"),
            ("class a.B\nslots In\nkryo/4", "line 3: slot 'n' is in no part; it would be lost"),
            ("class a.B\nslots In\nkryo/4 n:int n:int", "line 3: slot 'n' is in 2 parts; one is right"),
            (
                "class a.B\nslots In\nkryo/4 n",
                "line 3: 'n' is neither 'fields' nor slot:kind nor name=slot:kind",
            ),
            (
                "class a.B\nslots In\nkryo/4 n:string",
                "line 3: slot 'n' has the type I, which is not written as string",
            ),
            ("class a.B\nslots In Im\nkryo/4 n,m*1:int", "line 3: 'm*1' has no number above 1 behind the *"),
            (
                "class a.B\nslots In Im\nkryo/4 n,m:int",
                "line 3: 'n,m': the first of several slots has no radix, and each other has one: slot*radix",
            ),
        ] {
            assert_eq!(refusal(text), said);
        }
        assert!(
            refusal("class a.B\nslots In\nkryo/4 n:integer")
                .contains("'integer' in 'n:integer' is no kind of data")
        );
        let error = Declarations::from_bytes(b"class a.B\n\xff").unwrap_err();
        assert_eq!(error.to_string(), "line 2: is not UTF-8");
    }

    #[test]
    fn several_slots_are_digits_of_one_number() {
        let declarations = Declarations::parse(JODA).unwrap();
        let Data::Parts(parts) = &declarations.classes[1].layouts[0].data else { panic!() };
        let date = &parts[0];
        let number = 2013 * 416 + 11 * 32 + 30;
        assert_eq!(date.join(&[2013, 11, 30]), Ok(number));
        assert_eq!(date.split(number).collect::<Vec<_>>(), [2013, 11, 30]);
        assert_eq!(date.join(&[-1, 1, 1]), Err(0));
        assert_eq!(date.join(&[2013, 13, 1]), Err(1));
        assert_eq!(date.join(&[i64::MAX, 1, 1]), Err(1));
        assert_eq!(date.split(-383).collect::<Vec<_>>(), [0, -11, -31]);
    }

    proptest! {
        #[test]
        fn any_text_is_declarations_or_an_error(text in "(class|slots|kryo/4|final|[IJL;:=*,#a.B+ \n]|varint|[0-9])*") {
            if let Ok(declarations) = Declarations::parse(&text) {
                for (_, data) in declarations.of_format("kryo/4") {
                    let Data::Parts(parts) = data else { continue };
                    for part in parts {
                        prop_assert_eq!(part.split(i64::MIN).count(), part.digits.len());
                    }
                }
            }
        }

        #[test]
        fn what_is_joined_is_split_again(year in 0_i64..10_000_000, month in 0_i64..13, day in 0_i64..32) {
            let declarations = Declarations::parse(JODA).unwrap();
            let Data::Parts(parts) = &declarations.classes[1].layouts[0].data else { panic!() };
            let number = parts[0].join(&[year, month, day]).unwrap();
            prop_assert_eq!(parts[0].split(number).collect::<Vec<_>>(), [year, month, day]);
        }
    }
}
