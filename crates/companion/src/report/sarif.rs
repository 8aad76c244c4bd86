//! SARIF 2.1.0 (OASIS), which code scanning reads.

use std::collections::BTreeSet;
use std::io::{self, Write};

use mqttscope_monitor::words;
use mqttscope_wire::Rule;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Finding, severity};

/// What may stand in the path of a URI as it is (RFC 3986).
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A run whose results are written as they come; what it needs at its end.
pub(super) struct Sarif {
    has_results: bool,
    rules: BTreeSet<&'static str>,
    notifications: Vec<Value>,
}

impl Sarif {
    pub(super) fn begin(out: &mut impl Write) -> io::Result<Self> {
        write!(
            out,
            "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\"results\":["
        )?;
        Ok(Self {
            has_results: false,
            rules: BTreeSet::new(),
            notifications: Vec::new(),
        })
    }

    /// Writes a finding.
    pub(super) fn result(
        &mut self,
        file: &str,
        finding: &Finding,
        out: &mut impl Write,
    ) -> io::Result<()> {
        if self.has_results {
            write!(out, ",")?;
        }
        self.has_results = true;
        self.rules.insert(finding.rule);
        let place = finding.connection.as_deref().map_or_else(
            || finding.place(),
            |connection| format!("{connection}, {}", finding.place()),
        );
        let result = json!({
            "ruleId": finding.rule,
            "level": severity(finding.severity),
            "message": { "text": format!("{place}: {}", finding.message) },
            "locations": [{
                "physicalLocation": artifact(file),
                "logicalLocations": [{ "fullyQualifiedName": place }],
            }],
            "properties": finding.properties(),
        });
        writeln!(out)?;
        serde_json::to_writer(out, &result)?;
        Ok(())
    }

    /// Keeps what was not read of a file.
    pub(super) fn note(&mut self, file: &str, note: &str) {
        self.notify("warning", file, note);
    }

    /// Keeps that a file could not be read.
    pub(super) fn unread(&mut self, file: &str, why: &str) {
        self.notify("error", file, &format!("not read: {why}"));
    }

    fn notify(&mut self, level: &str, file: &str, text: &str) {
        self.notifications.push(json!({
            "level": level,
            "message": { "text": text },
            "locations": [{ "physicalLocation": artifact(file) }],
        }));
    }

    pub(super) fn end(self, is_complete: bool, out: &mut impl Write) -> io::Result<()> {
        let rules = self.rules.iter().filter_map(|name| Rule::from_name(name));
        let rules: Vec<Value> = rules.map(rule).collect();
        let driver = json!({
            "name": "mqttscope",
            "version": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
        });
        let invocation = json!({
            "executionSuccessful": is_complete,
            "toolExecutionNotifications": self.notifications,
        });
        writeln!(
            out,
            "\n],\"tool\":{{\"driver\":{driver}}},\"invocations\":[{invocation}]}}]}}"
        )
    }
}

/// A file as SARIF names it. The standard input has no path.
fn artifact(file: &str) -> Value {
    let path = if file == "-" { "stdin" } else { file };
    let path = path.replace('\\', "/");
    let path = utf8_percent_encode(&path, PATH).to_string();
    let uri = if path.starts_with('/') {
        format!("file://{path}")
    } else {
        path
    };
    json!({ "artifactLocation": { "uri": uri } })
}

fn rule(rule: Rule) -> Value {
    json!({
        "id": rule.name(),
        "shortDescription": { "text": words(rule).summary },
        "defaultConfiguration": { "level": severity(rule.severity()) },
    })
}
