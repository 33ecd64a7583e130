//! What the user may set.

use holdfast_sdk::{Common, Failure, MAX_BYTES, MAX_DEPTH, OptionInfo, Settings, number};

use crate::{read, write};

const LOSSES_OPTION: &str = "losses";
const INITIAL: &str = "initialBuffer";
const MAX: &str = "maxBuffer";

/// What MSM has for its system properties of the same purpose.
const DEFAULT_MAX: usize = 2000 << 10;

/// All options, for people.
pub(crate) const ALL: &[OptionInfo] = &[
    MAX_DEPTH,
    MAX_BYTES,
    OptionInfo {
        name: LOSSES_OPTION,
        help: "values of which the library drops a part: as-library writes them as it does and logs it once, \
               refuse fails (default as-library)",
    },
    OptionInfo {
        name: INITIAL,
        help: "MSM's msm.kryo.bufferSize.initial, bytes; buffers grow by themselves here (default 102400)",
    },
    OptionInfo {
        name: MAX,
        help: "MSM's msm.kryo.bufferSize.max: how many bytes a session may take (default 2048000)",
    },
];

/// What the format cannot hold, for people.
pub(crate) const LOSSES: &[&str] = &[
    "collections, maps, arrays and dates: that two are one object; each is written in full where it stands",
    "TreeMap, TreeSet, PriorityQueue, ConcurrentSkipListMap, ConcurrentSkipListSet: a comparator",
    "java.sql.Timestamp: nanoseconds beyond the milliseconds",
    "java.util.Locale: script and extensions",
    "java.util.Properties: defaults",
    "classes of the application that extend collections, maps and dates: the fields of their own",
    "java.util.BitSet: its bits, to the library; they are stored and read here",
    "java.util.LinkedHashMap: that it is in access order",
    "java.util.GregorianCalendar: the date of the Gregorian reform",
    "java.time: the text of a ZoneOffset and the rules of a region, to the library",
    "arrays of arrays: different lengths, to the library; classes of the inner arrays",
    "what writeObject and writeExternal methods write",
    "refused: null attributes, a collection, map or array that holds itself, nulls among the arrays of an array, URL, \
     records, List.of and its like, Collections.nCopies, sub-lists, navigable wrappers, time zones of which nothing but \
     the id is known",
];

/// The options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    common: Common,
    max_buffer: usize,
    pub(crate) refuse_losses: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { common: Common::default(), max_buffer: DEFAULT_MAX, refuse_losses: false }
    }
}

impl Options {
    pub(crate) fn read(settings: &Settings<'_>) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut initial = None;
        options.common = settings.common(ALL, |name, value| {
            match name {
                LOSSES_OPTION => {
                    options.refuse_losses = match value.trim() {
                        "as-library" => false,
                        "refuse" => true,
                        _ => {
                            return Err(Failure::BadOption(format!(
                                "option '{name}' is '{value}'; as-library or refuse was expected"
                            )));
                        }
                    }
                }
                INITIAL => initial = Some(number(name, value, 1..=i32::MAX as usize)?),
                MAX => options.max_buffer = number(name, value, 1..=i32::MAX as usize)?,
                _ => {}
            }
            Ok(())
        })?;
        if let Some(initial) = initial.filter(|initial| *initial > options.max_buffer) {
            return Err(Failure::BadOption(format!(
                "option '{INITIAL}' is {initial}, more than {MAX}, which is {}",
                options.max_buffer
            )));
        }
        Ok(options)
    }

    pub(crate) const fn limits_of_bytes(&self) -> write::Limits {
        let Common { max_depth: depth, max_bytes } = self.common;
        if max_bytes < self.max_buffer {
            write::Limits { depth, bytes: max_bytes, option: MAX_BYTES.name }
        } else {
            write::Limits { depth, bytes: self.max_buffer, option: MAX }
        }
    }

    /// A class that an attribute names takes 4 bytes and gives its whole definition: without a limit that follows the
    /// input, a few bytes could fill the memory. Sessions give documents of about twice their size.
    pub(crate) const fn limits_of_document(&self, bytes: usize) -> read::Limits {
        let Common { max_depth: depth, max_bytes } = self.common;
        let most = bytes.saturating_mul(16).saturating_add(256 << 10);
        read::Limits { depth, bytes: if most < max_bytes { most } else { max_bytes } }
    }
}
