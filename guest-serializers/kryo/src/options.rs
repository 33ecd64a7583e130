//! What the user may set.

use holdfast_sdk::{Common, Failure, MAX_BYTES, MAX_DEPTH, OptionInfo, Settings, flag, number};

use crate::{read, write};

const LOSSES_OPTION: &str = "losses";
const INITIAL: &str = "initialBuffer";
const MAX: &str = "maxBuffer";
const COMPATIBLE: &str = "compatibleFields";

/// What MSM has for its system properties of the same purpose.
const DEFAULT_INITIAL: usize = 100 << 10;
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
    OptionInfo {
        name: COMPATIBLE,
        help: "MSM's CompatibleFieldSerializerFactory, another format of objects: it has the names of fields (default \
               false)",
    },
];

/// What the format cannot hold, for people.
pub(crate) const LOSSES: &[&str] = &[
    "java.sql.Timestamp: nanoseconds beyond the milliseconds",
    "java.util.Locale: script and extensions",
    "java.util.Properties: defaults",
    "classes of the application that extend collections, maps and dates: the fields of their own",
    "java.util.TimeZone: rules or an offset of its own; only the id is kept",
    "java.util.BitSet: its bits, to the library; they are stored and read here",
    "java.util.LinkedHashMap: that it is in access order",
    "PriorityQueue, ConcurrentSkipListMap, ConcurrentSkipListSet: a comparator",
    "java.time.ZonedDateTime: which of the two hours is meant when clocks go back",
    "what writeObject and writeExternal methods write",
    "refused: null attributes, List.of and its like, Collections.nCopies, navigable wrappers, two references to one \
     EnumMap, references from inside a wrapper back to it, an array shared with its Arrays.asList list",
];

/// The options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    common: Common,
    max_buffer: usize,
    pub(crate) refuse_losses: bool,
    pub(crate) compatible_fields: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            common: Common::default(),
            max_buffer: DEFAULT_MAX,
            refuse_losses: false,
            compatible_fields: false,
        }
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
                COMPATIBLE => options.compatible_fields = flag(name, value)?,
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

    /// A reference to a string takes 3 bytes and gives all of the string: without a limit that follows the input, a few
    /// bytes could fill the memory. Sessions give documents of about twice their size.
    pub(crate) const fn limits_of_document(&self, bytes: usize) -> read::Limits {
        let Common { max_depth: depth, max_bytes } = self.common;
        let most = bytes.saturating_mul(16).saturating_add(256 << 10);
        read::Limits { depth, bytes: if most < max_bytes { most } else { max_bytes } }
    }
}

const _: () = assert!(DEFAULT_INITIAL <= DEFAULT_MAX, "MSM's own defaults fit each other");
