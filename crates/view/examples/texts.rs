//! Prints the file that [`mqttscope_view::texts`] reads; `cargo xtask generate` keeps it.

fn main() {
    print!("{}", mqttscope_view::texts::Texts::file());
}
