//! The tree of topics, with what came last.

use std::rc::Rc;

use mqttscope_engine::protocol::TopicRow;
use yew::prelude::*;

use super::desk::Desk;
use super::topic_row::topic_row;
use crate::components::far_list::FarList;
use crate::state::live::publishing::PublishingAct;
use crate::state::live::{Act, List, Rows, Tab};

/// Height of a row, as in the style sheet.
const ROW: u32 = 24;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TopicsProps {
    pub(super) rows: Rc<Rows<TopicRow>>,
}

#[component]
pub(super) fn Topics(props: &TopicsProps) -> Html {
    // The topic that is selected; its row may move.
    let selected = use_state_eq(|| None::<String>);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let rows = &props.rows;
    let ids: Vec<u64> = (rows.first..).take(rows.rows.len()).collect();
    let at = rows
        .rows
        .iter()
        .position(|row| Some(&row.topic) == selected.as_ref());
    let row_at = {
        let rows = rows.clone();
        move |id: u64| {
            let at = usize::try_from(id.checked_sub(rows.first)?).ok()?;
            rows.rows.get(at).cloned()
        }
    };
    let on_window = {
        let desk = desk.clone();
        use_callback((), move |window, ()| {
            desk.live.dispatch(Act::Scroll(List::Topics, window));
        })
    };
    let on_select = {
        let (desk, selected, row_at) = (desk.clone(), selected.clone(), row_at.clone());
        Callback::from(move |id: u64| {
            let Some(row) = row_at(id) else { return };
            if let Some(record) = row.last_record {
                desk.live.dispatch(Act::Select(Some(record)));
            }
            selected.set(Some(row.topic));
        })
    };
    let chosen = at.and_then(|at| rows.rows.get(at)).cloned();
    let on_key = {
        let (desk, chosen) = (desk.clone(), chosen.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(row) = &chosen else { return };
            let folds = match event.key().as_str() {
                "ArrowRight" => row.has_children && !row.is_open,
                "ArrowLeft" => row.is_open,
                "Enter" | " " => row.has_children,
                _ => return,
            };
            event.prevent_default();
            if folds {
                desk.live.dispatch(Act::Fold(row.topic.clone()));
            }
        })
    };
    html! {
        <section class="topics" aria-label="Topics">
            <div class="head">
                <h2>{ "Topics" }</h2>
            </div>
            if rows.total == 0 { <p class="none">{ "None yet: the topics of messages show here as a tree." }</p> }
            <FarList id="topics" label="Topics" role="tree" row={ROW} overscan=6 first={rows.first} total={rows.total} {ids}
                selected={at.map(|at| rows.first.saturating_add(at as u64))} {on_window} {on_select} {on_key}>
                { for rows.rows.iter().zip(rows.first..).map(|(row, id)| topic_row(row, id, Some(&row.topic) == selected.as_ref(), &desk)) }
            </FarList>
            if let Some(row) = chosen { { acts(&row, &desk) } }
        </section>
    }
}

/// What can be done with the selected topic.
fn acts(row: &TopicRow, desk: &Desk) -> Html {
    let act = |act: fn(&Desk, &str)| {
        let (desk, topic) = (desk.clone(), row.topic.clone());
        Callback::from(move |_: MouseEvent| act(&desk, &topic))
    };
    let only = act(|desk, topic| {
        desk.live
            .dispatch(Act::Search(format!("topic:{topic}/#").into()));
        desk.step.emit(super::steps::Step::Traffic);
    });
    let chart = act(|desk, topic| {
        desk.live.dispatch(Act::ChartTopic(topic.into()));
        desk.live.dispatch(Act::Show(Tab::Chart));
        desk.step.emit(super::steps::Step::Traffic);
    });
    let publish = act(|desk, topic| {
        desk.publishing.dispatch(PublishingAct::Topic(topic.into()));
        desk.step.emit(super::steps::Step::Publish);
    });
    html! {
        <div class="topic-acts" role="group" aria-label={format!("With {}", row.topic)}>
            <button data-testid="only-topic" title="Show only this topic and those below" onclick={only}>{ "Only this" }</button>
            <button data-testid="chart-topic-now" title="Draw its numbers" onclick={chart}>{ "Chart" }</button>
            <button data-testid="publish-here" title="Put it into the form below" onclick={publish}>{ "Publish" }</button>
        </div>
    }
}
