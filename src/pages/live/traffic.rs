//! The middle of the page: what went over the wire, in the form that is asked for.

use mqttscope_protocol::ConnectionState;
use mqttscope_view::conversation::sentence;
use yew::prelude::*;

use super::chart_view::ChartView;
use super::cleared::cleared;
use super::desk::Desk;
use super::finding_list::FindingList;
use super::flow_list::FlowList;
use super::message_list::MessageList;
use super::panels::Panels;
use super::strip::strip;
use super::toolbar::Toolbar;
use super::wire_list::WireList;
use crate::components::icon::{Icon, icon};
use crate::components::timeline::TimelineView;
use crate::state::live::words;
use crate::state::live::{Act, Live, Source, Tab};

/// The middle; `desk` is where it says things.
pub(in crate::pages) fn traffic(
    live: &Live,
    panels: &Panels,
    on_panels: &Callback<Panels>,
    desk: &Desk,
) -> Html {
    let selected = live.shown_record();
    let is_open = live
        .current()
        .is_some_and(|view| view.state == ConnectionState::Open);
    let in_span = live.span.is_some();
    let is_any = live.summary.log.packets > 0 || live.source == Source::Captures;
    let is_narrowed = (!live.search.is_empty() || in_span) && is_any;
    let none_found = if is_any {
        is_narrowed.then(|| {
            words::nothing_found(&live.search, in_span, live.source == Source::Connections)
        })
    } else {
        (!live.search.is_empty()).then(|| words::nothing_yet(&live.search))
    };
    let sealed = live
        .sealed()
        .map(|why| ("Not opened", sentence(&format!("this connection {why}"))));
    let none_found = sealed.or(none_found);
    let none_found = none_found.map(|(title, says)| (title.into(), AttrValue::from(says)));
    let grows = live.grows();
    let shown = match live.tab {
        Tab::Wire => {
            html! { <WireList rows={live.wire.clone()} {selected} reveal={live.revealed} resumed={live.resumed} {grows} {none_found} {is_open} /> }
        }
        Tab::Messages => {
            html! { <MessageList rows={live.messages.clone()} {selected} resumed={live.resumed} {grows} {none_found} {is_open} /> }
        }
        Tab::Flows => {
            html! { <FlowList rows={live.flows.clone()} packets={live.handshake.clone()} {selected} resumed={live.resumed} {grows} of_all={live.everything} in_words={live.summary.capture.as_ref().is_some_and(|capture| capture.told > 0)} is_searched={is_narrowed} /> }
        }
        Tab::Findings => {
            // What was chosen of one connection's is not shown beside those of another.
            let whose = format!("{:?}", live.connection.filter(|_| !live.everything));
            html! { <FindingList key={whose} rows={live.findings.clone()} counts={live.summary.findings} found={live.summary.found} left_out={live.summary.left_out} severity={live.severity} opened={live.opened.clone()} /> }
        }
        Tab::Chart => {
            html! { <ChartView chart={live.chart.clone()} is_counting={live.is_charting()} topic={AttrValue::from(live.chart_topic.clone())} path={AttrValue::from(live.chart_path.clone())} /> }
        }
    };
    html! {
        <section class="traffic" aria-label="Traffic">
            <div class="head">
                { panel_button("side", "connections", panels.side, Icon::PanelLeft, on_panels, Panels { side: !panels.side, ..*panels }) }
                { tabs(live, desk) }
                <span class="grow"></span>
                <Toolbar read={live.summary.search.clone()} source={live.source} span={live.span} search={AttrValue::from(live.search.clone())} paused={live.paused} scope={live.connection.filter(|_| !live.everything)} />
                { panel_button("details", "details", panels.details, Icon::PanelRight, on_panels, Panels { details: !panels.details, ..*panels }) }
            </div>
            { strip(live, desk) }
            { cleared(live, desk) }
            if live.source == Source::Captures { { timeline(live, desk) } }
            <div class="shown" id="shown" role="tabpanel" aria-labelledby={format!("tab-{}", live.tab.name())}>{ shown }</div>
        </section>
    }
}

/// When packets came; a stretch of it narrows the lists.
fn timeline(live: &Live, desk: &Desk) -> Html {
    let acts = desk.live.clone();
    let on_span = Callback::from(move |span| acts.dispatch(Act::Span(span)));
    html! { <TimelineView timeline={live.timeline.clone()} span={live.span} {on_span} /> }
}

/// Hides a panel beside the traffic, or shows it again.
fn panel_button(
    name: &'static str,
    what: &'static str,
    is_shown: bool,
    picture: Icon,
    on_panels: &Callback<Panels>,
    to: Panels,
) -> Html {
    let turn = on_panels.reform(move |_: MouseEvent| to);
    let says = format!("{} the {what}", if is_shown { "Hide" } else { "Show" });
    html! {
        <button class="bare square panel" data-testid={format!("panel-{name}")} aria-label={says.clone()} aria-expanded={is_shown.to_string()} aria-controls={format!("live-{name}")}
            title={says} onclick={turn}>{ icon(picture) }</button>
    }
}

fn tabs(live: &Live, desk: &Desk) -> Html {
    let summary = &live.summary;
    let sum = |counts: [u64; 3]| counts.into_iter().fold(0, u64::saturating_add);
    let all = sum(summary.findings).saturating_add(summary.left_out);
    // Beside a filter stands what it leaves.
    let [errors, warnings, _] = summary.found.unwrap_or(summary.findings);
    let findings = summary.found.map_or(all, sum);
    let of_all = summary.found.map(|_| {
        format!(
            "{} findings are on packets that the filter shows",
            words::of(findings, Some(all))
        )
    });
    // That a filter leaves none is not that there are none.
    let count = words::of(findings, (findings == 0).then_some(all));
    let on_key = {
        let (desk, now) = (desk.clone(), live.tab);
        Callback::from(move |event: KeyboardEvent| {
            let at = Tab::ALL.iter().position(|tab| *tab == now).unwrap_or(0);
            let to = match event.key().as_str() {
                "ArrowRight" => at.saturating_add(1),
                "ArrowLeft" => at.checked_sub(1).unwrap_or(Tab::ALL.len()),
                "Home" => 0,
                "End" => Tab::ALL.len().saturating_sub(1),
                _ => return,
            };
            event.prevent_default();
            if let Some(&tab) = Tab::ALL.get(to) {
                desk.live.dispatch(Act::Show(tab));
                crate::services::browser::focus_id(&format!("tab-{}", tab.name()));
            }
        })
    };
    html! {
        <div class="tablist" role="tablist" aria-label="Show" onkeydown={on_key}>
            { for Tab::ALL.map(|tab| {
                let live_acts = desk.live.clone();
                let is_shown = tab == live.tab;
                let show = Callback::from(move |_: MouseEvent| live_acts.dispatch(Act::Show(tab)));
                html! {
                    <button role="tab" id={format!("tab-{}", tab.name())} data-testid={format!("tab-{}", tab.name().to_ascii_lowercase())}
                        aria-selected={is_shown.to_string()} aria-controls="shown" tabindex={if is_shown { "0" } else { "-1" }} onclick={show}>
                        { tab.name() }
                        if tab == Tab::Findings && all > 0 {
                            <span title={of_all.clone()} class={classes!("chip", if errors > 0 { "bad" } else if warnings > 0 { "warn" } else { "" })}>{ &count }</span>
                        }
                    </button>
                }
            }) }
        </div>
    }
}
