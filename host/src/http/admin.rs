//! The admin service: what operators see of a server, and change.
//!
//! It has a listener of its own, and whoever reaches that may do everything; so it is for the loopback or a closed
//! network. Pages of other sites that an operator's browser shows must not reach it, though: what carries the origin
//! of another site is refused, and so is a host by a name that is not the listener's, which may be one that an attacker
//! has pointed at this address.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::problem::{Kind, Problem};
use super::service::not_allowed;
use crate::config::{CHANGEABLE, Config, ListenAddress, LiveConfig, Section, Shown};
use crate::manager::NodeState;
use crate::plugin::{Entry, Loaded, Plugins};
use crate::running::{ChangeError, Running};

/// A change of a configuration is small.
const LONGEST_BODY: usize = 64 << 10;

/// The admin service of a server. A handle: clones are the same service.
#[derive(Clone)]
pub struct Admin {
    running: Arc<Running>,
    plugins: Arc<Plugins>,
    /// The name that it may be called by.
    host: Arc<str>,
}

impl Admin {
    /// The service of a server that listens at `listen`.
    #[must_use]
    pub fn new(running: Arc<Running>, plugins: Arc<Plugins>, listen: &ListenAddress) -> Self {
        Self { running, plugins, host: listen.host.as_str().into() }
    }

    /// Its calls.
    pub fn router(self) -> Router {
        let mut router = Router::new();
        for (path, allow, methods) in [
            ("/admin/v1/config", "GET, HEAD, PATCH", get(config).patch(change)),
            ("/admin/v1/statistics", "GET, HEAD", get(statistics)),
            ("/admin/v1/nodes", "GET, HEAD", get(nodes)),
            ("/admin/v1/plugins", "GET, HEAD", get(plugins)),
        ] {
            router = router.route(
                path,
                methods.fallback(move |method: Method, uri: Uri| not_allowed(allow, method, uri)),
            );
        }
        router.fallback(unknown_path).layer(from_fn_with_state(self.clone(), only_operators)).with_state(self)
    }
}

/// Lets through what no page of another site can have sent.
async fn only_operators(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    match check_origin(request.headers(), request.uri(), &admin.host) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check_origin(headers: &HeaderMap, uri: &Uri, own: &str) -> Result<(), Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    // A request that names its host in the first line means that one.
    let host = uri.authority().map(Authority::as_str).or(text(HOST)).unwrap_or_default();
    if !is_own_host(host, own) {
        return Err(Problem::new(
            Kind::ForeignOrigin,
            format_args!(
                "the admin service is not called `{host}`; call it by its address, by localhost, or by the name that \
                 server.adminListen has"
            ),
        ));
    }
    match text(ORIGIN) {
        Some(origin) if origin.split_once("://").is_none_or(|(_, from)| from != host) => Err(Problem::new(
            Kind::ForeignOrigin,
            format_args!("a page of {origin} may not call the admin service of {host}"),
        )),
        _ => Ok(()),
    }
}

/// A name may lead anywhere, an address leads to itself.
fn is_own_host(host: &str, own: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.parse::<std::net::IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || name.eq_ignore_ascii_case(own)
}

/// `GET /admin/v1/config`
async fn config(State(admin): State<Admin>) -> Response {
    answer(&shown(&admin.running.config().await))
}

/// `PATCH /admin/v1/config`: all of it or nothing.
async fn change(State(admin): State<Admin>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !["application/json", "application/merge-patch+json"].contains(&media) {
        return Err(Problem::new(
            Kind::UnsupportedMediaType,
            format_args!("the body is `{media}`; attributes and their values come as application/json"),
        ));
    }
    let body = to_bytes(body, LONGEST_BODY).await.map_err(|_| {
        Problem::new(Kind::TooLarge, format_args!("a change has no more than {LONGEST_BODY} bytes"))
    })?;
    let values: Map<String, Value> = serde_json::from_slice(&body).map_err(|error| {
        Problem::new(
            Kind::UnreadableBody,
            format_args!("an object with names of attributes and their values is expected: {error}"),
        )
    })?;
    let changed = admin.running.patch(&values).await?;
    if !changed.is_empty() {
        tracing::info!("changed by the admin service: {}", changed.join(", "));
    }
    Ok(answer(&shown(&admin.running.config().await)))
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match &error {
            ChangeError::Problems(problems) => {
                let all: Vec<Value> = problems
                    .0
                    .iter()
                    .map(|problem| json!({"attribute": problem.place.to_string(), "detail": problem.text}))
                    .collect();
                Self::new(Kind::BadConfiguration, &error).with("problems", all)
            }
            ChangeError::NeedsRestart { names } => {
                Self::new(Kind::NeedsRestart, &error).with("attributes", names.clone())
            }
            ChangeError::Refused(_) => Self::new(Kind::ChangeRefused, &error),
        }
    }
}

/// `GET /admin/v1/statistics`
async fn statistics(State(admin): State<Admin>) -> Response {
    answer(&admin.running.manager().statistics())
}

/// `GET /admin/v1/nodes`
async fn nodes(State(admin): State<Admin>) -> Response {
    let nodes: Vec<Value> = admin
        .running
        .manager()
        .node_states()
        .into_iter()
        .map(|NodeState { id, address, failover, available, since }| {
            json!({"id": id, "address": address, "failover": failover, "available": available, "since": since})
        })
        .collect();
    answer(&json!({ "nodes": nodes }))
}

/// `GET /admin/v1/plugins`
async fn plugins(State(admin): State<Admin>) -> Response {
    let plugins: Vec<Value> = admin.plugins.entries().iter().map(plugin).collect();
    answer(&json!({ "plugins": plugins }))
}

fn plugin(entry: &Entry) -> Value {
    let file = entry.file.display().to_string();
    match &entry.outcome {
        Ok(Loaded::Serializer(plugin)) => {
            let about = plugin.description();
            json!({
                "file": file, "state": "ready", "kind": "serializer", "name": about.name, "version": about.version,
                "format": about.format, "tag": format!("{:#05x}", plugin.tag()), "mediaType": about.media_type,
                "standsFor": about.classes, "losses": about.losses,
            })
        }
        Ok(Loaded::Converter(converter)) => {
            let about = converter.description();
            json!({
                "file": file, "state": "ready", "kind": "converter", "name": about.name, "version": about.version,
                "standsFor": about.classes,
            })
        }
        Err(error) => json!({"file": file, "state": "not used", "reason": error.to_string()}),
    }
}

async fn unknown_path(uri: Uri) -> Problem {
    Problem::new(
        Kind::UnknownPath,
        format_args!(
            "{} is nothing here; there are /admin/v1/config, /admin/v1/statistics, /admin/v1/nodes and \
             /admin/v1/plugins; sessions have another listener",
            uri.path()
        ),
    )
}

/// The configuration that is in force, without secrets.
fn shown(live: &LiveConfig) -> Value {
    let config = live.config();
    json!({
        "manager": section(config, Section::Manager),
        "server": section(config, Section::Server),
        "serializer": config.serializers.iter().map(|(name, serializer)| {
            let mut options: Map<String, Value> =
                serializer.options.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            if !serializer.schema.is_empty() {
                options.insert("schema".to_owned(), json!(serializer.schema));
            }
            (name.clone(), Value::Object(options))
        }).collect::<Map<_, _>>(),
        "changeable": CHANGEABLE,
        "changed": live.patched().collect::<Vec<_>>(),
    })
}

fn section(config: &Config, section: Section) -> Map<String, Value> {
    let rows = config.attributes().into_iter().filter(|row| row.section == section);
    rows.map(|row| {
        let value = match &row.value {
            Shown::Value(toml) => as_json(toml),
            Shown::Absent(_) => Value::Null,
            Shown::Hidden => json!("(set, and not shown)"),
        };
        (row.name.to_owned(), value)
    })
    .collect()
}

/// A value of TOML: a string, a number or a boolean.
fn as_json(value: &str) -> Value {
    let table: Option<toml::Table> = format!("value = {value}").parse().ok();
    match table.as_ref().and_then(|table| table.get("value")) {
        Some(toml::Value::String(text)) => json!(text),
        Some(toml::Value::Integer(number)) => json!(number),
        Some(toml::Value::Boolean(flag)) => json!(flag),
        _ => json!(value),
    }
}

fn answer(body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => Problem::new(Kind::Internal, error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(host: &str, origin: Option<&str>, own: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        check_origin(&headers, &Uri::from_static("/admin/v1/config"), own).is_ok()
    }

    #[test]
    fn an_operator_calls_by_address_by_localhost_or_by_the_configured_name() {
        for host in
            ["127.0.0.1:9000", "[::1]:9000", "localhost:9000", "LOCALHOST", "10.0.0.7", "admin.shop:1"]
        {
            assert!(verdict(host, None, "admin.shop"), "{host}");
        }
    }

    #[test]
    fn a_name_that_somebody_pointed_here_is_refused() {
        for host in ["evil.example:9000", "127.0.0.1.evil.example", "localhost.evil.example", "", "a b"] {
            assert!(!verdict(host, None, "admin.shop"), "{host}");
        }
    }

    #[test]
    fn a_page_of_another_site_is_refused_and_one_of_this_is_not() {
        assert!(verdict("localhost:9000", Some("http://localhost:9000"), "127.0.0.1"));
        for origin in
            ["http://evil.example", "null", "http://localhost:8787", "http://localhost:9000.evil.example"]
        {
            assert!(!verdict("localhost:9000", Some(origin), "127.0.0.1"), "{origin}");
        }
    }

    #[test]
    fn values_are_shown_as_json_has_them() {
        let config = Config::load(
            None,
            &["password=secret".to_owned(), "username=u".to_owned(), "memcachedProtocol=binary".to_owned()],
        )
        .unwrap();
        let manager = section(&config, Section::Manager);
        assert_eq!(manager["password"], "(set, and not shown)");
        assert_eq!(manager["username"], "u");
        assert_eq!((&manager["sticky"], &manager["operationTimeout"]), (&json!(true), &json!(1000)));
        assert_eq!(manager["failoverNodes"], Value::Null);
        assert_eq!(manager["memcachedNodes"], "n1:embedded,n2:embedded");
    }
}
