//! Prints what files of text are read as: `cargo run --example read -- FILE…`

use std::fmt::Write as _;
use std::io::Write as _;

use mqttscope_capture::text::read_parts;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        match read_parts(&text, None) {
            Err(error) => writeln!(out, "{path}\n  error: {error}")?,
            Ok(reading) => {
                let other = reading.other.map_or("", |other| other.name());
                let sure = if reading.sure { "sure" } else { "not sure" };
                writeln!(out, "{path}\n  {} ({sure}) {other}", reading.format)?;
                for part in &reading.parts {
                    let from = part.from.map_or("?", |from| from.name());
                    let at = part.at_ms.map_or(String::new(), |at| format!(" at {at}"));
                    let mut hex = String::new();
                    for byte in &part.bytes {
                        let _ = write!(hex, "{byte:02x}");
                    }
                    writeln!(
                        out,
                        "  {from}{at} {}..{} ({}) {hex}",
                        part.start,
                        part.end,
                        part.bytes.len()
                    )?;
                }
                for note in &reading.notes {
                    writeln!(out, "  - {note}")?;
                }
                if !reading.alternatives.is_empty() {
                    writeln!(out, "  or: {:?}", reading.alternatives)?;
                }
            }
        }
    }
    Ok(())
}
