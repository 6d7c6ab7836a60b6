//! The examples in the help, run as they stand there, with small stand-ins for programs that need a cluster or a
//! registry.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

mod support;

use std::{env, fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Command};
use support::{Folder, IMAGE, Run};

impl Folder {
    /// Puts an executable script where the examples find it before all others.
    fn stand_in(&self, name: &str, script: &str) {
        let path = self.path().join("bin").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the examples of a command, all of which must succeed.
    fn run_examples(&self, command: &[&str]) -> String {
        let help = self.run(&[command, &["--help"]].concat()).succeeds();
        let (_, examples) = help.rsplit_once("Example").unwrap();
        let (_, examples) = examples.split_once(":\n").unwrap();
        let (_, digest) = IMAGE.split_once('@').unwrap();
        let examples = examples.replace("sha256:…", digest);
        assert!(!examples.contains('…'), "{examples}");
        let folders = [self.path().join("bin"), PathBuf::from(env!("CARGO_BIN_EXE_dokimos")).parent().unwrap().into()];
        let path = env::join_paths(folders.into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap()))).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-euc", &examples]).current_dir(self.path()).env("PATH", path);
        Run::new(shell.output().unwrap()).ends(0)
    }
}

#[test]
fn the_examples_work_from_a_key_to_a_decision() {
    let folder = Folder::new("examples");
    let printed = folder.run_examples(&["keygen"]);
    // What keygen prints goes into a policy as it is.
    let entry: String = printed.lines().map(|line| format!("    {line}\n")).collect();
    let policy = format!(
        "apiVersion: dokimos.dev/v1\nkind: Policy\nattestors:\n  - name: release\n{entry}\
         default:\n  evaluation: REQUIRE_ATTESTATION\n  require: release\n"
    );
    folder.write("policy.yaml", policy);
    folder.run_examples(&["policy", "check"]);

    fs::create_dir(folder.path().join("attestations")).unwrap();
    fs::copy(folder.path().join("web.json"), folder.path().join("attestations/web.json")).unwrap();
    let sign = ["sign", "--key", "release.pem", "--algorithm", "RSA_PSS_3072_SHA256", "--image", IMAGE];
    let cosign = folder.run(&[&sign[..], &["--format", "cosign", "--style", "kritis"]].concat()).succeeds();
    folder.stand_in("cosign", &format!("[ \"$1 $2\" = 'download signature' ] && echo '{}'", cosign.trim()));
    let shown = folder.run_examples(&["inspect"]);
    assert_eq!(shown.matches("NOT VERIFIED").count(), 2, "{shown}");

    folder.run(&["payload", "--image", IMAGE, "-o", "web.payload"]).succeeds();
    let document: serde_json::Value = serde_json::from_str(&cosign).unwrap();
    folder.write("web.sig", document["Base64Signature"].as_str().unwrap());
    folder.stand_in("kubectl", &format!("[ \"$1 $2\" = 'get pods' ] && printf '%s %s' {IMAGE} {IMAGE}"));
    let shown = folder.run_examples(&["verify"]);
    let verdicts = shown.lines().filter(|line| line.contains(IMAGE)).count();
    assert_eq!(verdicts, 4, "{shown}");
    assert!(!shown.contains("DENY ") && shown.contains("         1  images\n"), "{shown}");

    folder.run_examples(&["reasons"]);
    folder.run_examples(&["key", "id"]);
}
