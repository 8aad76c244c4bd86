//! How fast the engine reads a capture into its log, judges it and lists it:
//! `cargo run --release -p mqttscope-engine --example read_capture -- FILE…`.
//! `mqttscope-capture`'s example `generate_capture` makes a large file.

use std::time::{Duration, Instant as Clock};

use mqttscope_engine::Engine;
use mqttscope_protocol::{Command, Instant, Looking, Report, Window};

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let file = std::fs::read(&path)?;
        let began = Clock::now();
        let mut engine = Engine::new(1);
        let rows = Window {
            first: 0,
            count: 40,
            ..Window::default()
        };
        engine.handle_command(
            Instant::ZERO,
            Command::Look(Box::new(Looking {
                wire: Some(rows),
                ..Looking::default()
            })),
        );
        engine.handle_files([(path.clone(), file.len() as u64)]);
        let mut first_row = None;
        let mut summary = None;
        while let Some(wanted) = engine.poll_read() {
            let start = usize::try_from(wanted.offset).unwrap_or(usize::MAX);
            let end = start.saturating_add(usize::try_from(wanted.len).unwrap_or(usize::MAX));
            let now = Instant::ZERO + began.elapsed();
            engine.handle_read(now, Ok(file.get(start..end).unwrap_or_default()));
            let now = Instant::ZERO + began.elapsed();
            for report in engine.reports(now) {
                match report {
                    Report::Wire { total: 1.., .. } if first_row.is_none() => {
                        first_row = Some(now);
                    }
                    Report::Summary(told) => summary = Some(told),
                    _ => {}
                }
            }
            engine.handle_command(now, Command::Drawn);
        }
        let took = began.elapsed();
        let far = Instant::ZERO + took + Duration::from_secs(10);
        for report in engine.reports(far) {
            if let Report::Summary(told) = report {
                summary = Some(told);
            }
        }
        let (log, capture) = summary.map(|it| (it.log, it.capture)).unwrap_or_default();
        println!(
            "{path}: {:.1} MB, {} packets of {} connections in {:.0} ms, first row after {} ms, log {:.1} MB, {} dropped",
            file.len() as f64 / 1e6,
            log.packets,
            capture.map_or(0, |capture| capture.connections),
            took.as_secs_f64() * 1e3,
            first_row.map_or(0, Instant::millis),
            log.bytes as f64 / 1e6,
            log.dropped,
        );
    }
    Ok(())
}
