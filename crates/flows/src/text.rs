//! A run as text: what a screen reader reads, and what is exported.

use std::fmt::Write as _;

use mqttscope_wire::Sender;

use super::run::Run;

/// Characters of topic and payload in the line of a packet.
const MOST_CARRIED: usize = 60;

/// Milliseconds as seconds: `1.050 s`.
#[must_use]
pub fn seconds(millis: u64) -> String {
    format!("{}.{:03} s", millis / 1000, millis % 1000)
}

impl Run {
    /// The whole run as text: the scenario, every packet with its times and fate, every step with
    /// its statements, and the sums.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{}\n\nPackets", self.scenario.to_text().trim_end())?;
        for index in 0..self.packets.len() {
            let number = index.saturating_add(1);
            writeln!(out, "{number:>4}  {}", self.packet_line(index))?;
        }
        writeln!(out, "\nSteps")?;
        for beat in self.beats() {
            write!(out, "{:>10}  {}", seconds(beat.at), beat.text)?;
            if beat.statements.is_empty() {
                writeln!(out)?;
            } else {
                writeln!(out, " [{}]", beat.statements.join(", "))?;
            }
        }
        let counts = &self.counts;
        writeln!(
            out,
            "\nPublished {}, delivered {}, duplicates {}, lost {}, replaced {}, deleted {}, expired {}, not yet delivered {}; {} packets, {} bytes, time to delivery {}",
            counts.published,
            counts.delivered,
            counts.duplicated,
            counts.lost,
            counts.replaced,
            counts.deleted,
            counts.expired,
            counts.waiting,
            counts.packets,
            counts.bytes,
            seconds(counts.time)
        )
    }

    /// A packet in one line: when, from whom to whom, what, and what became of it.
    #[must_use]
    pub fn packet_line(&self, index: usize) -> String {
        let Some(packet) = self.packets.get(index) else {
            return String::new();
        };
        let client = self.scenario.name_of(packet.client);
        let (from, to) = match packet.sender {
            Sender::Client => (client, "broker"),
            Sender::Server => ("broker", client),
        };
        let fate = match (packet.arrived(), packet.lost()) {
            (Some(at), _) => format!("arrives {}", seconds(at)),
            (None, Some(at)) => format!("lost {}", seconds(at)),
            (None, None) => "in transit".to_owned(),
        };
        let carried = match packet.facts.carried(MOST_CARRIED) {
            carried if carried.is_empty() => carried,
            carried => format!(" · {carried}"),
        };
        format!(
            "{}  {from} → {to}  {}{carried}  {fate}",
            seconds(packet.sent),
            packet.facts.label(false)
        )
    }
}
