//! Words of the Java Object Serialization Stream Protocol, version 2.

/// `STREAM_MAGIC` and `STREAM_VERSION`, with which every stream begins.
pub(crate) const HEADER: [u8; 4] = [0xac, 0xed, 0x00, 0x05];

/// `baseWireHandle`: the number of the first object or class of a stream.
pub(crate) const BASE_HANDLE: u32 = 0x7e_0000;

/// What a stream calls the object or class of a handle, as that is counted here: from 0. Never zeros.
#[inline]
pub(crate) const fn wire_handle(handle: u32) -> [u8; 4] {
    handle.wrapping_add(BASE_HANDLE).to_be_bytes()
}

/// What a content element is: `TC_*`.
pub(crate) mod tc {
    pub(crate) const NULL: u8 = 0x70;
    pub(crate) const REFERENCE: u8 = 0x71;
    pub(crate) const CLASSDESC: u8 = 0x72;
    pub(crate) const OBJECT: u8 = 0x73;
    pub(crate) const STRING: u8 = 0x74;
    pub(crate) const ARRAY: u8 = 0x75;
    pub(crate) const CLASS: u8 = 0x76;
    pub(crate) const BLOCKDATA: u8 = 0x77;
    pub(crate) const ENDBLOCKDATA: u8 = 0x78;
    pub(crate) const RESET: u8 = 0x79;
    pub(crate) const BLOCKDATALONG: u8 = 0x7a;
    pub(crate) const EXCEPTION: u8 = 0x7b;
    pub(crate) const LONGSTRING: u8 = 0x7c;
    pub(crate) const PROXYCLASSDESC: u8 = 0x7d;
    pub(crate) const ENUM: u8 = 0x7e;
}

/// Flags of a class descriptor: `SC_*`, and one of ours.
pub(crate) mod sc {
    pub(crate) const WRITE_METHOD: u8 = 0x01;
    pub(crate) const SERIALIZABLE: u8 = 0x02;
    pub(crate) const EXTERNALIZABLE: u8 = 0x04;
    pub(crate) const BLOCK_DATA: u8 = 0x08;
    pub(crate) const ENUM: u8 = 0x10;
    /// In documents only: the class's `writeObject` wrote none of the fields that its descriptor lists.
    pub(crate) const FIELDLESS: u8 = 0x80;
}

/// What MSM writes in place of a value that Java refused to serialize.
pub(crate) const NOT_SERIALIZABLE: &str = "___NOT_SERIALIZABLE_EXCEPTION___";

/// How many classes a chain of superclasses may have: as many as a document may.
pub(crate) const MAX_SUPERCLASSES: usize = 64;

/// A type descriptor says itself where it ends.
pub(crate) fn descriptor_len(text: &[u8]) -> usize {
    let dimensions = text.iter().take_while(|byte| **byte == b'[').count();
    match text.get(dimensions) {
        Some(b'L') => text.iter().position(|byte| *byte == b';').map_or(text.len(), |end| end + 1),
        Some(_) => dimensions + 1,
        None => dimensions,
    }
}

/// Whether a text is the type descriptor of a field whose code is its first byte: `Ljava/util/List;`, `[I`,
/// `[[Ljava/lang/String;`.
pub(crate) fn is_descriptor(code: u8, text: &[u8]) -> bool {
    let dimensions = text.iter().take_while(|byte| **byte == b'[').count();
    text.first() == Some(&code)
        && match text.get(dimensions..).unwrap_or_default() {
            [b'L', name @ .., b';'] => !name.is_empty() && !name.contains(&b';'),
            [b'B' | b'C' | b'D' | b'F' | b'I' | b'J' | b'S' | b'Z'] => true,
            _ => false,
        }
}
