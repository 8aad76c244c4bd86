//! The report of an examination as text and JUnit's XML; `mqttscope_examine` writes it as JSON and HTML.

use std::io::{self, Write};

use mqttscope_examine::{Check, Examined, Report, Verdict, escaped, shortened};

pub(super) fn json(examined: &Examined<'_>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", examined.json())
}

pub(super) fn html(examined: &Examined<'_>, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}", examined.html())
}

pub(super) fn text(examined: &Examined<'_>, out: &mut impl Write) -> io::Result<()> {
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
    for (version, facts) in examined.card.in_words() {
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
        "{}: {} in {:.1} s{}",
        examined.name(),
        counts.join(", "),
        examined.took.as_secs_f64(),
        if examined.is_cut { ", ended early" } else { "" }
    )
}

fn conversation(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for seen in &report.packets {
        let (event, hex, text) = report.told(seen);
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

pub(super) fn junit(examined: &Examined<'_>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let skipped = examined
        .count(Verdict::NotApplicable)
        .saturating_add(examined.count(Verdict::Unknown));
    writeln!(
        out,
        "<testsuites><testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\" time=\"{:.3}\">",
        escaped(&examined.name()),
        examined.reports.len(),
        examined.count(Verdict::Broken),
        examined.took.as_secs_f64(),
    )?;
    for report in examined.reports {
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
