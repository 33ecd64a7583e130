//! Classes of the JDK whose data does not come in the order of their parts.

use holdfast_document::Fact;

use super::{Frame, HandleKind, Reading, Span, Step};
use crate::classes::id;
use crate::layout::Op;
use crate::stream::tc;
use crate::time::{self, INSTANT, Temporal};

impl Reading<'_> {
    pub(super) fn whole(&mut self, op: Op, frame: &mut Frame) -> Step<()> {
        match op {
            Op::Text => match self.input.peek() {
                Some(tc::STRING | tc::NULL | tc::LONGSTRING | tc::REFERENCE) => self.value(false).map(|_| ()),
                _ => Self::raw(frame.at, frame.class),
            },
            Op::Flag => {
                let value = self.input.i32()?;
                if !matches!(value, 0 | 1) {
                    return Self::raw(frame.at, frame.class);
                }
                self.writer.bool(value == 1);
                Ok(())
            }
            Op::Builder => {
                self.block(frame, 4)?;
                let count = self.input.u32()?;
                self.characters(frame, count)?;
                self.end_of(frame)
            }
            Op::Buffer => {
                let count = self.input.u32()?;
                if self.input.u8()? != 0 {
                    return Self::raw(frame.at, frame.class);
                }
                self.characters(frame, count)?;
                self.end_of(frame)
            }
            Op::Locale => self.locale(frame),
            Op::Url => self.url(frame),
            Op::Words => self.words(frame),
            Op::Millis => {
                let millis = self.date_block(frame.at, frame.class)?;
                self.writer.int(millis);
                Ok(())
            }
            Op::Timestamp => self.timestamp(frame),
            Op::Zone => self.zone(frame),
            Op::Time => self.time(frame),
            _ => Ok(()),
        }
    }

    fn end_of(&mut self, frame: &Frame) -> Step<()> {
        if self.input.skip_if(&[tc::ENDBLOCKDATA]) { Ok(()) } else { Self::raw(frame.at, frame.class) }
    }

    /// The `char[]` of a StringBuilder, of which the first `count` are text and the others zero.
    fn characters(&mut self, frame: &Frame, count: u32) -> Step<()> {
        let capacity = self.hidden_array(frame.at, frame.class, const { id("[C") }, 2)?;
        let data = self.input.take(capacity as usize * 2)?;
        let text_and_rest = (count as usize).checked_mul(2).and_then(|len| data.split_at_checked(len));
        let Some((text, rest)) = text_and_rest else { return Self::raw(frame.at, frame.class) };
        if rest.iter().any(|byte| *byte != 0) {
            return Self::raw(frame.at, frame.class);
        }
        if capacity != count + 16 {
            self.note(frame.place, 0, Fact::Capacity(capacity));
        }
        self.writer.utf16(text.chunks_exact(2).map(|unit| unit.try_into().map_or(0, u16::from_be_bytes)));
        Ok(())
    }

    /// A Locale's strings are one object for one text.
    fn locale(&mut self, frame: &Frame) -> Step<()> {
        if self.input.i32()? != -1 {
            return Self::raw(frame.at, frame.class);
        }
        let mut texts = [Span::default(); 5];
        for text in &mut texts {
            if !matches!(self.input.peek(), Some(tc::STRING | tc::REFERENCE)) {
                return Self::raw(frame.at, frame.class);
            }
            *text = self.interned_string()?;
        }
        self.end_of(frame)?;
        let [country, extensions, language, script, variant] = texts;
        for text in [language, country, variant, script, extensions] {
            self.write_text(text)?;
        }
        Ok(())
    }

    /// The stream has a URL's parts by the names of their fields, the document as they stand in a URL.
    fn url(&mut self, frame: &Frame) -> Step<()> {
        let hash = self.input.i32()?;
        if hash != -1 {
            self.note(frame.place, 0, Fact::Hidden(hash));
        }
        let port = self.input.i32()?;
        // Text, and the handle if it is new, or of the string that it is.
        let mut texts: [Option<(Span, u32, bool)>; 5] = [None; 5];
        for text in &mut texts {
            let at = self.input.at();
            *text = match self.input.u8()? {
                tc::NULL => None,
                tc::STRING => {
                    let span = self.input.short_text()?;
                    Some((span, self.define(HandleKind::Scalar, 0, at), true))
                }
                tc::REFERENCE => {
                    let (number, handle) = self.handle_number()?;
                    match self.text_of(handle) {
                        Some(span) => Some((span, number, false)),
                        None => return Self::raw(frame.at, frame.class),
                    }
                }
                _ => return Self::raw(frame.at, frame.class),
            };
        }
        self.end_of(frame)?;
        let [authority, file, host, protocol, reference] = texts;
        for (place, text) in [protocol, authority, host, None, file, reference].into_iter().enumerate() {
            if place == 3 {
                self.writer.int(i64::from(port));
                continue;
            }
            let Some((span, number, fresh)) = text else {
                self.writer.nil();
                continue;
            };
            let place = self.writer.len() as u32;
            if fresh && let Some(handle) = self.kept.handles.get_mut(number as usize) {
                handle.at = place;
            }
            self.write_text(span)?;
        }
        self.url_identity(frame, &texts)
    }

    /// Notes for the parts of a URL that are strings met before. They come last, when all parts have their places.
    fn url_identity(&mut self, frame: &Frame, texts: &[Option<(Span, u32, bool)>; 5]) -> Step<()> {
        let written = self.writer.written();
        let mut reader =
            holdfast_document::Reader::value(written.get(frame.place as usize..).unwrap_or_default());
        let mut places = [0; 6];
        let _ = reader.next();
        for place in &mut places {
            *place = frame.place + reader.at() as u32;
            let _ = reader.next();
        }
        let [protocol, authority, host, _, file, reference] = places;
        for (text, place) in texts.iter().zip([authority, file, host, protocol, reference]) {
            if let Some((_, number, false)) = text {
                self.same(*number, place, 0);
            }
        }
        Ok(())
    }

    /// The `long[]` of a BitSet, as `BitSet.toByteArray` has it.
    fn words(&mut self, frame: &Frame) -> Step<()> {
        let count = self.hidden_array(frame.at, frame.class, const { id("[J") }, 8)?;
        let data = self.input.take(count as usize * 8)?;
        self.kept.bytes.clear();
        self.kept.bytes.extend(data.chunks_exact(8).flat_map(|word| word.iter().rev()));
        let len = self.kept.bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        self.kept.bytes.truncate(len);
        if len.div_ceil(8) != count as usize {
            self.note(frame.place, 0, Fact::Capacity(count));
        }
        self.writer.bin(&self.kept.bytes);
        Ok(())
    }

    /// The Date inside has whole seconds, and the nanos the rest.
    fn timestamp(&mut self, frame: &Frame) -> Step<()> {
        let seconds = self.date_block(frame.at, frame.class)?;
        let nanos = self.input.i32()?;
        let millis = seconds.checked_add(i64::from(nanos / 1_000_000));
        match millis {
            Some(millis) if seconds % 1_000 == 0 && (0..1_000_000_000).contains(&nanos) => {
                self.writer.int(millis);
                self.writer.int(i64::from(nanos));
                Ok(())
            }
            _ => Self::raw(frame.at, frame.class),
        }
    }

    /// A time zone without history. One that has some is told by its fields: nobody else could know them.
    fn zone(&mut self, frame: &Frame) -> Step<()> {
        // Looked at before anything is taken, because such zones are frequent.
        let id_len = match *self.input.rest() {
            [tc::STRING, a, b, ..] => 3 + usize::from(u16::from_be_bytes([a, b])),
            [tc::REFERENCE, ..] => 5,
            _ => return Self::raw(frame.at, frame.class),
        };
        let data = self.input.rest().get(id_len..).and_then(|data| data.first_chunk::<20>());
        let Some(&[0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, 0, 0, 0, 0, 0, tc::NULL, tc::NULL, tc::NULL]) = data
        else {
            return Self::raw(frame.at, frame.class);
        };
        let text = self.writer.len();
        self.value(false)?;
        self.input.pass(20)?;
        let offset = i32::from_be_bytes([a, b, c, d]);
        let id = match self.writer.written().get(text..) {
            Some([marker @ 0xa0..=0xbf, id @ ..]) if id.len() == usize::from(marker & 0x1f) => id,
            _ => return Self::raw(frame.at, frame.class),
        };
        if time::zone_offset(id) != Some(offset) {
            self.note(frame.place, 0, Fact::Hidden(offset));
        }
        Ok(())
    }

    fn time(&mut self, frame: &mut Frame) -> Step<()> {
        let data = match *self.input.rest() {
            [tc::BLOCKDATA, len, ref rest @ ..] if rest.get(usize::from(len)) == Some(&tc::ENDBLOCKDATA) => {
                rest.get(..usize::from(len)).unwrap_or_default()
            }
            _ => return Self::raw(frame.at, frame.class),
        };
        let Some(mut value) = Temporal::read(data) else { return Self::raw(frame.at, frame.class) };
        let mut buffer = [0; 9];
        if value.zone == Some("") {
            let offset = value.numbers().last().copied().unwrap_or_default();
            value.zone = Some(time::offset_id(offset, &mut buffer));
        }
        self.kept.bytes.clear();
        if value.write(&mut self.kept.bytes).is_err() || self.kept.bytes != data {
            return Self::raw(frame.at, frame.class);
        }
        self.input.pass(data.len() + 3)?;
        if let (INSTANT, [seconds, nanos]) = (value.number, value.numbers()) {
            self.writer.instant(*seconds, *nanos as u32);
            return Ok(());
        }
        self.writer.builtin(value.number, value.numbers().len() as u32 + u32::from(value.zone.is_some()));
        for number in value.numbers() {
            self.writer.int(*number);
        }
        if let Some(zone) = value.zone {
            self.writer.str(zone);
        }
        Ok(())
    }
}
