//! `sipas serve` as a process, stopped when the test ends.

use std::{
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use super::{command, database::Database, http::Client};

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
}

impl Server {
    /// Starts `sipas serve` on this database, on a free port.
    pub fn start(database: &Database) -> Self {
        Self::start_with(database, &[])
    }

    /// The same with more variables, which win.
    pub fn start_with(database: &Database, variables: &[(&str, &str)]) -> Self {
        Self::spawn(
            command::binary()
                .arg("serve")
                .env("SIPAS_LISTEN", "127.0.0.1:0")
                .envs(database.variables())
                .envs(variables.iter().copied()),
        )
        .unwrap_or_else(|(status, words)| panic!("the server ended at once, {status}:\n{words}"))
    }

    /// Starts a command that serves and waits for its first line, `listening<TAB>URL`.
    ///
    /// # Errors
    /// How it ended and what it said, if it ended before it listened.
    pub fn spawn(command: &mut Command) -> Result<Self, (ExitStatus, String)> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (said, hear) = mpsc::channel();
        let stdout = collect(child.stdout.take().unwrap(), move |line| {
            if let Some(url) = line.trim_end().strip_prefix("listening\t") {
                // Nobody listens after the first one.
                let _ = said.send(url.to_owned());
            }
        });
        let stderr = collect(child.stderr.take().unwrap(), |_| ());
        let mut server = Self { child, url: String::new(), stdout, stderr };
        match hear.recv_timeout(PATIENCE) {
            Ok(url) => {
                server.url = url.trim_end_matches('/').to_owned();
                Ok(server)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                let status = server.child.wait().unwrap();
                // Until the reader of its words has read them to the end.
                while Arc::strong_count(&server.stderr) > 1 {
                    thread::sleep(Duration::from_millis(1));
                }
                Err((status, server.stderr()))
            }
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("no `listening` line:\n{}", server.stderr()),
        }
    }

    /// The address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A new client of this server, without cookies.
    pub fn client(&self) -> Client {
        Client::new(self.url())
    }

    /// What it has written to standard output so far.
    pub fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    /// What it has written to standard error so far: the log.
    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// The memory that it holds now, in KiB (Linux).
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// The same while others still use it.
    pub fn kill_now(&self) {
        self.signal("KILL");
    }

    /// Asks it to stop (SIGTERM).
    pub fn ask_to_stop(&self) {
        self.signal("TERM");
    }

    fn signal(&self, name: &str) {
        // The shell's own `kill`: there may be no program of that name.
        let sent = Command::new("sh")
            .args(["-c", "kill -$1 \"$2\"", "sh", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Ends it as a power cut would end the process: SIGKILL.
    pub fn kill9(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop and waits for its end.
    pub fn sigterm(self) -> ExitStatus {
        self.ask_to_stop();
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> ExitStatus {
        let pause = Duration::from_millis(20);
        for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(pause);
        }
        panic!("still running after SIGTERM:\n{}", self.stderr());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- the server's log\n{}", self.stderr());
        }
    }
}

/// Reads a stream to its end on a thread, so that the process never waits for us.
fn collect(
    stream: impl Read + Send + 'static,
    mut heard: impl FnMut(&str) + Send + 'static,
) -> Arc<Mutex<String>> {
    let all = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&all);
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            let text = String::from_utf8_lossy(&line);
            kept.lock().unwrap().push_str(&text);
            heard(&text);
            line.clear();
        }
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_server_is_asked_to_stop_and_its_status_is_told() {
        let server = Server::spawn(&mut shell(
            "trap 'exit 7' TERM; echo a log line >&2; printf 'listening\\thttp://127.0.0.1:1/\\n'; \
             while :; do sleep 0.05; done",
        ))
        .unwrap();
        assert_eq!(server.url(), "http://127.0.0.1:1");
        assert_eq!(server.sigterm().code(), Some(7));
    }

    #[test]
    fn a_server_that_cannot_start_says_why() {
        let (status, words) = Server::spawn(&mut shell("echo the port is in use >&2; exit 3")).unwrap_err();
        assert_eq!(status.code(), Some(3));
        assert_eq!(words, "the port is in use\n");
    }
}
