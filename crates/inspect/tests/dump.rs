#[test]
fn dump() {
    use mqttscope_inspect::*;
    for e in examples::ALL.iter().filter(|e| ["A sensor reports","CONNECT","SUBSCRIBE","QoS 3"].contains(&e.title)) {
        let r = recording::Recording::read(e.bytes(), Some(e.version), e.sender);
        for i in 0..r.packets().len() {
            println!("{:?}", r.row(i).unwrap());
            let d = r.dissect(i);
            for row in fields::rows(&d, r.bytes_of(i), &Default::default()) {
                println!("  {}{} = {} ({}) {:?} {}", "  ".repeat(row.depth as usize), row.name, row.value, row.meaning, row.editable, row.has_children);
            }
        }
    }
}
