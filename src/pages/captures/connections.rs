//! The connections in the captures.

use std::rc::Rc;

use mqttscope_protocol::{CapturedOrder, CapturedRow, ConnectionId};
use yew::prelude::*;

use crate::components::far_list::FarList;
use crate::pages::live::desk::{Desk, value_of};
use crate::pages::live::steps::Step;
use crate::state::live::words;
use crate::state::live::{Act, List, Rows};

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ConnectionsProps {
    pub(super) rows: Rc<Rows<CapturedRow>>,
    /// Connections there are, where a search or a stretch of time leaves some out.
    pub(super) of: Option<u64>,
    pub(super) order: CapturedOrder,
    /// What stands where there is none.
    pub(super) none: &'static str,
    /// TLS connections that no key opens.
    pub(super) sealed: u64,
    /// The one whose packets are listed; none: those of all are.
    pub(super) current: Option<ConnectionId>,
}

#[component]
pub(super) fn Connections(props: &ConnectionsProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let rows = &props.rows;
    let on_window = {
        let acts = desk.live.clone();
        use_callback((), move |window, ()| {
            acts.dispatch(Act::Scroll(List::Captured, window));
        })
    };
    let on_select = {
        let desk = desk.clone();
        use_callback((), move |id: u64, ()| {
            if let Ok(id) = u32::try_from(id) {
                desk.live.dispatch(Act::Connection(ConnectionId(id)));
                desk.live.dispatch(Act::Everything(false));
                desk.step.emit(Step::Traffic);
            }
        })
    };
    let on_order = {
        let acts = desk.live.clone();
        Callback::from(move |event: Event| {
            let name = value_of(&event);
            let order = CapturedOrder::ALL.iter().find(|(_, of)| *of == name);
            if let Some((order, _)) = order {
                acts.dispatch(Act::CapturedOrder(*order));
            }
        })
    };
    let all = {
        let acts = desk.live.clone();
        Callback::from(move |_: MouseEvent| acts.dispatch(Act::Everything(true)))
    };
    let ids: Vec<u64> = rows.rows.iter().map(|row| row.id.0.into()).collect();
    html! {
        <section class="captured" aria-label="Connections">
            <div class="head">
                <h2>{ "Connections" }</h2>
                <span class="sub" data-testid="captured-total">{ words::of(rows.total, props.of) }</span>
                <span class="grow"></span>
                if props.current.is_some() { <button class="link" data-testid="all-connections" onclick={all}>{ "Show all" }</button> }
                <select data-testid="captured-order" aria-label="Sort by" onchange={on_order}>
                    { for CapturedOrder::ALL.map(|(order, name)| html! { <option value={name} selected={order == props.order}>{ format!("by {name}") }</option> }) }
                </select>
            </div>
            if rows.total == 0 { <p class="none" data-testid="captured-none">{ props.none }</p> }
            if props.sealed > 0 {
                <p class="none" data-testid="sealed">{ sealed(props.sealed) }</p>
            }
            <FarList id="captured" label="Connections" row={ROW} overscan=6 first={rows.first} total={rows.total} {ids}
                selected={props.current.map(|id| u64::from(id.0))} {on_window} {on_select}>
                { for rows.rows.iter().zip(rows.first.saturating_add(1)..).map(|(row, number)| captured_row(row, number, rows.total, props.current == Some(row.id))) }
            </FarList>
        </section>
    }
}

/// What to do about TLS that is not opened.
fn sealed(count: u64) -> String {
    let what = match count {
        1 => "1 TLS connection was not opened".to_owned(),
        count => format!("{} TLS connections were not opened", words::whole(count)),
    };
    format!(
        "{what}: add the key log (SSLKEYLOGFILE) of a client or the server to open what it has keys for."
    )
}

fn captured_row(row: &CapturedRow, number: u64, total: u64, is_selected: bool) -> Html {
    let id = row.id.0;
    let version = row.version.map_or_else(String::new, |version| {
        let doubt = if row.is_named { "" } else { "?" };
        format!(" · MQTT {}{doubt}", version.name())
    });
    let packets = match row.packets {
        1 => "1 packet".to_owned(),
        count => match row.found {
            Some(found) => format!("{} packets", words::of(found, Some(count))),
            None => format!("{} packets", words::whole(count)),
        },
    };
    let ends = if row.client_identifier.is_empty() {
        format!("to {}", row.server)
    } else {
        format!("{} → {}", row.client, row.server)
    };
    let line = match &row.sealed {
        Some(why) => format!("{why} · {ends}"),
        None => format!(
            "{packets} · {}{version} · {ends}",
            words::duration(row.lasts)
        ),
    };
    let [errors, warnings, _] = row.findings;
    let known_by = (row.version.filter(|_| !row.is_named)).map_or_else(String::new, |version| {
        format!("; MQTT {}: {}", version.name(), row.known_by)
    });
    let title = format!(
        "{} to {}, {}{}{known_by}{}{}",
        row.client,
        row.server,
        row.transport,
        (row.sealed.as_ref()).map_or_else(String::new, |why| format!(": it {why}")),
        (row.ended.as_ref()).map_or_else(String::new, |how| format!("; {how}")),
        (row.refused.as_ref()).map_or_else(String::new, |code| format!("; refused: {code}")),
    );
    html! {
        <div id={format!("captured-{id}")} class="captured-row" role="option" data-row={id.to_string()} data-testid="captured-row" {title}
            aria-selected={is_selected.to_string()} aria-setsize={total.to_string()} aria-posinset={number.to_string()}>
            <span class="top">
                <span class="name">{ &row.name }</span>
                if row.transport != "TCP" { <span class="chip">{ &row.transport }</span> }
                if row.sealed.is_some() { <span class="chip warn">{ "not opened" }</span> }
                if row.refused.is_some() { <span class="chip warn">{ "refused" }</span> }
                if row.gaps > 0 { <span class="chip warn" title="Bytes of it are missing">{ words::whole(row.gaps) }{ if row.gaps == 1 { " gap" } else { " gaps" } }</span> }
                if errors > 0 { <span class="chip bad">{ words::whole(errors) }{ if errors == 1 { " error" } else { " errors" } }</span> }
                else if warnings > 0 { <span class="chip warn">{ words::whole(warnings) }{ if warnings == 1 { " warning" } else { " warnings" } }</span> }
            </span>
            <span class="line">{ line }</span>
        </div>
    }
}
