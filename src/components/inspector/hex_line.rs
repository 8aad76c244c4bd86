//! One line of bytes: hex, and the characters they may be.

use std::ops::Range;

use mqttscope_view::bytes::{Cell, Line, ascii};
use mqttscope_wire::Severity;
use yew::prelude::*;

use super::{Shown, look};
use crate::element::{El, el};

#[derive(Clone, Properties)]
pub(super) struct HexLineProps {
    pub(super) shown: Shown,
    pub(super) line: usize,
    /// Bytes in a line.
    pub(super) across: usize,
    pub(super) selected: Option<Range<usize>>,
    pub(super) hover: Option<Range<usize>>,
    pub(super) cursor: Option<usize>,
    /// The first digit of the byte at the cursor, while it is typed.
    pub(super) first_digit: Option<u8>,
}

impl HexLineProps {
    fn range(&self) -> Range<usize> {
        let start = self.line.saturating_mul(self.across);
        start..start.saturating_add(self.across)
    }

    /// What of a range is in this line: the rest does not change how it looks.
    fn part(&self, range: Option<&Range<usize>>) -> Option<Range<usize>> {
        let (own, range) = (self.range(), range?);
        let part = range.start.max(own.start)..range.end.min(own.end);
        (part.start < part.end).then_some(part)
    }

    fn state(&self) -> impl PartialEq {
        let cursor = self.cursor.filter(|cursor| self.range().contains(cursor));
        let digit = cursor.and(self.first_digit);
        (
            self.line,
            self.across,
            self.part(self.selected.as_ref()),
            self.part(self.hover.as_ref()),
            cursor,
            digit,
        )
    }
}

impl PartialEq for HexLineProps {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown && self.state() == other.state()
    }
}

#[component]
pub(super) fn HexLine(props: &HexLineProps) -> Html {
    let line = props.shown.line(props.line, props.across);
    let start = props.range().start;
    let missing = props
        .shown
        .len_with_missing()
        .min(props.range().end)
        .saturating_sub(start)
        .saturating_sub(line.cells.len());
    let mut cells = el("span").class("cells").role("presentation");
    let mut characters = el("span").class("ascii").attr("aria-hidden", "true");
    for (index, cell) in line.cells.iter().enumerate() {
        let look = look_of(props, &line, index, cell);
        let byte = start.saturating_add(index);
        cells = cells.child(hex(props, index, cell.byte, &look));
        characters = characters.child(
            el("b")
                .classes(&look)
                .number("data-byte", byte)
                .string(ascii(cell.byte).to_string()),
        );
    }
    for _ in 0..missing {
        let empty = el("b").class("missing").role("gridcell").label("missing");
        cells = cells.child(empty.text("··"));
    }
    el("div")
        .class("hexline")
        .role("row")
        .number("aria-rowindex", props.line.saturating_add(1))
        .child(
            el("span")
                .class("offset")
                .role("rowheader")
                .string(format!("{start:04x}")),
        )
        .child(cells)
        .child(characters)
        .into()
}

/// The classes of a byte, empty where one does not apply.
type Look = [&'static str; 6];

fn look_of(props: &HexLineProps, line: &Line, index: usize, cell: &Cell) -> Look {
    let byte = line.offset.saturating_add(index);
    let section = |index: usize| line.cells.get(index).map(|cell| cell.section);
    let is_first = index.checked_sub(1).and_then(section) != Some(cell.section);
    let is_last = section(index.saturating_add(1)) != Some(cell.section);
    let fault = match cell.fault {
        Some(Severity::Error) => "faulty",
        Some(Severity::Warning) => "doubtful",
        _ => "",
    };
    let is_in =
        |range: &Option<Range<usize>>| range.as_ref().is_some_and(|range| range.contains(&byte));
    [
        look::ground(cell.section),
        if is_first { "first" } else { "" },
        if is_last { "last" } else { "" },
        fault,
        if is_in(&props.hover) { "hover" } else { "" },
        if is_in(&props.selected) { "on" } else { "" },
    ]
}

fn hex(props: &HexLineProps, index: usize, value: u8, look: &Look) -> El {
    let byte = props.range().start.saturating_add(index);
    let is_cursor = props.cursor == Some(byte);
    let text = match props.first_digit {
        Some(digit) if is_cursor => format!("{digit:x}_"),
        _ => format!("{value:02x}"),
    };
    let [ground, first, last, fault, hover, on] = *look;
    let half = if index == 8 { "half" } else { "" };
    let cursor = if is_cursor { "cursor" } else { "" };
    let selected = props
        .selected
        .as_ref()
        .is_some_and(|range| range.contains(&byte));
    el("b")
        .classes(&[ground, first, last, fault, hover, on, half, cursor])
        .role("gridcell")
        .made("id", format!("byte-{byte}"))
        .number("data-byte", byte)
        .test("byte")
        .says("aria-selected", selected)
        .string(text)
}
