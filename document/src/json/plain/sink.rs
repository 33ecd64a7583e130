//! What plain data is written to: JSON text, or nothing.

use crate::json::text::Text;
use crate::json::time::{instant_to_text, millis_to_text};

/// Takes plain data, one value after the other.
pub(super) trait Sink {
    fn nil(&mut self);
    fn bool(&mut self, value: bool);
    fn int(&mut self, value: i64);
    fn unsigned(&mut self, value: u64);
    /// A number of any size, as JSON writes it.
    fn digits(&mut self, digits: &str);
    fn f32(&mut self, value: f32);
    fn f64(&mut self, value: f64);
    fn str(&mut self, text: &str);
    fn bytes(&mut self, bytes: &[u8]);
    /// Milliseconds since the epoch.
    fn date(&mut self, millis: i64);
    /// Seconds since the epoch and nanoseconds.
    fn instant(&mut self, seconds: i64, nanos: u32);
    fn begin_array(&mut self, len: u32);
    fn end_array(&mut self);
    /// A key and a value, so many times, follow.
    fn begin_object(&mut self, len: u32);
    fn key(&mut self, key: &str);
    fn end_object(&mut self);
}

impl Sink for Text {
    fn nil(&mut self) {
        self.word("null");
    }

    fn bool(&mut self, value: bool) {
        Self::bool(self, value);
    }

    fn int(&mut self, value: i64) {
        Self::int(self, value);
    }

    fn unsigned(&mut self, value: u64) {
        Self::unsigned(self, value);
    }

    fn digits(&mut self, digits: &str) {
        self.word(digits);
    }

    fn f32(&mut self, value: f32) {
        Self::f32(self, value);
    }

    fn f64(&mut self, value: f64) {
        Self::f64(self, value);
    }

    fn str(&mut self, text: &str) {
        Self::str(self, text);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.base64(bytes);
    }

    fn date(&mut self, millis: i64) {
        Self::str(self, &millis_to_text(millis));
    }

    fn instant(&mut self, seconds: i64, nanos: u32) {
        Self::str(self, &instant_to_text(seconds, nanos));
    }

    fn begin_array(&mut self, _: u32) {
        self.begin('[');
    }

    fn end_array(&mut self) {
        self.end(']');
    }

    fn begin_object(&mut self, _: u32) {
        self.begin('{');
    }

    fn key(&mut self, key: &str) {
        Self::key(self, key);
    }

    fn end_object(&mut self) {
        self.end('}');
    }
}

/// For a walk that only wants to see where things stand.
pub(super) struct Nothing;

impl Sink for Nothing {
    fn nil(&mut self) {}
    fn bool(&mut self, _: bool) {}
    fn int(&mut self, _: i64) {}
    fn unsigned(&mut self, _: u64) {}
    fn digits(&mut self, _: &str) {}
    fn f32(&mut self, _: f32) {}
    fn f64(&mut self, _: f64) {}
    fn str(&mut self, _: &str) {}
    fn bytes(&mut self, _: &[u8]) {}
    fn date(&mut self, _: i64) {}
    fn instant(&mut self, _: i64, _: u32) {}
    fn begin_array(&mut self, _: u32) {}
    fn end_array(&mut self) {}
    fn begin_object(&mut self, _: u32) {}
    fn key(&mut self, _: &str) {}
    fn end_object(&mut self) {}
}
