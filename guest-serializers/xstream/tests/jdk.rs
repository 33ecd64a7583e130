//! What XStream 1.4.7 on Java 17 was seen to write of the JDK's classes, and what other versions write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use holdfast_document::{Limits, check};
use holdfast_sdk::{Failure, Serializer, capture_log};
use holdfast_xstream::Xstream;

const SEEN: &str = include_str!("jdk-1.4.7.txt");

fn read(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    Xstream::default().deserialize(bytes, &mut document)?;
    check(&document, Limits::default()).unwrap_or_else(|error| panic!("{error}: {document:02x?}"));
    Ok(document)
}

fn write(document: &[u8]) -> Result<String, Failure> {
    let mut out = Vec::new();
    capture_log(|| Xstream::default().serialize(document, &mut out)).0?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn every_class_that_was_seen_is_written_byte_for_byte() {
    let mut failures = Vec::new();
    for case in SEEN.split("\n== ").map(|case| case.trim_start_matches("== ")) {
        let (name, xml) = case.split_once('\n').unwrap();
        let xml = xml.trim_end_matches('\n');
        match read(xml.as_bytes()).and_then(|document| write(&document)) {
            Ok(again) if again == xml => {}
            Ok(again) => failures.push(format!("{name}:\n{again}\n--- seen:\n{xml}")),
            Err(failure) => failures.push(format!("{name}: {failure}\n{xml}")),
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n\n"));
}

/// A session with one value, and what the value is in a session that XStream 1.4.7 wrote.
fn same(other: &str, ours: &str) {
    let session = |value: &str| {
        let value = if value.starts_with('<') { value.to_owned() } else { format!("<{value}>") };
        format!("<concurrent-hash-map><entry><string>a</string>{value}</entry></concurrent-hash-map>")
    };
    let (other, ours) = (session(other), session(ours));
    let left = read(other.as_bytes()).unwrap_or_else(|failure| panic!("{other}: {failure}"));
    assert_eq!(left, read(ours.as_bytes()).unwrap(), "{other}");
}

#[test]
fn what_xstream_1_4_20_calls_otherwise_is_the_same() {
    let ser = |class: &str, items: &str| {
        format!("<java.time.{class} resolves-to=\"java.time.Ser\">{items}</java.time.{class}>")
    };
    for (other, ours) in [
        (
            "<atomic-int>7</atomic-int>",
            "<java.util.concurrent.atomic.AtomicInteger><value>7</value></java.util.concurrent.atomic.AtomicInteger>"
                .to_owned(),
        ),
        (
            "<atomic-boolean>true</atomic-boolean>",
            "<java.util.concurrent.atomic.AtomicBoolean><value>1</value></java.util.concurrent.atomic.AtomicBoolean>"
                .to_owned(),
        ),
        (
            "<atomic-reference><value class=\"string\">x</value></atomic-reference>",
            "<java.util.concurrent.atomic.AtomicReference><value class=\"string\">x</value>\
             </java.util.concurrent.atomic.AtomicReference>"
                .to_owned(),
        ),
        ("<optional/>", "<java.util.Optional/>".to_owned()),
        ("<instant>1970-01-01T00:00:05.000000007Z</instant>", ser("Instant", "<byte>2</byte><long>5</long><int>7</int>")),
        ("<local-date>2024-01-31</local-date>", ser("LocalDate", "<byte>3</byte><int>2024</int><byte>1</byte><byte>31</byte>")),
        ("<local-time>01:02:00</local-time>", ser("LocalTime", "<byte>4</byte><byte>1</byte><byte>-3</byte>")),
        (
            "<zoned-date-time>2024-01-31T00:00:00+08:00[Asia/Shanghai]</zoned-date-time>",
            ser(
                "ZonedDateTime",
                "<byte>6</byte><int>2024</int><byte>1</byte><byte>31</byte><byte>-1</byte><byte>32</byte><byte>7</byte>\
                 <string>Asia/Shanghai</string>",
            ),
        ),
        ("<duration>PT5S</duration>", ser("Duration", "<byte>1</byte><long>5</long><int>0</int>")),
        ("<zone-id>+02:00</zone-id>", ser("ZoneOffset", "<byte>8</byte><byte>8</byte>")),
        ("<zone-id>Asia/Shanghai</zone-id>", ser("ZoneRegion", "<byte>7</byte><string>Asia/Shanghai</string>")),
        ("<byte-array>AAECAw==</byte-array>", "<byte-array>AAEC\nAw==</byte-array>".to_owned()),
        ("<sql-timestamp>1970-01-01 00:00:00</sql-timestamp>", "<sql-timestamp>1970-01-01 00:00:00.0</sql-timestamp>".to_owned()),
        ("<char null=\"true\"/>", "<char></char>".to_owned()),
        ("<list><x class=\"int\">7</x></list>", "<list><int>7</int></list>".to_owned()),
    ] {
        same(other, &ours);
    }
}

#[test]
fn a_session_of_xstream_1_4_2_is_read_and_written_as_1_4_7_does_it() {
    let lock = "<sync class=\"java.util.concurrent.locks.ReentrantLock$NonfairSync\" serialization=\"custom\">\
                <java.util.concurrent.locks.AbstractQueuedSynchronizer><default><state>0</state></default>\
                </java.util.concurrent.locks.AbstractQueuedSynchronizer></sync><loadFactor>0.75</loadFactor>";
    let segment = format!(
        "<java.util.concurrent.ConcurrentHashMap_-Segment>{lock}</java.util.concurrent.ConcurrentHashMap_-Segment>"
    );
    let old = format!(
        "<java.util.concurrent.ConcurrentHashMap serialization=\"custom\"><unserializable-parents/>\
         <java.util.concurrent.ConcurrentHashMap><default><segments>{segment}{segment}</segments>\
         <segmentShift>28</segmentShift><segmentMask>15</segmentMask></default>\
         <string>user</string><string>alice</string><string>again</string><list><int>1</int></list>\
         <string>same</string><list reference=\"../list\"/><null/><null/>\
         </java.util.concurrent.ConcurrentHashMap></java.util.concurrent.ConcurrentHashMap>"
    );
    let document = read(old.as_bytes()).unwrap();
    assert_eq!(
        write(&document).unwrap(),
        "<concurrent-hash-map>\n  <entry>\n    <string>user</string>\n    <string>alice</string>\n  </entry>\n  <entry>\n    \
         <string>again</string>\n    <list>\n      <int>1</int>\n    </list>\n  </entry>\n  <entry>\n    \
         <string>same</string>\n    <list reference=\"../../entry[2]/list\"/>\n  </entry>\n</concurrent-hash-map>"
    );
}

#[test]
fn an_object_that_is_not_as_its_class_writes_itself_is_kept_as_it_stands() {
    for value in [
        // A queue with a bound.
        "<java.util.concurrent.LinkedBlockingQueue serialization=\"custom\">\n      <unserializable-parents/>\n      \
         <java.util.concurrent.LinkedBlockingQueue>\n        <default>\n          <capacity>5</capacity>\n        \
         </default>\n        <string>a</string>\n        <null/>\n      </java.util.concurrent.LinkedBlockingQueue>\n    \
         </java.util.concurrent.LinkedBlockingQueue>",
        // A wrapper that locks another object.
        "<java.util.Collections_-SynchronizedMap serialization=\"custom\">\n      \
         <java.util.Collections_-SynchronizedMap>\n        <default>\n          <m/>\n          \
         <mutex class=\"object\"/>\n        </default>\n      </java.util.Collections_-SynchronizedMap>\n    \
         </java.util.Collections_-SynchronizedMap>",
    ] {
        let xml = format!(
            "<concurrent-hash-map>\n  <entry>\n    <string>a</string>\n    {value}\n  </entry>\n</concurrent-hash-map>"
        );
        let document = read(xml.as_bytes()).unwrap_or_else(|failure| panic!("{xml}: {failure}"));
        assert_eq!(write(&document).unwrap(), xml);
    }
}

#[test]
fn what_is_written_by_default_is_read_by_its_fields_whoever_stands_for_it() {
    for (value, replaced) in [
        (
            "<java.math.MathContext serialization=\"custom\">\n      <java.math.MathContext>\n        <default>\n          \
             <precision>7</precision>\n          <roundingMode>HALF_UP</roundingMode>\n        </default>\n      \
             </java.math.MathContext>\n    </java.math.MathContext>",
            None,
        ),
        (
            "<java.util.concurrent.atomic.AtomicReferenceArray serialization=\"custom\">\n      \
             <java.util.concurrent.atomic.AtomicReferenceArray>\n        <default>\n          <array>\n            \
             <string>a</string>\n          </array>\n        </default>\n      \
             </java.util.concurrent.atomic.AtomicReferenceArray>\n    </java.util.concurrent.atomic.AtomicReferenceArray>",
            None,
        ),
        (
            "<java.net.Inet4Address resolves-to=\"java.net.InetAddress\" serialization=\"custom\">\n      \
             <java.net.InetAddress>\n        <default>\n          <address>2130706433</address>\n          \
             <family>2</family>\n        </default>\n      </java.net.InetAddress>\n    </java.net.Inet4Address>",
            Some(("Inet4Address resolves-to=\"java.net.InetAddress\"", "InetAddress")),
        ),
        (
            "<java.util.concurrent.atomic.LongAdder \
             resolves-to=\"java.util.concurrent.atomic.LongAdder$SerializationProxy\">\n      <value>77</value>\n    \
             </java.util.concurrent.atomic.LongAdder>",
            Some((
                "LongAdder resolves-to=\"java.util.concurrent.atomic.LongAdder$SerializationProxy\"",
                "LongAdder_-SerializationProxy",
            )),
        ),
    ] {
        let xml = |value: &str| {
            format!(
                "<concurrent-hash-map>\n  <entry>\n    <string>a</string>\n    {value}\n  </entry>\n</concurrent-hash-map>"
            )
        };
        let document = read(xml(value).as_bytes()).unwrap_or_else(|failure| panic!("{value}: {failure}"));
        let kept = b"xstream/1.4";
        assert!(!document.windows(kept.len()).any(|bytes| bytes == kept), "all has a type: {value}");
        let written = match replaced {
            None => value.to_owned(),
            Some((first, last)) => {
                let end = first.split(' ').next().unwrap();
                value.replace(first, last).replace(&format!("{end}>"), &format!("{last}>"))
            }
        };
        assert_eq!(write(&document).unwrap(), xml(&written));
    }
}

#[test]
fn an_array_that_holds_itself_is_refused_with_its_path() {
    let mut document = Vec::new();
    let mut writer = holdfast_document::Writer::document(&mut document, 1);
    writer.attribute("loop");
    writer.builtin(120, 2);
    writer.nil();
    writer.reference(0);
    writer.end();
    let refused = write(&document).unwrap_err();
    assert!(matches!(&refused, Failure::Unrepresentable { path, .. } if path == "/loop/1"), "{refused}");
}

#[test]
fn the_class_int_is_not_what_an_element_int_is_of() {
    let mut xstream = Xstream::default();
    let mut read = |value: &str| {
        let xml = format!(
            "<concurrent-hash-map><entry><string>a</string><linked-list>{value}</linked-list></entry></concurrent-hash-map>"
        );
        let mut document = Vec::new();
        xstream.deserialize(xml.as_bytes(), &mut document).unwrap();
        document
    };
    read("<java-class>int</java-class><java-class>list</java-class>");
    let again = read("<int x='1'>7</int><list x='1'><int>7</int></list>");
    assert!(again.ends_with(b"\xd2\0\0\0\x07\xdd\0\0\0\x01\xd2\0\0\0\x07\xc0"), "{again:x?}");
}
