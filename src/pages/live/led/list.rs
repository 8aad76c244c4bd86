//! The situations, each as far as it is.

use mqttscope_protocol::{LedRow, LedStands, Window};
use yew::prelude::*;

use crate::components::far_list::FarList;
use crate::pages::live::desk::Desk;
use crate::state::live::Act;
use crate::state::live::led::{Led, LedAct, word};

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ListProps {
    pub(super) led: Led,
}

#[component]
pub(super) fn List(props: &ListProps) -> Html {
    let window = use_state_eq(Window::default);
    let on_window = {
        let window = window.setter();
        use_callback((), move |to: Window, ()| window.set(to))
    };
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_select = {
        let live = desk.live.clone();
        use_callback((), move |number: u64, ()| {
            let row = u32::try_from(number).ok();
            live.dispatch(Act::Led(LedAct::Select(row)));
        })
    };
    let rows = &props.led.view.rows;
    let total = rows.len() as u64;
    let first = window.first.min(total);
    let drawn: Vec<_> = (rows.iter().zip(0_u64..))
        .skip(usize::try_from(first).unwrap_or(usize::MAX))
        .take(usize::try_from(window.count).unwrap_or(usize::MAX))
        .collect();
    let selected = props.led.opened.map(u64::from);
    let ids: Vec<u64> = drawn.iter().map(|(_, number)| *number).collect();
    html! {
        <div class="rows">
            <FarList id="situations" label="Situations" row={ROW} {first} {total} {ids} {selected} {on_window} {on_select}>
                { for drawn.iter().map(|(of, number)| row(of, &props.led, *number, total)) }
            </FarList>
        </div>
    }
}

fn row(row: &LedRow, led: &Led, id: u64, total: u64) -> Html {
    let (word, class) = word(&row.stands, &led.view.stage);
    let is_selected = led.opened.map(u64::from) == Some(id);
    let is_ticked = matches!(row.stands, LedStands::Judged(..));
    html! {
        <div key={id} id={format!("situations-{id}")} class={classes!("check-row", class)} role="option" data-row={id.to_string()} data-testid="led-row" data-name={row.name.clone()} data-verdict={class}
            aria-selected={is_selected.to_string()} aria-setsize={total.to_string()} aria-posinset={id.saturating_add(1).to_string()}>
            <b class={classes!("verdict", class)}>if is_ticked { <span aria-hidden="true">{ "✓ " }</span> }{ word }</b>
            <span class="title" title={row.title.clone()}>{ &row.title }</span>
            <span class="ids"><span>{ format!("MQTT {}", row.version.name()) }</span><span>{ &row.name }</span><span class="statements">{ row.statements.join(" ") }</span></span>
        </div>
    }
}
