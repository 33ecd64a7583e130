//! What sessions are full of, each value taken from Kryo's bytes and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, what is damaged, or where a buffer has to grow,
//! nothing happens and the loop ends. [`Reading::step`](super::Reading) takes any step.

use holdfast_document::{LONGEST_TEXT, Number, Width, has_room, put_item};
use holdfast_kryo_common::quick::{varint, varlong};

use super::refs::Seen;
use super::{Frame, FrameKind, Reading};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::plan::Mode;

/// What a step needs of the innermost frame, and the bytes from here on: local variables of the loop.
struct Inner<'i> {
    left: u32,
    kind: FrameKind,
    rest: &'i [u8],
}

impl<'i> Reading<'i, '_, '_> {
    /// Reads parts of the innermost container, and of those in it and around it, as long as they are quick. Where it ends
    /// no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        let Some(frame) = self.shelf.frames.last() else { return };
        let mut inner = Inner { left: frame.left, kind: frame.kind, rest: self.input.rest() };
        while self.quick_step(&mut inner) {}
        self.input.seek(self.position_of(inner.rest));
        self.leave(&inner);
    }

    /// The position where these bytes begin.
    #[inline(always)]
    fn position_of(&self, rest: &[u8]) -> usize {
        self.input.at() + self.input.rest().len().wrapping_sub(rest.len())
    }

    /// Brings the frame of a container up to date.
    #[inline(always)]
    fn leave(&mut self, inner: &Inner<'i>) {
        if let Some(frame) = self.shelf.frames.last_mut() {
            frame.left = inner.left;
        }
    }

    /// Reads a part, or ends the container.
    #[inline(always)]
    fn quick_step(&mut self, inner: &mut Inner<'i>) -> bool {
        let Some(left) = inner.left.checked_sub(1) else { return self.quick_end(inner) };
        inner.left = left;
        let read = self.quick_part(inner);
        if !read {
            inner.left += 1;
        }
        read
    }

    /// Ends the container, and goes on in the one around it.
    #[inline(always)]
    fn quick_end(&mut self, inner: &mut Inner<'i>) -> bool {
        if matches!(inner.kind, FrameKind::Whole | FrameKind::Handler { .. }) {
            return false;
        }
        self.shelf.frames.pop();
        let Some(outer) = self.shelf.frames.last() else { return false };
        (inner.left, inner.kind) = (outer.left, outer.kind);
        true
    }

    #[inline(always)]
    fn quick_part(&mut self, inner: &mut Inner<'i>) -> bool {
        let mode = match inner.kind {
            FrameKind::Values => Mode::Any,
            FrameKind::Fields(end) => self.classes.mode(end, inner.left),
            _ => return false,
        };
        match (mode, inner.rest) {
            (Mode::Any, [17, text @ ..]) | (Mode::Known(ClassId::STRING), [1, text @ ..]) => {
                self.quick_string(inner, text)
            }
            (Mode::Any | Mode::Known(_), [0, after @ ..]) => self.doc.put_nil() && inner.go_to(after),
            (Mode::Any, [first, body @ ..]) => self.quick_value(inner, *first, body),
            (Mode::Boolean, [flag @ 0..=1, after @ ..]) => {
                self.doc.put_bool(*flag == 1) && inner.go_to(after)
            }
            (Mode::Int, rest) => match varint(rest) {
                Some((value, len)) => {
                    self.doc.put_int(i64::from(value.cast_signed())) && inner.pass(rest, len)
                }
                None => false,
            },
            (Mode::Long, rest) => match varlong(rest) {
                Some((value, len)) => self.doc.put_int(signed(value)) && inner.pass(rest, len),
                None => false,
            },
            (Mode::Double, [a, b, c, d, e, f, g, h, after @ ..]) => {
                let value = f64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                self.doc.put_f64(value) && inner.go_to(after)
            }
            _ => false,
        }
    }

    /// A string of ASCII behind its class or a mark.
    #[inline(always)]
    fn quick_string(&mut self, inner: &mut Inner<'i>, text: &'i [u8]) -> bool {
        let Some((&len @ 0..=MOST, source)) = text.split_first() else { return false };
        let Some((text, after)) = source.split_at_checked(usize::from(len)) else { return false };
        holdfast_document::is_ascii(text) && self.doc.put_str_first(source, text.len()) && inner.go_to(after)
    }

    /// A value with its class that is no string and not null.
    #[inline(always)]
    fn quick_value(&mut self, inner: &mut Inner<'i>, first: u8, body: &'i [u8]) -> bool {
        match (first, body) {
            (9, [flag @ 0..=1, after @ ..]) => self.doc.put_bool(*flag == 1) && inner.go_to(after),
            (13, _) => {
                let Some((value, len)) = varint(body) else { return false };
                let value = i64::from(value.cast_signed());
                self.doc.put_number(Number { value, width: Width::Int }) && inner.pass(body, len)
            }
            (14, _) => {
                let Some((value, len)) = varlong(body) else { return false };
                let value = signed(value);
                self.doc.put_number(Number { value, width: Width::Long }) && inner.pass(body, len)
            }
            (16, [a, b, c, d, e, f, g, h, after @ ..]) => {
                let value = f64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                self.doc.put_f64(value) && inner.go_to(after)
            }
            (18 | 21, _) => self.quick_container(inner, first == 21, body),
            (33, [digits @ 1..=11, unscaled @ ..]) => {
                let digits = usize::from(*digits);
                let Some(behind) = unscaled.get(digits..) else { return false };
                let Some((scale, len)) = varint(behind) else { return false };
                let scale = (scale >> 1).cast_signed() ^ -(scale & 1).cast_signed();
                self.doc.put_big_decimal_first(scale, unscaled, digits) && inner.pass(behind, len)
            }
            (0xff, [0x7f, number @ 1..0x80, body @ ..]) => self.quick_named(inner, *number, body),
            _ => false,
        }
    }

    /// A list or a map, behind its class.
    #[inline(always)]
    fn quick_container(&mut self, inner: &mut Inner<'i>, is_map: bool, body: &'i [u8]) -> bool {
        let Some((count, len)) = varint(body) else { return false };
        let Some(after) = body.get(len..) else { return false };
        let parts = if is_map { count.saturating_mul(2) } else { count };
        // What the bytes cannot hold is not believed.
        parts as usize <= after.len()
            && self.may_enter()
            && (if is_map { self.doc.put_map(count) } else { self.doc.put_array(count) })
            && self.quick_enter(inner, FrameKind::Values, ClassId::CLASS, parts, after)
    }

    /// A value of a class that was named before, behind the class.
    #[inline(always)]
    fn quick_named(&mut self, inner: &mut Inner<'i>, number: u8, body: &'i [u8]) -> bool {
        let Some(&class) = self.shelf.names.get(usize::from(number) - 1) else { return false };
        let described = self.classes.get(class);
        match (described.codec, body) {
            (Codec::Date, _) => {
                let Some((millis, len)) = varlong(body) else { return false };
                self.doc.put_date(millis.cast_signed()) && inner.pass(body, len)
            }
            (Codec::Fields(plan), [0, after @ ..]) if described.builtin == 0 => {
                self.quick_bean(inner, class, plan, after)
            }
            _ => false,
        }
    }

    /// A new object of a class that this attribute defines, behind the mark that it is new.
    #[inline(always)]
    fn quick_bean(&mut self, inner: &mut Inner<'i>, class: ClassId, plan: u32, after: &'i [u8]) -> bool {
        let Some(known) = self.shelf.definitions.find(class, self.classes.slot(class)) else { return false };
        let modes = self.classes.modes_of(plan);
        let place = self.doc.place();
        let at = self.position_of(after) as u32;
        !self.again
            && self.may_enter()
            && has_room(&self.shelf.seen, 1)
            && self.doc.put_known(known, modes.count)
            && put_item(&mut self.shelf.seen, Seen { class, place, at })
            && self.quick_enter(inner, FrameKind::Fields(modes.end), class, modes.count, after)
    }

    /// Whether a value may be begun that holds others.
    #[inline(always)]
    fn may_enter(&self) -> bool {
        self.shelf.frames.len() < self.limits.depth && has_room(&self.shelf.frames, 1)
    }

    /// Goes on in a value, for which there is room.
    #[inline(always)]
    fn quick_enter(
        &mut self,
        inner: &mut Inner<'i>,
        kind: FrameKind,
        class: ClassId,
        left: u32,
        rest: &'i [u8],
    ) -> bool {
        self.leave(inner);
        *inner = Inner { left, kind, rest };
        put_item(&mut self.shelf.frames, Frame { left, class, kind })
    }
}

impl<'i> Inner<'i> {
    #[inline(always)]
    fn go_to(&mut self, rest: &'i [u8]) -> bool {
        self.rest = rest;
        true
    }

    /// Goes on behind so many of these bytes.
    #[inline(always)]
    fn pass(&mut self, from: &'i [u8], len: usize) -> bool {
        self.go_to(from.get(len..).unwrap_or_default())
    }
}

/// The longest string, in bytes.
const MOST: u8 = LONGEST_TEXT as u8;

const fn signed(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}
