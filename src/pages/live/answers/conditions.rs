//! The conditions of an answer as fields.

use mqttscope_answers::{Condition, JsonTest};
use yew::prelude::*;

use super::fields::{QOS, choice, text, with};
use crate::components::icon::{Icon, icon};

const KINDS: [(&str, &str); 11] = [
    ("is", "Payload is"),
    ("contains", "Payload contains"),
    ("number", "Payload is a number"),
    ("json-text", "JSON has a string at"),
    ("json-there", "JSON has something at"),
    ("json-is", "JSON is, at"),
    ("json-number", "JSON is a number, at"),
    ("user", "User Property"),
    ("content", "Content Type is"),
    ("retained", "Retained"),
    ("qos", "QoS"),
];

fn kind(condition: &Condition) -> &'static str {
    match condition {
        Condition::PayloadIs(_) => "is",
        Condition::PayloadContains(_) => "contains",
        Condition::PayloadBetween { .. } => "number",
        Condition::Json { test, .. } => match test {
            JsonTest::There => "json-there",
            JsonTest::Text => "json-text",
            JsonTest::Is(_) => "json-is",
            JsonTest::Between { .. } => "json-number",
        },
        Condition::UserProperty { .. } => "user",
        Condition::ContentType(_) => "content",
        Condition::Retained(_) => "retained",
        Condition::Qos(_) => "qos",
    }
}

/// A condition of this kind; what it shares with the one before stays.
fn of_kind(kind: &str, before: &Condition) -> Condition {
    let none = String::new;
    let path = match before {
        Condition::Json { path, .. } => path.clone(),
        _ => "$".into(),
    };
    let json = |test| Condition::Json { path, test };
    match kind {
        "contains" => Condition::PayloadContains(none()),
        "number" => Condition::PayloadBetween {
            from: none(),
            to: none(),
        },
        "json-there" => json(JsonTest::There),
        "json-text" => json(JsonTest::Text),
        "json-is" => json(JsonTest::Is(none())),
        "json-number" => json(JsonTest::Between {
            from: none(),
            to: none(),
        }),
        "user" => Condition::UserProperty {
            name: none(),
            value: none(),
        },
        "content" => Condition::ContentType(none()),
        "retained" => Condition::Retained(false),
        "qos" => Condition::Qos(0),
        _ => Condition::PayloadIs(none()),
    }
}

/// All of them, with a button for another one.
pub(super) fn conditions(all: &[Condition], on_change: &Callback<Vec<Condition>>) -> Html {
    let all: Vec<Condition> = all.to_vec();
    let add = {
        let (all, on_change) = (all.clone(), on_change.clone());
        Callback::from(move |_: MouseEvent| {
            let mut next = all.clone();
            next.push(Condition::PayloadContains(String::new()));
            on_change.emit(next);
        })
    };
    let rows = all.iter().enumerate().map(|(at, condition)| {
        let change = with_at(&all, at, on_change);
        let remove = {
            let (all, on_change) = (all.clone(), on_change.clone());
            Callback::from(move |_: MouseEvent| {
                let mut next = all.clone();
                if at < next.len() {
                    next.remove(at);
                }
                on_change.emit(next);
            })
        };
        let set_kind = with(condition, &change, |it, to| *it = of_kind(&to, it));
        html! {
            <li key={at} class="answer-part" data-testid={format!("condition-{at}")}>
                { choice("If", format!("condition-{at}-kind"), &KINDS, kind(condition), set_kind) }
                { fields(condition, at, &change) }
                <button type="button" class="bare square" aria-label={format!("Remove condition {}", at.saturating_add(1))} title="Remove it" data-testid={format!("condition-{at}-remove")} onclick={remove}>{ icon(Icon::Cross) }</button>
            </li>
        }
    });
    html! {
        <>
            <ul class="answer-parts">{ for rows }</ul>
            <button type="button" data-testid="add-condition" onclick={add}>{ icon(Icon::Plus) }{ "Condition" }</button>
        </>
    }
}

fn with_at(
    all: &[Condition],
    at: usize,
    on_change: &Callback<Vec<Condition>>,
) -> Callback<Condition> {
    let (all, on_change) = (all.to_vec(), on_change.clone());
    Callback::from(move |condition: Condition| {
        let mut next = all.clone();
        if let Some(place) = next.get_mut(at) {
            *place = condition;
        }
        on_change.emit(next);
    })
}

fn fields(condition: &Condition, at: usize, change: &Callback<Condition>) -> Html {
    let test = |name: &str| format!("condition-{at}-{name}");
    // One that is of another kind is left as it is: its fields are gone by then.
    macro_rules! field {
        ($label:expr, $name:expr, $value:expr, $pattern:pat => $place:ident) => {
            text(
                $label,
                test($name),
                $value,
                with(condition, change, |it, to| {
                    if let $pattern = it {
                        *$place = to;
                    }
                }),
            )
        };
    }
    match condition {
        Condition::PayloadIs(value) => {
            field!("Text", "text", value, Condition::PayloadIs(place) => place)
        }
        Condition::PayloadContains(value) => {
            field!("Text", "text", value, Condition::PayloadContains(place) => place)
        }
        Condition::ContentType(value) => {
            field!("Content Type", "text", value, Condition::ContentType(place) => place)
        }
        Condition::PayloadBetween { from, to } => html! { <>
            { field!("From", "from", from, Condition::PayloadBetween { from: place, .. } => place) }
            { field!("To", "to", to, Condition::PayloadBetween { to: place, .. } => place) }
        </> },
        Condition::UserProperty { name, value } => html! { <>
            { field!("Name", "name", name, Condition::UserProperty { name: place, .. } => place) }
            { field!("Value (empty: any)", "value", value, Condition::UserProperty { value: place, .. } => place) }
        </> },
        Condition::Json { path, test } => html! { <>
            { field!("Path", "path", path, Condition::Json { path: place, .. } => place) }
            { match test {
                JsonTest::There | JsonTest::Text => Html::default(),
                JsonTest::Is(value) => field!("Value", "text", value, Condition::Json { test: JsonTest::Is(place), .. } => place),
                JsonTest::Between { from, to } => html! { <>
                    { field!("From", "from", from, Condition::Json { test: JsonTest::Between { from: place, .. }, .. } => place) }
                    { field!("To", "to", to, Condition::Json { test: JsonTest::Between { to: place, .. }, .. } => place) }
                </> },
            } }
        </> },
        Condition::Retained(value) => {
            let choices = [("no", "It is not"), ("yes", "It is")];
            let chosen = if *value { "yes" } else { "no" };
            let set = with(condition, change, |it, to| {
                *it = Condition::Retained(to == "yes")
            });
            choice("Retained", test("retained"), &choices, chosen, set)
        }
        Condition::Qos(value) => {
            let set = with(condition, change, |it, to| {
                *it = Condition::Qos(to.parse().unwrap_or(0))
            });
            choice("Level", test("qos"), &QOS, &value.to_string(), set)
        }
    }
}
