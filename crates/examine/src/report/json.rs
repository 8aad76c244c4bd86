//! The report as JSON.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::Examined;
use crate::verdict::Report;

#[derive(Serialize)]
struct Json<'a> {
    /// It was ended before all was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<bool>,
    checks: Vec<JsonCheck<'a>>,
    card: JsonCard<'a>,
}

#[derive(Serialize)]
struct JsonCheck<'a> {
    id: &'a str,
    title: &'a str,
    statements: &'a [&'static str],
    version: &'a str,
    must: bool,
    verdict: &'a str,
    why: &'a str,
    packets: Vec<JsonPacket<'a>>,
}

#[derive(Serialize)]
struct JsonPacket<'a> {
    /// Milliseconds since the check began.
    at: u64,
    connection: &'a str,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Serialize)]
struct JsonCard<'a> {
    url: &'a str,
    /// It is of a client.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    round_trip_ms: Option<u128>,
    took_ms: u128,
    /// By version and name.
    versions: BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>,
}

pub(super) fn json(examined: &Examined<'_>) -> String {
    let check = |report| -> JsonCheck<'_> {
        let report: &Report = report;
        JsonCheck {
            id: report.id,
            title: report.title,
            statements: &report.statements,
            version: report.version.name(),
            must: report.is_must,
            verdict: report.verdict.name(),
            why: &report.why,
            packets: report
                .packets
                .iter()
                .map(|seen| {
                    let (event, hex, text) = report.told(seen);
                    JsonPacket {
                        at: seen.at,
                        connection: &seen.connection,
                        event,
                        hex,
                        text,
                    }
                })
                .collect(),
        }
    };
    let all = Json {
        cut: examined.is_cut.then_some(true),
        checks: examined.reports.iter().map(check).collect(),
        card: JsonCard {
            url: examined.url,
            client: examined.is_client().then_some(true),
            round_trip_ms: (!examined.round_trip.is_zero())
                .then_some(examined.round_trip.as_millis()),
            took_ms: examined.took.as_millis(),
            versions: examined
                .card
                .by_version()
                .into_iter()
                .map(|(version, facts)| (version.name(), facts))
                .collect(),
        },
    };
    // Texts and numbers, whose names are texts: nothing that cannot be written.
    serde_json::to_string(&all).unwrap_or_default()
}
