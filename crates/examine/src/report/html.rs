//! The report of an examination as one HTML file, which needs nothing else.

use alloc::vec::Vec;
use core::fmt::{Result, Write};

use super::{Examined, shortened};
use crate::escape::escaped;
use crate::verdict::{Report, Verdict};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;\
color-scheme:light dark}code,td.b{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}\
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.15rem .75rem .15rem 0}\
summary{cursor:pointer;padding:.2rem 0}.v{display:inline-block;min-width:8.5rem;font-weight:600}\
.broken .v{color:light-dark(#b00020,#ff7b7b)}.kept .v{color:light-dark(#1b6e2d,#6fd484)}\
.unknown .v,.allowed .v{color:light-dark(#8a5a00,#f0b95a)}";

pub(super) fn write(examined: &Examined<'_>, out: &mut impl Write) -> Result {
    let name = escaped(&examined.name());
    writeln!(
        out,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{name} examined</title><style>{STYLE}</style><h1>{name}</h1><p>"
    )?;
    for verdict in Verdict::ALL {
        writeln!(out, "{} {}, ", examined.count(verdict), verdict.name())?;
    }
    write!(out, "in {:.1} s", examined.took.as_secs_f64())?;
    if examined.is_cut {
        write!(out, ", ended early")?;
    }
    if !examined.round_trip.is_zero() {
        let trip = examined.round_trip.as_millis();
        write!(out, "; a round trip takes {trip} ms")?;
    }
    writeln!(out, ".</p>")?;
    for (version, facts) in examined.card.in_words() {
        writeln!(
            out,
            "<h2>MQTT {}: what was found</h2><table>",
            version.name()
        )?;
        for (name, value) in facts {
            writeln!(
                out,
                "<tr><th>{}</th><td>{}</td></tr>",
                escaped(&name),
                escaped(&value)
            )?;
        }
        writeln!(out, "</table>")?;
    }
    for verdict in [
        Verdict::Broken,
        Verdict::Unknown,
        Verdict::Allowed,
        Verdict::Kept,
        Verdict::NotApplicable,
    ] {
        let of: Vec<&Report> = examined
            .reports
            .iter()
            .filter(|report| report.verdict == verdict)
            .collect();
        if of.is_empty() {
            continue;
        }
        writeln!(out, "<h2>{}: {}</h2>", verdict.name(), of.len())?;
        for report in of {
            check(report, out)?;
        }
    }
    writeln!(out, "</html>")
}

fn check(report: &Report, out: &mut impl Write) -> Result {
    let verdict = report.verdict.name();
    writeln!(
        out,
        "<details class=\"{verdict}\"><summary><span class=\"v\">{verdict}</span> <b>{}</b> (MQTT {}) {}</summary><p>{}<br>\
         <code>{}</code></p><table><tr><th>ms</th><th>connection</th><th>what</th><th>packet</th><th>bytes</th></tr>",
        report.id,
        report.version.name(),
        escaped(report.title),
        escaped(&report.why),
        report.statements.join(" "),
    )?;
    for seen in &report.packets {
        let (event, hex, text) = report.told(seen);
        let hex = hex.map(|hex| shortened(&hex)).unwrap_or_default();
        writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{event}</td><td>{}</td><td class=\"b\">{hex}</td></tr>",
            seen.at,
            escaped(&seen.connection),
            escaped(&text.unwrap_or_default()),
        )?;
    }
    writeln!(out, "</table></details>")
}
