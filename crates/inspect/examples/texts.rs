//! Prints the file that [`mqttscope_inspect::texts`] reads; `cargo xtask generate` keeps it.

fn main() {
    print!("{}", mqttscope_inspect::texts::Texts::file());
}
