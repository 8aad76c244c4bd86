//! When packets came, as bars; a stretch of them narrows what is listed.
//!
//! A stretch is drawn with the pointer. By keys: the arrows move it, with Shift they widen it, Escape shows all again.

use core::time::Duration;

use std::rc::Rc;

use mqttscope_protocol::{Instant, Timeline, TimelineBar};
use mqttscope_wire::Severity;
use web_sys::{HtmlElement, PointerEvent};
use yew::prelude::*;

use crate::services::browser;
use crate::state::live::words;

/// Height of the picture, in its own units.
const HIGH: f64 = 100.0;

/// What the timeline is given.
#[derive(Clone, PartialEq, Properties)]
pub struct TimelineViewProps {
    /// The bars.
    pub timeline: Rc<Timeline>,
    /// The stretch, in microseconds since 1970; none: all of it.
    pub span: Option<(Instant, Instant)>,
    /// Another stretch is wanted.
    pub on_span: Callback<Option<(Instant, Instant)>>,
}

/// A stretch of bars: the first, and the one behind the last.
type Stretch = (usize, usize);

/// The timeline.
#[component]
pub fn TimelineView(props: &TimelineViewProps) -> Html {
    let node = use_node_ref();
    let minutes = use_memo((), |()| js_sys::Date::new_0().get_timezone_offset());
    // Where the pointer went down, and where it is.
    let drawn = use_state_eq(|| None::<Stretch>);
    let timeline = &props.timeline;
    let count = timeline.bars.len();
    // A log without times has all its packets in 1970.
    if count == 0 || timeline.from == Instant::ZERO {
        return Html::default();
    }
    let at = {
        let node = node.clone();
        move |event: &PointerEvent| {
            let place = browser::element_of::<HtmlElement>(&node)?.get_bounding_client_rect();
            let part = (f64::from(event.client_x()) - place.left()) / place.width().max(1.0);
            Some((part.clamp(0.0, 0.999_999) * count as f64) as usize)
        }
    };
    let on_down = {
        let (drawn, at) = (drawn.clone(), at.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0
                && let Some(at) = at(&event)
            {
                drawn.set(Some((at, at)));
            }
        })
    };
    let on_move = {
        let (drawn, at) = (drawn.clone(), at);
        Callback::from(move |event: PointerEvent| {
            if let (Some((from, _)), Some(at)) = (*drawn, at(&event)) {
                // The button was let go where nobody saw it.
                drawn.set((event.buttons() & 1 != 0).then_some((from, at)));
            }
        })
    };
    let on_up = {
        let (drawn, timeline, on_span) = (drawn.clone(), timeline.clone(), props.on_span.clone());
        Callback::from(move |_: PointerEvent| {
            if let Some((from, to)) = *drawn {
                let stretch = (from.min(to), from.max(to).saturating_add(1));
                on_span.emit(Some(times(&timeline, stretch)));
            }
            drawn.set(None);
        })
    };
    let chosen = props.span.map(|span| bars(timeline, span));
    let on_key = {
        let (timeline, on_span) = (timeline.clone(), props.on_span.clone());
        Callback::from(move |event: KeyboardEvent| {
            let stretch = match event.key().as_str() {
                "Escape" => None,
                "Home" => Some((0, 1)),
                "End" => Some((count.saturating_sub(1), count)),
                key @ ("ArrowLeft" | "ArrowRight") => {
                    let (from, to) = chosen.unwrap_or((0, 1));
                    let is_right = key == "ArrowRight";
                    Some(moved((from, to), count, is_right, event.shift_key()))
                }
                _ => return,
            };
            event.prevent_default();
            on_span.emit(stretch.map(|stretch| times(&timeline, stretch)));
        })
    };
    let all = props.on_span.reform(|_: MouseEvent| None);
    let shown = drawn
        .map(|(from, to)| (from.min(to), from.max(to).saturating_add(1)))
        .or(chosen);
    let most = timeline.bars.iter().map(|bar| bar.packets).max();
    let most = f64::from(most.unwrap_or(1).max(1));
    let says = shown.map_or_else(
        || said(timeline, (0, count), *minutes),
        |stretch| said(timeline, stretch, *minutes),
    );
    html! {
        <div class="timeline" data-testid="timeline">
            <div ref={node} class="bars" role="slider" tabindex="0" aria-label="Time: the stretch that is listed" aria-valuemin="0" aria-valuemax={count.to_string()}
                aria-valuenow={shown.map_or(0, |(from, _)| from).to_string()} aria-valuetext={says.clone()} data-testid="timeline-bars" title="Draw over it to list only what came then"
                onpointerdown={on_down} onpointermove={on_move} onpointerup={on_up} ondblclick={all.clone()} onkeydown={on_key}>
                <svg viewBox={format!("0 0 {count} {HIGH}")} preserveAspectRatio="none" aria-hidden="true">
                    { for timeline.bars.iter().enumerate().filter(|(_, bar)| bar.packets > 0).map(|(place, bar)| picture(place, bar, most, timeline.is_narrowed)) }
                </svg>
                if let Some((from, to)) = shown {
                    <i class="stretch" style={format!("left:{}%;width:{}%", part(from, count), part(to.saturating_sub(from), count))}></i>
                }
            </div>
            <p class="says"><span data-testid="timeline-says">{ says }</span>
                if props.span.is_some() { <button class="link" data-testid="whole-time" onclick={all}>{ "Show all" }</button> }
            </p>
        </div>
    }
}

/// A bar: messages dark, other packets light, with a mark where something was found. Where packets are left out, those that are
/// listed stand before all of them.
fn picture(place: usize, bar: &TimelineBar, most: f64, is_narrowed: bool) -> Html {
    // The root keeps a single packet visible beside a flood.
    let high = |count: u32| (f64::from(count) / most).sqrt() * (HIGH - 14.0);
    let (all, messages, left) = (high(bar.packets), high(bar.messages), high(bar.left));
    let rect = |class: &'static str, y: f64, height: f64| html! { <rect {class} x={place.to_string()} y={format!("{y:.2}")} width="1" height={format!("{height:.2}")} /> };
    let mark = match bar.worst {
        Some(Severity::Error) => Some("error"),
        Some(Severity::Warning) => Some("warning"),
        Some(Severity::Note) | None => None,
    };
    html! {
        <>
            { rect("all", HIGH - all, all) }
            if is_narrowed {
                if bar.left > 0 { { rect("left", HIGH - left, left) } }
            } else {
                { rect("messages", HIGH - messages, messages) }
            }
            if let Some(class) = mark { { rect(class, 0.0, 9.0) } }
        </>
    }
}

fn part(count: usize, of: usize) -> String {
    format!("{:.3}", count as f64 / of.max(1) as f64 * 100.0)
}

/// Another stretch: moved by a bar, or with its end moved.
fn moved((from, to): Stretch, count: usize, is_right: bool, widens: bool) -> Stretch {
    match (is_right, widens) {
        (true, true) => (from, to.saturating_add(1).min(count)),
        (false, true) => (from, to.saturating_sub(1).max(from.saturating_add(1))),
        (true, false) if to < count => (from.saturating_add(1), to.saturating_add(1)),
        (false, false) if from > 0 => (from.saturating_sub(1), to.saturating_sub(1)),
        _ => (from, to),
    }
}

/// The times of bars.
fn times(timeline: &Timeline, (from, to): Stretch) -> (Instant, Instant) {
    let at = |bar: usize| {
        let behind = timeline.width_us.saturating_mul(bar as u64);
        timeline.from + Duration::from_micros(behind)
    };
    (at(from), at(to))
}

/// The bars of times.
fn bars(timeline: &Timeline, (from, to): (Instant, Instant)) -> Stretch {
    let count = timeline.bars.len();
    let bar = |at: u64| {
        let behind = at.saturating_sub(timeline.from.micros());
        let bar = behind.checked_div(timeline.width_us).unwrap_or(0);
        usize::try_from(bar).unwrap_or(count)
    };
    let first = bar(from.micros()).min(count.saturating_sub(1));
    let end = bar(to.micros().saturating_sub(1)).saturating_add(1);
    (first, end.clamp(first.saturating_add(1), count))
}

/// A stretch in words: from when to when, and how many packets.
fn said(timeline: &Timeline, stretch: Stretch, minutes_behind: f64) -> String {
    // Bars begin before what is in them, and end behind it.
    let (from, to) = times(timeline, stretch);
    let (first, last) = timeline.ends.unwrap_or((from, to));
    let (from, to) = (from.max(first), to.min(last));
    let own = timeline.bars.get(stretch.0..stretch.1).unwrap_or_default();
    let sum = |count: fn(&TimelineBar) -> u32| -> u64 {
        own.iter().map(|bar| u64::from(count(bar))).sum()
    };
    let packets = sum(|bar| bar.packets);
    let left = if timeline.is_narrowed {
        sum(|bar| bar.left)
    } else {
        packets
    };
    let whole = times(timeline, (0, timeline.bars.len()));
    let (begin, end) = timeline.ends.unwrap_or(whole);
    let day = |at: Instant| words::date(at, minutes_behind);
    let is_one_day = day(begin) == day(end);
    let time = |at: Instant| {
        let text = words::time(at, minutes_behind);
        if is_one_day {
            text.get(..12).unwrap_or(&text).to_owned()
        } else {
            format!("{} {}", day(at), text.get(..8).unwrap_or(&text))
        }
    };
    format!(
        "{} to {} · {} packet{}",
        time(from),
        time(to),
        words::of(left, (left != packets).then_some(packets)),
        if packets == 1 { "" } else { "s" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline() -> Timeline {
        Timeline {
            from: Instant::from_micros(1_000),
            width_us: 100,
            ends: None,
            is_narrowed: false,
            bars: vec![TimelineBar::default(); 5],
        }
    }

    #[test]
    fn days_are_told_where_there_are_several() {
        let mut timeline = timeline();
        assert_eq!(
            said(&timeline, (0, 1), 0.0),
            "00:00:00.001 to 00:00:00.001 · 0 packets"
        );
        timeline.width_us = 86_400_000_000;
        assert_eq!(
            said(&timeline, (0, 1), 0.0),
            "1970-01-01 00:00:00 to 1970-01-02 00:00:00 · 0 packets"
        );
        // No time is told at which nothing can have come.
        let ends = [3_600_000_000, 90_000_000_000].map(Instant::from_micros);
        timeline.ends = Some(ends.into());
        assert_eq!(
            said(&timeline, (0, 5), 0.0),
            "1970-01-01 01:00:00 to 1970-01-02 01:00:00 · 0 packets"
        );
        assert_eq!(
            said(&timeline, (0, 1), 0.0),
            "1970-01-01 01:00:00 to 1970-01-02 00:00:00 · 0 packets"
        );
    }

    #[test]
    fn what_is_left_out_is_told() {
        let mut timeline = timeline();
        timeline.bars[0] = TimelineBar {
            packets: 3,
            left: 1,
            ..TimelineBar::default()
        };
        assert!(said(&timeline, (0, 1), 0.0).ends_with("· 3 packets"));
        timeline.is_narrowed = true;
        assert!(said(&timeline, (0, 1), 0.0).ends_with("· 1 of 3 packets"));
    }

    #[test]
    fn bars_and_times_agree() {
        let timeline = timeline();
        for stretch in [(0, 1), (1, 4), (4, 5), (0, 5)] {
            assert_eq!(bars(&timeline, times(&timeline, stretch)), stretch);
        }
        assert_eq!(bars(&timeline, (Instant::ZERO, Instant::END)), (0, 5));
        let behind = [9_000, 9_001].map(Instant::from_micros);
        assert_eq!(bars(&timeline, behind.into()), (4, 5));
    }

    #[test]
    fn keys_move_and_widen_within_the_bars() {
        assert_eq!(moved((0, 1), 3, true, false), (1, 2));
        assert_eq!(moved((2, 3), 3, true, false), (2, 3));
        assert_eq!(moved((0, 2), 3, false, false), (0, 2));
        assert_eq!(moved((1, 2), 3, true, true), (1, 3));
        assert_eq!(moved((1, 2), 3, false, true), (1, 2));
    }
}
