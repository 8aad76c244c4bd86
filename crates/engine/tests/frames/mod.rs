//! Packets of captures have the numbers of the frames in which they end.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use mqttscope_engine::Engine;
use mqttscope_protocol::{Command, Export, ExportFormat, Report};
use mqttscope_shared::Instant;

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

fn export(engine: &mut Engine, format: ExportFormat) -> String {
    engine.handle_command(
        Instant::ZERO,
        Command::Export(Export {
            connection: None,
            format,
            search: "mqtt.msgtype == PUBLISH && frame.number >= 13".to_owned(),
            span: None,
            with_secrets: false,
        }),
    );
    let mut reports = engine.reports(Instant::ZERO).into_iter();
    let file = reports.find_map(|report| match report {
        Report::Exported(exported) => Some(exported.bytes),
        _ => None,
    });
    String::from_utf8(file.unwrap()).unwrap()
}

#[test]
fn an_export_has_frames_readable_times_and_clients() {
    let (mut engine, _) = read(&["recorded/tcp.pcap"], 1 << 20);
    let table = export(&mut engine, ExportFormat::WireCsv);
    let mut lines = table.lines();
    let head = "\u{feff}number,frame,time,utc,connection,client,direction,type,summary,hex";
    assert_eq!(lines.next(), Some(head));
    let first: Vec<&str> = lines.next().unwrap().splitn(9, ',').collect();
    let [_, frame, time, utc, connection, client, direction, name, _] = first[..] else {
        panic!("{first:?}");
    };
    assert_eq!(
        (frame, connection, client, direction, name),
        ("13", "1", "\"recorder\"", "in", "PUBLISH")
    );
    // Seconds, and the same to the millisecond as it is read.
    let millis = &time.split_once('.').unwrap().1[..3];
    assert!(
        utc.starts_with("20") && utc.ends_with(&format!(".{millis}Z")),
        "{utc}"
    );
    // That packets are of several connections is said where they would be read as those of one.
    let says = "> # packets of several connections";
    assert!(!export(&mut engine, ExportFormat::WireHex).contains(says));
    let (mut both, _) = read(&["recorded/tcp.pcap", "recorded/tcp-3.1.1.pcap"], 1 << 20);
    assert!(export(&mut both, ExportFormat::WireHex).starts_with(says));
    let messages = export(&mut engine, ExportFormat::MessagesCsv);
    let head = "\u{feff}time,utc,connection,client,direction,topic,qos,retain,dup,payload,encoding";
    assert_eq!(messages.lines().next(), Some(head));
    assert!(
        messages
            .lines()
            .nth(1)
            .unwrap()
            .contains("Z,1,\"recorder\",in,"),
        "{messages}"
    );
    for format in [ExportFormat::WireJsonLines, ExportFormat::MessagesJsonLines] {
        let lines = export(&mut engine, format);
        let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&first["frame"], &first["client"]),
            (&13.into(), &"recorder".into())
        );
        assert_eq!(first["utc"], utc);
    }
}
