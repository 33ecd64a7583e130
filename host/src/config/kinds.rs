//! Kinds of values: how each is read from what was written, and written as TOML.

use std::net::Ipv6Addr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use super::given::Raw;
use super::locking::LockingMode;
use super::nodes::{NodeList, parse_failover};
use super::pattern::Pattern;
use super::prefix::{KeyPrefix, PrefixNames, key_breaker};
use super::suggest::did_you_mean;
use super::types::{CacheFolder, ListenAddress, Secret, ThreadCount};

/// A kind of value.
pub(super) trait Kind {
    /// What the rest of the program sees.
    type Value;

    /// Reads what was written; each error is a sentence without the attribute's name.
    fn read(&self, raw: &Raw) -> Result<Self::Value, Vec<String>>;

    /// Writes the value as `read` would read it.
    fn show(&self, value: &Self::Value) -> Shown;
}

/// A value for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A TOML value.
    Value(String),
    /// There is none; says what that means.
    Absent(&'static str),
    /// There is one that is nobody's business.
    Hidden,
}

/// A TOML string, quoted in the way that needs least escaping.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Text in quotes, as strings must be in TOML.
fn text(raw: &Raw) -> Result<&str, Vec<String>> {
    match raw {
        Raw::Text(text) => Ok(text),
        Raw::Bare(bare) => Err(vec![format!("is text, which needs quotes; write {}", quoted(bare))]),
        Raw::Other(what) => Err(vec![format!("is {what}; write one text in quotes")]),
    }
}

/// A number or a word, quoted or not.
fn word(raw: &Raw) -> Result<&str, Vec<String>> {
    match raw {
        Raw::Text(text) | Raw::Bare(text) => Ok(text.trim()),
        Raw::Other(what) => Err(vec![format!("is {what}; write one value")]),
    }
}

/// `true` or `false`.
pub(super) struct Flag;

impl Kind for Flag {
    type Value = bool;

    fn read(&self, raw: &Raw) -> Result<bool, Vec<String>> {
        match word(raw)? {
            text if text.eq_ignore_ascii_case("true") => Ok(true),
            text if text.eq_ignore_ascii_case("false") => Ok(false),
            text => Err(vec![format!("'{text}' is neither true nor false")]),
        }
    }

    fn show(&self, value: &bool) -> Shown {
        Shown::Value(value.to_string())
    }
}

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Things,
    Bytes,
    Seconds,
    Milliseconds,
}

impl Unit {
    fn of(self) -> &'static str {
        match self {
            Self::Things => "",
            Self::Bytes => " of bytes",
            Self::Seconds => " of seconds",
            Self::Milliseconds => " of milliseconds",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Things => "",
            Self::Bytes => " bytes",
            Self::Seconds => " seconds",
            Self::Milliseconds => " milliseconds",
        }
    }

    /// How much of this unit a suffix such as `s` or `MiB` is worth, as a fraction.
    fn worth(self, suffix: &str) -> Option<(i128, i128)> {
        let suffix = suffix.trim().to_ascii_lowercase();
        let milliseconds = match suffix.as_str() {
            "ms" => 1,
            "s" | "sec" | "second" | "seconds" => 1_000,
            "m" | "min" | "minute" | "minutes" => 60_000,
            "h" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            _ => 0,
        };
        let bytes = match suffix.as_str() {
            "b" => 1,
            "k" | "kb" | "kib" => 1 << 10,
            "m" | "mb" | "mib" => 1 << 20,
            "g" | "gb" | "gib" => 1 << 30,
            _ => 0,
        };
        let (worth, parts) = match self {
            Self::Things => (0, 1),
            Self::Bytes => (bytes, 1),
            Self::Seconds => (milliseconds, 1_000),
            Self::Milliseconds => (milliseconds, 1),
        };
        (worth > 0).then_some((worth, parts))
    }
}

/// A whole number within bounds.
pub(super) struct Whole {
    pub(super) unit: Unit,
    pub(super) min: i128,
    pub(super) max: i128,
}

impl Whole {
    fn number(&self, raw: &Raw) -> Result<i128, Vec<String>> {
        let text = word(raw)?;
        let unit = self.unit;
        let Ok(number) = text.parse::<i128>() else {
            let cure = self.cure(text).map(|number| format!("; write {number}")).unwrap_or_default();
            return Err(vec![format!("'{text}' is not a whole number{}{cure}", unit.of())]);
        };
        if number < self.min {
            return Err(vec![format!("{number} is too small; the least is {}{}", self.min, unit.name())]);
        }
        if number > self.max {
            return Err(vec![format!("{number} is too large; the most is {}{}", self.max, unit.name())]);
        }
        Ok(number)
    }

    /// What `30s` or `8MiB` comes to in this unit.
    fn cure(&self, text: &str) -> Option<i128> {
        let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, suffix) = text.split_at_checked(digits)?;
        let (worth, parts) = self.unit.worth(suffix)?;
        let total = number.parse::<i128>().ok()?.checked_mul(worth)?;
        (total % parts == 0 && (self.min..=self.max).contains(&(total / parts))).then_some(total / parts)
    }
}

/// A `Whole` as a Rust number; the bounds are those of the type where they are wider.
pub(super) struct Number<T>(pub(super) Whole, pub(super) std::marker::PhantomData<T>);

/// A whole number of `unit` between `min` and `max`.
pub(super) fn whole<T>(unit: Unit, min: i128, max: i128) -> Number<T> {
    Number(Whole { unit, min, max }, std::marker::PhantomData)
}

/// Rust's numbers that attributes have.
pub(super) trait FromWhole: Copy + std::fmt::Display {
    fn from_whole(number: i128) -> Option<Self>;
}

impl FromWhole for i32 {
    fn from_whole(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl FromWhole for u32 {
    fn from_whole(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl FromWhole for usize {
    fn from_whole(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl FromWhole for NonZeroU64 {
    fn from_whole(number: i128) -> Option<Self> {
        number.try_into().ok().and_then(Self::new)
    }
}

impl<T: FromWhole> Kind for Number<T> {
    type Value = T;

    fn read(&self, raw: &Raw) -> Result<T, Vec<String>> {
        let number = self.0.number(raw)?;
        T::from_whole(number).ok_or_else(|| vec![format!("{number} does not fit on this machine")])
    }

    fn show(&self, value: &T) -> Shown {
        Shown::Value(value.to_string())
    }
}

/// A duration, written as a whole number of its unit, seconds or milliseconds.
pub(super) struct Time(pub(super) Whole);

/// A duration in milliseconds, between `min` and some seven weeks.
pub(super) fn milliseconds(min: u32) -> Time {
    Time(Whole { unit: Unit::Milliseconds, min: min.into(), max: u32::MAX.into() })
}

/// A duration in seconds, between `min` and 30 days, after which memcached takes an expiration for a date.
pub(super) fn seconds(min: u32) -> Time {
    Time(Whole { unit: Unit::Seconds, min: min.into(), max: 2_592_000 })
}

impl Kind for Time {
    type Value = Duration;

    fn read(&self, raw: &Raw) -> Result<Duration, Vec<String>> {
        let number = self.0.number(raw)?;
        let number =
            u64::try_from(number).map_err(|_| vec![format!("{number} is too small; the least is 0")])?;
        Ok(if self.0.unit == Unit::Seconds {
            Duration::from_secs(number)
        } else {
            Duration::from_millis(number)
        })
    }

    fn show(&self, value: &Duration) -> Shown {
        Shown::Value(if self.0.unit == Unit::Seconds {
            value.as_secs().to_string()
        } else {
            value.as_millis().to_string()
        })
    }
}

/// A number of which -1 means that there is no limit.
pub(super) struct Limit;

impl Kind for Limit {
    type Value = Option<u32>;

    fn read(&self, raw: &Raw) -> Result<Option<u32>, Vec<String>> {
        let number = Whole { unit: Unit::Things, min: i32::MIN.into(), max: i32::MAX.into() }.number(raw)?;
        Ok(u32::try_from(number).ok())
    }

    fn show(&self, value: &Option<u32>) -> Shown {
        Shown::Value(value.map_or_else(|| "-1".to_owned(), |limit| limit.to_string()))
    }
}

/// A number of threads or the like, one a processor unless it is written.
pub(super) struct Threads;

impl Kind for Threads {
    type Value = ThreadCount;

    fn read(&self, raw: &Raw) -> Result<ThreadCount, Vec<String>> {
        let number = Whole { unit: Unit::Things, min: 1, max: 1024 }.number(raw)?;
        let number = u16::try_from(number).ok().and_then(std::num::NonZeroU16::new);
        Ok(number.map_or(ThreadCount::PerProcessor, |number| ThreadCount::Fixed(number.into())))
    }

    fn show(&self, value: &ThreadCount) -> Shown {
        match value {
            ThreadCount::PerProcessor => Shown::Absent("one for each processor"),
            ThreadCount::Fixed(number) => Shown::Value(number.to_string()),
        }
    }
}

/// One of some words.
pub(super) struct Choice<T: 'static>(pub(super) &'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Kind for Choice<T> {
    type Value = T;

    fn read(&self, raw: &Raw) -> Result<T, Vec<String>> {
        let text = word(raw)?;
        if let Some((_, value)) = self.0.iter().find(|(name, _)| *name == text) {
            return Ok(*value);
        }
        let names = self.0.iter().map(|(name, _)| *name);
        Err(vec![format!(
            "'{text}' is none of {}{}",
            names.clone().collect::<Vec<_>>().join(", "),
            did_you_mean(text, names)
        )])
    }

    fn show(&self, value: &T) -> Shown {
        let name = self.0.iter().find(|(_, known)| known == value);
        Shown::Value(quoted(name.map_or("", |(name, _)| name)))
    }
}

/// Any text, or none.
pub(super) struct OptionalText;

impl Kind for OptionalText {
    type Value = Option<String>;

    fn read(&self, raw: &Raw) -> Result<Option<String>, Vec<String>> {
        text(raw).map(|text| Some(text.to_owned()))
    }

    fn show(&self, value: &Option<String>) -> Shown {
        value.as_ref().map_or(Shown::Absent("not set"), |text| Shown::Value(quoted(text)))
    }
}

/// Text that is not shown again.
pub(super) struct OptionalSecret;

impl Kind for OptionalSecret {
    type Value = Option<Secret>;

    fn read(&self, raw: &Raw) -> Result<Option<Secret>, Vec<String>> {
        match raw {
            Raw::Text(text) => Ok(Some(Secret::new(text))),
            Raw::Bare(_) | Raw::Other(_) => Err(vec!["is text, which needs quotes".to_owned()]),
        }
    }

    fn show(&self, value: &Option<Secret>) -> Shown {
        if value.is_some() { Shown::Hidden } else { Shown::Absent("not set") }
    }
}

/// A name that ends up in keys or ids, where a blank would do damage.
pub(super) struct KeyName;

impl Kind for KeyName {
    type Value = Option<String>;

    fn read(&self, raw: &Raw) -> Result<Option<String>, Vec<String>> {
        let text = text(raw)?;
        match key_breaker(text) {
            Some(letter) => Err(vec![format!("'{text}': {letter:?} cannot stand in a memcached key")]),
            None => Ok(Some(text.to_owned())),
        }
    }

    fn show(&self, value: &Option<String>) -> Shown {
        OptionalText.show(value)
    }
}

/// Tomcat's `jvmRoute`, the last part of a session id.
pub(super) struct JvmRoute;

impl Kind for JvmRoute {
    type Value = Option<String>;

    fn read(&self, raw: &Raw) -> Result<Option<String>, Vec<String>> {
        let text = text(raw)?;
        if text.is_empty() {
            return Err(vec!["is empty; leave it out for ids without a route".to_owned()]);
        }
        // A dot ends the route's predecessor in an id; the others end cookies, paths and queries.
        let unfit = |letter: char| !letter.is_ascii_graphic() || ".,;/?#%\"\\".contains(letter);
        match text.chars().find(|letter| unfit(*letter)) {
            Some(letter) => Err(vec![format!(
                "'{text}': {letter:?} cannot stand in the route, which becomes a part of session ids; \
                 letters, digits, - and _ can"
            )]),
            None => Ok(Some(text.to_owned())),
        }
    }

    fn show(&self, value: &Option<String>) -> Shown {
        OptionalText.show(value)
    }
}

/// A regular expression; blank text is none, as in MSM.
pub(super) struct OptionalPattern;

impl Kind for OptionalPattern {
    type Value = Option<Pattern>;

    fn read(&self, raw: &Raw) -> Result<Option<Pattern>, Vec<String>> {
        match text(raw)? {
            blank if blank.trim().is_empty() => Ok(None),
            pattern => Pattern::new(pattern).map(Some).map_err(|problem| vec![problem]),
        }
    }

    fn show(&self, value: &Option<Pattern>) -> Shown {
        value.as_ref().map_or(Shown::Absent("not set"), |pattern| Shown::Value(quoted(pattern.as_str())))
    }
}

/// `lockingMode`.
pub(super) struct Locking;

impl Kind for Locking {
    type Value = LockingMode;

    fn read(&self, raw: &Raw) -> Result<LockingMode, Vec<String>> {
        LockingMode::parse(text(raw)?).map_err(|problem| vec![problem])
    }

    fn show(&self, value: &LockingMode) -> Shown {
        Shown::Value(quoted(&value.to_string()))
    }
}

/// `memcachedNodes`.
pub(super) struct Nodes;

impl Kind for Nodes {
    type Value = NodeList;

    fn read(&self, raw: &Raw) -> Result<NodeList, Vec<String>> {
        NodeList::parse(text(raw)?)
    }

    fn show(&self, value: &NodeList) -> Shown {
        Shown::Value(quoted(&value.to_string()))
    }
}

/// `failoverNodes`.
pub(super) struct FailoverIds;

impl Kind for FailoverIds {
    type Value = Vec<String>;

    fn read(&self, raw: &Raw) -> Result<Vec<String>, Vec<String>> {
        parse_failover(text(raw)?)
    }

    fn show(&self, value: &Vec<String>) -> Shown {
        list(value)
    }
}

/// `storageKeyPrefix`, before the names that it asks for are known.
pub(super) struct Prefix;

impl Kind for Prefix {
    type Value = KeyPrefix;

    fn read(&self, raw: &Raw) -> Result<KeyPrefix, Vec<String>> {
        KeyPrefix::parse(text(raw)?, PrefixNames::default())
    }

    fn show(&self, value: &KeyPrefix) -> Shown {
        Shown::Value(quoted(&value.to_string()))
    }
}

/// Names of Java classes, separated by commas.
pub(super) struct ClassNames;

impl Kind for ClassNames {
    type Value = Vec<String>;

    fn read(&self, raw: &Raw) -> Result<Vec<String>, Vec<String>> {
        let names = text(raw)?.split(',').map(str::trim).filter(|name| !name.is_empty());
        let (good, bad): (Vec<&str>, Vec<&str>) = names.partition(|name| is_class_name(name));
        if bad.is_empty() {
            return Ok(good.into_iter().map(str::to_owned).collect());
        }
        Err(bad
            .iter()
            .map(|name| format!("'{name}' is not the name of a class; commas separate names"))
            .collect())
    }

    fn show(&self, value: &Vec<String>) -> Shown {
        list(value)
    }
}

fn list(items: &[String]) -> Shown {
    if items.is_empty() { Shown::Absent("none") } else { Shown::Value(quoted(&items.join(","))) }
}

fn is_class_name(text: &str) -> bool {
    text.split('.').all(|part| {
        let mut letters = part.chars();
        letters.next().is_some_and(|letter| letter.is_alphabetic() || letter == '_' || letter == '$')
            && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
    })
}

/// A plugin's name or the name of a class that plugins stand for.
pub(super) struct SerializerName;

impl Kind for SerializerName {
    type Value = String;

    fn read(&self, raw: &Raw) -> Result<String, Vec<String>> {
        let text = text(raw)?.trim();
        if text.is_empty() {
            return Err(vec!["is empty; write a plugin's name, such as msgpack, or a class name".to_owned()]);
        }
        if text.split('-').all(is_class_name) {
            return Ok(text.to_owned());
        }
        Err(vec![format!("'{text}' is neither the name of a plugin, such as kryo, nor of a class")])
    }

    fn show(&self, value: &String) -> Shown {
        Shown::Value(quoted(value))
    }
}

/// A `SerializerName`, or none.
pub(super) struct OptionalSerializer;

impl Kind for OptionalSerializer {
    type Value = Option<String>;

    fn read(&self, raw: &Raw) -> Result<Option<String>, Vec<String>> {
        SerializerName.read(raw).map(Some)
    }

    fn show(&self, value: &Option<String>) -> Shown {
        value.as_ref().map_or(Shown::Absent("chosen by the item flags"), |name| Shown::Value(quoted(name)))
    }
}

/// Name of MSM's manager class, which Holdfast stands for.
pub(super) struct ManagerClass;

/// The only manager class that Holdfast stands for.
pub(super) const MANAGER_CLASS: &str = "de.javakaffee.web.msm.MemcachedBackupSessionManager";

impl Kind for ManagerClass {
    type Value = String;

    fn read(&self, raw: &Raw) -> Result<String, Vec<String>> {
        match text(raw)?.trim() {
            MANAGER_CLASS => Ok(MANAGER_CLASS.to_owned()),
            text if text.ends_with("DummyMemcachedBackupSessionManager") => Err(vec![format!(
                "'{text}' only tries a serializer out, which `holdfast bench` does; write {MANAGER_CLASS} or leave it out"
            )]),
            text => {
                Err(vec![format!("'{text}' is not MSM's manager; write {MANAGER_CLASS} or leave it out")])
            }
        }
    }

    fn show(&self, value: &String) -> Shown {
        Shown::Value(quoted(value))
    }
}

/// `ADDR:PORT`; port 0 takes a free one.
pub(super) struct Listen;

impl Kind for Listen {
    type Value = ListenAddress;

    fn read(&self, raw: &Raw) -> Result<ListenAddress, Vec<String>> {
        let text = text(raw)?.trim();
        let wrong = |cure: &str| vec![format!("'{text}' {cure}")];
        let Some((host, port)) = text.rsplit_once(':') else {
            return Err(wrong("is not ADDRESS:PORT; write one such as 127.0.0.1:8787"));
        };
        let Ok(port) = port.parse::<u16>() else {
            return Err(wrong("ends in no port between 0 and 65535; write one such as 127.0.0.1:8787"));
        };
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        match bracketed {
            Some(host) if host.parse::<Ipv6Addr>().is_ok() => {
                Ok(ListenAddress { host: host.to_owned(), port })
            }
            Some(_) => Err(wrong("has no IPv6 address in its brackets; write one such as [::1]:8787")),
            None if host.is_empty() => Err(wrong("has no address; write 0.0.0.0 for all interfaces")),
            None if host.contains(':') => {
                Err(wrong("needs brackets around the IPv6 address, as in [::1]:8787"))
            }
            None if host.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter)) => {
                Ok(ListenAddress { host: host.to_owned(), port })
            }
            None => Err(wrong("is not ADDRESS:PORT; write one such as 127.0.0.1:8787")),
        }
    }

    fn show(&self, value: &ListenAddress) -> Shown {
        Shown::Value(quoted(&value.to_string()))
    }
}

/// A `Listen`, or none.
pub(super) struct OptionalListen;

impl Kind for OptionalListen {
    type Value = Option<ListenAddress>;

    fn read(&self, raw: &Raw) -> Result<Option<ListenAddress>, Vec<String>> {
        Listen.read(raw).map(Some)
    }

    fn show(&self, value: &Option<ListenAddress>) -> Shown {
        value.as_ref().map_or(Shown::Absent("not set"), |address| Listen.show(address))
    }
}

/// Where compiled plugins are kept.
pub(super) struct Cache;

impl Kind for Cache {
    type Value = CacheFolder;

    fn read(&self, raw: &Raw) -> Result<CacheFolder, Vec<String>> {
        Ok(match text(raw)? {
            "" => CacheFolder::Off,
            folder => CacheFolder::Folder(PathBuf::from(folder)),
        })
    }

    fn show(&self, value: &CacheFolder) -> Shown {
        match value {
            CacheFolder::OfUser => Shown::Absent("the user's cache folder"),
            CacheFolder::Off => Shown::Value(quoted("")),
            CacheFolder::Folder(folder) => Shown::Value(quoted(&folder.to_string_lossy())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Raw {
        Raw::Text(text.to_owned())
    }

    fn problem<K: Kind>(kind: &K, raw: &Raw) -> String {
        kind.read(raw).map(|_| ()).unwrap_err().join(" | ")
    }

    #[test]
    fn booleans_are_words_quoted_or_not() {
        assert!(Flag.read(&text("TRUE")).unwrap());
        assert!(!Flag.read(&Raw::Bare("false".into())).unwrap());
        assert_eq!(problem(&Flag, &text("yes")), "'yes' is neither true nor false");
        assert_eq!(problem(&Flag, &Raw::Other("a list")), "is a list; write one value");
    }

    #[test]
    fn a_number_with_a_unit_is_answered_with_the_number_to_write() {
        let ms = milliseconds(1);
        assert_eq!(problem(&ms, &text("5s")), "'5s' is not a whole number of milliseconds; write 5000");
        assert_eq!(problem(&ms, &text("1.5")), "'1.5' is not a whole number of milliseconds");
        assert_eq!(
            problem(&seconds(1), &text("2 min")),
            "'2 min' is not a whole number of seconds; write 120"
        );
        assert_eq!(problem(&seconds(1), &text("5ms")), "'5ms' is not a whole number of seconds");
        let bytes = whole::<usize>(Unit::Bytes, 1, 1 << 32);
        assert_eq!(problem(&bytes, &text("8MiB")), "'8MiB' is not a whole number of bytes; write 8388608");
        assert_eq!(problem(&bytes, &text("é")), "'é' is not a whole number of bytes");
    }

    #[test]
    fn a_number_out_of_bounds_is_answered_with_the_bound() {
        assert_eq!(problem(&milliseconds(1), &text("0")), "0 is too small; the least is 1 milliseconds");
        assert_eq!(
            problem(&seconds(1), &text("9999999")),
            "9999999 is too large; the most is 2592000 seconds"
        );
        assert_eq!(problem(&Threads, &text("0")), "0 is too small; the least is 1");
        assert!(
            problem(&milliseconds(1), &text("99999999999999999999999999999999999999999")).contains("not a")
        );
    }

    #[test]
    fn a_negative_limit_is_none() {
        assert_eq!(Limit.read(&text("-1")).unwrap(), None);
        assert_eq!(Limit.read(&text("100")).unwrap(), Some(100));
        assert_eq!(Limit.show(&None), Shown::Value("-1".into()));
    }

    #[test]
    fn text_needs_quotes_in_toml() {
        assert_eq!(problem(&JvmRoute, &Raw::Bare("1".into())), "is text, which needs quotes; write \"1\"");
        assert_eq!(problem(&OptionalSecret, &Raw::Bare("12345".into())), "is text, which needs quotes");
    }

    #[test]
    fn a_choice_names_its_words() {
        let choice = Choice(&[("fail", 1), ("skip", 2)]);
        assert_eq!(choice.read(&text("skip")).unwrap(), 2);
        assert_eq!(problem(&choice, &text("skp")), "'skp' is none of fail, skip; did you mean skip?");
    }

    #[test]
    fn a_route_keeps_ids_and_cookies_whole() {
        assert_eq!(JvmRoute.read(&text("tomcat-1_a")).unwrap().as_deref(), Some("tomcat-1_a"));
        for unfit in ["a.b", "a b", "a;b", "ä", ""] {
            assert!(JvmRoute.read(&text(unfit)).is_err(), "{unfit}");
        }
    }

    #[test]
    fn listen_addresses_are_names_or_ip_addresses_with_a_port() {
        for good in ["127.0.0.1:8787", "localhost:0", "[::1]:1", "0.0.0.0:80"] {
            assert_eq!(Listen.read(&text(good)).unwrap().to_string(), good);
        }
        for bad in ["8787", "127.0.0.1", ":8787", "::1:80", "[x]:1", "localhost:99999", "http://localhost:1"]
        {
            assert!(Listen.read(&text(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn class_names_are_checked() {
        let names = ClassNames.read(&text("a.B, c.D$E,")).unwrap();
        assert_eq!(names, ["a.B", "c.D$E"]);
        assert_eq!(
            problem(&ClassNames, &text("a.B c.D")),
            "'a.B c.D' is not the name of a class; commas separate names"
        );
        assert!(SerializerName.read(&text("my-plugin")).is_ok());
        assert!(SerializerName.read(&text("plugins/kryo.wasm")).is_err());
    }

    #[test]
    fn the_dummy_manager_is_refused_with_a_way_out() {
        assert!(ManagerClass.read(&text(MANAGER_CLASS)).is_ok());
        let dummy = "de.javakaffee.web.msm.DummyMemcachedBackupSessionManager";
        assert!(problem(&ManagerClass, &text(dummy)).contains("holdfast bench"));
        assert!(
            problem(&ManagerClass, &text("org.apache.catalina.session.StandardManager"))
                .contains("not MSM's")
        );
    }
}
