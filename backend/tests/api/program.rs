//! The real program from outside: how it starts, what it says, how it ends.

use std::{
    io::{BufRead as _, BufReader, Lines, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStderr, Command, Stdio},
};

use serde_json::json;
use tempfile::TempDir;

use crate::client::Client;

/// The real program, ended with the test.
pub(crate) struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    pub(crate) address: SocketAddr,
    /// Its data directory, where that ends with it.
    own: Option<TempDir>,
}

impl Program {
    pub(crate) fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut program = Self::start_in(&data, "127.0.0.1:0");
        program.own = Some(data);
        program
    }

    /// Starts it on a data directory that outlives it.
    pub(crate) fn start_in(data: &TempDir, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_warren"))
            .args(["--listen", listen, "--no-limits", "--data"])
            .arg(data.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the program says its address").unwrap();
            if let Some(address) = line.strip_prefix("Warren is at http://") {
                break address.parse().unwrap();
            }
        };
        Self { child, lines, address, own: None }
    }

    /// Ends it at once, as a crash does (SIGKILL).
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        status.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4_096
    }

    pub(crate) async fn plain(&self) -> Client {
        Client::connect(&format!("ws://{}/ws", self.address), &[]).await.unwrap()
    }

    /// Asks it to end as a service manager does, and gives its last words and whether it called that a success.
    fn terminate(&mut self) -> (String, bool) {
        let killed = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        let words = self.lines.by_ref().map(Result::unwrap).collect::<Vec<_>>().join("\n");
        (words, self.child.wait().unwrap().success())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What it says and with which code it ends, started so.
pub(crate) fn said(arguments: &[&str]) -> (String, Option<i32>) {
    let data = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_warren")).args(arguments).current_dir(&data).output().unwrap();
    let both = [output.stdout, output.stderr].concat();
    (String::from_utf8(both).unwrap(), output.status.code())
}

#[actix_web::test]
async fn sigterm_says_goodbye_and_keeps_everything() {
    let mut program = Program::start();
    let mut ada = program.plain().await;
    ada.say(&json!({"name": "Ada", "message": "kept"})).await;
    ada.json().await;
    let goodbye = actix_web::rt::spawn(async move { ada.closed().await });
    let (words, success) = tokio::task::spawn_blocking(move || program.terminate()).await.unwrap();
    assert!(success && words.contains("Everything is kept."), "{words}");
    assert_eq!(goodbye.await.unwrap().0, 1012);
}

#[actix_web::test]
async fn what_strangers_send_does_not_fill_the_log() {
    let mut program = Program::start();
    for bad in ["GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET / HTTP/1.1\r\nno header\r\n\r\n", "\0\r\n\r\n"] {
        for _ in 0..20 {
            let mut stream = TcpStream::connect(program.address).unwrap();
            stream.write_all(bad.as_bytes()).unwrap();
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).unwrap();
            assert!(answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
        }
    }
    let (words, _) = program.terminate();
    let lines: Vec<_> = words.lines().filter(|line| line.contains("WARN") || line.contains("ERROR")).collect();
    assert!(lines.len() == 1 && lines[0].contains("--url"), "{words}");
}

#[test]
fn a_wrong_value_is_named_with_what_would_be_right() {
    for (arguments, words) in [
        (&["--listen", "nowhere"][..], "--listen"),
        (&["--url", "chat.example"], "https://chat.example"),
        (&["--url", "https://chat.example/path"], "nothing else"),
        (&["--colour", "red"], "--colour"),
        (&["--log", "a=b=c"], "log"),
    ] {
        let (said, code) = said(arguments);
        assert!(said.contains(words) && code.is_some_and(|code| code > 0), "{arguments:?}: {said}");
    }
}

#[test]
fn help_explains_every_flag_and_its_variable() {
    let (help, code) = said(&["--help"]);
    assert_eq!(code, Some(0));
    for flag in ["listen", "data", "url", "no-limits", "log"] {
        let variable = format!("WARREN_{}", flag.to_uppercase().replace('-', "_"));
        assert!(help.contains(&format!("--{flag}")) && help.contains(&variable), "--{flag}: {help}");
    }
}
