//! The kinds of actions, and how each begins.

use mqttscope_answers::{Action, Publish, Table, Template, Test};

/// All of them, with their names.
pub(super) const KINDS: [(&str, &str); 9] = [
    ("publish", "Publish"),
    ("look-up", "Look up in a table"),
    ("when", "If a cell of the row…"),
    ("set", "Write into the row"),
    ("add-row", "Add a row"),
    ("remove-row", "Remove the row"),
    ("count", "Count"),
    ("log", "Log a line"),
    ("stop", "Stop here"),
];

/// Which an action is.
pub(super) fn kind(action: &Action) -> &'static str {
    match action {
        Action::Publish(_) => "publish",
        Action::LookUp { .. } => "look-up",
        Action::When { .. } => "when",
        Action::Set { .. } => "set",
        Action::AddRow { .. } => "add-row",
        Action::RemoveRow => "remove-row",
        Action::Count(_) => "count",
        Action::Log(_) => "log",
        Action::Stop => "stop",
    }
}

/// An action of this kind, as it begins.
pub(super) fn of_kind(kind: &str, tables: &[Table]) -> Action {
    let table = tables.first();
    let name = table.map(|table| table.name.clone()).unwrap_or_default();
    let column = table.and_then(|table| table.columns.first().cloned());
    let column = column.unwrap_or_default();
    match kind {
        "look-up" => Action::LookUp {
            table: name,
            column,
            value: "{{payload}}".into(),
            found: Vec::new(),
            missing: Vec::new(),
        },
        "when" => Action::When {
            column,
            test: Test::Yes,
            then: Vec::new(),
            otherwise: Vec::new(),
        },
        "set" => Action::Set {
            column,
            value: Template::default(),
        },
        "add-row" => Action::AddRow {
            table: name,
            cells: Vec::new(),
        },
        "remove-row" => Action::RemoveRow,
        "count" => Action::Count("messages".into()),
        "log" => Action::Log("{{topic}}: {{payload}}".into()),
        "stop" => Action::Stop,
        _ => Action::Publish(Publish {
            topic: "reply/{{topic}}".into(),
            payload: "{{payload}}".into(),
            ..Publish::default()
        }),
    }
}
