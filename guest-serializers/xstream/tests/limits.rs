//! What a call may take: memory in proportion to its bytes, allocations whatever the number of values, depth up to a limit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unsafe_code,
    reason = "a test fails by a panic, and counts allocations"
)]

#[path = "../../../tests/support/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of other serializers")]
mod shop;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use holdfast_document::Writer;
use holdfast_sdk::{Failure, Serializer, Settings, capture_log};
use holdfast_xstream::Xstream;

/// Counts what this thread allocates.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn account(more: isize) {
    // Threads that end have no counters any more.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + more);
        PEAK.with(|peak| peak.set(peak.get().max(held.get())));
    });
    let _ = COUNT.try_with(|count| count.set(count.get() + usize::from(more > 0)));
}

// SAFETY: everything is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        account(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        account(-(layout.size() as isize));
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there for a moment.
        account(size as isize);
        account(-(layout.size() as isize));
        // SAFETY: as the caller promises.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn configured(options: &[(&str, &str)]) -> Xstream {
    let mut xstream = Xstream::default();
    let schema = shop::schema();
    xstream
        .configure(&Settings { schema: &schema, options: options.to_vec(), ..Settings::default() })
        .unwrap();
    xstream
}

/// A cart of so many items, each with a date that is shared where that is asked for.
fn cart(items: usize, shared: bool) -> Vec<u8> {
    let mut xml = String::from(
        "<concurrent-hash-map><entry><string>map</string><map><entry><string>k</string><int>1</int></entry></map></entry>\
         <entry><string>items</string><list>",
    );
    for number in 0..items {
        let id = format!("{:032x}", number * 7);
        let (a, rest) = id.split_at(8);
        xml.push_str(&format!(
            "<com.example.session.LineItem><sku>SKU {number}</sku><name>a &amp; b</name><quantity>3</quantity>\
             <unitPrice>{number}.25</unitPrice><addedAt>2024-01-31 00:00:0{}.5 UTC</addedAt><gift>true</gift>\
             </com.example.session.LineItem><double>1.5</double><date>2024-01-31 00:00:00.1 UTC</date>\
             <big-int>123456789</big-int><float>2.5</float><char>x</char><uuid>{a}-{}-{}-{}-{}</uuid><null/>\
             <linked-hash-map><entry><int>{number}</int><boolean>true</boolean></entry></linked-hash-map>\
             <com.example.session.Color>RED</com.example.session.Color><sql-date>2024-01-31</sql-date>\
             <int-array><int>1</int></int-array><byte-array>AAEC</byte-array>{}",
            number % 10,
            &rest[..4],
            &rest[4..8],
            &rest[8..12],
            &rest[12..],
            if shared {
                format!(
                    "<date reference=\"../date{}\"/>",
                    if number == 0 { String::new() } else { format!("[{}]", 2 * number + 1) }
                )
            } else {
                String::new()
            },
        ));
    }
    xml.push_str("</list></entry></concurrent-hash-map>");
    xml.into_bytes()
}

#[test]
fn the_number_of_allocations_does_not_grow_with_that_of_values() {
    for shared in [false, true] {
        let mut xstream = configured(&[]);
        let mut counts = Vec::new();
        let sizes = [2_000, 50, 2_000];
        for items in sizes {
            let xml = cart(items, shared);
            let mut document = Vec::with_capacity(xml.len() * 2);
            COUNT.set(0);
            xstream.deserialize(&xml, &mut document).unwrap();
            let read = COUNT.get();
            let mut again = Vec::with_capacity(document.len() * 8);
            COUNT.set(0);
            capture_log(|| xstream.serialize(&document, &mut again)).0.unwrap();
            counts.push((read, COUNT.get()));
        }
        // The first call fills what is kept from call to call.
        assert_eq!(counts[1], counts[2], "{counts:?}, references: {shared}");
        assert!(counts[2].0 < 20 && counts[2].1 < 20, "{counts:?}");
    }
}

/// XML that asks for much.
fn greedy() -> Vec<(&'static str, String)> {
    let session = |value: &str| {
        format!("<concurrent-hash-map><entry><string>a</string>{value}</entry></concurrent-hash-map>")
    };
    let names = |count: usize| (0..count).map(|n| format!("<a{n:x}/>")).collect::<String>();
    let many = |text: &str, count: usize| session(&format!("<list>{}</list>", text.repeat(count)));
    vec![
        ("bits far away", many("<bit-set>523000</bit-set>", 3_000)),
        ("one bit very far away", session("<bit-set>4294967295</bit-set>")),
        ("many classes", session(&format!("<list>{}</list>", names(60_000)))),
        ("classes of a few attributes", many("<x/><y class='z'/>", 30_000)),
        ("empty elements", many("<list/>", 100_000)),
        (
            "references",
            session(&format!("<list><list/>{}</list>", "<list reference='../list'/>".repeat(30_000))),
        ),
        ("nested", session(&"<list>".repeat(100_000))),
        ("nested unknown", session(&"<x>".repeat(100_000))),
        (
            "a long class name for each field",
            session(&format!(
                "<x serialization='custom'><{0}><default>{1}</default></{0}></x>",
                "n".repeat(4_000),
                "<f/>".repeat(20_000)
            )),
        ),
        (
            "attributes",
            format!(
                "<concurrent-hash-map>{}</concurrent-hash-map>",
                (0..30_000)
                    .map(|n| format!("<entry><string>{n}</string><int>1</int></entry>"))
                    .collect::<String>()
            ),
        ),
        (
            "counts",
            session(
                "<java.util.PriorityQueue serialization='custom'><unserializable-parents/>\
             <java.util.PriorityQueue><default><size>2147483647</size></default><int>2147483647</int>\
             </java.util.PriorityQueue></java.util.PriorityQueue>",
            ),
        ),
        (
            "a document type",
            format!("<!DOCTYPE a [<!ENTITY a \"{}\">]><concurrent-hash-map/>", "b".repeat(1_000)),
        ),
        ("digits", session(&format!("<big-int>{}</big-int>", "9".repeat(90_000)))),
        ("attributes of a tag", session(&format!("<list {}/>", "a='b' ".repeat(30_000)))),
        ("dimensions", session(&format!("<int{}/>", "-array".repeat(200_000)))),
        ("objects of the schema", many("<com.example.session.Employee/>", 30_000)),
    ]
}

#[test]
fn memory_stays_within_64_times_the_bytes_and_a_mebibyte() {
    for (what, xml) in greedy() {
        for options in [&[][..], &[("maxDepth", "10000")]] {
            let mut xstream = configured(options);
            let before = HELD.get();
            PEAK.set(before);
            let mut document = Vec::new();
            let outcome = xstream.deserialize(xml.as_bytes(), &mut document);
            let peak = PEAK.get() - before;
            let most = 64 * xml.len() as isize + (1 << 20);
            assert!(peak <= most, "{what}: {peak} bytes for {}, {outcome:?}", xml.len());
            if let Err(Failure::Damaged { offset, .. }) = outcome {
                assert!(offset <= xml.len() as u64, "{what}");
            }
        }
    }
}

#[test]
fn bombs_and_entities_from_elsewhere_are_refused_where_they_stand() {
    let mut xstream = configured(&[]);
    let mut read = |xml: &str| xstream.deserialize(xml.as_bytes(), &mut Vec::new()).unwrap_err();
    for xml in [
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;\">]><concurrent-hash-map/>",
        "<!DOCTYPE x SYSTEM \"http://127.0.0.1/x.dtd\"><concurrent-hash-map/>",
        "<?xml version=\"1.0\"?><!DOCTYPE x><concurrent-hash-map/>",
    ] {
        assert!(read(xml).to_string().contains("document type"), "{xml}");
    }
    let inner =
        "<concurrent-hash-map><entry><string>a</string><string>&b;</string></entry></concurrent-hash-map>";
    let Failure::Damaged { offset, text } = read(inner) else { panic!("no offset") };
    assert_eq!(offset, 54, "{text}");
    let inside = "<concurrent-hash-map><!DOCTYPE x></concurrent-hash-map>";
    assert!(matches!(read(inside), Failure::Damaged { offset: 21, .. }));
}

/// Lists in each other.
fn nested(depth: usize) -> Vec<u8> {
    let mut document = Vec::new();
    let mut writer = Writer::document(&mut document, 1);
    writer.attribute("deep");
    for _ in 1..depth {
        writer.array(1);
    }
    writer.array(0);
    writer.end();
    document
}

#[test]
fn five_thousand_levels_are_read_and_written_where_the_limit_allows_it() {
    let document = nested(5_000);
    let mut xstream = configured(&[("maxDepth", "6000"), ("pretty", "false")]);
    let mut xml = Vec::new();
    xstream.serialize(&document, &mut xml).unwrap();
    let (mut again, mut third) = (Vec::new(), Vec::new());
    xstream.deserialize(&xml, &mut again).unwrap();
    xstream.serialize(&again, &mut third).unwrap();
    assert!(third == xml);
    // Objects in each other, with a reference from the innermost to the first.
    let mut chain =
        String::from("<concurrent-hash-map><entry><string>a</string><com.example.session.Person>");
    chain.push_str(&"<age>0</age><friend>".repeat(4_999));
    chain.push_str(&format!("<age>0</age><friend reference=\"{}\"/>", vec![".."; 5_000].join("/")));
    chain.push_str(&"</friend>".repeat(4_999));
    chain.push_str("</com.example.session.Person></entry></concurrent-hash-map>");
    let (mut document, mut xml) = (Vec::new(), Vec::new());
    xstream.deserialize(chain.as_bytes(), &mut document).unwrap();
    xstream.serialize(&document, &mut xml).unwrap();
    assert!(xml == chain.as_bytes());
}

#[test]
fn what_is_deeper_than_the_limit_is_refused_by_it() {
    let mut xstream = configured(&[]);
    let refused = xstream.serialize(&nested(5_000), &mut Vec::new()).unwrap_err();
    assert!(matches!(&refused, Failure::Limit(text) if text.contains("maxDepth")), "{refused}");
    let mut xml = String::from("<concurrent-hash-map><entry><string>a</string>");
    xml.push_str(&"<list>".repeat(5_000));
    xml.push_str(&"</list>".repeat(5_000));
    xml.push_str("</entry></concurrent-hash-map>");
    let refused = xstream.deserialize(xml.as_bytes(), &mut Vec::new()).unwrap_err();
    assert!(matches!(&refused, Failure::Limit(text) if text.contains("maxDepth")), "{refused}");
    let mut small = configured(&[("maxBytes", "1024")]);
    let refused = small.serialize(&nested(200), &mut Vec::new()).unwrap_err();
    assert!(matches!(&refused, Failure::Limit(text) if text.contains("maxBytes")), "{refused}");
}

#[test]
fn an_option_that_is_not_known_is_refused_with_those_that_are() {
    let refused = |options: &[(&str, &str)]| {
        let settings = Settings { options: options.to_vec(), ..Settings::default() };
        Xstream::default().configure(&settings).unwrap_err().to_string()
    };
    let text = refused(&[("prety", "true")]);
    for known in ["prety", "maxDepth", "maxBytes", "losses", "pretty"] {
        assert!(text.contains(known), "{text}");
    }
    for options in [("losses", "some"), ("pretty", "yes?"), ("maxDepth", "0"), ("maxBytes", "x")] {
        assert!(refused(&[options]).contains(options.0));
    }
    let settings = Settings { schema: b"no schema", ..Settings::default() };
    assert!(Xstream::default().configure(&settings).unwrap_err().to_string().contains("schema"));
}
