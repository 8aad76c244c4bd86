//! `docs/filters.md` has every name, and nothing else.

use std::fmt::Write as _;
use std::path::Path;

use mqttscope_filter::{Field, READY};

const BEGIN: &str =
    "<!-- fields: cargo test -p mqttscope-filter fails where this is not what the code says -->\n";
const END: &str = "<!-- end of fields -->";

fn table() -> String {
    let mut out = String::new();
    for (title, is_wiresharks) in [("Names of ours", false), ("Wireshark's names", true)] {
        let _ = writeln!(out, "\n### {title}\n\n| name | is | what |\n|---|---|---|");
        for field in Field::all().filter(|field| field.is_wiresharks() == is_wiresharks) {
            let _ = writeln!(
                out,
                "| `{}` | {} | {} |",
                field.name(),
                field.kind().says(),
                field.says()
            );
        }
    }
    out.push_str("\n### Ready filters\n\n| name | filter |\n|---|---|\n");
    for ready in READY {
        let _ = writeln!(
            out,
            "| {} | `{}` |",
            ready.name,
            ready.filter.replace('|', "\\|")
        );
    }
    out.push('\n');
    out
}

#[test]
fn the_reference_has_every_name() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/filters.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (found, tail) = rest.split_once(END).unwrap();
    let expected = table();
    if std::env::var_os("UPDATE_FILTERS").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}{expected}{END}{tail}")).unwrap();
    } else {
        assert_eq!(found, expected, "run it with UPDATE_FILTERS=1");
    }
}
