//! mqttscope-wire
