//! The program as it is run, and a client that talks to it over TLS.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod certificates;
pub mod client;
pub mod reviews;

use client::{Client, Reply};
use serde_json::Value;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long a test waits for what comes at once on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of its own for a test, which goes when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("dokimos-hook-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Whole or not at all, as an editor and Kubernetes do it.
        let beside = self.path(".beside");
        fs::write(&beside, bytes).unwrap();
        fs::rename(beside, &path).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A file of the shared test data.
pub fn testdata(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A running hook, with the files that it was given.
pub struct Hook {
    pub folder: Folder,
    pub authority: String,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    pub listen: SocketAddr,
    pub observe: SocketAddr,
}

impl Hook {
    /// With the policy, a folder of attestations that are the files of testdata/evidence, and more configuration in YAML.
    pub fn start(policy: &str, evidence: &[&str], more: &str) -> Self {
        let folder = Folder::new();
        folder.write("policy/policy.yaml", policy);
        for name in evidence {
            folder.write(&format!("attestations/{name}"), testdata(&format!("evidence/{name}")));
        }
        fs::create_dir_all(folder.path("attestations")).unwrap();
        let config = format!(
            "evidence: [{{ directory: {{ path: {0}/attestations }} }}]\npolicy: {0}/policy\nreload: 50ms\n{more}\n",
            folder.0.display()
        );
        Self::start_in(folder, &config)
    }

    /// With a configuration that names files of the folder.
    pub fn start_in(folder: Folder, config: &str) -> Self {
        let made = certificates::make("localhost");
        folder.write("tls/tls.crt", &made.certificate);
        folder.write("tls/tls.key", &made.key);
        folder.write("hook.yaml", config);
        let mut child = Self::command(&folder).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (stdout, log) = (child.stdout.take().unwrap(), Arc::clone(&lines));
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                log.lock().unwrap().push(line);
            }
        });
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut hook = Self { folder, authority: made.authority, child, lines, listen: unknown, observe: unknown };
        let started = hook.event("started");
        hook.listen = started["listen"].as_str().unwrap().parse().unwrap();
        hook.observe = started["observe"].as_str().unwrap().parse().unwrap();
        hook
    }

    fn command(folder: &Folder) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dokimos-hook"));
        command.arg("serve").arg("--config").arg(folder.path("hook.yaml"));
        command.args(["--listen", "127.0.0.1:0", "--observe", "127.0.0.1:0"]);
        command.arg("--certificate").arg(folder.path("tls/tls.crt")).arg("--key").arg(folder.path("tls/tls.key"));
        command
    }

    pub fn client(&self) -> Client {
        Client::connect(self.listen, &self.authority).unwrap()
    }

    /// The answer's `response`, of a review that is answered.
    pub fn review(&self, review: &Value) -> Value {
        let reply = self.client().post("/?timeout=10s", &review.to_string());
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["response"].clone()
    }

    pub fn observe(&self, path: &str) -> Reply {
        client::get_plain(self.observe, path)
    }

    /// The number behind this name in /metrics; 0 where the name is not there.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.observe("/metrics").body;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().unwrap())
    }

    pub fn log(&self) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        lines.iter().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }

    /// The last line of this event, when there is one. The log comes by another way than answers, and may come later.
    pub fn event(&self, event: &str) -> Value {
        wait(event, || self.log().into_iter().rfind(|line| line["event"] == event))
    }

    /// The lines of decisions, when there are so many.
    pub fn decisions(&self, number: usize) -> Vec<Value> {
        wait("a decision", || {
            let lines: Vec<_> = self.log().into_iter().filter(|line| line["event"] == "decision").collect();
            (lines.len() >= number).then_some(lines)
        })
    }

    pub fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    pub fn ended(&mut self) -> ExitStatus {
        wait("the end", || self.child.try_wait().unwrap())
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until there is something, and fails where it does not come.
pub fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} did not come");
        thread::sleep(Duration::from_millis(10));
    }
}

/// What the program says on the standard error when it does not start, and its exit code.
pub fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dokimos-hook")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}
