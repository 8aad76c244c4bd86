//! One line of bytes: hex, and the characters they may be.

use std::ops::Range;

use mqttscope_view::bytes::{Cell, Line, ascii};
use mqttscope_wire::Severity;
use yew::prelude::*;

use super::{Shown, look};

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
    let cells = line.cells.iter().enumerate();
    let bytes = cells
        .clone()
        .map(|(index, cell)| hex(props, index, cell.byte, look_of(props, &line, index, cell)));
    let characters = cells.map(|(index, cell)| {
        let byte = start.saturating_add(index).to_string();
        let class = look_of(props, &line, index, cell);
        html! { <b {class} data-byte={byte}>{ ascii(cell.byte) }</b> }
    });
    html! {
        <div class="hexline" role="row" aria-rowindex={props.line.saturating_add(1).to_string()}>
            <span class="offset" role="rowheader">{ format!("{start:04x}") }</span>
            <span class="cells" role="presentation">
                { for bytes }
                for _ in 0..missing {
                    <b class="missing" role="gridcell" aria-label="missing">{ "··" }</b>
                }
            </span>
            <span class="ascii" aria-hidden="true">{ for characters }</span>
        </div>
    }
}

/// The classes of a byte.
fn look_of(props: &HexLineProps, line: &Line, index: usize, cell: &Cell) -> Classes {
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
    classes!(
        look::ground(cell.section),
        is_first.then_some("first"),
        is_last.then_some("last"),
        fault,
        is_in(&props.hover).then_some("hover"),
        is_in(&props.selected).then_some("on"),
    )
}

fn hex(props: &HexLineProps, index: usize, value: u8, look: Classes) -> Html {
    let byte = props.range().start.saturating_add(index);
    let is_cursor = props.cursor == Some(byte);
    let text = match props.first_digit {
        Some(digit) if is_cursor => format!("{digit:x}_"),
        _ => format!("{value:02x}"),
    };
    let selected = props
        .selected
        .as_ref()
        .is_some_and(|range| range.contains(&byte));
    html! {
        <b
            class={classes!(look, is_cursor.then_some("cursor"))}
            role="gridcell"
            id={format!("byte-{byte}")}
            data-byte={byte.to_string()}
            data-testid="byte"
            aria-selected={selected.to_string()}
        >
            { text }
        </b>
    }
}
