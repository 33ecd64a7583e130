//! MessagePack's own layer of writing.

use crate::append::append;

pub(crate) fn nil(out: &mut Vec<u8>) {
    out.push(0xc0);
}

/// A length as MessagePack can say it. Longer ones cannot arise: a document is below 4 GiB.
pub(crate) fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[inline]
pub(crate) fn unsigned(out: &mut Vec<u8>, value: u64) {
    match value {
        0..=0x7f => out.extend_from_slice(&[value as u8]),
        0x80..=0xff => out.extend_from_slice(&[0xcc, value as u8]),
        0x100..=0xffff => wide(out, 0xcd, (value as u16).to_be_bytes()),
        0x1_0000..=0xffff_ffff => wide(out, 0xce, (value as u32).to_be_bytes()),
        _ => wide(out, 0xcf, value.to_be_bytes()),
    }
}

/// A marker and a number of fixed width, in one append.
#[inline]
pub(crate) fn wide<const N: usize>(out: &mut Vec<u8>, marker: u8, bytes: [u8; N]) {
    let mut buffer = [marker; 9];
    if let Some(room) = buffer.get_mut(1..=N) {
        room.copy_from_slice(&bytes);
    }
    out.extend_from_slice(buffer.get(..=N).unwrap_or_default());
}

#[inline]
pub(crate) fn array(out: &mut Vec<u8>, count: u32) {
    match count {
        0..=15 => out.push(0x90 | count as u8),
        16..=0xffff => wide(out, 0xdc, (count as u16).to_be_bytes()),
        _ => wide(out, 0xdd, count.to_be_bytes()),
    }
}

#[inline]
pub(crate) fn map(out: &mut Vec<u8>, count: u32) {
    match count {
        0..=15 => out.push(0x80 | count as u8),
        16..=0xffff => wide(out, 0xde, (count as u16).to_be_bytes()),
        _ => wide(out, 0xdf, count.to_be_bytes()),
    }
}

#[inline]
pub(crate) fn str_len(out: &mut Vec<u8>, len: usize) {
    match len {
        0..=31 => out.push(0xa0 | len as u8),
        32..=0xff => out.extend_from_slice(&[0xd9, len as u8]),
        0x100..=0xffff => wide(out, 0xda, (len as u16).to_be_bytes()),
        _ => wide(out, 0xdb, count(len).to_be_bytes()),
    }
}

#[inline]
pub(crate) fn str(out: &mut Vec<u8>, bytes: &[u8]) {
    str_len(out, bytes.len());
    append(out, bytes);
}

#[inline]
pub(crate) fn bin(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.len() {
        0..=0xff => out.extend_from_slice(&[0xc4, bytes.len() as u8]),
        0x100..=0xffff => wide(out, 0xc5, (bytes.len() as u16).to_be_bytes()),
        _ => wide(out, 0xc6, count(bytes.len()).to_be_bytes()),
    }
    append(out, bytes);
}

/// The header of an extension; its payload follows.
#[inline]
pub(crate) fn ext(out: &mut Vec<u8>, kind: i8, len: usize) {
    let fixed = match len {
        1 => 0xd4,
        2 => 0xd5,
        4 => 0xd6,
        8 => 0xd7,
        16 => 0xd8,
        0..=0xff => {
            out.extend_from_slice(&[0xc7, len as u8, kind as u8]);
            return;
        }
        0x100..=0xffff => {
            wide(out, 0xc8, (len as u16).to_be_bytes());
            out.push(kind as u8);
            return;
        }
        _ => {
            wide(out, 0xc9, count(len).to_be_bytes());
            out.push(kind as u8);
            return;
        }
    };
    out.extend_from_slice(&[fixed, kind as u8]);
}
