//! What people paste, as a table: text in, format and bytes out.

use mqttscope_capture::text::{Format, Marks, Note, Side, TextErrorKind, decode, decode_file};

const PACKET: &[u8] = b"\x10\x0c\x00\x04MQTT";

#[test]
fn habits_of_people_become_bytes() {
    let table: &[(Format, &[u8], &str)] = &[
        // Hex.
        (Format::Hex, b"\x10\x0c", "10 0c"),
        (Format::Hex, b"\x10\x0c", "100c"),
        (Format::Hex, b"\x10\x0c", "100C\r\n"),
        (Format::Hex, b"\x10\x0c", "10:0c"),
        (Format::Hex, b"\x10\x0c", "10-0c"),
        (Format::Hex, b"\x10\x0c", "0x10,0x0c"),
        (Format::Hex, b"\x10\x0c\x00", "0x10, 0xc, 0x0"),
        (Format::Hex, b"\x10\x0c\x00\x04", "0x100c0004"),
        (Format::Hex, b"\x10\x0c", "\"100c\""),
        (Format::Hex, b"\x10\x0c", "“10 0c”"),
        (Format::Hex, b"\x10\x0c", "\u{feff}10\u{a0}0c\u{200b}"),
        (Format::Hex, b"\x10\x0c\x00\x04", "10 0c\r\n00\r04\n"),
        (Format::Hex, b"\x10\x0c", "10 // type\n0c # length"),
        (Format::Hex, b"\xc0\x00", "c000"),
        (Format::Hex, b"\x20\x02\x00\x00", "20020000"),
        (Format::Hex, b"\x20\x02\x00\x00", "20 02 00 00"),
        (Format::Hex, b"\x10\x0c\x00\x04", "{10 0c 00 04}"),
        (Format::NodeBuffer, b"\x10\x0c\x00", "<Buffer 10 0c 00>"),
        (
            Format::NodeBuffer,
            b"\x10\x0c",
            "got <Buffer 10 0c ... 19 more bytes>",
        ),
        // Strings.
        (Format::EscapedString, b"\x10\x0c", r"\x10\x0c"),
        (Format::EscapedString, b"\x10\x0c", r"\x10 \x0c"),
        (Format::EscapedString, PACKET, r"\x10\x0c\x00\x04MQTT"),
        (Format::CLiteral, b"\x10\x0c\x00", r#""\x10\x0c" "\x00""#),
        (
            Format::CLiteral,
            b"\x10\x0c\x00",
            "\"\\x10\\x0c\" \\\n\"\\x00\"",
        ),
        (
            Format::CLiteral,
            PACKET,
            r#"const char *p = "\x10\014\0\4MQTT";"#,
        ),
        (Format::RustLiteral, PACKET, r#"b"\x10\x0c\x00\x04MQTT""#),
        (
            Format::RustLiteral,
            PACKET,
            "let p = b\"\\x10\\x0c\\0\\x04\\\n    MQTT\";",
        ),
        (Format::RustLiteral, b"a\\n", r##"br#"a\n"#"##),
        (Format::PythonLiteral, PACKET, r"b'\x10\x0c\x00\x04MQTT'"),
        (
            Format::PythonLiteral,
            PACKET,
            r"b'\x10\x0c' b'\x00\x04MQTT'",
        ),
        (
            Format::PythonLiteral,
            b"\n\r\t\\'\"\0\x0a\\d",
            r#"b'\n\r\t\\\'\"\0\012\d'"#,
        ),
        (
            Format::PythonLiteral,
            b"it's",
            r#"print("don't", b'it\'s')"#,
        ),
        (Format::PythonLiteral, b"a\nb", "b'''a\nb'''"),
        (
            Format::PythonLiteral,
            b"\x10",
            r"(b'\x10', ('127.0.0.1', 1883))",
        ),
        (
            Format::PythonLiteral,
            b"\x10\x0c\xd0",
            r"[b'\x10\x0c', b'\xd0']",
        ),
        (
            Format::PythonLiteral,
            b"\x10\x0c",
            "bytes.fromhex(\"10 0c\")",
        ),
        (
            Format::PythonLiteral,
            b"\x10\x0c",
            "binascii.unhexlify('100c')",
        ),
        (
            Format::PythonLiteral,
            PACKET,
            "base64.b64decode('EAwABE1RVFQ=')",
        ),
        (Format::JsLiteral, b"\x10\x0c", "Buffer.from('100c', 'hex')"),
        (
            Format::JsLiteral,
            PACKET,
            "Buffer.from(\"EAwABE1RVFQ=\", \"base64\")",
        ),
        (
            Format::JsLiteral,
            "\x10\u{e9}🦀".as_bytes(),
            r#""\u0010\u00e9\ud83e\udd80""#,
        ),
        (Format::RustLiteral, b"\x10\x0c", r#"hex!("10 0c")"#),
        (
            Format::GoLiteral,
            b"\x10\x0c",
            r#"hex.DecodeString("100c")"#,
        ),
        (Format::GoLiteral, b"\x10\x0c", "[]byte(\"\\x10\\x0c\")"),
        // Lists of numbers.
        (
            Format::CLiteral,
            b"\x10\x0cM\x0c",
            "const uint8_t p[] = { 0x10, 0x0c, 'M', 12 };",
        ),
        (
            Format::CLiteral,
            b"\x10\x0c",
            "unsigned char p[2] = {0x10, /* CONNECT */ 12 // length\n};",
        ),
        (
            Format::CLiteral,
            b"\x10\x0c'\0",
            r"{ 0x10, 014, '\'', '\0' }",
        ),
        (
            Format::CLiteral,
            b"\x10\x0c",
            "std::array<uint8_t, 2> p = {{0x10, 0x0c}};",
        ),
        (Format::NumberList, b"\x10\x0c", "[16, 12]"),
        (Format::NumberList, b"\x10\x0c\x80", "16, 12, 128"),
        (Format::NumberList, b"\x10\x0c", "[0x10, 0x0c]"),
        (Format::NumberList, b"\x10\x0c\x00", "[16 12 0]"),
        (Format::NumberList, b"\x10\x0ca", "0x10, 12, 'a'"),
        (Format::Hex, b"\x10\x12\x00", "[10 12 00]"),
        (Format::Hex, b"\x10\x0c", "10\u{2013}0c"),
        (Format::Hex, b"\x10\x0c", "%10%0c"),
        (Format::RustLiteral, b"\x10\x0c", "[0x10, 12u8]"),
        (Format::RustLiteral, b"\x10\x0c", "&[0x10, 0x0c]"),
        (
            Format::RustLiteral,
            b"\x10\x0c",
            "let p: [u8; 2] = [0b0001_0000, 12];",
        ),
        (Format::RustLiteral, b"\x10M", "vec![16u8, b'M']"),
        (Format::PythonLiteral, b"\x10\x0c", "bytes([16, 12])"),
        (
            Format::PythonLiteral,
            b"\x10\x0c",
            "bytearray((0x10, 0o14))",
        ),
        (Format::JsLiteral, b"\x10\x0c", "new Uint8Array([16, 12])"),
        (Format::JsLiteral, b"\x10\x0c", "Uint8Array(2) [ 16, 12 ]"),
        (
            Format::JsLiteral,
            b"\x10\x0c",
            r#"{"type":"Buffer","data":[16,12]}"#,
        ),
        (Format::GoLiteral, b"\x10\x0c", "p := []byte{0x10, 0x0c}"),
        (Format::GoLiteral, b"\x10\x0c", "[2]byte{16, 12}"),
        (
            Format::JavaLiteral,
            b"\x90\x90\x0c",
            "byte[] p = new byte[] { (byte)0x90, -112, 12 };",
        ),
        (
            Format::JavaLiteral,
            b"\x90\x0c",
            "{ (byte) 0x90, (byte) 0x0c }",
        ),
        // Base64.
        (Format::Base64, PACKET, "EAwABE1RVFQ="),
        (Format::Base64, PACKET, "EAwABE1RVFQ"),
        (Format::Base64, PACKET, "EAwABE1R\r\nVFQ=\r\n"),
        (Format::Base64, PACKET, "\"EAwABE1RVFQ=\""),
        (Format::Base64Url, b"\xfb\xff\xfeMQTT", "-__-TVFUVA"),
        (
            Format::DataUrl,
            PACKET,
            "data:application/octet-stream;base64,EAwABE1RVFQ=",
        ),
        (Format::DataUrl, PACKET, "data:;base64,EAwABE1RVFQ%3D"),
        (Format::DataUrl, b"\x10\x0cMQ", "data:,%10%0cMQ"),
        // Logs.
        (Format::Hex, b"\x10\x0c\x00", ">> 10 0c 00"),
        (Format::LogLines, b"\xc0\x00\xd0\x00", "→ c0 00\n← d0 00"),
        (Format::LogLines, b"\x30\x00", "PUBLISH: 30 00"),
        (
            Format::LogLines,
            b"\x10\x0c\x20\x02",
            "2026-11-22 12:00:01.123 TX: 10 0c\n2026-11-22 12:00:01.200 RX: 20 02\n",
        ),
        (
            Format::LogLines,
            b"\x10\x0c\x00",
            "[12:00:01] sent 10:0c:00",
        ),
        (
            Format::LogLines,
            b"\x10\x0c\x00\x04",
            "TX: 10 0c\n    00 04",
        ),
        // Dumps, as chats mangle them.
        (
            Format::WiresharkHex,
            b"\x10\x0c\x00\x04MQTT",
            "0000   10 0c 00 04 4d 51 54 54   ....MQTT",
        ),
        (
            Format::WiresharkHex,
            b"\x10\x0c\x00\x04abcd",
            "0000  10 0c 00 04\n0004  61 62 63 64  ab cd",
        ),
        (Format::WiresharkHex, b"\x10\x0c", "0000 10 0c .."),
        (
            Format::WiresharkHex,
            b"\x10\x0c",
            "            00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n\n00000000   10 0C            ..",
        ),
        (Format::Xxd, b"\x10\x0c\x00", "00000000: 100c 00  ..."),
        (
            Format::Hexdump,
            b"\x10\x0c\x00",
            "0000000 0c10 0000\n0000003",
        ),
    ];
    for (format, bytes, text) in table {
        let decoded = decode(text, None).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(decoded.bytes, *bytes, "{text:?} as {}", decoded.format);
        assert_eq!(decoded.format, *format, "{text:?}");
        assert_eq!(decoded.source.len(), bytes.len(), "{text:?}");
    }
}

#[test]
fn faults_name_their_place() {
    let table: &[(Option<Format>, &str, &str)] = &[
        (
            None,
            "10 0c\n00 04 zz",
            "`zz` at line 2, column 7 is not hex",
        ),
        (
            None,
            "10 0c 0",
            "`0` at line 1, column 7 is left over: a byte is two hex digits, so write `00` if it is one",
        ),
        (
            None,
            "100c0",
            "`0` at line 1, column 5 is left over: a byte is two hex digits, so write `00` if it is one",
        ),
        (
            None,
            "{ 1, 256 }",
            "`256` at line 1, column 6 does not fit in a byte",
        ),
        (
            None,
            "{ 1, -129 }",
            "`-129` at line 1, column 6 does not fit in a byte",
        ),
        (
            None,
            "{ 1, foo }",
            "`foo` at line 1, column 6 is not a number",
        ),
        (
            None,
            r"b'\x10\xg'",
            "`\\x` at line 1, column 7 is not an escape",
        ),
        (
            None,
            r#"b"\q""#,
            "`\\q` at line 1, column 3 is not an escape",
        ),
        (
            None,
            r"b'\x10",
            "`b'` at line 1, column 1 begins a string that does not end",
        ),
        (None, "  \n", "there are no bytes in this text"),
        (
            None,
            "hello, world!",
            "not recognized: paste hex, base64, a hex dump or a byte literal",
        ),
        (
            Some(Format::Base64),
            "EAw*",
            "`*` at line 1, column 4 is not base64",
        ),
        (
            Some(Format::Base64),
            "E=Aw",
            "`=` at line 1, column 2 is not base64",
        ),
        (
            Some(Format::Base64),
            "EAwAB",
            "`B` at line 1, column 5 is one base64 character too many, or some are missing",
        ),
        (
            None,
            "data:text/plain",
            "`data:` at line 1, column 1 has no comma before its data",
        ),
        (
            None,
            "00000000: 100c 0g04  ....",
            "`0g04` at line 1, column 16 is not hex",
        ),
    ];
    for (format, text, message) in table {
        let error = decode(text, *format).expect_err(text);
        assert_eq!(error.to_string(), *message, "{text:?} as {}", error.format);
    }
}

#[test]
fn a_fault_selects_in_units_of_utf16() {
    let error = decode("10 // 🦀\n0c zz", None).unwrap_err();
    assert_eq!(error.kind, TextErrorKind::NotHex);
    assert_eq!((error.place.byte, error.place.utf16), (14, 12));
    assert_eq!(error.utf16_range(), 12..14);
}

#[test]
fn each_byte_knows_its_characters() {
    let table: &[(&str, &[&str])] = &[
        ("10:0c", &["10", "0c"]),
        ("0x10, 0xc", &["10", "c"]),
        ("{ 0x10, 'M', -1 }", &["0x10", "M", "-1"]),
        (r"b'\x10M\n'", &[r"\x10", "M", r"\n"]),
        ("0000000 0c10 0000\n0000003", &["10", "0c", "00"]),
        ("EAwA", &["EA", "Aw", "wA"]),
        ("data:,%10M", &["%10", "M"]),
    ];
    for (text, expected) in table {
        let decoded = decode(text, None).unwrap();
        let spans: Vec<&str> = (0..decoded.bytes.len())
            .map(|n| &text[decoded.source.span(n).unwrap()])
            .collect();
        assert_eq!(spans, *expected, "{text:?}");
    }
}

#[test]
fn stars_stand_for_what_the_offsets_say_and_no_more() {
    let text = "00000000  00 01 02 03\n*\n0000000a\n";
    let decoded = decode(text, Some(Format::HexdumpC)).unwrap();
    assert_eq!(decoded.bytes, [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
    assert_eq!(decoded.notes, [Note::RepeatsFilled { bytes: 6 }]);
    assert_eq!(decoded.source.span(9), Some(22..23));

    let error = decode("00000000  00 01\n*\nffffffffff\n", Some(Format::HexdumpC)).unwrap_err();
    assert_eq!(error.kind, TextErrorKind::TooLarge);

    let decoded = decode("00000000  00 01\n*\n", Some(Format::HexdumpC)).unwrap();
    assert_eq!(decoded.notes, [Note::RepeatsUnknown]);
}

#[test]
fn missing_lines_of_a_dump_are_told() {
    let text = "00000000: 0001 0203  ....\n00000008: 0809 0a0b  ....\n";
    let decoded = decode(text, None).unwrap();
    assert_eq!(decoded.bytes, [0, 1, 2, 3, 8, 9, 10, 11]);
    assert!(decoded.notes.contains(&Note::OffsetMismatch {
        line: 2,
        expected: 4,
        found: 8
    }));
}

#[test]
fn wireshark_arrays_keep_their_sides() {
    let text = "char peer0_0[] = { /* Packet 4 */\n0xc0, 0x00 };\nchar peer1_0[] = { /* Packet 6 */\n0xd0, 0x00 };\n";
    let decoded = decode(text, None).unwrap();
    assert_eq!(decoded.bytes, b"\xc0\x00\xd0\x00");
    let parts: Vec<_> = decoded
        .parts
        .iter()
        .map(|part| (part.start, part.side))
        .collect();
    assert_eq!(parts, [(0, Some(Side::First)), (2, Some(Side::Second))]);
    assert_eq!(
        decoded.notes,
        [Note::BothSides {
            marks: Marks::Format
        }]
    );
}

#[test]
fn a_file_is_text_only_if_it_looks_like_it() {
    let binary = decode_file(PACKET).unwrap();
    assert_eq!(
        (binary.decoded.format, binary.decoded.bytes.as_slice()),
        (Format::Binary, PACKET)
    );
    assert_eq!(binary.text, None);

    let hex = decode_file(b"10 0c\n").unwrap();
    assert_eq!(
        (hex.decoded.format, hex.text.as_deref()),
        (Format::Hex, Some("10 0c\n"))
    );

    let wide: Vec<u8> = "\u{feff}10 0c"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(decode_file(&wide).unwrap().decoded.bytes, b"\x10\x0c");

    let prose = decode_file(b"The quick brown fox").unwrap();
    assert_eq!(prose.decoded.format, Format::Binary);

    assert_eq!(
        decode_file(b"10 0c 0z 04").unwrap_err().kind,
        TextErrorKind::NotHex
    );
    assert_eq!(decode_file(b"").unwrap_err().kind, TextErrorKind::NoBytes);
}
