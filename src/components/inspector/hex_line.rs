//! One line of bytes: hex, and the characters they may be.

use std::ops::Range;

use mqttscope_wire::{Section, Severity};
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
        (self.line, self.across, self.part(self.selected.as_ref()), self.part(self.hover.as_ref()), cursor, digit)
    }
}

impl PartialEq for HexLineProps {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown && self.state() == other.state()
    }
}

#[component]
pub(super) fn HexLine(props: &HexLineProps) -> Html {
    let range = props.range();
    let end = range.end.min(props.shown.len_with_missing());
    let bytes: Vec<_> = (range.start..end).collect();
    html! {
        <div class="hexline" role="row" aria-rowindex={props.line.saturating_add(1).to_string()}>
            <span class="offset" role="rowheader">{ format!("{:04x}", range.start) }</span>
            <span class="cells" role="presentation">{ for bytes.iter().map(|&byte| cell(props, byte)) }</span>
            <span class="ascii" aria-hidden="true">{ for bytes.iter().map(|&byte| character(props, byte)) }</span>
        </div>
    }
}

fn is_in(range: Option<&Range<usize>>, byte: usize) -> bool {
    range.is_some_and(|range| range.contains(&byte))
}

fn classes_of(props: &HexLineProps, byte: usize) -> Classes {
    let shown = &props.shown;
    let section = |byte: usize| shown.section_at(byte);
    let own = section(byte);
    let line = props.range();
    let is_first = byte == line.start || byte.checked_sub(1).is_none_or(|before| section(before) != own);
    let is_last = byte.saturating_add(1) == line.end || section(byte.saturating_add(1)) != own;
    let fault = match shown.fault_at(byte) {
        Some(Severity::Error) => Some("faulty"),
        Some(Severity::Warning) => Some("doubtful"),
        _ => None,
    };
    classes!(
        look::ground(own.unwrap_or(Section::Unread)),
        is_first.then_some("first"),
        is_last.then_some("last"),
        fault,
        is_in(props.hover.as_ref(), byte).then_some("hover"),
        is_in(props.selected.as_ref(), byte).then_some("on"),
    )
}

fn cell(props: &HexLineProps, byte: usize) -> Html {
    let half = (byte > 0 && byte.is_multiple_of(8) && !byte.is_multiple_of(props.across)).then_some("half");
    let Some(value) = props.shown.bytes().get(byte) else {
        return html! { <b class={classes!("missing", half)} role="gridcell" aria-label="missing">{ "··" }</b> };
    };
    let is_cursor = props.cursor == Some(byte);
    let text = match props.first_digit {
        Some(digit) if is_cursor => format!("{digit:x}_"),
        _ => format!("{value:02x}"),
    };
    let class = classes!(classes_of(props, byte), half, is_cursor.then_some("cursor"));
    html! {
        <b {class} role="gridcell" id={format!("byte-{byte}")} data-byte={byte.to_string()} data-testid="byte"
            aria-selected={is_in(props.selected.as_ref(), byte).to_string()}>{ text }</b>
    }
}

fn character(props: &HexLineProps, byte: usize) -> Html {
    let Some(&value) = props.shown.bytes().get(byte) else { return Html::default() };
    let shown = if value.is_ascii_graphic() || value == b' ' { char::from(value) } else { '.' };
    html! { <b class={classes_of(props, byte)} data-byte={byte.to_string()}>{ shown }</b> }
}
