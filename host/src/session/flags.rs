//! memcached's 32 bits of item flags: which serializer wrote a value, and what was done to it since.

use std::io::Read;

/// The three marks that make flags ours: below 2^31, because both MSMs drop the connection above; the third byte 0x08
/// and the lowest bits zero, because MSM 1 reads nothing else ("bytes, neither compressed nor a Java object").
const OURS: u32 = 0x4800_0800;
const OURS_MASK: u32 = 0xff00_ff03;
const ENCRYPTED: u32 = 1 << 3;
const ZSTD: u32 = 1 << 2;

const MSM_1: u32 = 0x0800;
const MSM_1_GZIP: u32 = 0x0802;

/// What a value's flags say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemFlags {
    /// Written by Holdfast.
    Tagged {
        /// Which serializer, by [`format_tag`].
        tag: u16,
        /// The serializer's bytes are encrypted.
        encrypted: bool,
        /// The serializer's bytes are compressed with zstd.
        zstd: bool,
    },
    /// Written by MSM 2, with the serializer it was configured with.
    Msm2,
    /// Written by MSM 1, with the serializer it was configured with. Validity records have these flags too.
    Msm1,
    /// Written by MSM 1; the whole value is to be unpacked with [`gunzip`] first.
    Msm1Gzip,
    /// Written by something else.
    Unknown(u32),
}

impl ItemFlags {
    /// The flags of validity records: those of MSM 1, without which it would not read them.
    pub const VALIDITY: Self = Self::Msm1;

    /// The flags of locks; nobody reads their value.
    pub const LOCK: Self = Self::Msm2;

    /// The flags of a value that the serializer with this tag wrote, and nothing more was done to.
    #[must_use]
    pub const fn tagged(tag: u16) -> Self {
        Self::Tagged { tag, encrypted: false, zstd: false }
    }

    /// Reads flags as they came from a node.
    #[must_use]
    pub const fn parse(flags: u32) -> Self {
        match flags {
            0 => Self::Msm2,
            MSM_1 => Self::Msm1,
            MSM_1_GZIP => Self::Msm1Gzip,
            _ if flags & OURS_MASK == OURS => Self::Tagged {
                // 8 bits and 4 bits.
                tag: ((flags >> 12) & 0xff0 | (flags >> 4) & 0xf) as u16,
                encrypted: flags & ENCRYPTED != 0,
                zstd: flags & ZSTD != 0,
            },
            _ => Self::Unknown(flags),
        }
    }

    /// The flags as a node takes them. Of a tag the lowest 12 bits count.
    #[must_use]
    pub const fn pack(self) -> u32 {
        match self {
            Self::Tagged { tag, encrypted, zstd } => {
                let tag = tag as u32;
                OURS | (tag & 0xff0) << 12
                    | (tag & 0xf) << 4
                    | if encrypted { ENCRYPTED } else { 0 }
                    | if zstd { ZSTD } else { 0 }
            }
            Self::Msm2 => 0,
            Self::Msm1 => MSM_1,
            Self::Msm1Gzip => MSM_1_GZIP,
            Self::Unknown(flags) => flags,
        }
    }
}

/// The tag of a serializer's format: the CRC-32 of its id, lowest 12 bits.
#[must_use]
pub fn format_tag(format_id: &str) -> u16 {
    (crc32fast::hash(format_id.as_bytes()) & 0xfff) as u16
}

/// Why a packed value cannot be unpacked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GunzipError {
    /// It would grow past the limit.
    #[error("the stored session is gzip and has more than {limit} bytes when it is unpacked")]
    TooLarge {
        /// The most that is unpacked.
        limit: usize,
    },
    /// It is no gzip.
    #[error("the stored session is marked as gzip, but cannot be unpacked: {0}")]
    Damaged(#[source] std::io::Error),
}

/// Unpacks a value of [`ItemFlags::Msm1Gzip`]: MSM 1 packed every value of more than 16,384 bytes, header and all.
///
/// # Errors
/// The value is no whole gzip stream, or unpacks to more than `limit` bytes.
pub fn gunzip(value: &[u8], limit: usize) -> Result<Vec<u8>, GunzipError> {
    let mut unpacked = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    flate2::read::GzDecoder::new(value)
        .take(most)
        .read_to_end(&mut unpacked)
        .map_err(GunzipError::Damaged)?;
    if unpacked.len() > limit {
        return Err(GunzipError::TooLarge { limit });
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_marks_stand_where_both_msms_expect_them() {
        assert_eq!(ItemFlags::tagged(0x01f).pack(), 0x4801_08f0);
        assert_eq!(ItemFlags::tagged(0x010).pack(), 0x4801_0800);
        assert_eq!(ItemFlags::tagged(0xfff).pack(), 0x48ff_08f0);
        let all = ItemFlags::Tagged { tag: 0xabc, encrypted: true, zstd: true };
        assert_eq!(all.pack(), 0x48ab_08cc);
    }

    #[test]
    fn what_msm_writes_is_recognised() {
        assert_eq!(ItemFlags::parse(0), ItemFlags::Msm2);
        assert_eq!(ItemFlags::parse(2048), ItemFlags::Msm1);
        assert_eq!(ItemFlags::parse(2050), ItemFlags::Msm1Gzip);
        assert_eq!(ItemFlags::VALIDITY.pack(), 2048);
        assert_eq!(ItemFlags::LOCK.pack(), 0);
    }

    #[test]
    fn anything_else_is_unknown() {
        for flags in [1, 2, 512, 2049, 2051, 0x4801_0000, 0x4801_0801, 0x4801_0802, 0xc801_0800, 0x7fff_0800]
        {
            assert_eq!(ItemFlags::parse(flags), ItemFlags::Unknown(flags), "{flags:#x}");
        }
    }

    #[test]
    fn the_shipped_formats_have_six_tags() {
        let formats = ["java/2", "kryo/4", "kryo/1", "xstream/1.4", "javolution/5", "msgpack/1"];
        let tags: HashSet<_> = formats.into_iter().map(format_tag).collect();
        assert_eq!(tags.len(), formats.len());
    }

    proptest! {
        #[test]
        fn any_flags_are_parsed_and_packed_again(flags in any::<u32>()) {
            prop_assert_eq!(ItemFlags::parse(flags).pack(), flags);
        }

        #[test]
        fn our_flags_are_read_by_both_msms(tag in 0..0x1000u16, encrypted in any::<bool>(), zstd in any::<bool>()) {
            let ours = ItemFlags::Tagged { tag, encrypted, zstd };
            let flags = ours.pack();
            prop_assert!(flags < 1 << 31);
            prop_assert_eq!(flags & 0xff03, 0x0800);
            prop_assert_eq!(ItemFlags::parse(flags), ours);
        }

        #[test]
        fn any_bytes_are_unpacked_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = gunzip(&bytes, 1000);
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_packed_value_is_unpacked_up_to_the_limit() {
        let value = vec![7; 20_000];
        assert_eq!(gunzip(&gzip(&value), 20_000).unwrap(), value);
        let error = gunzip(&gzip(&value), 19_999).unwrap_err();
        assert!(matches!(error, GunzipError::TooLarge { limit: 19_999 }));
    }

    #[test]
    fn a_packed_value_that_is_cut_is_refused() {
        let mut value = gzip(&[7; 20_000]);
        value.truncate(value.len() - 1);
        assert!(matches!(gunzip(&value, 20_000), Err(GunzipError::Damaged(_))));
    }
}
