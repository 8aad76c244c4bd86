//! Cards as HTML files that need nothing else.

use alloc::string::String;
use core::fmt::{Result, Write};

use super::{Compared, SavedCard};
use crate::escape::escaped;
use crate::verdict::Verdict;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;\
color-scheme:light dark}table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;\
padding:.15rem .75rem .15rem 0;overflow-wrap:anywhere}tr.differs{background:light-dark(#fff3d6,#4a3a12)}\
.broken{color:light-dark(#b00020,#ff7b7b)}.kept{color:light-dark(#1b6e2d,#6fd484)}";

impl SavedCard {
    /// One file that needs nothing else.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = String::new();
        // Writing into a string does not fail.
        let _ = self.write(&mut html);
        html
    }

    fn write(&self, out: &mut impl Write) -> Result {
        let name = escaped(&self.name());
        head(&name, out)?;
        writeln!(out, "<h1>{name}</h1><p>")?;
        for verdict in Verdict::ALL {
            writeln!(out, "{} {}, ", self.count(verdict), verdict.name())?;
        }
        let (seconds, trip) = (self.took_ms / 1000, self.round_trip_ms);
        let cut = if self.is_cut { ", ended early" } else { "" };
        writeln!(
            out,
            "in {seconds} s{cut}; a round trip takes {trip} ms.</p>"
        )?;
        for (version, facts) in self.facts.iter().rev() {
            writeln!(
                out,
                "<h2>MQTT {}: what was found</h2><table>",
                version.name()
            )?;
            for (name, value) in facts {
                let (name, value) = (escaped(name), escaped(value));
                writeln!(out, "<tr><th>{name}</th><td>{value}</td></tr>")?;
            }
            writeln!(out, "</table>")?;
        }
        writeln!(out, "<h2>Checks</h2><table>")?;
        for ((id, version), verdict) in &self.verdicts {
            writeln!(
                out,
                "<tr><td>{}</td><td>MQTT {}</td>{}</tr>",
                escaped(id),
                version.name(),
                cell(Some(*verdict))
            )?;
        }
        writeln!(out, "</table></html>")
    }
}

impl Compared<'_> {
    /// One file that needs nothing else; what differs is marked.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = String::new();
        // Writing into a string does not fail.
        let _ = self.write(&mut html);
        html
    }

    fn write(&self, out: &mut impl Write) -> Result {
        let (a, b) = (escaped(&self.a.name()), escaped(&self.b.name()));
        head(&alloc::format!("{a} and {b} compared"), out)?;
        writeln!(out, "<h1>A: {a}, B: {b}</h1>")?;
        for note in self.notes() {
            writeln!(out, "<p>{}</p>", escaped(&note))?;
        }
        let heads = alloc::format!("<table><tr><th></th><th></th><th>{a}</th><th>{b}</th></tr>");
        writeln!(out, "<h2>What was found</h2>{heads}")?;
        let none = |value: Option<&str>| value.map_or_else(|| "–".into(), escaped);
        for fact in &self.facts {
            writeln!(
                out,
                "<tr{}><th>{}</th><td>MQTT {}</td><td>{}</td><td>{}</td></tr>",
                mark(fact.differs()),
                escaped(fact.name),
                fact.version.name(),
                none(fact.a),
                none(fact.b)
            )?;
        }
        writeln!(out, "</table><h2>Checks</h2>{heads}")?;
        for check in &self.checks {
            writeln!(
                out,
                "<tr{}><th>{}</th><td>MQTT {}</td>{}{}</tr>",
                mark(check.differs()),
                escaped(check.id),
                check.version.name(),
                cell(check.a),
                cell(check.b)
            )?;
        }
        writeln!(out, "</table></html>")
    }
}

fn head(title: &str, out: &mut impl Write) -> Result {
    writeln!(
        out,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style>"
    )
}

const fn mark(differs: bool) -> &'static str {
    if differs { " class=\"differs\"" } else { "" }
}

fn cell(verdict: Option<Verdict>) -> String {
    verdict.map_or_else(
        || "<td>not run</td>".into(),
        |verdict| alloc::format!("<td class=\"{0}\">{0}</td>", verdict.name()),
    )
}
