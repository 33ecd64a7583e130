//! Values that are appended where there is room, without a call: see [`crate::put`]. Each writes what the method of the
//! same name without `put_` does, and tells whether it did; where it did not, nothing was written.

use super::{Count, State, Writer};
use crate::event::Number;
use crate::room::{Room, put, put_back, put_pair, put_text, put_within};
use crate::token::ext;

impl Writer<'_> {
    /// Has `write` append to a buffer that is a variable of its own: what stands behind a reference is read and written at
    /// each step of a loop.
    #[inline(always)]
    pub fn at_hand<R>(&mut self, write: impl FnOnce(&mut Writer<'_>) -> R) -> R {
        let mut out = self.take_out();
        let mut writer = self.onto(&mut out);
        let result = write(&mut writer);
        let state = writer.state();
        self.put_out_back(out, state);
        result
    }

    /// As [`Writer::at_hand`] in steps, for work that is too much for compilers to take a closure as a part of what has it: the
    /// buffer as a variable, [`Writer::onto`] for a writer that appends to it, and [`Writer::put_out_back`] to end it.
    #[inline(always)]
    #[must_use = "the writer has no buffer until it is given back"]
    pub fn take_out(&mut self) -> Vec<u8> {
        std::mem::take(self.out)
    }

    /// A writer that goes on where this one is, in the buffer that was taken from it.
    #[inline(always)]
    pub fn onto<'v>(&self, out: &'v mut Vec<u8>) -> Writer<'v> {
        Writer { out, start: self.start, base: self.base, definitions: self.definitions }
    }

    /// What a writer knows but for what it wrote.
    #[inline(always)]
    #[must_use]
    pub fn state(&self) -> State {
        State { base: self.base, definitions: self.definitions }
    }

    /// Goes on where the writer was that appended to the buffer.
    #[inline(always)]
    pub fn put_out_back(&mut self, out: Vec<u8>, state: State) {
        State { base: self.base, definitions: self.definitions } = state;
        put_back(self.out, out);
    }

    /// As [`put_within`], behind what was written.
    #[inline(always)]
    pub fn put_within<const N: usize, R>(
        &mut self,
        write: impl FnOnce(&mut Room<'_, N>) -> Option<R>,
    ) -> Option<R> {
        put_within(self.out, write)
    }

    /// As [`Room::behind`], behind what was written.
    #[inline(always)]
    pub fn room<const N: usize>(&mut self) -> Option<Room<'_, N>> {
        Room::behind(self.out)
    }

    /// As [`Writer::nil`].
    #[inline(always)]
    pub fn put_nil(&mut self) -> bool {
        self.put_within::<1, _>(|room| room.put([0xc0])).is_some()
    }

    /// As [`Writer::bool`].
    #[inline(always)]
    pub fn put_bool(&mut self, value: bool) -> bool {
        self.put_within::<1, _>(|room| room.bool(value)).is_some()
    }

    /// As [`Writer::number`], of an `Integer` or a `Long`.
    #[inline(always)]
    pub fn put_number(&mut self, number: Number) -> bool {
        let Some(mut room) = Room::<10>::behind(self.out) else { return false };
        room.number(number).map(|()| room.keep()).is_some()
    }

    /// As [`Writer::int`].
    #[inline(always)]
    pub fn put_int(&mut self, value: i64) -> bool {
        let Some(mut room) = Room::<9>::behind(self.out) else { return false };
        room.int(value).map(|()| room.keep()).is_some()
    }

    /// As [`Writer::char`].
    #[inline(always)]
    pub fn put_char(&mut self, unit: u16) -> bool {
        self.put_within::<4, _>(|room| room.char(unit)).is_some()
    }

    /// As [`Writer::f32`].
    #[inline(always)]
    pub fn put_f32(&mut self, value: f32) -> bool {
        self.put_within::<5, _>(|room| room.f32(value)).is_some()
    }

    /// As [`Writer::f64`].
    #[inline(always)]
    pub fn put_f64(&mut self, value: f64) -> bool {
        self.put_within::<9, _>(|room| room.f64(value)).is_some()
    }

    /// As [`Writer::str_bytes`], of the first `len` bytes of a source, up to [`crate::LONGEST_TEXT`]; the faster, the more
    /// bytes stand behind them.
    #[inline(always)]
    pub fn put_str_first(&mut self, source: &[u8], len: usize) -> bool {
        if len <= 31 {
            put_text(self.out, [0xa0 | len as u8], source, len)
        } else {
            put_text(self.out, [0xd9, len as u8], source, len)
        }
    }

    /// As [`Writer::date`].
    #[inline(always)]
    pub fn put_date(&mut self, millis: i64) -> bool {
        self.put_within::<10, _>(|room| room.date(millis)).is_some()
    }

    /// As [`Writer::big_decimal`], of the first `len` bytes of a source, one to eleven.
    #[inline(always)]
    pub fn put_big_decimal_first(&mut self, scale: i32, source: &[u8], len: usize) -> bool {
        let [a, b, c, d] = scale.to_be_bytes();
        match len {
            4 => put_text(self.out, [0xd7, ext::BIG_DECIMAL as u8, a, b, c, d], source, len),
            1..=11 => {
                put_text(self.out, [0xc7, len as u8 + 4, ext::BIG_DECIMAL as u8, a, b, c, d], source, len)
            }
            _ => false,
        }
    }

    /// As [`Writer::array`].
    #[inline(always)]
    pub fn put_array(&mut self, count: u32) -> bool {
        match count {
            0..=15 => put(self.out, [0x90 | count as u8]),
            16..=0xffff => put_pair(self.out, [0xdc], (count as u16).to_be_bytes()),
            _ => put_pair(self.out, [0xdd], count.to_be_bytes()),
        }
    }

    /// As [`Writer::map`].
    #[inline(always)]
    pub fn put_map(&mut self, count: u32) -> bool {
        match count {
            0..=15 => put(self.out, [0x80 | count as u8]),
            16..=0xffff => put_pair(self.out, [0xde], (count as u16).to_be_bytes()),
            _ => put_pair(self.out, [0xdf], count.to_be_bytes()),
        }
    }

    /// As [`Writer::array_of_unknown_count`].
    #[inline(always)]
    pub fn put_array_of_unknown_count(&mut self) -> Option<Count> {
        put(self.out, [0xdd, 0, 0, 0, 0]).then(|| Count(self.out.len() - 4))
    }

    /// As [`Writer::map_of_unknown_count`].
    #[inline(always)]
    pub fn put_map_of_unknown_count(&mut self) -> Option<Count> {
        put(self.out, [0xdf, 0, 0, 0, 0]).then(|| Count(self.out.len() - 4))
    }

    /// As [`Writer::reference`].
    #[inline(always)]
    pub fn put_reference(&mut self, place: u32) -> bool {
        let [a, b, c, d] = place.to_be_bytes();
        put(self.out, [0xd6, ext::REF as u8, a, b, c, d])
    }

    /// As [`Writer::known`], of up to 14 parts and a definition below 256.
    #[inline(always)]
    pub fn put_known(&mut self, definition: u32, parts: u32) -> bool {
        match (parts, u8::try_from(definition)) {
            (0..=14, Ok(number)) => put(self.out, [0x91 + parts as u8, 0xd4, ext::KNOWN as u8, number]),
            _ => false,
        }
    }

    /// As [`Writer::builtin`], of up to 14 parts and a number below 256.
    #[inline(always)]
    pub fn put_builtin(&mut self, number: u16, parts: u32) -> bool {
        match (parts, u8::try_from(number)) {
            (0..=14, Ok(number)) => put(self.out, [0x91 + parts as u8, 0xd4, ext::BUILTIN as u8, number]),
            _ => false,
        }
    }

    /// As [`Writer::repeat`], of a boolean, and of an `Integer` or a byte that takes no extension.
    #[inline(always)]
    pub fn put_repeat(&mut self, at: usize) -> bool {
        let rest = self.out.get(self.start + at..).unwrap_or_default();
        match *rest.first_chunk().unwrap_or(&[0; 5]) {
            [marker @ (0xc2 | 0xc3), ..] => put(self.out, [marker]),
            [0xd0, value, ..] => put(self.out, [0xd0, value]),
            [0xd2, a, b, c, d] => put(self.out, [0xd2, a, b, c, d]),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::Width;

    /// Both write the same, or the second nothing at all; nothing where there is no room.
    fn same(write: impl Fn(&mut Writer<'_>), put: impl Fn(&mut Writer<'_>) -> bool) -> bool {
        let (mut written, mut put_in) = (Vec::new(), Vec::with_capacity(256));
        write(&mut Writer::value(&mut written));
        let done = put(&mut Writer::value(&mut put_in));
        assert_eq!(put_in, if done { written } else { Vec::new() });
        let mut none = Vec::new();
        assert!(!put(&mut Writer::value(&mut none)) && none.capacity() == 0);
        done
    }

    fn edges() -> impl Strategy<Value = i64> {
        (0_u32..64, -2_i64..=2, any::<bool>()).prop_map(|(bit, off, negative)| {
            let value = (1_i64 << bit).wrapping_add(off);
            if negative { value.wrapping_neg() } else { value }
        })
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_without_room(value in edges(), narrow in any::<bool>()) {
            prop_assert!(same(|w| w.int(value), |w| w.put_int(value)));
            prop_assert!(same(|w| w.date(value), |w| w.put_date(value)));
            let double = f64::from_bits(value as u64);
            prop_assert!(same(|w| w.f64(double), |w| w.put_f64(double)));
            let float = f32::from_bits(value as u32);
            prop_assert!(same(|w| w.f32(float), |w| w.put_f32(float)));
            prop_assert!(same(|w| w.char(value as u16), |w| w.put_char(value as u16)));
            let number = if narrow {
                Number { value: i64::from(value as i32), width: Width::Int }
            } else {
                Number { value, width: Width::Long }
            };
            prop_assert!(same(|w| w.number(number), |w| w.put_number(number)));
            let untyped = Number { value, width: Width::Untyped };
            prop_assert!(same(|w| w.number(untyped), |w| w.put_number(untyped)));
        }

        #[test]
        fn headers_are_written_as_without_room(value in edges(), parts in 0_u32..20, number in 0_u32..300) {
            let count = value as u32;
            prop_assert!(same(|w| w.array(count), |w| w.put_array(count)));
            prop_assert!(same(|w| w.map(count), |w| w.put_map(count)));
            prop_assert!(same(|w| w.reference(count), |w| w.put_reference(count)));
            let short = parts <= 14 && number < 256;
            prop_assert_eq!(same(|w| w.known(number, parts), |w| w.put_known(number, parts)), short);
            let class = number as u16;
            prop_assert_eq!(same(|w| w.builtin(class, parts), |w| w.put_builtin(class, parts)), short);
        }

        #[test]
        fn texts_are_written_as_without_room(source in "[a-z]{0,80}", len in 0_usize..80, scale in any::<i32>()) {
            let (source, len) = (source.as_bytes(), len.min(source.len()));
            let put = same(|w| w.str_bytes(&source[..len]), |w| w.put_str_first(source, len));
            prop_assert_eq!(put, len <= crate::LONGEST_TEXT);
            let put = same(
                |w| w.big_decimal(scale, &source[..len]),
                |w| w.put_big_decimal_first(scale, source, len),
            );
            prop_assert_eq!(put, (1..=11).contains(&len));
        }
    }

    #[test]
    #[allow(clippy::redundant_closure_for_method_calls, reason = "a method is of one lifetime only")]
    fn simple_values_are_written_as_without_room() {
        assert!(same(|w| w.nil(), |w| w.put_nil()));
        assert!(same(|w| w.bool(true), |w| w.put_bool(true)));
        assert!(same(|w| w.bool(false), |w| w.put_bool(false)));
    }

    #[test]
    fn a_count_is_told_later_as_without_room() {
        let patched = |writer: &mut Writer<'_>, count: Option<Count>| {
            count.map(|count| writer.patch(count, 0x0102_0304)).is_some()
        };
        assert!(same(
            |w| {
                let count = w.array_of_unknown_count();
                w.patch(count, 0x0102_0304);
            },
            |w| {
                let count = w.put_array_of_unknown_count();
                patched(w, count)
            }
        ));
        assert!(same(
            |w| {
                let count = w.map_of_unknown_count();
                w.patch(count, 0x0102_0304);
            },
            |w| {
                let count = w.put_map_of_unknown_count();
                patched(w, count)
            }
        ));
    }

    #[test]
    fn what_is_written_at_hand_is_written() {
        let mut out = vec![1, 2];
        let mut writer = Writer::value(&mut out);
        writer.int(3);
        assert_eq!(writer.at_hand(|writer| (writer.place(), writer.int(4), writer.len())), (1, (), 2));
        writer.int(5);
        assert_eq!((writer.place(), &out[..]), (3, &[1, 2, 3, 4, 5][..]));
    }

    #[test]
    fn what_comes_again_is_written_as_without_room() {
        let values = b"\xc3\xd2\0\0\0\x07\xd0\xdf\xa3abc\xc2\0\0\0\0";
        for (at, short) in [(0, true), (1, true), (6, true), (8, false), (12, true), (900, false)] {
            let (mut written, mut put_in) = (values.to_vec(), values.to_vec());
            put_in.reserve(100);
            Writer { out: &mut written, start: 0, base: 0, definitions: 0 }.repeat(at);
            let done = Writer { out: &mut put_in, start: 0, base: 0, definitions: 0 }.put_repeat(at);
            assert_eq!(done, short);
            assert_eq!(put_in, if done { &written } else { &values[..] });
        }
    }
}
