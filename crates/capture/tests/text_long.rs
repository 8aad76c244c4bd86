//! Long texts, of which not everything is asked that is asked of short ones: what is read is the same.

use mqttscope_capture::text::{Format, Turns, decode_file, read, read_file};

const CONNECT: &str = "10 13 00 04 4d 51 54 54 04 02 00 3c 00 07 73 65 6e 73 6f 72 31";
const CONNACK: &str = "20 02 00 00";
const PUBLISH: &str = "30 0c 00 04 74 65 6d 70 7b 22 74 22 3a 31";

/// A text of `lines` lines of a log, each as `line` writes it around its number, its mark and its packet.
fn log(lines: usize, line: impl Fn(usize, &str, &str) -> String) -> String {
    (0..lines)
        .map(|n| {
            let packet = match n {
                0 => CONNECT,
                1 => CONNACK,
                _ => PUBLISH,
            };
            line(n, if n % 2 == 0 { "tx" } else { "rx" }, packet)
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_long_log_is_read_as_a_short_one() {
    type Line = fn(usize, &str, &str) -> String;
    let shapes: [(Line, Format); 4] = [
        (|_, mark, hex| format!("{mark}: {hex}"), Format::Hex),
        (|_, _, hex| hex.to_owned(), Format::Hex),
        (
            |n, mark, hex| {
                let len = hex.split(' ').count();
                format!(
                    "2024-05-11 08:00:00.{:03} DEBUG net {mark} {len} bytes: {hex}",
                    n % 1000
                )
            },
            Format::LogLines,
        ),
        (
            |n, mark, hex| format!("[12:00:{:02}] {mark}({n}): {hex}", n % 60),
            Format::LogLines,
        ),
    ];
    for (line, format) in shapes {
        // More than the 256 KiB from which on a text is a long one.
        let many = (280 << 10) / line(2, "tx", PUBLISH).len();
        for lines in [40, many & !1] {
            let text = log(lines, line);
            let reading = read(&text, None, Turns::Marked).unwrap();
            let decoded = &reading.decoded;
            assert_eq!(
                decoded.bytes.len(),
                21 + 4 + (lines - 2) * 14,
                "{}",
                &text[..90]
            );
            assert_eq!(decoded.format, format);
            let marked = text.contains("tx");
            assert_eq!(decoded.parts.len(), if marked { lines } else { 0 });
        }
    }
}

#[test]
fn a_long_log_of_words_breaks_off_as_a_short_one() {
    let words = |n: usize, mark: &str, _: &str| {
        format!(
            "08:00:00.{:03} {mark}: sensor {n} is fine, its queue has 12 entries",
            n % 1000
        )
    };
    let fault = |lines| {
        let text = log(lines, words);
        let error = read(&text, None, Turns::Marked).unwrap_err();
        (error.kind, error.place)
    };
    assert_eq!(fault(5000), fault(40));
}

#[test]
fn a_file_is_text_where_its_decoder_says_so() {
    let texts = [
        "10 0c 00 04",
        "The quick brown fox",
        "> c0 00\n< d0 00",
        "10 0c 0z 04",
        "wAA=",
        "",
        "tx: 10 0c\nrx: nothing yet",
        "Sending CONNECT (u0, p0, wr0, wq0, wf0, c1, k60) client_id=b'sensor1'",
    ];
    for text in texts {
        let is_text =
            decode_file(text.as_bytes()).map_or(!text.is_empty(), |file| file.text.is_some());
        let found = read_file(text.as_bytes());
        assert_eq!(found.is_some(), is_text, "{text:?}");
        assert!(found.is_none_or(|(of, _)| of == text));
    }
}
