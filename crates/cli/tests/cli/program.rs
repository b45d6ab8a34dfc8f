//! The program under way, and what it said.

use std::io::Read;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crosstrack_testkit::assert_no_secret;
pub(crate) use crosstrack_testkit::wait_until;
use expect_test::Expect;
use serde_json::Value;

use crate::mask::Mask;

/// Longer than any run of these tests takes on a busy machine. A run that hangs fails its test.
const LIMIT: Duration = Duration::from_secs(90);

/// The program under way. It is killed with this value.
pub(crate) struct Program {
    line: String,
    child: Child,
    stdout: Stream,
    stderr: Stream,
    mask: Mask,
}

impl Program {
    pub(crate) fn new(line: &str, mut child: Child, mask: Mask) -> Self {
        let stderr = child.stderr.take().unwrap();
        Self::telling(line, (child, stderr), mask)
    }

    /// The same with a story that comes some other way: from a terminal.
    pub(crate) fn telling(
        line: &str,
        (mut child, story): (Child, impl Read + Send + 'static),
        mask: Mask,
    ) -> Self {
        let stdout = Stream::read(child.stdout.take().unwrap());
        Self { line: line.to_owned(), child, stdout, stderr: Stream::read(story), mask }
    }

    /// Sends a signal, as a terminal or a service manager does.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits until the story has come to these words.
    #[track_caller]
    pub(crate) fn tells(&self, words: &str) {
        wait_until(words, || self.stderr.so_far().contains(words));
    }

    /// Whether it has come to its end.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn wait(mut self) -> Ran {
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "`crosstrack {}` hangs", self.line);
            std::thread::sleep(Duration::from_millis(2));
        };
        Ran {
            line: self.line.clone(),
            stdout: self.stdout.read_out(),
            // A terminal ends its lines in its own way.
            stderr: without_shared(&self.stderr.read_out().replace("\r\n", "\n")),
            code: status.code().unwrap_or(-1),
            mask: self.mask.clone(),
        }
    }
}

/// The story without what the shadow server tells, which all tests share: another one may have started it, or replayed the same
/// migrations.
fn without_shared(story: &str) -> String {
    story.split_inclusive('\n').filter(|line| !line.starts_with("shadow server: ")).collect()
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the program says, as far as it has come.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn read(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let said = Arc::clone(&bytes);
        let reader = std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut piece) {
                said.lock().unwrap().extend_from_slice(&piece[..length]);
            }
        });
        Self { bytes, reader: Some(reader) }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    fn read_out(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }
}

/// What the program said, and how it ended.
pub(crate) struct Ran {
    line: String,
    /// The answer.
    pub(crate) stdout: String,
    /// The story.
    pub(crate) stderr: String,
    /// The exit code.
    pub(crate) code: i32,
    mask: Mask,
}

impl Ran {
    /// Compares the transcript. No transcript shows a password.
    #[track_caller]
    pub(crate) fn shows(&self, expected: &Expect) {
        let transcript = self.transcript();
        assert_no_secret(&transcript);
        expected.assert_eq(&transcript);
    }

    /// It ended so. The transcript is shown when it did not.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.transcript());
        self
    }

    /// The document on stdout. Its exit code is the program's.
    #[track_caller]
    pub(crate) fn document(&self) -> Value {
        let document: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.transcript()));
        assert_eq!(document["exit_code"], self.code, "{}", self.transcript());
        document
    }

    /// As a terminal shows it: the call, the answer, the story, the exit code.
    pub(crate) fn transcript(&self) -> String {
        let mut text = format!("$ crosstrack {}\n{}", self.line, self.stdout);
        if !self.stderr.is_empty() {
            text += &format!("[stderr]\n{}", self.stderr);
        }
        self.mask.apply(&format!("{text}[exit {}]\n", self.code))
    }
}
