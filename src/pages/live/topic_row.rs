//! A topic in the tree.

use mqttscope_engine::protocol::TopicRow;
use yew::prelude::*;

use super::desk::Desk;
use crate::components::icon::{Icon, icon};
use crate::state::live::Act;
use crate::state::live::words;

/// Its markup; `id`: which row of the list it is.
pub(super) fn topic_row(row: &TopicRow, id: u64, is_selected: bool, desk: &Desk) -> Html {
    let fold = {
        let (desk, topic) = (desk.clone(), row.topic.clone());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            desk.live.dispatch(Act::Fold(topic.clone()));
        })
    };
    let indent = format!(
        "padding-left:{}px",
        u32::from(row.depth).saturating_mul(14).saturating_add(8)
    );
    html! {
        <div key={row.topic.clone()} id={format!("topics-{id}")} class="topic" role="treeitem" data-row={id.to_string()} data-testid="topic" style={indent}
            aria-level={row.depth.saturating_add(1).to_string()} aria-selected={is_selected.to_string()}
            aria-expanded={row.has_children.then(|| row.is_open.to_string())} title={row.topic.clone()}>
            <span class="fold" onclick={fold}>
                if row.has_children { { icon(if row.is_open { Icon::Open } else { Icon::Closed }) } }
            </span>
            <span class="level">{ if row.level.is_empty() { "(empty)" } else { row.level.as_str() } }</span>
            if row.retained { <b class="kept" title="A retained message is here">{ "R" }<span class="unseen">{ "etained" }</span></b> }
            <span class="last">{ row.last.as_deref().unwrap_or_default() }</span>
            <span class="count">{ words::whole(row.messages) }</span>
        </div>
    }
}
