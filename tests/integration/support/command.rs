//! The real binary, run to its end.

use std::{path::Path, process::Command};

/// The key that tests work with.
pub const SECRET: &str = "a key for tests alone, long enough to be taken";

/// The binary, in the package's folder, in English, with none of the caller's `SIPAS_*` variables.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sipas"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SIPAS_") {
            command.env_remove(name);
        }
    }
    command.env("SIPAS_LANG", "en");
    command
}

/// What a finished command left.
#[derive(Debug)]
pub struct Output {
    /// Exit code; a command ended by a signal fails the test at once.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Asserts success and gives standard output.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Asserts this exit code and gives standard error.
    #[track_caller]
    pub fn fails(self, code: i32) -> String {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self.stderr
    }
}

/// Runs a command with these variables and waits for its end.
pub fn run(args: &[&str], variables: &[(&str, &str)]) -> Output {
    finish(binary().args(args).envs(variables.iter().copied()))
}

pub(super) fn finish(command: &mut Command) -> Output {
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    Output {
        code: output.status.code().expect("ended by a signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_command_gives_its_exit_code_and_both_streams() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions");
    let found = run(&["definition", "check", folder.to_str().unwrap()], &[]);
    assert_eq!(found.code, 0, "{}", found.stderr);
    let wrong = run(&["no-such-command"], &[]);
    assert!(wrong.fails(2).contains("no-such-command"));
}

/// Runs a command with a text on its standard input.
pub(super) fn finish_with(command: &mut Command, input: &str) -> Output {
    use std::{io::Write as _, process::Stdio};
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code().expect("ended by a signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
