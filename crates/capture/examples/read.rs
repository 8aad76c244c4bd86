//! Prints what files are read as, in the form of `tests/corpus/inputs/answers.txt`:
//! `cargo run -p mqttscope-capture --example read -- FILE…`

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use mqttscope_capture::reading::TextReading;
use mqttscope_capture::text::read_bytes;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let name = Path::new(&path).file_name().unwrap_or_default();
        writeln!(out, "# {}", name.display())?;
        match read_bytes(&std::fs::read(&path)?) {
            Err(error) => writeln!(out, "error: {error}\n")?,
            Ok(reading) => writeln!(out, "{}", shown(&reading))?,
        }
    }
    Ok(())
}

fn shown(reading: &TextReading) -> String {
    let mut all = format!(
        "{}{}\n{}\n",
        reading.format,
        if reading.sure { "" } else { ", not sure" },
        reading.other.map_or("mqtt", |other| other.name())
    );
    for part in &reading.parts {
        let from = part.from.map_or("?", |from| from.name());
        let at = part.at_ms.map_or("-".into(), |at| at.to_string());
        let _ = write!(all, "{from} {at} {}..{} ", part.start, part.end);
        for byte in &part.bytes {
            let _ = write!(all, "{byte:02x}");
        }
        all.push('\n');
    }
    for note in &reading.notes {
        let _ = writeln!(all, "- {note}");
    }
    all
}
