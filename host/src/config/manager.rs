//! `[manager]`: MSM's attributes under MSM's names, and those that Holdfast adds.

use std::time::Duration;

use super::attributes::section;
use super::kinds::{
    Choice, FailoverIds, Flag, Locking, Nodes, OptionalPattern, OptionalSecret, OptionalText, Prefix,
};
use super::locking::LockingMode;
use super::names::{ConverterNames, MANAGER_CLASS, ManagerClass, OptionalSerializer, SerializerName};
use super::nodes::NodeList;
use super::numbers::{Limit, Threads, Unit, milliseconds, seconds, whole};
use super::pattern::Pattern;
use super::prefix::KeyPrefix;
use super::types::{LockTimeoutPolicy, OnUnserializable, Protocol, Secret, ThreadCount};

/// The serializer where no Java shares the sessions.
pub(super) const DEFAULT_SERIALIZER: &str = "msgpack";

/// MSM's default, which an unchanged `context.xml` without the attribute means.
pub(super) const MSM_DEFAULT_SERIALIZER: &str = "de.javakaffee.web.msm.JavaSerializationTranscoderFactory";

/// Tomcat's delay between two runs of its background thread, in seconds.
const BACKGROUND_DELAY: u32 = 10;

section! {
    /// `[manager]`. The nodes know which of them are failover nodes, and the prefix is computed.
    Manager => ManagerConfig {
        /// MSM's manager class; Holdfast stands for this one only.
        class_name: String = "className", ManagerClass, MANAGER_CLASS.to_owned();
        /// The nodes: id:host:port or id:embedded, separated by commas or blanks, or a single host:port.
        memcached_nodes: NodeList = "memcachedNodes", Nodes, NodeList::default();
        /// Ids of nodes that are used only when no other is left.
        failover_nodes: Vec<String> = "failoverNodes", FailoverIds, Vec::new();
        /// memcached's protocol: text or binary.
        memcached_protocol: Protocol = "memcachedProtocol",
            Choice(&[("text", Protocol::Text), ("binary", Protocol::Binary)]), Protocol::Text;
        /// Name for SASL; needs the binary protocol and a password.
        username: Option<String> = "username", OptionalText, None;
        /// Password for SASL.
        password: Option<Secret> = "password", OptionalSecret, None;
        /// Milliseconds that a node has to answer.
        operation_timeout: Duration = "operationTimeout", milliseconds(1), Duration::from_secs(1);
        /// Longest pause in seconds before a lost connection is tried again.
        max_reconnect_delay: Duration = "maxReconnectDelay", seconds(1), Duration::from_secs(30);
        /// Milliseconds for which an answer about a node's availability is believed.
        node_availability_cache_ttl: Duration = "nodeAvailabilityCacheTTL", milliseconds(0), Duration::from_secs(1);
        /// What keys begin with: static:TEXT, host, host.hash, context, context.hash, webappVersion.
        storage_key_prefix: KeyPrefix = "storageKeyPrefix", Prefix, KeyPrefix::default();
        /// Whether all requests of a session come to one server.
        sticky: bool = "sticky", Flag, true;
        /// Which requests lock their session: none, all, auto or uriPattern:REGEX.
        locking_mode: LockingMode = "lockingMode", Locking, LockingMode::None;
        /// Seconds after which a lock that nobody released is gone.
        lock_expiration: Duration = "lockExpiration", seconds(1), Duration::from_secs(5);
        /// What becomes of a request that gets no lock: fail or proceed, which may lose changes.
        lock_timeout_policy: LockTimeoutPolicy = "lockTimeoutPolicy",
            Choice(&[("fail", LockTimeoutPolicy::Fail), ("proceed", LockTimeoutPolicy::Proceed)]), LockTimeoutPolicy::Fail;
        /// Seconds after which a request that was begun and never finished is given up.
        request_lease: Duration = "requestLease", seconds(1), Duration::from_secs(30);
        /// Requests that neither load nor store a session; matched against METHOD URI[?query] as a whole.
        request_uri_ignore_pattern: Option<Pattern> = "requestUriIgnorePattern", OptionalPattern, None;
        /// Whether answers go out before the session is stored.
        session_backup_async: bool = "sessionBackupAsync", Flag, true;
        /// Threads that store sessions when sessionBackupAsync is true.
        backup_thread_count: ThreadCount = "backupThreadCount", Threads, ThreadCount::PerProcessor;
        /// Milliseconds that an answer waits for its session to be stored when sessionBackupAsync is false.
        session_backup_timeout: Duration = "sessionBackupTimeout", milliseconds(1), Duration::from_millis(100);
        /// Names of the attributes to store, matched as a whole; unset means all.
        session_attribute_filter: Option<Pattern> = "sessionAttributeFilter", OptionalPattern, None;
        /// The serializer: a plugin's name or the class name that it stands for.
        transcoder_factory_class: String = "transcoderFactoryClass", SerializerName, DEFAULT_SERIALIZER.to_owned();
        /// Reader of values without a tag of their own, where the item flags should not choose it.
        legacy_serializer: Option<String> = "legacySerializer", OptionalSerializer, None;
        /// What becomes of a session with a value that the serializer cannot hold: fail or skip that attribute.
        on_unserializable: OnUnserializable = "onUnserializable",
            Choice(&[("fail", OnUnserializable::Fail), ("skip", OnUnserializable::Skip)]), OnUnserializable::Fail;
        /// Accepted for serializers that copy collections in MSM; nothing changes here while it is serialized.
        copy_collections_for_serialization: bool = "copyCollectionsForSerialization", Flag, false;
        /// Converters in the order of their registration, by plugin or class name, separated by commas.
        custom_converter: Vec<String> = "customConverter", ConverterNames, Vec::new();
        /// Whether statistics are kept.
        enable_statistics: bool = "enableStatistics", Flag, true;
        /// Whether sessions are stored at all.
        enabled: bool = "enabled", Flag, true;
        /// Seconds without a request after which a new session expires; 0 or less means never.
        max_inactive_interval: i32 = "maxInactiveInterval", whole::<i32>(Unit::Seconds, i32::MIN.into(), i32::MAX.into()), 1800;
        /// How many sessions may be active; -1 means any number.
        max_active_sessions: Option<u32> = "maxActiveSessions", Limit, None;
        /// How many runs of the background thread make one check for expired sessions.
        process_expires_frequency: u32 = "processExpiresFrequency", whole::<u32>(Unit::Things, 1, 1_000_000), 6;
        /// Seconds between two runs of the background thread; 0 or less means 10, Tomcat's own delay.
        background_processor_delay: i32 = "backgroundProcessorDelay",
            whole::<i32>(Unit::Seconds, i32::MIN.into(), 1_000_000), 10;
    }
}

impl ManagerConfig {
    /// How many seconds longer than its session a stored value lives, the time until a server notices that a
    /// session has expired: 60 by default.
    #[must_use]
    pub fn expiry_slack_seconds(&self) -> u32 {
        let delay = u32::try_from(self.background_processor_delay).unwrap_or(0);
        let delay = if delay == 0 { BACKGROUND_DELAY } else { delay };
        delay.saturating_mul(self.process_expires_frequency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_values_outlive_sessions_by_a_minute_by_default() {
        let manager = ManagerConfig::default();
        assert_eq!(manager.expiry_slack_seconds(), 60);
        let of_context = ManagerConfig { background_processor_delay: -1, ..manager.clone() };
        assert_eq!(of_context.expiry_slack_seconds(), 60);
        let slow = ManagerConfig { background_processor_delay: 30, ..manager };
        assert_eq!(slow.expiry_slack_seconds(), 180);
    }
}
