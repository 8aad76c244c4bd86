//! Takes packets in hex apart: `cargo run -p mqttscope-wire --example dissect -- 32 08 00 01 61 00 07 00 68 69`.

use std::error::Error;

use mqttscope_wire::dissect_all;

fn main() -> Result<(), Box<dyn Error>> {
    let text: String = std::env::args().skip(1).collect();
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16))
        .collect::<Result<Vec<u8>, _>>()?;

    for packet in dissect_all(&bytes, None) {
        println!("{packet}");
        for field in packet.fields() {
            let indent = 2 + 2 * field.depth();
            println!("{:indent$}{field}, {}", "", field.span());
        }
        for fault in packet.faults() {
            println!("  {fault}");
        }
    }
    Ok(())
}
