//! Habits of writing that are no format of their own: times before the bytes, indexes, notations of rarer languages.

#![allow(clippy::panic, reason = "a text that is not read fails its test")]

use mqttscope_capture::reading::Role;
use mqttscope_capture::text::{Format, TextErrorKind, Turns, read};

const CONNECT: &[u8] = b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a";
const CONNACK: &[u8] = b"\x20\x02\0\0";

fn all_of(bytes: &[u8], between: &str, write: impl Fn(usize, u8) -> String) -> String {
    let all: Vec<String> = bytes
        .iter()
        .enumerate()
        .map(|(index, byte)| write(index, *byte))
        .collect();
    all.join(between)
}

fn hex(bytes: &[u8]) -> String {
    all_of(bytes, " ", |_, byte| format!("{byte:02x}"))
}

fn bytes_of(text: &str) -> Vec<u8> {
    let reading = read(text, None, Turns::Marked).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert!(reading.sure, "{text}");
    reading.decoded.bytes
}

#[test]
fn times_before_the_bytes_are_none_of_them() {
    let (first, second) = (hex(CONNECT), hex(CONNACK));
    for form in [
        "@ *",
        "[@] *",
        "(@) *",
        "@, *",
        "@,*",
        "@;*",
        "@\t*",
        "@: *",
        "@ | *",
        "@ - *",
        "@ > *",
        "  @  *",
        "2024-05-01 @ *",
        "2024/05/01 @ *",
        "01.05.2024 @ *",
        "[2024-05-01 @] *",
        "2024-05-01T@Z *",
        "@.123 *",
    ] {
        for [at, then] in [
            ["12:30:45", "12:30:46"],
            ["12:30:45", "12:30:45"],
            ["23:59:59", "00:00:00"],
            ["9:30:45", "10:01:02"],
            ["12:30", "12:31"],
            ["00:01", "00:02"],
        ] {
            // Fractions of minutes and dates without seconds are no habit.
            if at.len() == 5 && form.contains(['.', 'T']) {
                continue;
            }
            let line = |at: &str, bytes: &str| form.replace('@', at).replace('*', bytes);
            for (first, second) in [
                (first.clone(), second.clone()),
                (first.replace(' ', ""), second.replace(' ', "")),
                (first.to_uppercase(), second.to_uppercase()),
            ] {
                let text = format!("{}\n{}\n", line(at, &first), line(then, &second));
                let reading =
                    read(&text, None, Turns::Marked).unwrap_or_else(|e| panic!("{text}: {e}"));
                assert_eq!(reading.decoded.bytes, [CONNECT, CONNACK].concat(), "{text}");
                let from: Vec<_> = reading.parts.iter().map(|part| part.from).collect();
                assert_eq!(from, [Some(Role::Client), Some(Role::Server)], "{text}");
                let times: Vec<_> = reading.parts.iter().filter_map(|part| part.at_ms).collect();
                if at == "12:30:45" && !form.contains(": ") {
                    assert_eq!(times.len(), 2, "{text}");
                }
            }
        }
    }
    let lines =
        format!("12:30:44 connecting\n12:30:45 {first}\n12:30:46 {second}\n12:30:47 closed");
    assert_eq!(bytes_of(&lines), [CONNECT, CONNACK].concat());
    let (head, rest) = first.split_at(24);
    let wrapped = format!("12:30:45 {head}\n         {rest}\n12:30:46 {second}");
    assert_eq!(bytes_of(&wrapped), [CONNECT, CONNACK].concat());
    let decimals = |bytes| all_of(bytes, " ", |_, byte| byte.to_string());
    let lines = format!(
        "12:30:45 {}\n12:30:46 {}",
        decimals(CONNECT),
        decimals(CONNACK)
    );
    assert_eq!(bytes_of(&lines), [CONNECT, CONNACK].concat());
    // A single line is one where its rest is packets.
    for line in ["12:30:45 ", "[12:30:45] ", "12:30 "] {
        assert_eq!(bytes_of(&format!("{line}{first}")), CONNECT, "{line}");
    }
}

#[test]
fn bytes_that_look_like_times_stay_bytes() {
    let colons = hex(CONNECT).replace(' ', ":");
    assert_eq!(bytes_of(&colons), CONNECT);
    assert_eq!(bytes_of(&format!("{colons}\n20:02:00:00")).len(), 19);
    let publish = "30:15:00:03:61:2f:62:30:31:32:33:34:35:36:37:38:39:30:31:32:33:34:35\n";
    assert_eq!(bytes_of(&publish.repeat(2)).len(), 46);
    assert_eq!(bytes_of("10:13:00 04:4d:51\n54:54:04 02:00:3c").len(), 12);
    assert_eq!(
        bytes_of("10:10 00:04 4d:51\n10:11 54:54 04:02"),
        [0x10, 0x10, 0, 4, 0x4d, 0x51, 0x10, 0x11, 0x54, 0x54, 4, 2]
    );
    // Times do not go back.
    assert_eq!(bytes_of("12:30:45 c0 00\n11:30:45 c0 00").len(), 10);
}

#[test]
fn numbers_with_an_index_each_are_read_without_it() {
    let in_hex = |form: &'static str, between| {
        all_of(CONNECT, between, |index, byte| {
            let index = index.to_string();
            form.replace('#', &index)
                .replace('*', &format!("{byte:02x}"))
        })
    };
    let from = |first: usize, form: &'static str, between| {
        all_of(CONNECT, between, |index, byte| {
            let index = (index + first).to_string();
            form.replace('#', &index).replace('*', &byte.to_string())
        })
    };
    for text in [
        in_hex("[#]=0x*", " "),
        in_hex("[#] = 0x*", ", "),
        in_hex("[#] = 0x*", "\n"),
        in_hex("[#]: *", " "),
        in_hex("[#] *", "\n"),
        in_hex("[#]\t0x*\tunsigned char", "\n"),
        format!("{{{}}}", in_hex("[#] = 0x*", ", ")),
        from(0, "[#]=*", " "),
        format!("array(15) {{\n{}\n}}", from(1, "  [#]=>\n  int(*)", "\n")),
        format!("array(15) {{ {} }}", from(0, "[#]=> int(*)", " ")),
        format!("Array\n(\n{}\n)\n", from(1, "    [#] => *", "\n")),
        format!("array (\n{}\n)", from(1, "  # => *,", "\n")),
        format!("[{}]", from(0, "# => *", ", ")),
        format!("{{{}}}", from(0, "#=>*", ", ")),
        format!("{{{}}}", from(0, "#: *", ", ")),
        format!("{{{}}}", from(1, "[#]=*", ",")),
        format!("{{{}}}", from(0, "\"#\": *", ", ")),
        all_of(CONNECT, "\n", |index, byte| {
            let shown = char::from(byte).escape_default();
            format!("[{index}]\t{byte} '{shown}'\tunsigned char")
        }),
    ] {
        let reading = mqttscope_capture::text::read_parts(&text, None);
        let reading = reading.unwrap_or_else(|error| panic!("{text}: {error}"));
        let bytes: Vec<u8> = reading
            .parts
            .into_iter()
            .flat_map(|part| part.bytes)
            .collect();
        assert_eq!(bytes, CONNECT, "{text}");
        assert!(reading.sure, "{text}");
    }
}

#[test]
fn what_gdb_shortens_is_filled_in() {
    let list = "{0x10, 0xd, 0x0, 0x4, 0x4d, 0x51, 0x54 <repeats 2 times>, 0x4, 0x2, 0x0, 0x3c, 0x0, 0x1, 0x61}";
    for text in [
        list.to_owned(),
        format!("$1 = {list}"),
        format!("(gdb) p/x *buf@15\n$1 = {list}\n(gdb) "),
    ] {
        assert_eq!(bytes_of(&text), CONNECT, "{text}");
    }
    let publish = b"\x30\x16\0\x03a/b00000000000000000";
    for text in [
        "{0x30, 0x16, 0x0, 0x3, 0x61, 0x2f, 0x62, 0x30 <repeats 17 times>}",
        "$1 = {48, 22, 0, 3, 97, 47, 98, 48 <repeats 17 times>}",
        "$1 = {48 '0', 22 '\\026', 0 '\\000', 3 '\\003', 97 'a', 47 '/', 98 'b', 48 '0' <repeats 17 times>}",
        "$1 = \"0\\026\\000\\003a/b\", '0' <repeats 17 times>",
    ] {
        assert_eq!(bytes_of(text), publish, "{text}");
    }
}

#[test]
fn the_numbers_of_lua_are_decimal() {
    for text in [
        r#""\16\13\0\4MQTT\4\2\0\60\0\1a""#,
        r#"sk:send("\016\013\000\004MQTT\004\002\000\060\000\001a")"#,
        r#"log: sk:send("\16\13\0\4MQTT\4\2\0\60\0\1a") -- CONNECT"#,
        r"'\16\13\0\4MQTT\4\2\0\60\0\1a'",
        r"\16\13\0\4MQTT\4\2\0\60\0\1a",
    ] {
        assert_eq!(bytes_of(text), CONNECT, "{text}");
        let format = read(text, None, Turns::Marked).map(|reading| reading.decoded.format);
        assert_eq!(format, Ok(Format::LuaLiteral), "{text}");
    }
    assert_eq!(
        bytes_of(r#""\130\8\0\1\0\3a/b\0""#),
        b"\x82\x08\0\x01\0\x03a/b\0"
    );
    let both = "s:send(\"\\16\\13\\0\\4MQTT\\4\\2\\0\\60\\0\\1a\")\ns:send(\"\\192\\0\")";
    assert_eq!(bytes_of(both), [CONNECT, b"\xc0\0"].concat());
    // What makes packets in octal is octal.
    for text in [
        r#""\020\015\000\004MQTT\004\002\000\074\000\001a""#,
        r#"send("\020\015\0\4MQTT\4\2\0\74\0\1a")"#,
    ] {
        assert_eq!(bytes_of(text), CONNECT, "{text}");
        let format = read(text, None, Turns::Marked).map(|reading| reading.decoded.format);
        assert_eq!(format, Ok(Format::CLiteral), "{text}");
    }
}

#[test]
fn rarer_notations_are_read() {
    let list = |between, form: &'static str| {
        all_of(CONNECT, between, |_, byte| {
            form.replace("$$", &format!("{byte:02x}"))
                .replace('@', &byte.to_string())
        })
    };
    let cast = list(", ", "0x$$.toByte()");
    for text in [
        format!("val p = byteArrayOf({cast})"),
        format!("byteArrayOf({})", cast.replace("0d.toByte()", "0d")),
        format!("sent byteArrayOf({cast}) to the broker"),
        format!("byteArrayOf({})", list(", ", "@.toByte()")),
        format!("Array[Byte]({})", list(", ", "0x$$.toByte")),
        list("，", "0x$$"),
        list("， ", "0x$$"),
        list("、", "$$"),
        format!("发送：{}", list("，", "0x$$")),
        format!("[{}]", list("，", "@")),
        format!("Dim p() As Byte = {{{}}}", list(", ", "&H$$")),
        list(" ", "&H$$"),
        list(", ", "16#$$"),
        list(" ", "16#$$"),
        format!("<<{}>>", list(",", "16#$$")),
        list(" ", "8'h$$"),
        "^P^M^@^DMQTT^D^B^@<^@^Aa".to_owned(),
        "sent ^P^M^@^DMQTT^D^B^@<^@^Aa".to_owned(),
    ] {
        assert_eq!(bytes_of(&text), CONNECT, "{text}");
    }
    for text in ["Press ^C to quit or ^D to leave", "a ^B c ^D e"] {
        assert!(read(text, None, Turns::Marked).is_err(), "{text}");
    }
}

#[test]
fn logs_in_words_are_told_from_questions() {
    let kind = |text: &str| {
        read(text, None, Turns::Marked)
            .map_err(|error| error.kind)
            .err()
    };
    for text in [
        "1700000000: New client connected from 10.0.0.2:4000 as a (p2, c1, k60).\n\
         1700000000: Sending CONNACK to a (0, 0)\n\
         1700000001: Received PUBLISH from a (d0, q0, r0, m0, 'a/b', ... (5 bytes))",
        "Client a sending CONNECT\nClient a received CONNACK (0)",
        "2024-05-01 12:30:45: Received PINGREQ from a\n2024-05-01 12:30:45: Sending PINGRESP to a",
    ] {
        assert_eq!(kind(text), Some(TextErrorKind::LogInWords), "{text}");
    }
    for text in [
        "My device sends CONNECT with keep alive 60 and then PUBLISH to a/b but the broker closes the socket, why?",
        "Why does the server close the connection after my CONNECT?\nI expected a CONNACK with return code 0 here.",
    ] {
        assert_eq!(kind(text), Some(TextErrorKind::TalkOfPackets), "{text}");
    }
}
