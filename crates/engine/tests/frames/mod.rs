//! Packets of captures have the numbers of the frames in which they end.

use crate::captured::{packet, packets, read};

/// The frames in which tshark 4.0.17 has packets (`-Y mqtt -T fields -e frame.number -e mqtt.msgtype`), a frame for each
/// packet; ports of the recordings with `-d`, of WebSocket its binary frames. Files in which it finds none are left out.
const TSHARK: &str = include_str!("tshark.txt");

/// Where tshark is wrong, and what is right.
const WRONG: [(&str, &str); 2] = [
    // It shows no packet whose end is missing.
    ("files/t10_missingseg.pcap", "4 5 6 8"),
    // It reads a Remaining Length that is cut in two as malformed, and the payload as packets.
    ("files/t3_lensplit.pcap", "4 5 7 8 10 11"),
];

#[test]
fn a_packet_has_the_frame_in_which_tshark_shows_it() {
    let mut differ = Vec::new();
    for line in TSHARK.lines() {
        let (file, frames) = line.split_once('\t').unwrap();
        let keys = file.replace(".pcap", ".keys");
        let files = if file.contains("tls") {
            vec![&*keys, file]
        } else {
            vec![file]
        };
        let (mut engine, shown) = read(&files, 1 << 20);
        let rows: Vec<_> = packets(&shown).cloned().collect();
        let ours = rows
            .iter()
            .map(|row| packet(&mut engine, row).frame.unwrap());
        let mut ours: Vec<u32> = ours.collect();
        // What a connection is may be known late: its rows then stand behind those of others.
        ours.sort_unstable();
        let ours: Vec<String> = ours.iter().map(u32::to_string).collect();
        let wrong = WRONG.iter().find(|(of, _)| *of == file);
        let expected = wrong.map_or(frames, |(_, right)| *right);
        if ours.join(" ") != expected {
            differ.push(format!("{file}:\n  {}\n  {expected}", ours.join(" ")));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
