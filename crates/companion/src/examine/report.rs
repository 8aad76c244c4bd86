//! The report of an examination as text, JSON and JUnit's XML.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use mqttscope_examine::{Check, Happened, Report, Seen, Verdict};
use mqttscope_wire::{Context, ProtocolVersion, Sender, dissect, summary};
use serde::Serialize;

use super::{Examined, by_version};

/// The most bytes of a packet that a line of text shows.
const MOST: usize = 64;

#[derive(Serialize)]
struct Json<'a> {
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
    round_trip_ms: u128,
    took_ms: u128,
    /// By version and name.
    versions: BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>,
}

/// What happened, in a word; the bytes of a packet, and what it says.
pub(super) fn told(
    seen: &Seen,
    version: ProtocolVersion,
) -> (&'static str, Option<String>, Option<String>) {
    let packet = |bytes: &[u8], sender| {
        let dissection = dissect(bytes, Context::new(version).from(sender));
        (Some(hex(bytes)), Some(summary(&dissection, bytes)))
    };
    match &seen.what {
        Happened::Opened => ("opened", None, None),
        Happened::Sent(bytes) => {
            let (hex, text) = packet(bytes, Sender::Client);
            ("sent", hex, text)
        }
        Happened::Received(bytes) => {
            let (hex, text) = packet(bytes, Sender::Server);
            ("received", hex, text)
        }
        Happened::ClosedHere => ("closed by us", None, None),
        Happened::ClosedThere => ("closed by the broker", None, None),
        Happened::Failed(why) => ("failed", None, Some(why.clone())),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(3));
    for byte in bytes {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x} ");
    }
    text.truncate(text.trim_end().len());
    text
}

/// Hex of a packet, and how much of it is left out.
pub(super) fn shortened(hex: &str) -> String {
    let bytes = hex.len().div_ceil(3);
    match hex.get(..MOST.saturating_mul(3)) {
        Some(start) if bytes > MOST => format!("{start}… ({bytes} bytes)"),
        _ => hex.to_owned(),
    }
}

pub(super) fn json(examined: &Examined, out: &mut impl Write) -> io::Result<()> {
    let packet = |seen: &'_ Seen, version| {
        let (event, hex, text) = told(seen, version);
        (seen.at, event, hex, text)
    };
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
                    let (at, event, hex, text) = packet(seen, report.version);
                    JsonPacket {
                        at,
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
        checks: examined.reports.iter().map(check).collect(),
        card: JsonCard {
            url: &examined.url,
            round_trip_ms: examined.round_trip.as_millis(),
            took_ms: examined.took.as_millis(),
            versions: by_version(&examined.card)
                .into_iter()
                .map(|(version, facts)| (version.name(), facts))
                .collect(),
        },
    };
    serde_json::to_writer(&mut *out, &all)?;
    writeln!(out)
}

pub(super) fn text(examined: &Examined, out: &mut impl Write) -> io::Result<()> {
    for verdict in [
        Verdict::NotApplicable,
        Verdict::Allowed,
        Verdict::Unknown,
        Verdict::Broken,
    ] {
        for report in examined
            .reports
            .iter()
            .filter(|report| report.verdict == verdict)
        {
            writeln!(
                out,
                "{} {} (MQTT {}) {}",
                verdict.name(),
                report.id,
                report.version.name(),
                report.statements.join(" ")
            )?;
            writeln!(out, "    {}", report.title)?;
            writeln!(out, "    {}", report.why)?;
            if matches!(verdict, Verdict::Broken | Verdict::Unknown) {
                conversation(report, out)?;
            }
        }
    }
    for (version, facts) in by_version(&examined.card) {
        writeln!(out, "MQTT {}", version.name())?;
        for (name, value) in facts {
            writeln!(out, "    {name}: {value}")?;
        }
    }
    let counts: Vec<String> = Verdict::ALL
        .into_iter()
        .map(|verdict| format!("{} {}", examined.count(verdict), verdict.name()))
        .collect();
    writeln!(
        out,
        "{}: {} in {:.1} s",
        examined.url,
        counts.join(", "),
        examined.took.as_secs_f64()
    )
}

fn conversation(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for seen in &report.packets {
        let (event, hex, text) = told(seen, report.version);
        let hex = hex
            .map(|hex| format!("  {}", shortened(&hex)))
            .unwrap_or_default();
        let text = text.unwrap_or_default();
        writeln!(
            out,
            "    {:>6} ms {} {event} {text}{hex}",
            seen.at, seen.connection
        )?;
    }
    Ok(())
}

/// In XML and HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => all.push_str("&amp;"),
            '<' => all.push_str("&lt;"),
            '>' => all.push_str("&gt;"),
            '"' => all.push_str("&quot;"),
            '\'' => all.push_str("&#39;"),
            // XML has no place for them.
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{fffe}'
            | '\u{ffff}' => all.push('\u{fffd}'),
            letter => all.push(letter),
        }
    }
    all
}

pub(super) fn junit(examined: &Examined, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let skipped = examined
        .count(Verdict::NotApplicable)
        .saturating_add(examined.count(Verdict::Unknown));
    writeln!(
        out,
        "<testsuites><testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\" time=\"{:.3}\">",
        escaped(&examined.url),
        examined.reports.len(),
        examined.count(Verdict::Broken),
        examined.took.as_secs_f64(),
    )?;
    for report in &examined.reports {
        let took = report.packets.last().map_or(0, |seen| seen.at);
        write!(
            out,
            "<testcase classname=\"MQTT {}\" name=\"{}\" time=\"{}.{:03}\">",
            report.version.name(),
            report.id,
            took / 1000,
            took % 1000,
        )?;
        let why = escaped(&report.why);
        match report.verdict {
            Verdict::Kept => {}
            Verdict::Broken => {
                let mut packets = Vec::new();
                conversation(report, &mut packets)?;
                let packets = String::from_utf8_lossy(&packets);
                let statements = report.statements.join(" ");
                write!(
                    out,
                    "<failure message=\"{statements}: {why}\">{}</failure>",
                    escaped(&packets)
                )?;
            }
            Verdict::Allowed => write!(out, "<system-out>allowed: {why}</system-out>")?,
            Verdict::NotApplicable | Verdict::Unknown => {
                write!(
                    out,
                    "<skipped message=\"{}: {why}\"/>",
                    report.verdict.name()
                )?;
            }
        }
        writeln!(out, "</testcase>")?;
    }
    writeln!(out, "</testsuite></testsuites>")
}

/// All checks: name, versions with statements, what it is about.
pub(super) fn list(checks: &[Check], out: &mut impl Write) -> io::Result<()> {
    for check in checks.iter().filter(|check| !check.is_probe) {
        let hostile = if check.is_hostile { " (hostile)" } else { "" };
        writeln!(out, "{}{hostile}: {}", check.id, check.title)?;
        for shows in &check.shows {
            writeln!(
                out,
                "    MQTT {} {}",
                shows.version.name(),
                shows.statements.join(" ")
            )?;
        }
    }
    Ok(())
}
