//! A machine with a home folder of its own, and a server on loopback that answers one way.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

pub struct Machine(TempDir);

impl Machine {
    /// `home` and `work`, both empty.
    pub fn new() -> Self {
        let machine = Self(tempfile::tempdir().expect("a folder"));
        for folder in ["home", "work"] {
            std::fs::create_dir(machine.path(folder)).expect("a folder");
        }
        machine
    }

    pub fn path(&self, relative: &str) -> String {
        self.0.path().join(relative).display().to_string()
    }

    pub fn file(&self, relative: &str, contents: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(relative);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, contents).expect("written");
        self
    }

    /// `bedrill ARGUMENT...` in `work`, with nothing of this machine's environment.
    pub fn bedrill(&self, arguments: &[&str]) -> Bedrill {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedrill"));
        command.args(arguments).current_dir(self.path("work")).env_clear().env("HOME", self.path("home"));
        command.env("AWS_EC2_METADATA_DISABLED", "true").stdin(Stdio::null());
        Bedrill(command)
    }

    /// `bedrill chat --no-stream ARGUMENT... hi` with access keys.
    pub fn chat(&self, arguments: &[&str]) -> Bedrill {
        self.bedrill(&[&["chat", "--no-stream"], arguments, &["hi"]].concat())
            .var("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .var("AWS_SECRET_ACCESS_KEY", "canary-secret")
    }
}

pub struct Bedrill(Command);

impl Bedrill {
    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub fn run(mut self) -> Run {
        let output = self.0.output().expect("bedrill runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

#[derive(Debug)]
pub struct Run {
    code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(!format!("{self:?}").contains("canary"), "a secret shows: {self:?}");
        self
    }

    #[track_caller]
    pub fn says(&self, part: &str) {
        assert!(self.stderr.contains(part), "no {part:?} in: {}", self.stderr);
    }
}

/// What every server answers: 1,000 tokens read, 200 written.
const ANSWER: &str = r#"{"metrics":{"latencyMs":1},"output":{"message":{"content":[{"text":"Hello."}],"role":"assistant"}},"stopReason":"end_turn","usage":{"inputTokens":1000,"outputTokens":200,"totalTokens":1200}}"#;

/// Answers every request with [`ANSWER`].
pub struct Server {
    pub url: String,
    heads: Receiver<String>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, heads) = channel();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if sender.send(exchange(connection)).is_err() {
                    return;
                }
            }
        });
        Self { url, heads }
    }

    /// The request line and headers of the next request.
    pub fn head(&self) -> String {
        self.heads.recv_timeout(Duration::from_secs(20)).expect("a request")
    }
}

fn exchange(mut connection: TcpStream) -> String {
    connection.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a length")) {
                let length = ANSWER.len();
                let head_of_answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                connection.write_all((head_of_answer + ANSWER).as_bytes()).expect("written");
                return head.to_owned();
            }
        }
        match connection.read(&mut chunk).expect("a request") {
            0 => panic!("the request is cut"),
            length => bytes.extend_from_slice(&chunk[..length]),
        }
    }
}
