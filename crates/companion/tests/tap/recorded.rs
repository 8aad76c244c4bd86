//! What is recorded is what passed.

use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use mqttscope_capture::recording::Capture;

use crate::support::{
    CONNACK, CONNECT, Running, Server, connect, folder, passes, publish, tool, until_end,
};

fn files(folder: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).unwrap();
    let mut all: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// All packets of these files, in order.
fn packets(files: &[PathBuf]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for file in files {
        let capture = Capture::read(&std::fs::read(file).unwrap(), None);
        assert_eq!(capture.notes, Vec::<String>::new(), "{file:?}");
        for connection in &capture.connections {
            let own = connection.packets.iter();
            all.extend(own.map(|packet| connection.bytes_of(packet).unwrap().to_vec()));
        }
    }
    all
}

/// What records into this file, and both ends of a connection through it.
fn recording(file: &Path) -> (Running, TcpStream, TcpStream) {
    let server = Server::start();
    let address = server.address();
    let path = file.to_str().unwrap();
    let mut running = Running::start(&["record", "0", "--to", &address, "--out", path]);
    let client = connect(running.address("tap"));
    let broker = server.accept();
    (running, client, broker)
}

#[test]
fn a_recording_is_whole_and_other_tools_read_it() {
    let folder = folder("record");
    let file = folder.join("a.pcapng");
    let (running, mut client, mut broker) = recording(&file);
    let mut wanted = vec![CONNECT.to_vec(), CONNACK.to_vec()];
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut broker, &mut client, &CONNACK);
    for at in 0..50_usize {
        let packet = publish("t", &vec![b'x'; at * at * 10]);
        passes(&mut client, &mut broker, &packet);
        wanted.push(packet);
    }
    running.signal("INT");
    assert_eq!(until_end(&mut broker), b"");
    drop((client, broker));
    let (code, out, err) = running.ended();
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert!(err.contains("1 connection, 52 packets"), "{err}");
    assert!(packets(std::slice::from_ref(&file)) == wanted);
    let lint = Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .arg("lint")
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8(lint.stderr).unwrap();
    assert!(
        said.contains("52 packets on 1 connection of 1 file"),
        "{said}"
    );
    let Some(types) = tool(
        "tshark",
        &[
            "-r",
            file.to_str().unwrap(),
            "-T",
            "fields",
            "-e",
            "mqtt.msgtype",
            "-Y",
            "mqtt",
        ],
    ) else {
        return;
    };
    assert_eq!(
        types
            .split(['\n', ','])
            .filter(|kind| !kind.is_empty())
            .count(),
        52,
        "{types}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn passwords_are_masked_where_that_is_asked_for() {
    let connect_with = b"\x10\x18\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01a\x00\x01u\x00\x06secret";
    for (name, is_masked) in [("record-masked", true), ("record-plain", false)] {
        let file = folder(name).join("a.pcapng");
        let server = Server::start();
        let address = server.address();
        let path = file.to_str().unwrap();
        let mut arguments = vec!["record", "0", "--to", &address, "--out", path];
        arguments.extend(is_masked.then_some("--mask-secrets"));
        let mut running = Running::start(&arguments);
        let mut client = connect(running.address("tap"));
        let mut broker = server.accept();
        // What passes is never changed.
        passes(&mut client, &mut broker, connect_with);
        passes(&mut client, &mut broker, &[0xc0, 0]);
        drop((client, broker));
        let (code, _, err) = running.interrupt();
        assert_eq!(code, Some(0), "{err}");
        let bytes = std::fs::read(&file).unwrap();
        let has_it = bytes.windows(6).any(|part| part == b"secret");
        assert_eq!(has_it, !is_masked, "{name}");
        let packets = packets(&[file]);
        assert_eq!((packets.len(), packets[0].len()), (2, connect_with.len()));
    }
}

/// Waits for this to be so.
fn until(mut is_so: impl FnMut() -> bool) {
    let until = std::time::Instant::now() + crate::support::PATIENCE;
    while !is_so() {
        assert!(std::time::Instant::now() < until, "it is not written");
        std::thread::yield_now();
    }
}

#[test]
fn a_recording_that_is_killed_is_whole_up_to_what_was_last_written() {
    let file = folder("record-killed").join("a.pcapng");
    let (mut running, mut client, mut broker) = recording(&file);
    let mut wanted = vec![CONNECT.to_vec()];
    passes(&mut client, &mut broker, &CONNECT);
    wanted.extend((0..20_u8).map(|number| publish("t", &[number; 500])));
    for packet in &wanted[1..] {
        passes(&mut client, &mut broker, packet);
    }
    // All of it is written within a moment, without anything that asks for it.
    until(|| {
        let capture = Capture::read(&std::fs::read(&file).unwrap(), None);
        let mut own = capture.connections.iter();
        own.any(|connection| connection.packets.len() == wanted.len())
    });
    // Killed in the middle of more.
    let before = std::fs::metadata(&file).unwrap().len();
    let more = std::thread::spawn(move || {
        let packet = publish("t", &[b'x'; 5000]);
        for _ in 0..10_000 {
            if client.write_all(&packet).is_err() {
                return;
            }
        }
    });
    let read = std::thread::spawn(move || until_end(&mut broker).len());
    until(|| std::fs::metadata(&file).unwrap().len() > before + 100_000);
    running.signal("KILL");
    running.wait();
    more.join().unwrap();
    assert!(read.join().unwrap() > 0);
    // The last of it may be cut.
    let capture = Capture::read(&std::fs::read(&file).unwrap(), None);
    let connection = &capture.connections[0];
    let all: Vec<&[u8]> = (connection.packets.iter())
        .map(|packet| connection.bytes_of(packet).unwrap())
        .collect();
    assert!(all.len() > wanted.len() + 10, "{}", all.len());
    assert!(all.iter().zip(&wanted).all(|(got, sent)| got == sent));
    let (_, whole) = all[wanted.len()..].split_last().unwrap();
    assert!(whole.iter().all(|packet| packet.len() == 5006));
}

#[test]
fn files_rotate_by_size_and_nothing_is_lost_between_them() {
    let folder = folder("record-rotate");
    let server = Server::start();
    let address = server.address();
    let path = folder.join("a.pcapng");
    let mut running = Running::start(&[
        "record",
        "0",
        "--to",
        &address,
        "--out",
        path.to_str().unwrap(),
        "--rotate-size",
        "10K",
    ]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    let mut wanted = vec![CONNECT.to_vec(), CONNACK.to_vec()];
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut broker, &mut client, &CONNACK);
    for at in 0..100_u8 {
        let packet = publish("topic", &[at; 700]);
        passes(&mut client, &mut broker, &packet);
        wanted.push(packet);
    }
    drop((client, broker));
    let (code, _, err) = running.interrupt();
    assert_eq!(code, Some(0), "{err}");
    let all = files(&folder);
    assert!(all.len() > 5, "{all:?}");
    assert!(all[0].to_str().unwrap().contains("a-00001-20"), "{all:?}");
    assert!(
        all.iter()
            .all(|file| file.metadata().unwrap().len() < 12_000)
    );
    assert!(packets(&all) == wanted);
    // Together they are one connection; each alone knows between whom it was recorded.
    let paths: Vec<&str> = all.iter().map(|file| file.to_str().unwrap()).collect();
    let (code, out, err) = run(&[&["lint"], &paths[..]].concat());
    assert_eq!((code, &*out), (Some(0), ""), "{err}");
    let totals = format!("102 packets on 1 connection of {} files", all.len());
    assert!(err.contains(&totals), "{err}");
    assert!(!err.contains("missing"), "{err}");
    let (_, out, _) = run(&["follow", paths[1]]);
    let first = out.lines().next().unwrap();
    assert!(first.ends_with(&format!("to {address}")), "{first}");
    // JUnit has a case in each file, under the same number.
    let (_, out, _) = run(&[&["lint", "--format", "junit"], &paths[..]].concat());
    assert_eq!(out.matches("name=\"connection 1, ").count(), 1, "{out}");
    let goes_on = out.matches("name=\"connection 1 goes on, ").count();
    assert_eq!(goes_on, all.len() - 1, "{out}");
}

#[test]
fn faults_are_told_where_nothing_else_is() {
    let folder = folder("record-faults");
    let (file, faults) = (folder.join("a.pcapng"), folder.join("faults"));
    std::fs::write(&faults, "cut a before PINGREQ 1").unwrap();
    let server = Server::start();
    let address = server.address();
    let (file, faults) = (file.to_str().unwrap(), faults.to_str().unwrap());
    let mut running = Running::start(&[
        "record", "0", "--to", &address, "--out", file, "--faults", faults,
    ]);
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    client.write_all(&[0xc0, 0]).unwrap();
    assert_eq!(until_end(&mut broker), b"");
    running
        .err()
        .wait("#1 a fault: line 1: cut before PINGREQ 1");
    drop((client, broker));
    let (code, _, err) = running.interrupt();
    assert_eq!(code, Some(0), "{err}");
    // What was sent is in it, whatever became of it.
    let wanted = [CONNECT.to_vec(), vec![0xc0, 0]];
    assert_eq!(packets(&[PathBuf::from(file)]), wanted);
    // So are the real ports of broker and tap.
    let (_, out, _) = run(&["follow", file]);
    assert!(
        out.lines()
            .next()
            .unwrap()
            .ends_with(&format!("to {address}")),
        "{out}"
    );
    // So is what the tap did, and every command tells it.
    let words = "line 1: cut before PINGREQ 1; 2 bytes did not go on";
    let capture = Capture::read(&std::fs::read(file).unwrap(), None);
    let [marked] = &capture.connections[0].marks[..] else {
        panic!("{:?}", capture.connections[0].marks);
    };
    assert_eq!((marked.after, &*marked.mark.words), (2, words));
    let (code, out, err) = run(&["lint", file]);
    assert_eq!((code, &*out), (Some(0), ""), "{err}");
    let told = format!("the tap did this on purpose: {words}; what follows is not judged");
    assert!(err.contains(&told), "{err}");
    let (_, out, _) = run(&["follow", file]);
    assert!(
        out.trim_end().ends_with(&format!(" fault: {words}")),
        "{out}"
    );
    let (_, out, _) = run(&["follow", "--format", "json", file]);
    let last: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["kind"], &last["text"]),
        (&"fault".into(), &words.into())
    );
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    Running::start(arguments).ended()
}

#[test]
fn a_recording_is_never_written_over() {
    let folder = folder("record-exists");
    let file = folder.join("a.pcapng");
    std::fs::write(&file, "mine").unwrap();
    let path = file.to_str().unwrap();
    let (code, _, err) =
        Running::start(&["record", "0", "--to", "localhost:1", "--out", path]).ended();
    assert_eq!(code, Some(2));
    assert!(err.contains("a.pcapng") && err.contains("exists"), "{err}");
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_the_traffic_goes_on() {
    let folder = folder("record-full");
    let server = Server::start();
    let address = server.address();
    let path = folder.join("a.pcapng");
    let path = path.to_str().unwrap();
    // What a process may write to a file, in blocks of 1 KiB, stands in for the disk.
    let mut running = Running::limited(
        "ulimit -f 100",
        &["record", "0", "--to", &address, "--out", path],
    );
    let mut client = connect(running.address("tap"));
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    for _ in 0..300 {
        passes(&mut client, &mut broker, &publish("t", &[b'x'; 1000]));
    }
    running
        .err()
        .wait("the recording ends here, the traffic goes on");
    passes(&mut client, &mut broker, &publish("t", b"still"));
    drop((client, broker));
    let (code, _, err) = running.interrupt();
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("the recording is not whole"), "{err}");
    assert!(packets(&[PathBuf::from(path)]).len() > 50);
}
