//! JUnit's XML, which CI systems show as test results: a suite for each file; in it a test case for each connection, and one for
//! each finding that fails the run.
//!
//! There is no standard of it; what is written here is what JUnit's own reports and Jenkins, GitLab and GitHub's actions
//! have in common.

use std::fmt;
use std::io::{self, Write};

use super::{Linted, LintedConnection, severity};
use crate::lint::FailOn;

pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"mqttscope lint\">")
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "</testsuites>")
}

/// The suite of a file that was read.
pub(super) fn suite(
    file: &str,
    linted: &Linted,
    fail_on: FailOn,
    out: &mut impl Write,
) -> io::Result<()> {
    let findings = linted.connections.iter().flat_map(|of| &of.findings);
    let failures = findings.filter(|finding| fail_on.fails(finding.severity));
    let failures = failures.count();
    let tests = failures.saturating_add(linted.connections.len());
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">",
        Escaped(file)
    )?;
    for connection in &linted.connections {
        self::connection(file, connection, fail_on, out)?;
    }
    writeln!(out, "  </testsuite>")
}

/// A connection that could be read is a case that passes, with what does not fail the run as its output. Each finding
/// that fails the run is a case by itself: of several failures of one case, many readers show only the first.
fn connection(
    file: &str,
    connection: &LintedConnection,
    fail_on: FailOn,
    out: &mut impl Write,
) -> io::Result<()> {
    let number = connection.number;
    let goes_on = if connection.goes_on { " goes on" } else { "" };
    let name = connection.name.as_deref().map_or_else(
        || format!("connection {number}{goes_on}"),
        |name| format!("connection {number}{goes_on}, {name}"),
    );
    let (failed, others): (Vec<_>, Vec<_>) =
        (connection.findings.iter()).partition(|finding| fail_on.fails(finding.severity));
    let file = Escaped(file);
    write!(
        out,
        "    <testcase classname=\"{file}\" name=\"{}: {} packets\"",
        Escaped(&name),
        connection.packets
    )?;
    let missing = connection.missing.says();
    if others.is_empty() && missing.is_none() {
        writeln!(out, "/>")?;
    } else {
        writeln!(out, ">\n      <system-out>")?;
        if let Some(missing) = missing {
            writeln!(out, "{missing}")?;
        }
        for finding in others {
            writeln!(out, "{}", Escaped(&finding.to_string()))?;
        }
        writeln!(out, "      </system-out>\n    </testcase>")?;
    }
    for finding in failed {
        writeln!(
            out,
            "    <testcase classname=\"{file}\" name=\"{}, {}: {}\">",
            Escaped(&name),
            finding.place(),
            finding.rule
        )?;
        writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
            severity(finding.severity),
            Escaped(&finding.message),
            Escaped(&finding.to_string()),
        )?;
    }
    Ok(())
}

/// The suite of a file that could not be read.
pub(super) fn unread(file: &str, why: &str, out: &mut impl Write) -> io::Result<()> {
    let (file, why) = (Escaped(file), Escaped(why));
    writeln!(
        out,
        "  <testsuite name=\"{file}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
         <testcase classname=\"{file}\" name=\"read\">\n      \
         <error type=\"unread\" message=\"{why}\"/>\n    \
         </testcase>\n  </testsuite>"
    )
}

/// A text inside of XML. Characters that XML 1.0 does not allow, not even as references, become U+FFFD.
#[derive(Clone, Copy)]
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            // In an attribute they would be read as blanks.
            '\t' | '\n' | '\r' => write!(f, "&#{};", u32::from(character)),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}'),
            _ => f.write_char(character),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn what_xml_does_not_allow_is_replaced() {
        let text = Escaped("a<b>&\"c\"\n\0\u{1f}\u{ffff}ü").to_string();
        assert_eq!(
            text,
            "a&lt;b&gt;&amp;&quot;c&quot;&#10;\u{fffd}\u{fffd}\u{fffd}ü"
        );
    }
}
