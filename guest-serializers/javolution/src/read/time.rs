//! Values of `java.time` that the library writes as objects in objects, and documents by their numbers.

use std::io::Write as _;

use super::Reading;
use crate::fault::{Outcome, damaged};
use crate::xml::{Attribute, Open, Tag};

/// What the elements said so far.
#[derive(Debug, Default)]
struct Moment<'x> {
    date: [i64; 3],
    time: [i64; 4],
    offset: Option<i64>,
    zone: Option<Zone<'x>>,
}

#[derive(Debug)]
enum Zone<'x> {
    Region(Attribute<'x>),
    Offset(i64),
}

/// A date and time in something with an offset.
const DEEPEST: u32 = 2;

impl<'x> Reading<'x, '_, '_> {
    pub(super) fn time(&mut self, open: Open<'x>, number: u16) -> Outcome<()> {
        let mut moment = Moment::default();
        self.pieces(open, &mut moment, 0)?;
        let ([year, month, day], [hour, minute, second, nano]) = (moment.date, moment.time);
        let all = [year, month, day, hour, minute, second, nano];
        let numbers = if number == 105 { all.get(3..).unwrap_or_default() } else { &all };
        let parts = match number {
            102 => 7,
            103 => 8,
            104 => 9,
            _ => 5,
        };
        self.doc.builtin(number, parts);
        for value in numbers {
            self.doc.int(*value);
        }
        if number != 102 {
            let offset = moment.offset.ok_or_else(|| damaged(open.at, "the value has no field offset"))?;
            self.doc.int(offset);
        }
        if number == 104 {
            match moment.zone {
                Some(Zone::Region(id)) => self.text(id)?,
                Some(Zone::Offset(seconds)) => {
                    self.shelf.scratch.clear();
                    offset_id(&mut self.shelf.scratch, seconds);
                    self.doc.str_bytes(&self.shelf.scratch);
                }
                None => return Err(damaged(open.at, "the value has no field zone")),
            }
        }
        Ok(())
    }

    fn pieces(&mut self, open: Open<'x>, moment: &mut Moment<'x>, depth: u32) -> Outcome<()> {
        while let Some(piece) = self.inner(open)? {
            let Some(reference) = self.find("__ref") else {
                self.number_value(piece)?;
                self.piece(piece, piece.name, moment, depth)?;
                continue;
            };
            let at = self.place_of(reference)?;
            self.close(piece)?;
            let back = self.xml.at();
            self.xml.seek(at);
            let Tag::Open(again) = self.xml.tag(&mut self.attributes)? else {
                return Err(damaged(at, "an element was expected"));
            };
            let was_again = std::mem::replace(&mut self.is_again, true);
            self.piece(again, piece.name, moment, depth)?;
            self.is_again = was_again;
            self.xml.seek(back);
        }
        Ok(())
    }

    /// The value of a field of a value of `java.time`.
    fn piece(&mut self, open: Open<'x>, field: &[u8], moment: &mut Moment<'x>, depth: u32) -> Outcome<()> {
        let class = self.find("class").map_or(open.name, |class| class.raw);
        match (field, class) {
            (b"dateTime", b"java.time.LocalDateTime") if depth < DEEPEST => {
                return self.pieces(open, moment, depth + 1);
            }
            (b"date", b"java.time.LocalDate") => {
                moment.date = [self.integer("year")?, self.integer("month")?, self.integer("day")?];
            }
            (b"time", b"java.time.LocalTime") => {
                let (hour, minute) = (self.integer("hour")?, self.integer("minute")?);
                moment.time = [hour, minute, self.integer("second")?, self.integer("nano")?];
            }
            (b"offset", b"java.time.ZoneOffset") => moment.offset = Some(self.integer("totalSeconds")?),
            (b"zone", b"java.time.ZoneOffset") => {
                moment.zone = Some(Zone::Offset(self.integer("totalSeconds")?));
            }
            (b"zone", b"java.time.ZoneRegion") => moment.zone = Some(Zone::Region(self.require(open, "id")?)),
            _ => {
                let field = String::from_utf8_lossy(field).into_owned();
                return Err(damaged(open.at, format!("no value of java.time has such a field {field}")));
            }
        }
        self.close(open)
    }
}

/// Appends the id of a `ZoneOffset`.
pub(crate) fn offset_id(out: &mut Vec<u8>, seconds: i64) {
    if seconds == 0 {
        return out.push(b'Z');
    }
    let (sign, total) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60);
    // Writing to memory does not fail.
    let _ = match rest {
        0 => write!(out, "{sign}{hours:02}:{minutes:02}"),
        _ => write!(out, "{sign}{hours:02}:{minutes:02}:{rest:02}"),
    };
}
