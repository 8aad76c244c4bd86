//! A topic in the tree.

use mqttscope_protocol::TopicRow;
use mqttscope_view::escape::visible;
use yew::prelude::*;

use super::desk::Desk;
use super::steps::Step;
use crate::components::icon::{Icon, icon};
use crate::components::icon_button::IconButton;
use crate::state::live::publishing::PublishingAct;
use crate::state::live::tree::TreeAct;
use crate::state::live::words;
use crate::state::live::{Act, Source, Tab};

/// Its markup; `id`: which row of the list it is.
pub(super) fn topic_row(
    row: &TopicRow,
    id: u64,
    is_selected: bool,
    on_clear: Option<&Callback<TopicRow>>,
    desk: &Desk,
) -> Html {
    let fold = {
        let (desk, number) = (desk.clone(), row.number);
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            desk.live.dispatch(Act::Tree(TreeAct::Fold(number)));
        })
    };
    // Levels beyond this are not indented further: the name must stay in sight.
    let indent = format!(
        "padding-left:{}px",
        u32::from(row.depth.min(12))
            .saturating_mul(14)
            .saturating_add(8)
    );
    let title = visible(row.topic.as_deref().unwrap_or(&row.level)).into_owned();
    let is_file = desk.source == Source::Captures;
    let (count, counts) = words::topic_count(row.received, row.sent, is_file);
    html! {
        <div key={row.number} id={format!("topics-{id}")} class="topic" role="treeitem" data-row={id.to_string()} data-testid="topic" style={indent}
            aria-level={row.depth.saturating_add(1).to_string()} aria-selected={is_selected.to_string()}
            aria-expanded={row.has_children.then(|| row.is_open.to_string())} {title}>
            // Keys open and close a row that has the focus, and the row says that it is open.
            <span class="fold" aria-hidden="true" title={row.has_children.then_some(if row.is_open { "Collapse" } else { "Expand" })} onclick={fold}>
                if row.has_children { { icon(if row.is_open { Icon::Open } else { Icon::Closed }) } }
            </span>
            <span class="level">{ if row.level.is_empty() { "(empty)" } else { row.level.as_str() } }</span>
            if row.retained { <b class="kept" title="This connection published a retained message here, or was sent one as retained" aria-hidden="true">{ "R" }</b><span class="unseen">{ "Retained" }</span> }
            <span class="last">{ row.last.as_deref().unwrap_or_default() }</span>
            if is_selected { { acts(row, on_clear, desk) } }
            <span class="count" title={counts}>{ count }</span>
        </div>
    }
}

/// What can be done with the selected topic, on its row.
fn acts(row: &TopicRow, on_clear: Option<&Callback<TopicRow>>, desk: &Desk) -> Html {
    let act = |topic: &str, act: fn(&Desk, &str)| {
        let (desk, topic) = (desk.clone(), topic.to_owned());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            act(&desk, &topic);
        })
    };
    // The list's keys are for rows.
    let own_keys = Callback::from(|event: KeyboardEvent| event.stop_propagation());
    let clear = on_clear.filter(|_| row.retained_below > 0).map(|on_clear| {
        let (on_clear, row) = (on_clear.clone(), row.clone());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            on_clear.emit(row.clone());
        })
    });
    html! {
        <span class="topic-acts" role="group" aria-label="With this topic" onkeydown={own_keys}>
            if let Some(topic) = &row.topic {
                <IconButton
                    test="only-topic"
                    label="Filter by this topic"
                    title="List only messages of this topic and those below"
                    picture={Icon::Search}
                    onclick={act(topic, filter)}
                />
                <IconButton
                    test="chart-topic-now"
                    label="Chart"
                    title="Draw its numbers over time"
                    picture={Icon::Chart}
                    onclick={act(topic, chart)}
                />
                if desk.source == Source::Connections {
                    <IconButton
                        test="publish-here"
                        label="Publish to this topic"
                        title="Put this topic into the publish form"
                        picture={Icon::Pencil}
                        onclick={act(topic, publish)}
                    />
                }
            }
            if let Some(clear) = clear {
                <IconButton
                    test="clear-retained"
                    label="Clear retained messages"
                    title="Clear the retained messages here and below"
                    picture={Icon::Bin}
                    onclick={clear}
                />
            }
        </span>
    }
}

fn filter(desk: &Desk, topic: &str) {
    desk.live
        .dispatch(Act::Search(format!("topic:{topic}/#").into()));
    desk.step.emit(Step::Traffic);
}

fn chart(desk: &Desk, topic: &str) {
    desk.live.dispatch(Act::ChartTopic(topic.into()));
    desk.live.dispatch(Act::Show(Tab::Chart));
    desk.step.emit(Step::Traffic);
}

fn publish(desk: &Desk, topic: &str) {
    desk.publishing.dispatch(PublishingAct::Topic(topic.into()));
    desk.step.emit(Step::Publish);
}
