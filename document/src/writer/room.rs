//! The scalars of a document that are written into a [`Room`]. Each writes what the method of [`Writer`](crate::Writer)
//! of the same name does, and gives nothing where it did not: then what the room holds is of no use.

use crate::event::{Number, Width};
use crate::room::{LONGEST_TEXT, Room};
use crate::text::SHORT_TEXT;
use crate::token::ext;

impl<const N: usize> Room<'_, N> {
    /// As [`Writer::nil`](crate::Writer::nil).
    #[inline(always)]
    pub fn nil(&mut self) -> Option<()> {
        self.put([0xc0])
    }

    /// As [`Writer::bool`](crate::Writer::bool).
    #[inline(always)]
    pub fn bool(&mut self, value: bool) -> Option<()> {
        self.put([0xc2 | u8::from(value)])
    }

    /// As [`Writer::number`](crate::Writer::number), of an `Integer` or a `Long`.
    #[inline(always)]
    pub fn number(&mut self, number: Number) -> Option<()> {
        let value = number.value;
        match number.width {
            Width::Int => {
                if value < -0x8000 {
                    self.put([0xd6, ext::NUM as u8])?;
                } else {
                    self.put([0xd2])?;
                }
                self.put((value as i32).to_be_bytes())
            }
            Width::Long => {
                if value < -0x8000_0000 {
                    self.put([0xd7, ext::NUM as u8])?;
                } else {
                    self.put([0xd3])?;
                }
                self.put(value.to_be_bytes())
            }
            Width::Untyped => self.int(value),
            Width::Byte | Width::Short => None,
        }
    }

    /// As [`Writer::int`](crate::Writer::int).
    #[inline(always)]
    pub fn int(&mut self, value: i64) -> Option<()> {
        match value {
            -32..=0x7f => self.put([value as u8]),
            0x80..=0xff => self.put([0xcc, value as u8]),
            0x100..=0xffff => self.marked(0xcd, (value as u16).to_be_bytes()),
            0x1_0000..=0xffff_ffff => self.marked(0xce, (value as u32).to_be_bytes()),
            0x1_0000_0000.. => self.marked(0xcf, value.to_be_bytes()),
            -0x80..=-33 => self.put([0xd0, value as u8]),
            -0x8000..=-0x81 => self.marked(0xd1, (value as u16).to_be_bytes()),
            -0x8000_0000..=-0x8001 => self.marked(0xd2, (value as u32).to_be_bytes()),
            _ => self.marked(0xd3, value.to_be_bytes()),
        }
    }

    /// A marker and what it announces. In one array with it, each byte would be moved by itself.
    #[inline(always)]
    fn marked<const M: usize>(&mut self, marker: u8, bytes: [u8; M]) -> Option<()> {
        self.put([marker])?;
        self.put(bytes)
    }

    /// As [`Writer::char`](crate::Writer::char).
    #[inline(always)]
    pub fn char(&mut self, unit: u16) -> Option<()> {
        self.put([0xd5, ext::CHAR as u8])?;
        self.put(unit.to_be_bytes())
    }

    /// As [`Writer::f32`](crate::Writer::f32).
    #[inline(always)]
    pub fn f32(&mut self, value: f32) -> Option<()> {
        self.put([0xca])?;
        self.put(value.to_be_bytes())
    }

    /// As [`Writer::f64`](crate::Writer::f64).
    #[inline(always)]
    pub fn f64(&mut self, value: f64) -> Option<()> {
        self.put([0xcb])?;
        self.put(value.to_be_bytes())
    }

    /// As [`Writer::str_bytes`](crate::Writer::str_bytes), of the first `len` bytes of a text.
    #[inline(always)]
    pub fn str(&mut self, text: &[u8; LONGEST_TEXT], len: usize) -> Option<()> {
        if len <= 31 {
            self.put([0xa0 | len as u8])?;
        } else {
            self.put([0xd9, len as u8])?;
        }
        self.put_text(text, len)
    }

    /// As [`Room::str`], of at most [`SHORT_TEXT`] bytes.
    #[inline(always)]
    pub fn short_str(&mut self, text: &[u8; SHORT_TEXT], len: usize) -> Option<()> {
        self.put([0xa0 | len as u8])?;
        self.put_first(text, len)
    }

    /// As [`Writer::str_marked`](crate::Writer::str_marked), of the first `len` bytes of a text.
    #[inline(always)]
    pub fn str_marked(&mut self, text: &[u8; LONGEST_TEXT], len: usize) -> Option<()> {
        let last = *text.get(len.checked_sub(1)?)?;
        self.str(text, len)?;
        self.set_last(last & 0x7f)
    }

    /// As [`Writer::date`](crate::Writer::date).
    #[inline(always)]
    pub fn date(&mut self, millis: i64) -> Option<()> {
        self.put([0xd7, ext::DATE as u8])?;
        self.put(millis.to_be_bytes())
    }

    /// As [`Writer::big_decimal`](crate::Writer::big_decimal), of the first `len` bytes of an unscaled value, one to eleven.
    #[inline(always)]
    pub fn big_decimal(&mut self, scale: i32, unscaled: &[u8; 11], len: usize) -> Option<()> {
        match len {
            4 => self.put([0xd7, ext::BIG_DECIMAL as u8])?,
            1..=11 => self.put([0xc7, len as u8 + 4, ext::BIG_DECIMAL as u8])?,
            _ => return None,
        }
        self.put(scale.to_be_bytes())?;
        self.put_first(unscaled, len)
    }
}
