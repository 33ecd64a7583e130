use proptest::prelude::*;

use super::*;

const GOLDEN_HEX: &str = "0002003a0000018bcfe568000000018bcfe56be80000070831310000018bcfe56fd0\
                          0000018bcfe573b80006666f6f2d6e310000000000000000";

fn golden_header() -> Header {
    Header {
        creation_time: 1_700_000_000_000,
        last_accessed_time: 1_700_000_001_000,
        max_inactive_interval: 1800,
        is_new: true,
        is_valid: true,
        this_accessed_time: 1_700_000_002_000,
        last_backup_time: 1_700_000_003_000,
        id: "foo-n1".to_owned(),
        auth_type: AuthType::None,
        principal: Bytes::new(),
        saved_request: Bytes::new(),
        saved_principal: Bytes::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Version 2 as it was before the two saved parts: what MSM up to 1.6.1 wrote.
fn version_1(header: &Header, attributes: &[u8]) -> Bytes {
    let mut value = header.encode(&[]).unwrap();
    value.truncate(value.len() - 4);
    let len = u16::try_from(value.len()).unwrap();
    value[..2].copy_from_slice(&1u16.to_be_bytes());
    value[2..4].copy_from_slice(&len.to_be_bytes());
    value.extend_from_slice(attributes);
    value.into()
}

#[test]
fn the_golden_header_is_written_and_read() {
    let value = golden_header().encode(b"").unwrap();
    assert_eq!(hex(&value), GOLDEN_HEX);
    let envelope = Envelope::decode(&value.into()).unwrap();
    assert_eq!(envelope.header, golden_header());
    assert!(envelope.attributes.is_empty());
}

#[test]
fn what_both_msms_stored_is_read_and_written_back_byte_for_byte() {
    let msm232 = include_bytes!("../../../tests/data/empty.msm232.envelope");
    let msm182 = include_bytes!("../../../tests/data/empty.msm182.envelope");
    for stored in [&msm232[..], msm182] {
        let envelope = Envelope::decode(&Bytes::copy_from_slice(stored)).unwrap();
        assert_eq!(
            envelope.header,
            Header {
                creation_time: 1_700_000_000_000,
                last_accessed_time: 1_700_000_000_000,
                max_inactive_interval: -1,
                is_new: true,
                is_valid: true,
                this_accessed_time: 1_700_000_000_000,
                last_backup_time: 0,
                id: "00000000000000000000000000000000-n1".to_owned(),
                ..golden_header()
            }
        );
        // A Java stream: the serializer's bytes begin where they should.
        assert!(envelope.attributes.starts_with(&[0xac, 0xed, 0, 5]));
        assert_eq!(envelope.header.encode(&envelope.attributes).unwrap(), stored);
    }
}

#[test]
fn a_version_1_header_is_read() {
    let header =
        Header { auth_type: AuthType::Form, principal: Bytes::from_static(b"me"), ..golden_header() };
    let envelope = Envelope::decode(&version_1(&header, b"")).unwrap();
    assert_eq!(envelope.header, header);
    assert!(envelope.attributes.is_empty());

    let envelope = Envelope::decode(&version_1(&header, b"abc")).unwrap();
    assert_eq!(&envelope.attributes[..], b"abc");
}

#[test]
fn the_attributes_are_not_copied() {
    let value = Bytes::from(golden_header().encode(b"attributes").unwrap());
    let envelope = Envelope::decode(&value).unwrap();
    assert_eq!(envelope.attributes.as_ptr(), value[58..].as_ptr());
}

/// A later MSM may append to the header without a new version; the field says where the attributes are.
#[test]
fn the_attributes_begin_where_the_header_says() {
    let mut value = golden_header().encode(b"..abc").unwrap();
    value[2..4].copy_from_slice(&60u16.to_be_bytes());
    assert_eq!(&Envelope::decode(&value.into()).unwrap().attributes[..], b"abc");
}

#[test]
fn lengths_above_32767_are_read_as_they_are_meant() {
    let header = Header { principal: vec![7; 40_000].into(), ..golden_header() };
    let value = Bytes::from(header.encode(b"abc").unwrap());
    let envelope = Envelope::decode(&value).unwrap();
    assert_eq!(envelope.header, header);
    assert_eq!(&envelope.attributes[..], b"abc");
}

#[test]
fn a_header_that_is_too_long_is_refused_and_named() {
    let header = Header { principal: vec![7; 65_536].into(), ..golden_header() };
    let error = header.encode(b"").unwrap_err();
    assert_eq!(error.to_string(), "the principal has 65536 bytes; an envelope has room for 65535");

    let header = Header {
        principal: vec![7; 40_000].into(),
        saved_request: vec![7; 40_000].into(),
        ..golden_header()
    };
    let error = header.encode(b"").unwrap_err();
    assert!(matches!(error, EnvelopeError::TooLong { field: "header", .. }));
}

#[test]
fn short_values_and_unknown_versions_are_told_apart() {
    let decode = |bytes: &'static [u8]| Envelope::decode(&Bytes::from_static(bytes)).unwrap_err();
    // What MSM's ping leaves under a session's key.
    assert_eq!(decode(&[1]), EnvelopeError::Short { field: "version", len: 1 });
    assert_eq!(decode(&[]), EnvelopeError::Short { field: "version", len: 0 });
    assert_eq!(decode(&[0, 2]), EnvelopeError::Short { field: "header length", len: 2 });
    assert_eq!(decode(&[0, 2, 0, 58, 0]), EnvelopeError::Short { field: "header", len: 5 });
    assert_eq!(decode(&[0, 3]), EnvelopeError::Version { version: 3 });
    assert_eq!(decode(&[0xac, 0xed, 0, 5]), EnvelopeError::Version { version: 0xaced });
    assert_eq!(decode(&[0, 2, 0, 4]), EnvelopeError::HeaderLength { field: "creation time", claimed: 4 });
}

#[test]
fn every_header_that_is_cut_is_refused() {
    let value = Bytes::from(golden_header().encode(b"").unwrap());
    for len in 0..value.len() {
        assert!(Envelope::decode(&value.slice(..len)).is_err(), "{len}");
    }
}

#[test]
fn an_authentication_type_that_msm_lacks_is_kept() {
    for number in 0..10 {
        assert_eq!(u16::from(AuthType::from(number)), number);
    }
    assert_eq!(AuthType::from(4), AuthType::Form);
    assert_eq!(AuthType::from(5), AuthType::Other(5));
}

fn bytes(max: usize) -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..max).prop_map(Bytes::from)
}

fn any_header() -> impl Strategy<Value = Header> {
    (
        (any::<i64>(), any::<i64>(), any::<i32>(), any::<bool>(), any::<bool>()),
        (any::<i64>(), any::<i64>(), any::<String>(), any::<u16>()),
        (bytes(300), bytes(300), bytes(300)),
    )
        .prop_map(
            |(
                (creation_time, last_accessed_time, max_inactive_interval, is_new, is_valid),
                (this_accessed_time, last_backup_time, id, auth_type),
                (principal, saved_request, saved_principal),
            )| Header {
                creation_time,
                last_accessed_time,
                max_inactive_interval,
                is_new,
                is_valid,
                this_accessed_time,
                last_backup_time,
                id,
                auth_type: auth_type.into(),
                principal,
                saved_request,
                saved_principal,
            },
        )
}

proptest! {
    #[test]
    fn any_envelope_round_trips(header in any_header(), attributes in bytes(300)) {
        let value = Bytes::from(header.encode(&attributes).unwrap());
        prop_assert_eq!(Envelope::decode(&value).unwrap(), Envelope { header, attributes });
    }

    #[test]
    fn any_bytes_are_an_envelope_or_an_error(mut value in prop::collection::vec(any::<u8>(), 0..200), version in 0..4u8) {
        let _ = Envelope::decode(&Bytes::copy_from_slice(&value));
        // With a header that looks right at first, so that the inner parts are reached as well.
        if let Some(start) = value.first_chunk_mut::<4>() {
            *start = [0, version, 0, start[3]];
        }
        let _ = Envelope::decode(&value.into());
    }

    #[test]
    fn a_damaged_envelope_is_read_or_refused(
        header in any_header(), position in any::<prop::sample::Index>(), byte in any::<u8>()
    ) {
        let mut value = header.encode(b"abc").unwrap();
        *position.get_mut(&mut value) = byte;
        let _ = Envelope::decode(&value.into());
    }
}
