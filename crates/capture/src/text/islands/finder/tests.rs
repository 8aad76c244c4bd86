use super::super::super::{Format, Turns, read};

/// The bytes of each part.
fn parts(text: &str) -> Vec<Vec<u8>> {
    let reading = read(text, None, Turns::Marked);
    let parts = reading.iter().flat_map(|reading| {
        reading.parts.iter().map(|part| {
            let bytes = reading.decoded.bytes.get(part.bytes.clone());
            bytes.unwrap_or_default().to_vec()
        })
    });
    parts.collect()
}

#[test]
fn rows_with_a_column_of_text_and_no_offsets_go_on() {
    let connect = b"\x10\x13\0\x04MQTT\x04\x02\0\x3c\0\x07sensor1";
    let open = "\
[00:00:01.000,000] <dbg> mqtt: tx
                              10 13 00 04 4d 51 54 54  04 02 00 3c 00 07 73 65 |....MQTT ...<..se
                              6e 73 6f 72 31                                   |nsor1
[00:00:02.000,000] <dbg> mqtt: rx
                              20 02 00 00                                      | ...
";
    let closed = open.replace("<..se", "<..se|").replace("|nsor1", "|nsor1|");
    for text in [open.to_owned(), closed, open.replace('\n', "\r\n")] {
        assert_eq!(parts(&text), [&connect[..], b"\x20\x02\0\0"], "{text}");
    }
    // One byte alone would be a number, and its text may look like one.
    let text = "<dbg> tx\n  30 07 00 03 61 2f 62 68 |0..a/bh|\n  31                      |1|\n";
    assert_eq!(parts(text), [b"\x30\x07\0\x03a/bh1"]);
}

#[test]
fn numbers_with_their_indexes_are_one_packet() {
    let connect = b"\x10\x13\0\x04MQTT\x04\x02\0\x3c\0\x07sensor1";
    let table = |write: fn(usize, u8) -> String, between: &str| {
        let all: Vec<String> = connect
            .iter()
            .enumerate()
            .map(|(n, byte)| write(n, *byte))
            .collect();
        all.join(between)
    };
    let hex = |n, byte| format!("b[{n}]=0x{byte:02x}");
    for text in [
        table(hex, " "),
        table(hex, ", "),
        table(hex, "\r\n"),
        format!("I (12) sent: {}", table(hex, " ")),
        table(|n, byte| format!("  buf[{n}] = 0x{byte:02X};"), "\n"),
        table(
            |n, byte| format!("  buf[{n}] = 0x{byte:02X}; // a byte"),
            "\n",
        ),
        table(|n, byte| format!("packet.data[{n}]: {byte}"), "\n"),
    ] {
        assert_eq!(parts(&text), [connect], "{text}");
    }
    for text in [
        "temp[0]=21 temp[1]=22 temp[2]=23 temp[3]=24",
        "b[0]=0x10 b[2]=0x13 b[4]=0x00",
        "list[0] = name",
    ] {
        assert!(parts(text).is_empty(), "{text}");
    }
}

#[test]
fn packets_with_columns_and_headings_stay_apart() {
    let text = "a: tx\n  c0 00 |..|\na: rx\n  d0 00 |..|\n";
    assert_eq!(parts(text), [b"\xc0\0", b"\xd0\0"]);
}

#[test]
fn offsets_with_0x_are_those_of_tcpdump() {
    let rows = "0x0000:  4500 002c 1c46 4000 4006 9b14 c0a8 0117  E..,.F@.@.......\n\
        \t0x0010:  c0a8 0102 c822 075b 5d6e 7f80 1f2a 3b61  .....\".[]n...*;a\n\
        \t0x0020:  5018 01fd 83a1 0000 2002 0005            P...........\n";
    let head = "12:01:33.442817 IP 192.168.1.2.1883 > 192.168.1.23.51234: Flags [P.], length 4\n\t";
    for text in [format!("{head}{rows}"), format!("{head}{rows}{head}{rows}")] {
        let reading = read(&text, None, Turns::Marked);
        assert_eq!(
            reading.map(|r| r.decoded.format),
            Ok(Format::TcpdumpX),
            "{text}"
        );
    }
    let xxd = format!(
        "here it is:\n{}",
        rows.replace('\t', "").replace("0x0", "00000")
    );
    let reading = read(&xxd, None, Turns::Marked);
    assert_eq!(reading.map(|r| r.decoded.format), Ok(Format::Xxd));
}
