//! What the user may set.

use holdfast_sdk::{Common, Failure, MAX_BYTES, MAX_DEPTH, OptionInfo, Settings};

const LOSSES_OPTION: &str = "losses";

/// All options, for people.
pub(crate) const ALL: &[OptionInfo] = &[
    MAX_DEPTH,
    MAX_BYTES,
    OptionInfo {
        name: LOSSES_OPTION,
        help: "values of which the library drops a part: as-library writes them as it does, with the true value in \
               an attribute that it ignores, and logs it once; refuse fails (default as-library)",
    },
];

/// What the format cannot hold, for people.
pub(crate) const LOSSES: &[&str] = &[
    "lost to the library, kept for holdfast: java.util.Date and java.sql dates, a BigDecimal's fraction, -0.0 and \
     numbers that the library's decimal conversions miss, unpaired surrogates in strings, a GregorianCalendar's date \
     of reform, a LinkedHashMap's access order, a BitSet's bits, a ZoneOffset's name",
    "lost to the library, there for holdfast with a schema: components of records, the second of two fields of one name",
    "lost: comparators of sorted sets, maps and queues, defaults of Properties, what writeObject methods write behind the \
     fields, the own fields of classes that extend collections and maps",
    "refused: BigInteger, boolean[], Character that is half of a pair, Class, Locale, URL, java.util.TimeZone, EnumMap, \
     EnumSet, List.of and its like, proxies, data of writeExternal methods, collections and maps that the application \
     implements, objects of the application of which neither a schema nor the document says enough, null attributes, \
     in maps a null key behind a null value",
];

/// The options.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) common: Common,
    pub(crate) refuse_losses: bool,
}

impl Options {
    pub(crate) fn read(settings: &Settings<'_>) -> Result<Self, Failure> {
        let mut refuse_losses = false;
        let common = settings.common(ALL, |name, value| {
            refuse_losses = match value.trim() {
                "as-library" => false,
                "refuse" => true,
                _ => {
                    let text = format!("option '{name}' is '{value}'; as-library or refuse was expected");
                    return Err(Failure::BadOption(text));
                }
            };
            Ok(())
        })?;
        Ok(Self { common, refuse_losses })
    }

    /// How many bytes a document of so many bytes of XML may have. A reference to a string takes few bytes and gives
    /// all of the string: without a limit that follows the input, a small session could fill the memory.
    pub(crate) fn document_limit(&self, bytes: usize) -> usize {
        bytes.saturating_mul(16).saturating_add(256 << 10).min(self.common.max_bytes)
    }
}
