//! The numbers of a manager, for programs: as JSON and in Prometheus' text form.

use std::fmt::Write as _;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::probe::Seen;

/// What a manager counted and measured since it was started. As JSON:
///
/// ```json
/// {
///   "enabled": true, "sessions": 3, "nodes": 2, "nodesAvailable": 2,
///   "counters": { "backups": 7 },
///   "probes": { "memcachedUpdate": { "unit": "ms", "count": 4, "min": 0.0, "avg": 1.5, "max": 4.0,
///                                    "p50": 1.0, "p90": 4.0, "p99": 4.0, "p999": 4.0 } },
///   "serializerFailures": [{ "serializer": "kryo", "what": "serialize", "attribute": "cart", "count": 1 }]
/// }
/// ```
///
/// Every counter and every probe is there from the start. `nodesAvailable` is null as long as nobody knows. Without
/// `enableStatistics` all is zero, as in MSM.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatisticsReport {
    /// `enableStatistics`.
    pub enabled: bool,
    /// Sessions in memory.
    pub sessions: usize,
    /// Nodes that are configured.
    pub nodes: usize,
    /// How many of them answer; none: nobody has asked.
    pub nodes_available: Option<usize>,
    /// What was counted.
    #[serde(serialize_with = "by_name")]
    pub counters: Vec<Counter>,
    /// What was measured.
    #[serde(serialize_with = "probes_by_name")]
    pub probes: Vec<Probed>,
    /// What serializers could not do.
    pub serializer_failures: Vec<SerializerFailures>,
}

/// A number that only grows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counter {
    /// `a_b` is `aB` in JSON and `holdfast_a_b_total` for Prometheus.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// How many.
    pub value: u64,
}

/// What a probe measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Time: milliseconds in a report and in JSON, as in MSM; seconds for Prometheus, as it is custom there.
    Seconds,
    /// Bytes.
    Bytes,
}

/// A distribution. All values are exact but for the quantiles, which are off by less than a hundredth.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Probed {
    /// `a_b` is `aB` in JSON and `holdfast_a_b_seconds` for Prometheus.
    #[serde(skip)]
    pub name: &'static str,
    /// What it measures.
    #[serde(skip)]
    pub help: &'static str,
    /// In what.
    pub unit: Unit,
    /// How often.
    pub count: u64,
    /// The smallest value; 0 without any, like all that follows.
    pub min: f64,
    /// The average.
    pub avg: f64,
    /// The largest value.
    pub max: f64,
    /// Half of the values are not above this one.
    pub p50: f64,
    /// Nine of ten values are not above this one.
    pub p90: f64,
    /// 99 of 100 values are not above this one.
    pub p99: f64,
    /// 999 of 1,000 values are not above this one.
    pub p999: f64,
    /// The sum of all values, in seconds or bytes.
    #[serde(skip)]
    sum: f64,
    /// How many values are at most each of [`Unit::limits`].
    #[serde(skip)]
    cumulated: Vec<u64>,
}

/// How often a serializer could not do something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SerializerFailures {
    /// The serializer's name.
    pub serializer: String,
    /// `serialize` or `deserialize`.
    pub what: &'static str,
    /// The attribute that it could not write; none: it was not about one. `other` stands for all after the first
    /// hundred.
    pub attribute: Option<String>,
    /// How often.
    pub count: u64,
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Seconds => "ms",
            Self::Bytes => "bytes",
        })
    }
}

impl Unit {
    /// The upper ends of Prometheus' buckets with their labels, in nanoseconds or bytes. For times: from what an embedded
    /// node answers in to what a client gives up at.
    fn limits(self) -> &'static [(u64, &'static str)] {
        match self {
            Self::Seconds => &[
                (50_000, "0.00005"),
                (100_000, "0.0001"),
                (250_000, "0.00025"),
                (500_000, "0.0005"),
                (1_000_000, "0.001"),
                (2_500_000, "0.0025"),
                (5_000_000, "0.005"),
                (10_000_000, "0.01"),
                (25_000_000, "0.025"),
                (50_000_000, "0.05"),
                (100_000_000, "0.1"),
                (250_000_000, "0.25"),
                (1_000_000_000, "1"),
                (5_000_000_000, "5"),
            ],
            Self::Bytes => &[
                (256, "256"),
                (1 << 10, "1024"),
                (4 << 10, "4096"),
                (16 << 10, "16384"),
                (64 << 10, "65536"),
                (256 << 10, "262144"),
                (1 << 20, "1048576"),
                (4 << 20, "4194304"),
            ],
        }
    }

    /// What a report says for a value that was recorded.
    fn shown(self, value: f64) -> f64 {
        match self {
            Self::Seconds => value / 1e6,
            Self::Bytes => value,
        }
    }
}

impl Probed {
    pub(super) fn of(name: &'static str, help: &'static str, unit: Unit, seen: &Seen) -> Self {
        // Whole numbers of nanoseconds are exact up to 104 days.
        let shown = |value: u64| unit.shown(value as f64);
        let quantile = |part| shown(seen.quantile(part));
        let count = seen.count();
        let limits: Vec<u64> = unit.limits().iter().map(|(limit, _)| *limit).collect();
        Self {
            name,
            help,
            unit,
            count,
            min: if count == 0 { 0.0 } else { shown(seen.min) },
            avg: if count == 0 { 0.0 } else { unit.shown(seen.sum as f64 / count as f64) },
            max: shown(seen.max),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            p999: quantile(0.999),
            sum: match unit {
                Unit::Seconds => seen.sum as f64 / 1e9,
                Unit::Bytes => seen.sum as f64,
            },
            cumulated: seen.cumulated(&limits),
        }
    }

    /// As a histogram and not as a summary: only buckets can be added up over servers, and asked for the last five
    /// minutes. The quantiles since the start are in the JSON.
    fn write_prometheus(&self, out: &mut String) {
        let unit = match self.unit {
            Unit::Seconds => "seconds",
            Unit::Bytes => "bytes",
        };
        let Self { name, help, count, sum, .. } = self;
        head(out, &format!("{name}_{unit}"), "histogram", help);
        let mut line = |end: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "holdfast_{name}_{unit}_{end} {value}");
        };
        for ((_, limit), below) in self.unit.limits().iter().zip(&self.cumulated) {
            line(&format!("bucket{{le=\"{limit}\"}}"), &below.to_string());
        }
        line("bucket{le=\"+Inf\"}", &count.to_string());
        line("sum", &sum.to_string());
        line("count", &count.to_string());
    }
}

impl StatisticsReport {
    /// The same for Prometheus, in its text form 0.0.4; empty without `enableStatistics`.
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut out = String::new();
        if !self.enabled {
            return out;
        }
        gauge(&mut out, "sessions", "Sessions in memory.", self.sessions);
        gauge(&mut out, "nodes", "Nodes that are configured.", self.nodes);
        if let Some(available) = self.nodes_available {
            gauge(&mut out, "nodes_available", "Nodes that answer.", available);
        }
        for Counter { name, help, value } in &self.counters {
            head(&mut out, &format!("{name}_total"), "counter", help);
            let _ = writeln!(out, "holdfast_{name}_total {value}");
        }
        for probe in &self.probes {
            probe.write_prometheus(&mut out);
        }
        self.write_failures(&mut out);
        out
    }

    fn write_failures(&self, out: &mut String) {
        if self.serializer_failures.is_empty() {
            return;
        }
        head(
            out,
            "serializer_failures_total",
            "counter",
            "What serializers could not do, by attribute where it is about one.",
        );
        for SerializerFailures { serializer, what, attribute, count } in &self.serializer_failures {
            // An empty label is none.
            let attribute = escaped(attribute.as_deref().unwrap_or_default());
            let serializer = escaped(serializer);
            let _ = writeln!(
                out,
                "holdfast_serializer_failures_total{{serializer=\"{serializer}\",what=\"{what}\",\
                 attribute=\"{attribute}\"}} {count}"
            );
        }
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP holdfast_{name} {help}\n# TYPE holdfast_{name} {kind}");
}

fn gauge(out: &mut String, name: &str, help: &str, value: usize) {
    head(out, name, "gauge", help);
    let _ = writeln!(out, "holdfast_{name} {value}");
}

/// The value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn by_name<S: Serializer>(counters: &[Counter], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(counters.len()))?;
    for counter in counters {
        map.serialize_entry(&camel_case(counter.name), &counter.value)?;
    }
    map.end()
}

fn probes_by_name<S: Serializer>(probes: &[Probed], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(probes.len()))?;
    for probe in probes {
        map.serialize_entry(&camel_case(probe.name), probe)?;
    }
    map.end()
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::{Value, json};

    use super::super::Statistics;
    use super::*;

    fn some_statistics() -> StatisticsReport {
        let statistics = Statistics::new(true);
        statistics.count_many(7, |numbers| &numbers.tomcat_failovers);
        for size in [1, 1, 4, 0] {
            statistics.record_value(size, |numbers| &numbers.cached_data_size);
        }
        let a_second_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        statistics.record(Some(a_second_ago), |numbers| &numbers.store_update);
        statistics.serializer_failed("kryo", "serialize", Some("a \"b\"\n\\"));
        statistics.serializer_failed("java", "deserialize", None);
        statistics.sessions(3);
        statistics.report()
    }

    #[test]
    fn a_report_is_json_of_counters_and_probes_by_name() {
        let report: Value = serde_json::to_value(some_statistics()).unwrap();
        assert_eq!(report["sessions"], 3);
        assert_eq!(report["nodesAvailable"], Value::Null);
        assert_eq!(report["counters"]["tomcatFailovers"], 7);
        assert_eq!(report["counters"]["backups"], 0);
        assert_eq!(
            report["probes"]["cachedDataSize"],
            json!({"unit": "bytes", "count": 4, "min": 0.0, "avg": 1.5, "max": 4.0,
                   "p50": 1.0, "p90": 4.0, "p99": 4.0, "p999": 4.0})
        );
        let update = &report["probes"]["memcachedUpdate"];
        assert_eq!((&update["unit"], &update["count"]), (&json!("ms"), &json!(1)));
        assert!((1000.0..2000.0).contains(&update["avg"].as_f64().unwrap()), "{update}");
        assert_eq!(report["serializerFailures"][1]["attribute"], "a \"b\"\n\\");
        assert_eq!(report["serializerFailures"][0]["attribute"], Value::Null);
    }

    #[test]
    fn a_report_is_what_prometheus_reads() {
        let text = some_statistics().to_prometheus();
        for line in [
            "# TYPE holdfast_sessions gauge",
            "holdfast_sessions 3",
            "# HELP holdfast_tomcat_failovers_total Sessions taken over from another server.",
            "# TYPE holdfast_tomcat_failovers_total counter",
            "holdfast_tomcat_failovers_total 7",
            "# TYPE holdfast_cached_data_size_bytes histogram",
            "holdfast_cached_data_size_bytes_bucket{le=\"256\"} 4",
            "holdfast_cached_data_size_bytes_sum 6",
            "holdfast_cached_data_size_bytes_count 4",
            "holdfast_memcached_update_seconds_bucket{le=\"0.25\"} 0",
            "holdfast_memcached_update_seconds_bucket{le=\"5\"} 1",
            "holdfast_memcached_update_seconds_bucket{le=\"+Inf\"} 1",
            "holdfast_serializer_failures_total{serializer=\"kryo\",what=\"serialize\",attribute=\"a \\\"b\\\"\\n\\\\\"} 1",
            "holdfast_serializer_failures_total{serializer=\"java\",what=\"deserialize\",attribute=\"\"} 1",
        ] {
            assert!(text.lines().any(|there| there == line), "{line}\n{text}");
        }
        assert!(!text.contains("nodes_available"), "nobody knows");
        assert_eq!(Statistics::new(false).report().to_prometheus(), "");
    }

    #[test]
    fn names_are_written_as_json_has_them() {
        assert_eq!(camel_case("no_session_access"), "noSessionAccess");
        assert_eq!(camel_case("backup"), "backup");
    }
}
