//! The entry point of the worker that holds the connections.

fn main() {
    mqttscope::worker::run();
}
