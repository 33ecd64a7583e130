//! Kinds of names: of routes, classes, plugins, addresses and folders.

use std::net::Ipv6Addr;
use std::path::PathBuf;

use super::given::Raw;
use super::kinds::{Kind, OptionalText, Shown, list, quoted, text};
use super::prefix::key_breaker;
use super::types::{CacheFolder, ListenAddress};

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

/// Names of plugins, or of Java classes that plugins stand for, separated by commas.
pub(super) struct ConverterNames;

impl Kind for ConverterNames {
    type Value = Vec<String>;

    fn read(&self, raw: &Raw) -> Result<Vec<String>, Vec<String>> {
        let names = text(raw)?.split(',').map(str::trim).filter(|name| !name.is_empty());
        let (good, bad): (Vec<&str>, Vec<&str>) = names.partition(|name| is_plugin_or_class(name));
        if bad.is_empty() {
            return Ok(good.into_iter().map(str::to_owned).collect());
        }
        Err(bad
            .iter()
            .map(|name| {
                format!(
                    "'{name}' is neither the name of a plugin, such as joda-time, nor of a class; commas separate names"
                )
            })
            .collect())
    }

    fn show(&self, value: &Vec<String>) -> Shown {
        list(value)
    }
}

fn is_plugin_or_class(text: &str) -> bool {
    text.split('-').all(is_class_name)
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
        if is_plugin_or_class(text) {
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
    use super::super::kinds::OptionalSecret;
    use super::super::testing::{problem, text};
    use super::*;

    #[test]
    fn text_needs_quotes_in_toml() {
        assert_eq!(problem(&JvmRoute, &Raw::Bare("1".into())), "is text, which needs quotes; write \"1\"");
        assert_eq!(problem(&OptionalSecret, &Raw::Bare("12345".into())), "is text, which needs quotes");
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
    fn names_of_plugins_and_classes_are_checked() {
        let names = ConverterNames.read(&text("a.B, c.D$E,joda-time,")).unwrap();
        assert_eq!(names, ["a.B", "c.D$E", "joda-time"]);
        assert_eq!(
            problem(&ConverterNames, &text("a.B c.D")),
            "'a.B c.D' is neither the name of a plugin, such as joda-time, nor of a class; commas separate names"
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
