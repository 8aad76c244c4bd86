//! Numbers over time.

use std::rc::Rc;

use mqttscope_protocol::Chart;
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::wire_list::minutes_behind;
use crate::components::late_field::LateField;
use crate::state::live::Act;
use crate::state::live::chart::{Plot, plot};
use crate::state::live::words;

/// The picture's size, which is stretched over the room that there is.
const WIDE: f64 = 1000.0;
const HIGH: f64 = 1000.0;
/// Colours of lines; behind them they come again, with dashes.
const COLOURS: usize = 6;
/// Numbers that are offered where nothing is drawn.
const OFFERED: usize = 8;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ChartViewProps {
    pub(super) chart: Rc<Chart>,
    /// Whether it is not yet that of all messages.
    pub(super) is_counting: bool,
    pub(super) topic: AttrValue,
    pub(super) path: AttrValue,
}

#[component]
pub(super) fn ChartView(props: &ChartViewProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_topic = {
        let desk = desk.clone();
        Callback::from(move |topic: String| desk.live.dispatch(Act::ChartTopic(topic.into())))
    };
    let on_path = {
        let desk = desk.clone();
        Callback::from(move |event: Event| {
            desk.live.dispatch(Act::ChartPath(value_of(&event).into()));
        })
    };
    let chart = &props.chart;
    let is_offered = chart.paths.iter().any(|path| *path == *props.path);
    let picture = plot(chart, WIDE, HIGH);
    html! {
        <div class="chart" data-testid="chart">
            <div class="chart-of">
                <label>{ "Topic Filter" }<LateField test="chart-topic" value={props.topic.clone()} placeholder="#" on_change={on_topic} /></label>
                <label>{ "Number" }
                    <select class="field" data-testid="chart-path" onchange={on_path}>
                        <option value="" selected={props.path.is_empty()}>{ "payload as a number" }</option>
                        if !props.path.is_empty() && !is_offered { <option value={props.path.clone()} selected=true>{ &props.path }</option> }
                        { for chart.paths.iter().map(|path| html! { <option value={path.clone()} selected={*path == *props.path}>{ path }</option> }) }
                    </select>
                </label>
                if props.is_counting {
                    <span class="quiet" data-testid="chart-counting">{ "counting…" }</span>
                } else if chart.without_number > 0 {
                    <span class="quiet">{ words::count(chart.without_number, "message") }{ " without it" }</span>
                }
                if chart.not_drawn > 0 { <span class="quiet" data-testid="not-drawn">{ "Only the first " }{ chart.lines.len() }{ " topics are drawn: narrow the filter" }</span> }
            </div>
            if let Some(picture) = picture {
                { drawn(&picture) }
            } else if props.is_counting {
                <div class="nothing" data-testid="nothing"><h2>{ "Counting…" }</h2><p>{ "The payloads of all messages are looked through for this number." }</p></div>
            } else {
                <div class="nothing" data-testid="nothing">
                    <h2>{ "No numbers yet" }</h2>
                    <p>{ "Payloads that are numbers, and numbers in payloads of any form, are drawn here over time." }{ if chart.paths.is_empty() { "" } else { " These were seen:" } }</p>
                    { offered(&chart.paths, &desk) }
                </div>
            }
        </div>
    }
}

/// The numbers that were seen, to choose one.
fn offered(paths: &[String], desk: &Desk) -> Html {
    let offer = |path: &String| {
        let (acts, chosen) = (desk.live.clone(), path.clone());
        let choose = Callback::from(move |_: MouseEvent| {
            acts.dispatch(Act::ChartPath(chosen.clone().into()))
        });
        html! { <button class="chip accent" data-testid="chart-offer" onclick={choose}>{ path }</button> }
    };
    html! { <p class="offered">{ for paths.iter().take(OFFERED).map(offer) }</p> }
}

fn drawn(picture: &Plot) -> Html {
    let minutes = minutes_behind();
    let says: Vec<_> = picture
        .lines
        .iter()
        .filter_map(|line| Some(format!("{}: last {}", line.name, line.last.as_ref()?.2)))
        .collect();
    let percent =
        |side: &str, part: f64, whole: f64| format!("{side}:{:.2}%", part / whole * 100.0);
    html! {
        <>
            <div class="plot" role="img" aria-label={says.join("; ")} data-testid="plot">
                <svg viewBox={format!("0 0 {WIDE} {HIGH}")} preserveAspectRatio="none" aria-hidden="true">
                    { for picture.across.iter().map(|(y, _)| html! { <path class="rung" d={format!("M0 {y:.1}H{WIDE}")} /> }) }
                    { for picture.lines.iter().enumerate().map(|(index, line)| html! {
                        <g class="line" data-colour={index.checked_rem(COLOURS).unwrap_or(0).to_string()} data-dashed={(index >= COLOURS).then_some("")}>
                            <polyline points={line.points.clone()} />
                            if let Some((x, y, _)) = &line.last { <path d={format!("M{x:.1} {y:.1}h0")} /> }
                        </g>
                    }) }
                </svg>
                <div class="numbers">{ for picture.across.iter().map(|(y, says)| html! { <span style={percent("top", *y, HIGH)}>{ says }</span> }) }</div>
                <div class="times">{ for picture.down.iter().map(|(x, at)| {
                    let time = words::time(*at, minutes);
                    html! { <span style={percent("left", *x, WIDE)}>{ time.get(..picture.time_digits).unwrap_or_default().to_owned() }</span> }
                }) }</div>
            </div>
            <ul class="chart-legend">
                { for picture.lines.iter().enumerate().map(|(index, line)| html! {
                    <li data-colour={index.checked_rem(COLOURS).unwrap_or(0).to_string()} data-dashed={(index >= COLOURS).then_some("")}><i></i><span class="mono">{ &line.name }</span><b>{ line.last.as_ref().map(|last| last.2.clone()).unwrap_or_default() }</b></li>
                }) }
            </ul>
        </>
    }
}
