//! Tables with a byte in each line, as logic analysers export them: `0.000001,0x10,,`; or with a byte of each
//! direction, in two columns. Tables with packets in their lines, where a column or its heading says which way they went.

use super::islands::{WAYS, way_of};
use super::output::Output;
use super::plausible::{Class, class};
use super::scan::{self, is_blank, is_hex, quote};
use super::{Note, Side, hex};

/// A line of the table: where its byte stands with its `0x`, and the byte.
struct Row<'a> {
    at: usize,
    len: usize,
    byte: u8,
    cells: Vec<&'a str>,
}

/// Reads a whole text as such a table, with or without a line of headings.
pub(super) fn read(text: &str) -> Option<Output> {
    let (first, line) = scan::lines(text).find(|(_, line)| !line.trim().is_empty())?;
    let sign = [',', ';', '\t']
        .into_iter()
        .find(|sign| line.contains(*sign))?;
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut column = None;
    if let Some(out) = packets(text, first, sign).or_else(|| two_columns(text, first, sign)) {
        return Some(out);
    }
    for (start, line) in scan::lines(text) {
        if line.trim().is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split(sign).map(bare).collect();
        let is_empty = column
            .and_then(|column: usize| cells.get(column))
            .is_some_and(|cell| cell.is_empty());
        // Starts and stops of a bus have no byte.
        if is_empty {
            continue;
        }
        let mut bytes = cells
            .iter()
            .enumerate()
            .filter_map(|(n, cell)| Some((n, byte(cell)?)));
        let found = bytes.next().filter(|_| bytes.next().is_none());
        let has_more = cells.iter().filter(|cell| !cell.is_empty()).count() > 1;
        let Some((n, byte)) = found.filter(|_| has_more) else {
            if start == first {
                continue;
            }
            return None;
        };
        if *column.get_or_insert(n) != n {
            return None;
        }
        let cell = *cells.get(n)?;
        rows.push(Row {
            at: start.saturating_add((cell.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?),
            len: cell.len(),
            byte,
            cells,
        });
    }
    let names = names(&rows);
    let mut out = Output::default();
    for row in &rows {
        if let Some((column, first)) = names {
            let is_first = row.cells.get(column) == Some(&first);
            out.begin_part(Some(if is_first { Side::First } else { Side::Second }));
        }
        out.push(row.byte, row.at..row.at.saturating_add(row.len));
    }
    let is_timed = rows.len() > 1 && has_times(&rows);
    // A table of codes has such lines too.
    if !is_timed && class(out.bytes()) < Class::Known {
        return None;
    }
    out.note(if names.is_some() {
        Note::WordsUsed {
            times: false,
            sides: true,
        }
    } else {
        Note::WordsIgnored
    });
    Some(out)
}

/// Where a table with packets has them, and what says which way they went.
enum Ways {
    /// The column of what went one way, and that of the other.
    Columns(usize, usize),
    /// The column that says it.
    Told(usize),
}

/// Packets in hex, a line each: `time,out,in` above `0.1,100c…,`, or `time,direction,data` above `0.1,out,10 0c …`.
fn packets(text: &str, first: usize, sign: char) -> Option<Output> {
    let heading = text.get(first..)?.split(['\n', '\r']).next()?;
    let names: Vec<&str> = heading.split(sign).map(bare).collect();
    let column = |wanted: Side| {
        let is_it = |name: &&str| way_of(name).is_some_and(|(side, _)| side == wanted);
        names.iter().position(is_it)
    };
    let is_way = |name: &&str| WAYS.iter().any(|way| way.eq_ignore_ascii_case(name));
    let ways = match (column(Side::First), column(Side::Second)) {
        (Some(out), Some(back)) => Ways::Columns(out, back),
        _ => Ways::Told(names.iter().position(is_way)?),
    };
    let mut out = Output::default();
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for (start, line) in scan::lines(text) {
        if start == first || line.trim().is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split(sign).map(bare).collect();
        let told = match ways {
            Ways::Told(column) => Some(way_of(cells.get(column)?)?.0),
            Ways::Columns(..) => None,
        };
        for (column, cell) in cells.iter().enumerate() {
            let side = match (&ways, told) {
                (Ways::Columns(out, _), _) if column == *out => Side::First,
                (Ways::Columns(_, back), _) if column == *back => Side::Second,
                (Ways::Told(way), Some(side)) if column != *way => side,
                _ => continue,
            };
            let at = (cell.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
            let mut read = Output::default();
            let bytes = hex::decode(&mut read, cell, 0..cell.len());
            let is_whole = bytes.is_ok() && read.len() > 1;
            // Numbers and times stand beside the packets.
            if !is_whole || told.is_some() && class(read.bytes()) < Class::Possible {
                if told.is_none() && !cell.is_empty() {
                    return None;
                }
                continue;
            }
            let own = match side {
                Side::First => &mut one,
                Side::Second => &mut two,
            };
            own.extend_from_slice(read.bytes());
            out.begin_part(Some(side));
            out.append(read, text, start.saturating_add(at));
            if told.is_some() {
                break;
            }
        }
    }
    // Anything may have columns of these names.
    if [one, two].iter().any(|bytes| class(bytes) < Class::Known) {
        return None;
    }
    out.note(Note::WordsUsed {
        times: false,
        sides: true,
    });
    Some(out)
}

/// The same where lines have a byte in either of two columns, or in both: what the lines of a bus said to each other. A
/// column that is no MQTT beside one that is (a bus that was idle) is left out.
fn two_columns(text: &str, first: usize, sign: char) -> Option<Output> {
    // The column of a byte from 0, where it stands, and the byte.
    let mut all: Vec<(usize, core::ops::Range<usize>, u8)> = Vec::new();
    for (start, line) in scan::lines(text) {
        let before = all.len();
        for (column, cell) in line.split(sign).enumerate() {
            let cell = bare(cell);
            if let Some(byte) = byte(cell) {
                let at = start
                    .saturating_add((cell.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?);
                all.push((column, at..at.saturating_add(cell.len()), byte));
            }
        }
        let is_empty = line.trim().is_empty() || start == first;
        let found = all.len().saturating_sub(before);
        if found > 2 || found == 0 && !is_empty {
            return None;
        }
    }
    let (one, two) = (
        all.iter().map(|(column, ..)| *column).min()?,
        all.iter().map(|(column, ..)| *column).max()?,
    );
    if one == two
        || all
            .iter()
            .any(|(column, ..)| *column != one && *column != two)
    {
        return None;
    }
    let is_mqtt = |wanted: usize| {
        let bytes = all.iter().filter(|(column, ..)| *column == wanted);
        let bytes: Vec<u8> = bytes.map(|(.., byte)| *byte).collect();
        class(&bytes) >= Class::Known
    };
    let taken = (is_mqtt(one), is_mqtt(two));
    if taken == (false, false) {
        return None;
    }
    let mut out = Output::default();
    for (column, range, byte) in all {
        let is_first = column == one;
        if taken == (true, true) {
            out.begin_part(Some(if is_first { Side::First } else { Side::Second }));
        } else if is_first != taken.0 {
            continue;
        }
        out.push(byte, range);
    }
    out.note(if taken == (true, true) {
        Note::WordsUsed {
            times: false,
            sides: true,
        }
    } else {
        Note::WordsIgnored
    });
    Some(out)
}

/// A cell without blanks and quotes.
fn bare(cell: &str) -> &str {
    cell.trim_matches(|c| is_blank(c) || quote(c).is_some())
}

fn byte(cell: &str) -> Option<u8> {
    let digits = cell
        .strip_prefix("0x")
        .or_else(|| cell.strip_prefix("0X"))?;
    let fits = is_hex(digits) && digits.len() <= 2;
    fits.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// The column that names one of two senders, and the first of them.
fn names<'a>(rows: &[Row<'a>]) -> Option<(usize, &'a str)> {
    let cells = rows.first()?.cells.iter().enumerate();
    let mut names = cells.filter(|(column, first)| {
        let mut second: Option<&str> = None;
        let two = rows.iter().all(|row| {
            row.cells.get(*column).is_some_and(|cell| {
                let is_name = cell.starts_with(char::is_alphabetic);
                is_name && (cell == *first || *second.get_or_insert(cell) == *cell)
            })
        });
        two && second.is_some()
    });
    names.next().map(|(column, first)| (column, *first))
}

/// Whether a column has times in seconds.
fn has_times(rows: &[Row<'_>]) -> bool {
    let columns = rows.first().map_or(0, |row| row.cells.len().min(16));
    (0..columns).any(|column| {
        rows.iter().all(|row| {
            row.cells
                .get(column)
                .is_some_and(|cell| cell.contains('.') && cell.parse::<f64>().is_ok())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Side, Turns, read};
    use crate::reading::Role;

    const CONNECT: &[u8] = b"\x10\x13\0\x04MQTT\x04\x02\0\x3c\0\x07sensor1";

    fn table(bytes: &[u8], row: impl Fn(usize, u8) -> String) -> String {
        bytes
            .iter()
            .enumerate()
            .map(|(n, byte)| row(n, *byte))
            .collect()
    }

    #[test]
    fn exports_of_logic_analysers_give_their_bytes() {
        let old = table(CONNECT, |n, byte| format!("0.{n:06},0x{byte:02X},,\n"));
        let new = table(CONNECT, |n, byte| {
            format!("\"Async Serial\",\"data\",0.{n:06},8.6e-05,0x{byte:02X}\n")
        });
        for text in [
            format!("Time [s],Value,Parity Error,Framing Error\n{old}"),
            old.clone(),
            old.replace('\n', "\r\n"),
            old.replace(',', ";"),
            old.replace(',', "\t"),
            format!("name,type,start_time,duration,data\n{new}"),
        ] {
            let reading = read(&text, None, Turns::Marked).map(|r| (r.decoded.bytes, r.sure));
            assert_eq!(reading, Ok((CONNECT.to_vec(), true)), "{text}");
        }
    }

    #[test]
    fn two_names_are_two_sides() {
        let line =
            |name: &str, n: usize, byte: u8| format!("{name},data,0.{n:06},8.6e-05,0x{byte:02X}\n");
        let text = format!(
            "name,type,start_time,duration,data\n{}{}",
            table(CONNECT, |n, byte| line("TX", n, byte)),
            table(b"\x20\x02\0\x05", |n, byte| line("RX", n + 30, byte)),
        );
        let reading = read(&text, None, Turns::Marked).unwrap_or_else(|e| panic!("{e}"));
        let parts: Vec<_> = reading
            .decoded
            .parts
            .iter()
            .map(|p| (p.start, p.side))
            .collect();
        assert_eq!(parts, [(0, Some(Side::First)), (21, Some(Side::Second))]);
    }

    #[test]
    fn a_bus_has_a_column_for_each_direction() {
        let answer = b"\x20\x02\0\0";
        // Byte by byte in both columns: what the other line says meanwhile is nothing.
        let idle = table(CONNECT, |n, byte| format!("0.{n:06},0,0x{byte:02X},0xFF\n"));
        let text = format!("Time [s],Packet ID,MOSI,MISO\n{idle}");
        let reading = read(&text, None, Turns::Marked).map(|r| r.decoded.bytes);
        assert_eq!(reading, Ok(CONNECT.to_vec()), "{text}");
        // One column each, as of a serial line.
        let serial = format!(
            "Time,TX,RX\n{}{}",
            table(CONNECT, |n, byte| format!("0.{n:06},0x{byte:02X},\n")),
            table(answer, |n, byte| format!("1.{n:06},,0x{byte:02X}\n")),
        );
        let reading = read(&serial, None, Turns::Marked).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(reading.decoded.bytes, [CONNECT, answer].concat());
        let parts: Vec<_> = (reading.decoded.parts.iter())
            .map(|p| (p.start, p.side))
            .collect();
        assert_eq!(
            parts,
            [(0, Some(Side::First)), (CONNECT.len(), Some(Side::Second))]
        );
    }

    #[test]
    fn packets_in_columns_of_their_ways_are_both_sides() {
        const LINES: [(bool, &str); 3] = [
            (
                true,
                "10 13 00 04 4d 51 54 54 04 02 00 3c 00 07 73 65 6e 73 6f 72 31",
            ),
            (false, "20 02 00 00"),
            (true, "30 03 00 01 61"),
        ];
        let line = |n: usize, out: &str, back: &str| format!("{n}.25,{out},{back}\n");
        let columns: String = LINES
            .iter()
            .enumerate()
            .map(|(n, (is_out, hex))| {
                if *is_out {
                    line(n, hex, "")
                } else {
                    line(n, "", hex)
                }
            })
            .collect();
        let told: String = LINES
            .iter()
            .enumerate()
            .map(|(n, (is_out, hex))| {
                format!(
                    "{n}.25,{},{}\n",
                    if *is_out { "tx" } else { "rx" },
                    hex.replace(' ', "")
                )
            })
            .collect();
        let quoted = |text: &str| {
            let lines = text
                .lines()
                .map(|line| format!("\"{}\"\n", line.replace(',', "\",\"")));
            lines.collect::<String>()
        };
        for text in [
            format!("time,out,in\n{columns}"),
            format!("t,TX,RX\n{}", columns.replace(' ', "")),
            format!("time;gesendet;empfangen\n{}", columns.replace(',', ";")),
            format!("time,direction,data\n{told}"),
            quoted(&format!("t,dir,hex\n{told}")),
        ] {
            let reading =
                read(&text, None, Turns::Marked).unwrap_or_else(|e| panic!("{text}\n{e}"));
            assert!(reading.sure, "{text}");
            let roles: Vec<_> = reading
                .parts
                .iter()
                .map(|part| (part.from, part.bytes.len()))
                .collect();
            assert_eq!(
                roles,
                [
                    (Some(Role::Client), 21),
                    (Some(Role::Server), 4),
                    (Some(Role::Client), 5)
                ],
                "{text}"
            );
        }
        // What goes in and out is not always bytes.
        for text in [
            "time,out,in\n1,10,20\n2,12,24\n",
            "day,in,out\n1,30 02,20 02\n2,10 20,20 30\n",
        ] {
            let read = read(text, None, Turns::Marked);
            assert!(read.is_err() || !read.unwrap().sure, "{text}");
        }
    }

    #[test]
    fn a_table_of_codes_is_no_packet() {
        let text = "name,code\nCONNECT,0x10\nCONNACK,0x20\nPUBLISH,0x30\n";
        assert!(read(text, None, Turns::Marked).is_err());
        let measured = read("a,b\n1.5,0x10\n2.5,0x20\n", None, Turns::Marked);
        assert_eq!(measured.map(|reading| reading.sure), Ok(false));
    }
}
