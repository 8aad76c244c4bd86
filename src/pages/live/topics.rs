//! The tree of topics, with what came last.

use std::rc::Rc;

use mqttscope_protocol::{Command, ConnectionId, TopicRow, Tree};
use yew::prelude::*;

use super::clear_retained::ClearRetained;
use super::desk::Desk;
use super::topic_row::topic_row;
use super::topics_head::head;
use crate::components::far_list::FarList;
use crate::state::live::tree::TreeAct;
use crate::state::live::words;
use crate::state::live::{Act, List, Rows};

/// Height of a row, as in the style sheet.
const ROW: u32 = 24;

#[derive(Clone, PartialEq, Properties)]
pub(in crate::pages) struct TopicsProps {
    pub(in crate::pages) rows: Rc<Rows<TopicRow>>,
    pub(in crate::pages) tree: Rc<Tree>,
    /// Topics that a search leaves, and all; none: all are left.
    #[prop_or_default]
    pub(in crate::pages) found: Option<(u64, u64)>,
    /// Whether they come from files, so that nothing arrives.
    #[prop_or_default]
    pub(in crate::pages) is_file: bool,
    /// Topics that the tree has no room for, and those of them that have too many levels for it.
    pub(in crate::pages) left_out: (u64, u64),
    /// Where retained messages are cleared; none: the connection is not open.
    pub(in crate::pages) connection: Option<ConnectionId>,
}

#[component]
pub(in crate::pages) fn Topics(props: &TopicsProps) -> Html {
    // The level that is selected; its row may move.
    let selected = use_state_eq(|| None::<u32>);
    // The row whose retained messages are to be cleared, when that is confirmed.
    let clearing = use_state_eq(|| None::<TopicRow>);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let rows = &props.rows;
    let ids: Vec<u64> = (rows.first..).take(rows.rows.len()).collect();
    let at = rows
        .rows
        .iter()
        .position(|row| Some(row.number) == *selected);
    let on_window = {
        let desk = desk.clone();
        use_callback((), move |window, ()| {
            desk.live.dispatch(Act::Scroll(List::Topics, window));
        })
    };
    let on_select = {
        let (desk, selected, rows) = (desk.clone(), selected.clone(), rows.clone());
        Callback::from(move |id: u64| {
            let at = id
                .checked_sub(rows.first)
                .and_then(|at| usize::try_from(at).ok());
            let Some(row) = at.and_then(|at| rows.rows.get(at)) else {
                return;
            };
            if let Some(record) = row.last_record {
                desk.live.dispatch(Act::Select(Some(record)));
            }
            selected.set(Some(row.number));
        })
    };
    let chosen = at.and_then(|at| rows.rows.get(at)).cloned();
    let on_key = {
        let desk = desk.clone();
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
                desk.live.dispatch(Act::Tree(TreeAct::Fold(row.number)));
            }
        })
    };
    let on_clear = {
        let clearing = clearing.clone();
        Callback::from(move |row: TopicRow| clearing.set(Some(row)))
    };
    let on_answer = {
        let (desk, clearing, connection) = (desk.clone(), clearing.clone(), props.connection);
        Callback::from(move |confirmed: bool| {
            if let (true, Some(row), Some(connection)) = (confirmed, &*clearing, connection) {
                desk.talk
                    .emit(Command::ClearRetained(connection, row.number));
            }
            clearing.set(None);
        })
    };
    let can_clear = props.connection.is_some();
    html! {
        <section class="topics" aria-label="Topics">
            { head(&props.tree, props.found, &desk) }
            if rows.total == 0 { <p class="none" data-testid="topics-none">{ none(props) }</p> }
            <FarList id="topics" label="Topics" role="tree" row={ROW} overscan=6 first={rows.first} total={rows.total} {ids}
                selected={at.map(|at| rows.first.saturating_add(at as u64))} {on_window} {on_select} {on_key}>
                { for rows.rows.iter().zip(rows.first..).map(|(row, id)| topic_row(row, id, Some(row.number) == *selected, can_clear.then_some(&on_clear), &desk)) }
            </FarList>
            if props.left_out.0 > 0 {
                <p class="none" data-testid="topics-left-out" title="The tree keeps topics of up to 200 levels, and 48 MB of them.">
                    { left_out(props.left_out) }
                </p>
            }
            if let Some(row) = &*clearing { <ClearRetained row={row.clone()} {on_answer} /> }
        </section>
    }
}

/// How many, why, and where they are to be found.
fn left_out((count, too_deep): (u64, u64)) -> String {
    /// The engine counts no further.
    const COUNTED: u64 = 50_000;
    let (what, whose) = match count {
        1 => ("1 topic".to_owned(), "Its"),
        COUNTED.. => (format!("{} or more topics", words::whole(count)), "Their"),
        _ => (format!("{} topics", words::whole(count)), "Their"),
    };
    let why = match too_deep {
        0 => "the tree has no room for more".to_owned(),
        _ if too_deep == count => "more than 200 levels".to_owned(),
        _ => format!(
            "{} with more than 200 levels, and no room for the others",
            words::whole(too_deep)
        ),
    };
    format!(
        "{what} not shown: {why}. {whose} messages are under Messages and Wire, and filters find them."
    )
}

fn none(props: &TopicsProps) -> &'static str {
    let tree = &props.tree;
    if props.found.is_some_and(|(_, all)| all > 0) && tree.text.is_empty() && !tree.retained {
        "No message matches the filter and the stretch of time."
    } else if !tree.text.is_empty() {
        "No topic contains this text."
    } else if tree.retained {
        "No retained message was seen."
    } else if props.is_file {
        "No messages with a topic that is known so far."
    } else {
        "No topics yet: they appear here when messages arrive."
    }
}
