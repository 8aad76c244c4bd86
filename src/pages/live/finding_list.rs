//! What was found on the wire, in one list: rules that a packet or the conversation breaks, and what else is
//! worth knowing.

use std::rc::Rc;

use mqttscope_protocol::{FindingKey, FindingView, Instant};
use mqttscope_wire::{Sender, Severity};
use yew::prelude::*;

use super::desk::Desk;
use super::finding_card::finding_card;
use super::wire_list::clock;
use super::wire_row::{day, grade as look};
use crate::components::far_list::FarList;
use crate::components::icon::icon;
use crate::components::inspector::{marked, unmarked};
use crate::state::live::words;
use crate::state::live::{Act, List, Rows, Source};

/// Height of a row, as in the style sheet.
const ROW: u32 = 58;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FindingListProps {
    pub(super) rows: Rc<Rows<FindingView>>,
    /// Errors, warnings and notes, whatever is listed.
    pub(super) counts: [u64; 3],
    /// The same of those on packets that are found; none: nothing is searched for.
    pub(super) found: Option<[u64; 3]>,
    /// Findings that are not listed.
    pub(super) left_out: u64,
    /// The severity that is listed; none: all.
    pub(super) severity: Option<Severity>,
    /// The row whose findings are listed one by one.
    pub(super) opened: Option<FindingKey>,
}

#[component]
pub(super) fn FindingList(props: &FindingListProps) -> Html {
    let clock = clock();
    let chosen = use_state_eq(|| None::<(u64, FindingView)>);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let rows = &props.rows;
    // A row is known by how many were before it, those that are gone too.
    let first = rows.dropped.saturating_add(rows.first);
    let on_window = {
        let desk = desk.clone();
        use_callback((), move |window, ()| {
            desk.live.dispatch(Act::Scroll(List::Middle, window));
        })
    };
    let on_select = {
        let (desk, rows, chosen) = (desk.clone(), rows.clone(), chosen.clone());
        Callback::from(move |id: u64| {
            let at = id
                .checked_sub(first)
                .and_then(|at| usize::try_from(at).ok());
            let Some(row) = at.and_then(|at| rows.rows.get(at)) else {
                return;
            };
            chosen.set(Some((id, row.clone())));
            if let Some(&record) = row.packets.last() {
                desk.inspect(record);
            }
        })
    };
    // Where the chosen one stands now, if it is in sight; it may stand for more findings by now.
    let found = chosen.as_ref().and_then(|(id, chosen)| {
        let numbered = || (first..).zip(rows.rows.iter());
        let same = |(_, row): &(u64, &FindingView)| is_same(row, chosen);
        let there = numbered().find(|(number, row)| number == id && is_same(row, chosen));
        there.or_else(|| numbered().find(same))
    });
    let selected = found.map(|(number, _)| number);
    let shown = (chosen.as_ref()).map(|(_, chosen)| found.map_or(chosen, |(_, row)| row).clone());
    html! {
        <div class="finding-list">
            { grades(props, &desk) }
            <div class="rows">
                <FarList id="findings" label="Findings" row={ROW} first={rows.first} total={rows.total} dropped={rows.dropped} ids={(first..).take(rows.rows.len()).collect::<Vec<_>>()}
                    {selected} {on_window} {on_select}>
                    { for rows.rows.iter().zip(words::before(rows.rows.iter().map(|row| row.at))).zip(first..).map(|((row, before), id)| {
                        finding_row(row, id, rows, selected == Some(id), (clock, before))
                    }) }
                </FarList>
                if rows.total == 0 { { nothing(props, desk.source) } }
            </div>
            if let Some(finding) = shown { { finding_card(&finding, props.opened.as_ref(), &desk) } }
        </div>
    }
}

/// Whether a row that stands where the chosen one stood is that one still.
fn is_same(row: &FindingView, chosen: &FindingView) -> bool {
    // Where no rule is broken, its packets tell it from others.
    let is_known = |key: Option<FindingKey>| {
        key.is_some() || row.packets.iter().any(|it| chosen.packets.contains(it))
    };
    row.key() == chosen.key() && row.is_part == chosen.is_part && is_known(row.key())
}

fn nothing(props: &FindingListProps, source: Source) -> Html {
    let severity = props.severity;
    if props.found.is_some() && props.counts.iter().any(|count| *count > 0) {
        return html! {
            <div class="nothing" data-testid="nothing">
                <h2>{ "Nothing matches" }</h2><p>{ "No packet that is found has such a finding; other packets have some." }</p>
            </div>
        };
    }
    let is_file = source == Source::Captures;
    let says = match severity {
        None if is_file => "Nothing found",
        None => "No problems",
        Some(Severity::Error) => "No errors",
        Some(Severity::Warning) => "No warnings",
        Some(Severity::Note) => "No notes",
    };
    html! {
        <div class="nothing" data-testid="nothing">
            <h2>{ says }</h2>
            if severity.is_none() && is_file {
                <p>{ "No packet that is listed breaks a rule of the standard. What is encrypted, missing in the capture or only told by a log could not be checked." }</p>
            } else if severity.is_none() {
                <p>{ "No rule broken, no refusal, no attempt to connect that failed, no message lost. Every packet, and the conversation as a whole, is checked against the rules of the standard." }</p>
            }
        </div>
    }
}

/// What is listed: all findings, or those of one severity, each with its count.
fn grades(props: &FindingListProps, desk: &Desk) -> Html {
    let FindingListProps {
        left_out,
        severity: now,
        ..
    } = *props;
    let counts = |[errors, warnings, notes]: [u64; 3]| {
        let all = errors.saturating_add(warnings).saturating_add(notes);
        [all, errors, warnings, notes]
    };
    let all = counts(props.counts);
    // Where a search leaves some out: how many of how many.
    let count = |at: usize| {
        let whole = all.get(at).copied().unwrap_or_default();
        let found = props.found.and_then(|found| counts(found).get(at).copied());
        found.map_or_else(
            || words::whole(whole),
            |found| words::of(found, Some(whole)),
        )
    };
    let choices = [
        (None, "All", count(0)),
        (Some(Severity::Error), "Errors", count(1)),
        (Some(Severity::Warning), "Warnings", count(2)),
        (Some(Severity::Note), "Notes", count(3)),
    ];
    html! {
        <div class="grades" role="group" aria-label="Findings shown">
            { for choices.map(|(severity, name, count)| {
                let acts = desk.live.clone();
                let choose = Callback::from(move |_: MouseEvent| acts.dispatch(Act::Severity(severity)));
                html! {
                    <button class="chip" data-testid={format!("grade-{}", name.to_ascii_lowercase())} aria-pressed={(severity == now).to_string()} onclick={choose}>
                        { name }{ " " }<span class="count">{ count }</span>
                    </button>
                }
            }) }
            if desk.source == Source::Captures {
                <span class="quiet" data-testid="findings-order">{ "worst first, then by time" }</span>
            }
            if left_out > 0 {
                <span class="quiet" data-testid="findings-cut" title="Of each rule that a connection breaks, the first 100 are listed">{ words::whole(left_out) }{ " more not listed" }</span>
            }
        </div>
    }
}

fn finding_row(
    row: &FindingView,
    id: u64,
    rows: &Rows<FindingView>,
    is_selected: bool,
    (clock, before): (words::Clock, Option<Instant>),
) -> Html {
    let (class, picture, word) = look(row.severity);
    html! {
        <div key={id} id={format!("findings-{id}")} class={classes!("finding-row", row.is_part.then_some("part"))} role="option" data-row={id.to_string()} data-testid="finding-row" aria-selected={is_selected.to_string()}
            aria-setsize={rows.total.to_string()} aria-posinset={id.saturating_sub(rows.dropped).saturating_add(1).to_string()}>
            <span class={class}>{ icon(picture) }<span class="unseen">{ word }</span></span>
            <span class="says" title={unmarked(&row.message)}>{ marked(&row.message) }</span>
            <span class="ids">
                if let Some(at) = row.at { { day(clock.day(at, before)) }<span class="time" title="When the last packet of it was sent or came">{ clock.time(at).get(..8).unwrap_or_default().to_owned() }</span> }
                <span class={classes!("quiet", row.by.is_none().then_some("by-none"))}>{ by(row) }</span>
                if let Some(of) = &row.of { <span class="of" data-testid="finding-of" title={of.clone()}>{ whose(row, of) }</span> }
                if row.count > 1 && row.by.is_some() {
                    <span class="chip" data-testid="finding-count" title="So many findings of this rule; this is the last. Select it to list all">{ "×" }{ words::whole(row.count.into()) }<span class="unseen">{ " findings" }</span></span>
                } else if row.count as usize > row.connections.len().max(1) {
                    <span>{ format!("{} times", words::whole(row.count.into())) }</span>
                }
                if let Some(statement) = &row.statement { <span>{ statement }</span> }
                if !row.rule.is_empty() { <span class="rule" title={row.rule.clone()}>{ &row.rule }</span> }
            </span>
        </div>
    }
}

/// What its connection is called, or how many it stands for.
fn whose(row: &FindingView, of: &str) -> String {
    match row.connections.len() {
        0 => of.to_owned(),
        count => words::count(count as u64, "connection"),
    }
}

/// Who broke the rule, in words.
pub(super) fn by(finding: &FindingView) -> &'static str {
    match finding.by {
        Some(Sender::Client) => "by this client",
        // A server makes none of these messages.
        Some(Sender::Server) if finding.rule.starts_with("sparkplug-") => "passed on by the server",
        Some(Sender::Server) => "by the server",
        None => "no rule broken",
    }
}
