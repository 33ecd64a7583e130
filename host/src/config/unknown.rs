//! What is said about names that no attribute has.

use super::given::Section;
use super::manager::ManagerConfig;
use super::server::ServerConfig;
use super::suggest::nearest;

/// Tomcat's attributes of a `<Manager>` that have no meaning here, and why.
const NEVER: &[(&[&str], &str)] = &[
    (
        &["pathname", "saveOnRestart"],
        "is about sessions in a file of Tomcat's; Holdfast keeps them in memcached; leave it out",
    ),
    (
        &["maxIdleBackup", "maxIdleSwap", "minIdleSwap"],
        "belongs to Tomcat's PersistentManager; Holdfast stores a session after each request that changed it; leave it out",
    ),
    (
        &[
            "secureRandomClass",
            "secureRandomAlgorithm",
            "secureRandomProvider",
            "randomClass",
            "randomFile",
            "algorithm",
            "entropy",
        ],
        "is about Java's random numbers; Holdfast takes them from the operating system; leave it out",
    ),
    (&["sessionIdLength"], "is not supported: a session id has 32 hexadecimal digits; leave it out"),
    (
        &["sessionAttributeNameFilter"],
        "is not supported; MSM's sessionAttributeFilter chooses the attributes to store",
    ),
    (
        &["sessionAttributeValueClassNameFilter", "warnOnSessionAttributeFilterFailure"],
        "is about classes that Java loads; Holdfast loads none; leave it out",
    ),
    (
        &["distributable", "maxInactiveIntervalOverride", "duplicateName", "domainReplication"],
        "belongs to other managers than MSM's; leave it out",
    ),
    (
        &[
            "persistAuthentication",
            "notifyBindingListenerOnUnchangedValue",
            "notifyAttributeListenerOnUnchangedValue",
        ],
        "is about listeners and logins inside Tomcat; leave it out",
    ),
];

/// What to say about an attribute of `section` that is not in the table.
pub(super) fn attribute(section: Section, written: &str) -> String {
    let never = NEVER.iter().find(|(names, _)| section == Section::Manager && names.contains(&written));
    if let Some((_, reason)) = never {
        return format!("'{written}' {reason}");
    }
    let (here, other, elsewhere) = match section {
        Section::Manager => (ManagerConfig::NAMES, Section::Server, ServerConfig::NAMES),
        Section::Server => (ServerConfig::NAMES, Section::Manager, ManagerConfig::NAMES),
    };
    let unknown = format!("unknown attribute '{written}'");
    if elsewhere.contains(&written) {
        // A context.xml has no other section, but a command line has.
        let flag = other.full_name(written);
        return format!(
            "{unknown} of [{}]; it belongs to [{}], or to --set {flag}=VALUE",
            section.name(),
            other.name()
        );
    }
    if let Some(name) = nearest(written, here.iter().copied()) {
        return format!("{unknown}; did you mean {name}?");
    }
    match nearest(written, elsewhere.iter().copied()) {
        Some(name) => format!("{unknown}; did you mean {name} of [{}]?", other.name()),
        None => format!("{unknown} of [{}]", section.name()),
    }
}

/// Whether `section` has an attribute of this name.
pub(super) fn is_known(section: Section, name: &str) -> bool {
    match section {
        Section::Manager => ManagerConfig::NAMES.contains(&name),
        Section::Server => ServerConfig::NAMES.contains(&name),
    }
}

/// What to say about something at the top of the file that is no section.
pub(super) fn section(written: &str) -> String {
    for section in [Section::Manager, Section::Server] {
        if is_known(section, written) {
            return format!(
                "'{written}' stands outside of any section; it belongs below [{}]",
                section.name()
            );
        }
    }
    match nearest(written, ["manager", "server", "serializer"]) {
        Some("serializer") => {
            format!("unknown section '{written}'; did you mean [serializer.NAME] with a plugin's name?")
        }
        Some(name) => format!("unknown section '{written}'; did you mean [{name}]?"),
        None => format!("unknown section '{written}'; there are [manager], [server] and [serializer.NAME]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_attributes_are_answered_with_what_was_probably_meant() {
        let manager = |written| attribute(Section::Manager, written);
        assert_eq!(
            manager("memcachedNode"),
            "unknown attribute 'memcachedNode'; did you mean memcachedNodes?"
        );
        assert_eq!(
            manager("jvmRoute"),
            "unknown attribute 'jvmRoute' of [manager]; it belongs to [server], or to --set server.jvmRoute=VALUE"
        );
        assert_eq!(manager("jvmroute"), "unknown attribute 'jvmroute'; did you mean jvmRoute of [server]?");
        assert_eq!(manager("colour"), "unknown attribute 'colour' of [manager]");
        assert!(manager("pathname").contains("leave it out"));
        assert!(attribute(Section::Server, "sticky").contains("belongs to [manager]"));
    }

    #[test]
    fn unknown_sections_are_answered_with_what_was_probably_meant() {
        assert_eq!(section("mangaer"), "unknown section 'mangaer'; did you mean [manager]?");
        assert!(section("sticky").contains("belongs below [manager]"));
        assert!(section("serializers").contains("did you mean [serializer.NAME]"));
        assert!(section("x").contains("there are [manager]"));
    }
}
