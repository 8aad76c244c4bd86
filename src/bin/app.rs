//! The page's entry point.

fn main() {
    mqttscope::run();
}
