//! Numbers over time.

use std::rc::Rc;

use mqttscope_engine::protocol::Chart;
use yew::prelude::*;

use super::desk::{Desk, value_of};
use super::wire_list::minutes_behind;
use crate::state::live::Act;
use crate::state::live::chart::{Plot, plot};
use crate::state::live::words;

/// The picture's size; it is drawn as wide as there is room.
const WIDE: f64 = 900.0;
const HIGH: f64 = 360.0;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ChartViewProps {
    pub(super) chart: Rc<Chart>,
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
        Callback::from(move |event: Event| {
            desk.live.dispatch(Act::ChartTopic(value_of(&event).into()));
        })
    };
    let on_path = Callback::from(move |event: Event| {
        desk.live.dispatch(Act::ChartPath(value_of(&event).into()));
    });
    let chart = &props.chart;
    let is_offered = chart.paths.iter().any(|path| *path == *props.path);
    let picture = plot(chart, WIDE, HIGH);
    html! {
        <div class="chart" data-testid="chart">
            <div class="chart-of">
                <label>{ "Topic Filter" }<input type="text" data-testid="chart-topic" value={props.topic.clone()} placeholder="#" spellcheck="false" onchange={on_topic} /></label>
                <label>{ "Number" }
                    <select class="field" data-testid="chart-path" onchange={on_path}>
                        <option value="" selected={props.path.is_empty()}>{ "the whole payload" }</option>
                        if !props.path.is_empty() && !is_offered { <option value={props.path.clone()} selected=true>{ &props.path }</option> }
                        { for chart.paths.iter().map(|path| html! { <option value={path.clone()} selected={*path == *props.path}>{ path }</option> }) }
                    </select>
                </label>
                if chart.without_number > 0 { <span class="quiet">{ words::whole(chart.without_number) }{ " without this number" }</span> }
            </div>
            if let Some(picture) = picture {
                { drawn(&picture) }
            } else {
                <div class="nothing" data-testid="nothing">
                    <h2>{ "No numbers yet" }</h2>
                    <p>{ "Payloads that are numbers, or JSON with numbers in it, are drawn here over time." }{ if chart.paths.is_empty() { "" } else { " Choose a number above." } }</p>
                </div>
            }
        </div>
    }
}

fn drawn(picture: &Plot) -> Html {
    let minutes = minutes_behind();
    let view = format!("-56 -12 {} {}", WIDE + 76.0, HIGH + 40.0);
    let says: Vec<_> = picture
        .lines
        .iter()
        .filter_map(|line| Some(format!("{}: last {}", line.name, line.last.as_ref()?.2)))
        .collect();
    html! {
        <>
            <svg class="plot" viewBox={view} role="img" aria-label={says.join("; ")} data-testid="plot">
                { for picture.across.iter().map(|(y, says)| html! {
                    <g class="rung"><path d={format!("M0 {y:.1}H{WIDE}")} /><text x="-8" y={format!("{:.1}", y + 4.0)} text-anchor="end">{ says }</text></g>
                }) }
                { for picture.down.iter().map(|(x, at)| {
                    let time = words::time(*at, minutes);
                    html! { <g class="rung"><text x={format!("{x:.1}")} y={format!("{}", HIGH + 20.0)} text-anchor={if *x >= WIDE { "end" } else { "middle" }}>{ time.split('.').next().unwrap_or_default().to_owned() }</text></g> }
                }) }
                { for picture.lines.iter().enumerate().map(|(index, line)| html! {
                    <g class="line" data-colour={index.checked_rem(6).unwrap_or(0).to_string()}>
                        <polyline points={line.points.clone()} />
                        if let Some((x, y, _)) = &line.last { <circle cx={format!("{x:.1}")} cy={format!("{y:.1}")} r="3.5" /> }
                    </g>
                }) }
            </svg>
            <ul class="chart-legend">
                { for picture.lines.iter().enumerate().map(|(index, line)| html! {
                    <li data-colour={index.checked_rem(6).unwrap_or(0).to_string()}><i></i><span class="mono">{ &line.name }</span><b>{ line.last.as_ref().map(|last| last.2.clone()).unwrap_or_default() }</b></li>
                }) }
            </ul>
        </>
    }
}
