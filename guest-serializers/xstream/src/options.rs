//! What the user may set.

use holdfast_sdk::{Common, Failure, MAX_BYTES, MAX_DEPTH, OptionInfo, Settings, flag};

const LOSSES_OPTION: &str = "losses";
const PRETTY: &str = "pretty";

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
        name: PRETTY,
        help: "elements on lines of their own, as MSM has them; false writes all on one line, which XStream reads as \
               well (default true)",
    },
];

/// What the format cannot hold, for people.
pub(crate) const LOSSES: &[&str] = &[
    "strings and chars: half surrogates",
    "java.time: XStream 1.4.7 reads java.time.Ser objects in their place",
    "java.sql.Date, java.sql.Time: all but the day, or the time of day in seconds",
    "java.util.GregorianCalendar: all but time and zone",
    "java.util.Locale: script and extensions; the country where there is no language",
    "java.lang.StackTraceElement: that it has no file, class loader and module apart from its class",
    "double, float: the bits of a NaN",
    "java.util.LinkedHashMap: that it is in access order",
    "refused: arrays that hold themselves, records, properties that are no strings, time zones of other formats, data of \
     writeObject and writeExternal methods of other formats without a layout, objects of classes that no schema tells",
];

/// The options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) common: Common,
    pub(crate) refuse_losses: bool,
    pub(crate) pretty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { common: Common::default(), refuse_losses: false, pretty: true }
    }
}

impl Options {
    pub(crate) fn read(settings: &Settings<'_>) -> Result<Self, Failure> {
        let mut options = Self::default();
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
                PRETTY => options.pretty = flag(name, value)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(options)
    }
}
