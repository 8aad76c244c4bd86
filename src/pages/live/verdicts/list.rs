//! A list of verdicts: only those on screen are in the document.

use mqttscope_protocol::Window;
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use crate::components::far_list::FarList;

/// Height of a row, as in the style sheet.
const ROW: u32 = 46;

/// What was judged, or is to be.
#[derive(Clone, PartialEq)]
pub(in crate::pages::live) struct Verdict {
    pub(in crate::pages::live) number: u32,
    pub(in crate::pages::live) name: String,
    /// What is asked, in a sentence.
    pub(in crate::pages::live) title: String,
    pub(in crate::pages::live) version: ProtocolVersion,
    pub(in crate::pages::live) statements: Vec<String>,
    /// The verdict in a word, and the class that colours it.
    pub(in crate::pages::live) look: (&'static str, &'static str),
    pub(in crate::pages::live) is_ticked: bool,
}

#[derive(Clone, PartialEq, Properties)]
pub(in crate::pages::live) struct VerdictListProps {
    /// Its name in the document.
    pub(in crate::pages::live) id: AttrValue,
    pub(in crate::pages::live) label: AttrValue,
    /// The test name of a row.
    pub(in crate::pages::live) test: AttrValue,
    pub(in crate::pages::live) rows: Vec<Verdict>,
    pub(in crate::pages::live) selected: Option<u32>,
    pub(in crate::pages::live) on_select: Callback<u32>,
    /// What stands where no row is.
    #[prop_or_default]
    pub(in crate::pages::live) children: Html,
}

#[component]
pub(in crate::pages::live) fn VerdictList(props: &VerdictListProps) -> Html {
    let window = use_state_eq(Window::default);
    let on_window = {
        let window = window.setter();
        use_callback((), move |to: Window, ()| window.set(to))
    };
    let on_select = use_callback(props.on_select.clone(), |number: u64, on_select| {
        if let Ok(number) = u32::try_from(number) {
            on_select.emit(number);
        }
    });
    let total = props.rows.len() as u64;
    let first = window.first.min(total);
    let drawn: Vec<_> = (props.rows.iter())
        .skip(usize::try_from(first).unwrap_or(usize::MAX))
        .take(usize::try_from(window.count).unwrap_or(usize::MAX))
        .collect();
    let selected = props.selected.map(u64::from);
    let ids: Vec<u64> = drawn.iter().map(|it| it.number.into()).collect();
    html! {
        <div class="rows">
            <FarList id={props.id.clone()} label={props.label.clone()} row={ROW} {first} {total} {ids} {selected} {on_window} {on_select}>
                { for drawn.iter().zip(first.saturating_add(1)..).map(|(of, place)| row(of, props, place, total)) }
            </FarList>
            if total == 0 { { props.children.clone() } }
        </div>
    }
}

fn row(of: &Verdict, props: &VerdictListProps, place: u64, total: u64) -> Html {
    let (id, (word, class)) = (of.number, of.look);
    let is_selected = props.selected == Some(id);
    html! {
        <div key={id} id={format!("{}-{id}", props.id)} class={classes!("check-row", class)} role="option" data-row={id.to_string()} data-testid={props.test.clone()} data-name={of.name.clone()} data-verdict={class}
            aria-selected={is_selected.to_string()} aria-setsize={total.to_string()} aria-posinset={place.to_string()}>
            <b class={classes!("verdict", class)}>if of.is_ticked { <span aria-hidden="true">{ "✓ " }</span> }{ word }</b>
            <span class="title" title={of.title.clone()}>{ &of.title }</span>
            <span class="ids"><span>{ format!("MQTT {}", of.version.name()) }</span><span>{ &of.name }</span><span class="statements">{ of.statements.join(" ") }</span></span>
        </div>
    }
}
