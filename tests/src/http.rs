//! A client of the session service, as a server in any language has one.

use serde_json::Value;
use ureq::http::{HeaderMap, Request, Response};
use ureq::{Agent, Body};

/// Keeps its connections between calls.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
}

/// What the service answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Any method with any body: what is wrong is for the server to say.
            .allow_non_standard_methods(true)
            .build();
        Self { agent: agent.into(), base: base.to_owned() }
    }

    /// A call without a body.
    pub fn call(&self, method: &str, path: &str) -> Answer {
        self.call_with(method, path, &[], None)
    }

    /// A call with a JSON body.
    pub fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        self.call_with(method, path, &[("Content-Type", "application/json")], Some(body.as_bytes()))
    }

    /// Any call.
    pub fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = match body {
            Some(body) => self.agent.run(request.body(body).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        Answer::read(response.unwrap())
    }
}

impl Answer {
    fn read(response: Response<Body>) -> Self {
        let (parts, mut body) = response.into_parts();
        let body = body.with_config().limit(1 << 30).read_to_vec().unwrap();
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// The body, read as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header field; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session's id.
    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no session: {self:?}")).to_owned()
    }

    /// The same answer, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let text = String::from_utf8_lossy(self.body.get(..1000).unwrap_or(&self.body));
        assert_eq!(self.status, status, "{text}");
        self
    }
}
