//! The monitor: whole conversations, both directions.

use mqttscope_monitor::{self as monitor, ConnectionId, FlowKind, FlowState, Instant};
use mqttscope_wire::Sender;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::dissect::severity;
use crate::error::{Failure, section};
use crate::held::Held;
use crate::{bytes, options};

/// Watches the connections to one server and says who breaks which rule.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct Monitor {
    monitor: Held<monitor::Monitor>,
}

impl Default for Monitor {
    fn default() -> Self {
        let mut monitor = monitor::Monitor::new();
        monitor.note_places();
        Self {
            monitor: Held::new("Monitor", monitor),
        }
    }
}

#[wasm_bindgen]
impl Monitor {
    /// Has seen nothing.
    #[wasm_bindgen(constructor, skip_typescript)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that a connection is new: what comes first on it is its beginning.
    ///
    /// # Errors
    /// A connection that is no number.
    #[wasm_bindgen(skip_typescript)]
    pub fn open(&self, connection: JsValue) -> Result<(), JsValue> {
        let connection = &connection;
        let connection = connection_id(connection)?;
        Ok(self.monitor.with(|monitor| monitor.open(connection))?)
    }

    /// Takes bytes of one direction and gives what they show to be broken.
    ///
    /// # Errors
    /// Arguments that are not what they must be.
    #[wasm_bindgen(skip_typescript)]
    pub fn push(
        &self,
        connection: JsValue,
        from: JsValue,
        bytes: JsValue,
        at_ms: JsValue,
    ) -> Result<JsValue, JsValue> {
        let (connection, from, bytes, at_ms) = (&connection, &from, &bytes, &at_ms);
        let connection = connection_id(connection)?;
        let from = options::sender(from)?
            .ok_or_else(|| Failure::message("from must be \"client\" or \"server\""))?;
        let bytes = bytes::of(bytes)?;
        let at = instant(at_ms)?;
        self.monitor.with(|monitor| {
            monitor.push(connection, from, &bytes, at);
            new_findings(monitor)
        })?
    }

    /// Says that a connection is closed.
    ///
    /// # Errors
    /// Arguments that are not what they must be.
    #[wasm_bindgen(skip_typescript)]
    pub fn close(&self, connection: JsValue, at_ms: JsValue) -> Result<JsValue, JsValue> {
        let (connection, at_ms) = (&connection, &at_ms);
        let connection = connection_id(connection)?;
        let at = instant(at_ms)?;
        self.monitor.with(|monitor| {
            monitor.close(connection, at);
            new_findings(monitor)
        })?
    }

    /// Says that time has passed while nothing came.
    ///
    /// # Errors
    /// A time that is no number.
    #[wasm_bindgen(skip_typescript, js_name = passTime)]
    pub fn pass_time(&self, now_ms: JsValue) -> Result<JsValue, JsValue> {
        let now_ms = &now_ms;
        let now = instant(now_ms)?;
        self.monitor.with(|monitor| {
            monitor.handle_time(now);
            new_findings(monitor)
        })?
    }

    /// All findings that are kept.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(skip_typescript)]
    pub fn findings(&self) -> Result<JsValue, JsValue> {
        self.monitor
            .with(|monitor| list(monitor.findings().iter().map(Finding::of)))?
    }

    /// The packets that the latest `push` completed.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(skip_typescript)]
    pub fn packets(&self) -> Result<JsValue, JsValue> {
        self.monitor.with(|monitor| {
            list(monitor.places().iter().map(|place| Place {
                number: place.number,
                r#type: place.packet_type.name(),
                offset: place.offset as f64,
                length: place.len as f64,
            }))
        })?
    }

    /// Findings that nobody was given.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(getter, skip_typescript, js_name = findingsDropped)]
    pub fn findings_dropped(&self) -> Result<f64, JsValue> {
        let dropped = self.monitor.with(|monitor| monitor.findings_dropped())?;
        Ok(dropped as f64)
    }

    /// Forgets findings, and the flows that are over.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(skip_typescript, js_name = forgetFindings)]
    pub fn forget_findings(&self) -> Result<(), JsValue> {
        Ok(self.monitor.with(monitor::Monitor::forget_findings)?)
    }

    /// Packets that belong together.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(skip_typescript)]
    pub fn flows(&self) -> Result<JsValue, JsValue> {
        self.monitor
            .with(|monitor| list(monitor.flows().iter().map(Flow::of)))?
    }

    /// The recording in plain words.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(skip_typescript)]
    pub fn explanations(&self) -> Result<JsValue, JsValue> {
        self.monitor
            .with(|monitor| list(monitor.explanations().iter().map(Explanation::of)))?
    }

    /// Frees its memory now; a second time there is nothing to do. It stands in place of the method
    /// that wasm-bindgen makes, behind which an object may not be touched.
    #[wasm_bindgen(skip_typescript)]
    pub fn free(&self) {
        self.monitor.free();
    }
}

fn new_findings(monitor: &mut monitor::Monitor) -> Result<JsValue, JsValue> {
    list(std::iter::from_fn(|| monitor.poll_finding()).map(|found| Finding::of(&found)))
}

/// Judges two recordings of one connection, one a side, that have no order between them.
///
/// # Errors
/// Arguments that are no bytes.
#[wasm_bindgen(skip_typescript)]
pub fn judge(client: JsValue, server: JsValue) -> Result<JsValue, JsValue> {
    let (client, server) = (&client, &server);
    let (client, server) = (bytes::of(client)?, bytes::of(server)?);
    let judgement = monitor::judge(&client, &server);
    let verdict = Verdict {
        findings: judgement.findings.iter().map(Finding::of).collect(),
        packets: judgement
            .packets
            .iter()
            .map(|packet| Judged {
                from: end(packet.from),
                r#type: packet.packet_type.name(),
                offset: packet.bytes.start as f64,
                length: packet.bytes.len() as f64,
            })
            .collect(),
        findings_dropped: judgement.findings_dropped as f64,
    };
    serde_wasm_bindgen::to_value(&verdict)
        .map_err(|error| Failure::message(error.to_string()).into())
}

/// Numbers as JavaScript has them, not as BigInt.
#[derive(Serialize)]
struct Place {
    number: u64,
    r#type: &'static str,
    offset: f64,
    length: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    findings: Vec<Finding>,
    packets: Vec<Judged>,
    findings_dropped: f64,
}

#[derive(Serialize)]
struct Judged {
    from: &'static str,
    r#type: &'static str,
    offset: f64,
    length: f64,
}

fn list<T: Serialize>(values: impl Iterator<Item = T>) -> Result<JsValue, JsValue> {
    serde_wasm_bindgen::to_value(&values.collect::<Vec<_>>())
        .map_err(|error| Failure::message(error.to_string()).into())
}

fn connection_id(value: &JsValue) -> Result<ConnectionId, Failure> {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 && number >= 0.0 && number <= f64::from(u32::MAX) => {
            Ok(ConnectionId(number as u32))
        }
        _ => Err(Failure::message(
            "connection must be a whole number from 0 to 4294967295",
        )),
    }
}

/// Milliseconds since any moment, as `Date.now()` or `performance.now()` give them.
fn instant(value: &JsValue) -> Result<Instant, Failure> {
    match value.as_f64() {
        Some(ms) if ms.is_finite() && ms >= 0.0 => {
            Ok(Instant::from_micros((ms * 1_000.0).round() as u64))
        }
        _ => Err(Failure::message(
            "the time must be a number of milliseconds, not below 0",
        )),
    }
}

const fn end(sender: Sender) -> &'static str {
    match sender {
        Sender::Client => "client",
        Sender::Server => "server",
    }
}

#[derive(Serialize)]
struct Finding {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'static str>,
    severity: &'static str,
    connection: u32,
    by: &'static str,
    packets: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bits: Option<u32>,
    message: String,
}

impl Finding {
    fn of(finding: &monitor::Finding) -> Self {
        Self {
            rule: finding.rule.name(),
            statement: finding.statement(),
            section: section(finding.rule, finding.version),
            severity: severity(finding.severity()),
            connection: finding.connection.0,
            by: end(finding.by),
            packets: finding.packets.as_slice().to_vec(),
            start: finding.span.map(|span| span.start),
            bits: finding.span.map(|span| span.len),
            message: finding.message(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Flow {
    connection: u32,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    qos: Option<u8>,
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet_identifier: Option<u16>,
    packets: Vec<u64>,
    /// As numbers that JavaScript has, not as BigInt.
    started_ms: f64,
    updated_ms: f64,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<u8>,
}

impl Flow {
    fn of(flow: &monitor::Flow) -> Self {
        let (kind, qos) = match flow.kind {
            FlowKind::Connect => ("connect", None),
            FlowKind::Authenticate => ("authenticate", None),
            FlowKind::Publish(qos) => ("publish", Some(qos as u8)),
            FlowKind::Subscribe => ("subscribe", None),
            FlowKind::Unsubscribe => ("unsubscribe", None),
            FlowKind::Ping => ("ping", None),
            FlowKind::RequestResponse => ("request-response", None),
        };
        let (state, waits_for, reason_code) = match flow.state {
            FlowState::WaitsFor(packet_type) => ("waiting", Some(packet_type.name()), None),
            FlowState::Done => ("done", None, None),
            FlowState::Refused(code) => ("refused", None, Some(code.0)),
            FlowState::Broken => ("broken", None, None),
            FlowState::Unknown => ("unknown", None, None),
        };
        Self {
            connection: flow.connection.0,
            kind,
            qos,
            by: end(flow.by),
            packet_identifier: (flow.identifier != 0).then_some(flow.identifier),
            packets: flow.packets.as_slice().to_vec(),
            started_ms: flow.started.micros() as f64 / 1_000.0,
            updated_ms: flow.updated.micros() as f64 / 1_000.0,
            state,
            waits_for,
            reason_code,
        }
    }
}

#[derive(Serialize)]
struct Explanation {
    severity: &'static str,
    connection: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    count: u32,
    packets: Vec<u64>,
    text: String,
}

impl Explanation {
    fn of(explanation: &monitor::Explanation) -> Self {
        Self {
            severity: severity(explanation.severity),
            connection: explanation.connection.0,
            rule: explanation.rule.map(mqttscope_wire::Rule::name),
            count: explanation.count,
            packets: explanation.packets.as_slice().to_vec(),
            text: explanation.text.clone(),
        }
    }
}
