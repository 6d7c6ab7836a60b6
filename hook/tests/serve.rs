//! The servers themselves: protocols, limits, the log, the end.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod support;

use serde_json::json;
use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use support::{Folder, Hook, client, refused, reviews::*, wait};

#[test]
fn health_readiness_and_metrics_are_on_the_other_port() {
    let hook = Hook::start(&policy(), &[], "");
    assert_eq!(hook.observe("/healthz").status, 200);
    assert_eq!(hook.observe("/readyz").status, 200);
    assert_eq!(hook.observe("/nothing").status, 404);
    hook.review(&create(deployment("alpine:3.11")));
    let metrics = hook.observe("/metrics");
    assert!(metrics.head.to_ascii_lowercase().contains("content-type: text/plain; version=0.0.4"));
    for line in [
        "dokimos_hook_decisions_total{reason=\"TAG_REFERENCE\",allowed=\"false\"} 1",
        "dokimos_hook_reviews_total{outcome=\"denied\"} 1",
        "dokimos_hook_review_duration_seconds_count 1",
        "dokimos_hook_reviews_in_progress 0",
        "dokimos_hook_generation{what=\"policy\"} 1",
        "dokimos_hook_generation{what=\"certificate\"} 1",
        "dokimos_hook_current{what=\"policy\"} 1",
    ] {
        assert!(metrics.body.lines().any(|found| found == line), "{line}\n{}", metrics.body);
    }
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(hook.client().get(path).status, 404);
    }
    assert_eq!(hook.client().get("/").status, 405);
}

#[test]
fn the_log_says_who_what_and_why_and_no_secret() {
    let hook = Hook::start(&policy(), &["alpine.json"], "cluster: prod-1");
    let mut two = pod(ALPINE);
    two["spec"]["initContainers"] = json!([{ "name": "a", "image": "alpine:3.11" }]);
    hook.review(&create(two));
    let lines = hook.decisions(2);
    assert_eq!(lines.len(), 2);
    let (tag, digest) = (&lines[0], &lines[1]);
    for (name, expected) in [
        ("level", json!("warn")),
        ("uid", json!("705ab4f5-6393-11e8-b7cc-42010a800002")),
        ("user", json!("jane")),
        ("operation", json!("CREATE")),
        ("kind", json!("Pod")),
        ("namespace", json!("default")),
        ("name", json!("web")),
        ("serviceAccount", json!("default")),
        ("image", json!("alpine:3.11")),
        ("allowed", json!(false)),
        ("rule", json!("production")),
        ("reason", json!("TAG_REFERENCE")),
        ("enforcement", json!("BLOCK")),
        ("admitted", json!(false)),
    ] {
        assert_eq!(tag[name], expected, "{tag}");
    }
    assert_eq!(
        (&digest["image"], &digest["allowed"], &digest["reason"]),
        (&json!(ALPINE), &json!(true), &json!("ATTESTED"))
    );
    let all = hook.log().iter().map(ToString::to_string).collect::<String>();
    assert!(!all.contains("hunter2") && !all.contains("PRIVATE") && !all.contains("PASSWORD"));
}

#[test]
fn http_2_is_spoken_too() {
    use http_body_util::{BodyExt, Full};
    use hyper::body::Bytes;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let hook = Hook::start(&policy(), &["alpine.json"], "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let connector = tokio_rustls::TlsConnector::from(Arc::new(client::config(&hook.authority, b"h2")));
        let stream = tokio::net::TcpStream::connect(hook.listen).await.unwrap();
        let stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut answers = tokio::task::JoinSet::new();
        for number in 0..64 {
            let image = if number % 2 == 0 { ALPINE } else { UNSIGNED };
            let body = Full::new(Bytes::from(create(deployment(image)).to_string()));
            let request = hyper::Request::post("https://localhost/?timeout=10s").body(body).unwrap();
            let mut sender = sender.clone();
            answers.spawn(async move {
                let answer =
                    sender.send_request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
                let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
                assert_eq!(answer["response"]["allowed"], number % 2 == 0);
            });
        }
        assert_eq!(answers.join_all().await.len(), 64);
    });
}

#[test]
fn what_is_no_review_is_refused_and_the_server_goes_on() {
    let hook = Hook::start(&policy(), &[], "limits: { bodyBytes: 20000 }");
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(20000));
    for (body, status, outcome) in [
        ("", 400, "malformed"),
        ("{", 400, "malformed"),
        ("{}", 400, "malformed"),
        ("\u{0}", 400, "malformed"),
        (large.as_str(), 413, "too_large"),
    ] {
        let name = format!("dokimos_hook_reviews_total{{outcome=\"{outcome}\"}}");
        let before = hook.metric(&name);
        assert_eq!(hook.client().post("/", body).status, status, "{body:.20}");
        assert_eq!(hook.metric(&name), before + 1);
    }
    // Without a length to tell beforehand.
    let mut chunked = hook.client();
    let chunk = format!("4e20\r\n{}\r\n", "x".repeat(0x4e20));
    chunked.send("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n", &(chunk.clone() + &chunk + "0\r\n\r\n")).unwrap();
    assert_eq!(chunked.receive().unwrap().status, 413);
    // No TLS, and a hand that is held out and let go.
    let mut plain = TcpStream::connect(hook.listen).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    drop(TcpStream::connect(hook.listen).unwrap());
    assert_eq!(hook.review(&create(deployment("alpine:3.11")))["allowed"], false);
}

#[test]
fn a_review_that_cannot_be_read_is_denied_and_logged() {
    let hook = Hook::start(&policy(), &[], "");
    let mut review = create(deployment("alpine:3.11"));
    review["request"]["object"]["spec"]["template"]["spec"]["containers"] = json!({ "a": 1 });
    let answer = hook.review(&review);
    assert_eq!(answer["allowed"], false);
    let line = hook.event("review-refused");
    assert!(line["error"].as_str().unwrap().contains("containers"), "{line}");
    assert_eq!(hook.metric("dokimos_hook_reviews_total{outcome=\"denied\"}"), 1);
}

#[test]
fn whoever_connects_and_asks_for_nothing_is_sent_away() {
    let hook = Hook::start(&policy(), &[], "limits: { handshake: 200ms, connections: 2 }");
    // One does not begin to speak, one speaks no HTTP: and nobody else comes in as long as they are there.
    let mut silent = TcpStream::connect(hook.listen).unwrap();
    let mut idle = hook.client();
    wait("both", || (hook.metric("dokimos_hook_connections") >= 3).then_some(()));
    assert_eq!(hook.review(&create(deployment("alpine:3.11")))["allowed"], false);
    silent.set_read_timeout(Some(support::PATIENCE)).unwrap();
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0);
    assert!(idle.receive().is_err());
    // Who asked once may stay.
    let mut client = hook.client();
    let review = create(deployment("alpine:3.11")).to_string();
    assert_eq!(client.post("/", &review).status, 200);
    thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(client.post("/", &review).status, 200);
}

#[test]
fn bodies_that_would_take_too_much_memory_wait() {
    let hook = Hook::start(&policy(), &[], "limits: { bodyBytes: 20000, bodiesBytes: 20000 }");
    let mut slow = hook.client();
    slow.send("POST /?timeout=20s HTTP/1.1", "Content-Length: 20000\r\n", "{").unwrap();
    wait("the first", || (hook.metric("dokimos_hook_reviews_in_progress") == 1).then_some(()));
    assert_eq!(hook.client().post("/?timeout=1s", &create(deployment("alpine:3.11")).to_string()).status, 503);
    drop(slow);
    assert_eq!(hook.review(&create(deployment("alpine:3.11")))["allowed"], false);
}

#[test]
fn what_waits_too_long_for_its_turn_is_told_so() {
    let hook = Hook::start(&policy(), &[], "limits: { reviews: 1 }");
    // Takes the one place, and sends no body.
    let mut slow = hook.client();
    slow.send("POST /?timeout=20s HTTP/1.1", "Content-Length: 1000\r\n", "{").unwrap();
    wait("the first", || (hook.metric("dokimos_hook_reviews_in_progress") == 1).then_some(()));
    let reply = hook.client().post("/?timeout=1s", &create(deployment("alpine:3.11")).to_string());
    assert_eq!(reply.status, 503);
    assert_eq!(hook.metric("dokimos_hook_reviews_total{outcome=\"too_late\"}"), 1);
    drop(slow);
    assert_eq!(hook.review(&create(deployment("alpine:3.11")))["allowed"], false);
}

#[test]
fn the_end_drops_no_request() {
    let mut hook = Hook::start(&policy(), &["alpine.json"], "shutdown: { delay: 1s, timeout: 20s }");
    let stop = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (address, authority, stop) = (hook.listen, hook.authority.clone(), Arc::clone(&stop));
            thread::spawn(move || {
                let review = create(deployment(ALPINE)).to_string();
                let mut client = client::Client::connect(address, &authority).unwrap();
                let mut answered = 0;
                loop {
                    let reply = match client.try_post("/", &review) {
                        Ok(reply) => reply,
                        // Only after the program said that it ends may a new connection fail, or one that was idle be closed.
                        Err(error) => {
                            assert!(stop.load(Ordering::SeqCst), "dropped: {error}");
                            return answered;
                        }
                    };
                    assert_eq!(reply.status, 200);
                    answered += 1;
                    if reply.head.to_ascii_lowercase().contains("connection: close") {
                        assert!(stop.load(Ordering::SeqCst));
                        return answered;
                    }
                }
            })
        })
        .collect();
    wait("some load", || (hook.metric("dokimos_hook_reviews_total{outcome=\"allowed\"}") > 50).then_some(()));
    // One that was begun before, and is finished after, the signal.
    let mut begun = hook.client();
    let review = create(deployment(ALPINE)).to_string();
    let (first, rest) = review.split_at(100);
    begun.send("POST / HTTP/1.1", &format!("Content-Length: {}\r\n", review.len()), first).unwrap();
    stop.store(true, Ordering::SeqCst);
    hook.terminate();
    hook.event("stopping");
    assert_eq!(hook.observe("/readyz").status, 503);
    assert_eq!(hook.observe("/healthz").status, 200);
    let reply = hook.client().post("/", &review);
    assert_eq!(reply.status, 200, "until everyone knows, it still answers");
    assert!(reply.head.to_ascii_lowercase().contains("connection: close"), "{}", reply.head);
    wait("the closed door", || TcpStream::connect(hook.listen).is_err().then_some(()));
    begun.send_more(rest).unwrap();
    assert_eq!(begun.receive().unwrap().json()["response"]["allowed"], true);
    let answered: u64 = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
    assert!(answered > 50);
    assert_eq!(hook.ended().code(), Some(0));
    assert_eq!(hook.event("stopped")["finished"], true);
}

#[test]
fn what_is_wrong_at_the_start_ends_the_program() {
    let folder = Folder::new();
    let made = support::certificates::make("localhost");
    let other = support::certificates::make("localhost");
    let path = |name: &str, text: &str| folder.write(name, text).display().to_string();
    let (certificate, key) = (path("tls.crt", &made.certificate), path("tls.key", &made.key));
    let other = path("other.key", &other.key);
    let good = path("good.yaml", &policy());
    let bad = path("bad.yaml", "apiVersion: dokimos.dev/v1\nkind: Policy\nrules: [{ name: a }]\nmore: 1\n");
    let number = std::cell::Cell::new(0);
    let config = |text: &str| {
        number.set(number.get() + 1);
        path(&format!("{}/hook.yaml", number.get()), text)
    };
    let tls = ["--certificate", &certificate, "--key", &key];
    let start = |arguments: &[&str]| refused(&[&["check"], arguments].concat());
    assert_eq!(start(&[&["--policy", &good][..], &tls].concat()), (Some(0), String::new()));
    for (arguments, expected) in [
        (vec!["--policy", &good], "dokimos-hook: tls: no certificate is configured\n"),
        (tls.to_vec(), "dokimos-hook: policy: no policy is configured\n"),
        ([&["--policy", "/nowhere"][..], &tls].concat(), "dokimos-hook: policy: /nowhere: no such file or directory\n"),
        ([&["--policy", &bad][..], &tls].concat(), "bad.yaml: unknown field \"more\""),
        (vec!["--policy", &good, "--certificate", &certificate, "--key", &other], "cannot be used: "),
        (vec!["--policy", &good, "--certificate", &key, "--key", &certificate], "no certificate in PEM"),
        (
            [&["--policy", &good, "--attestations", "/nowhere"][..], &tls].concat(),
            "dokimos-hook: evidence[0].directory.path: /nowhere is not a folder\n",
        ),
        (vec!["--config", &config("limits: { bodyByte: 1 }")], "hook.yaml: limits.bodyByte: unknown field"),
        (vec!["--config", &config("reload: 1d")], "hook.yaml: reload: not a span of time"),
        (vec!["--config", &config("reload: 0s")], "hook.yaml: reload: no time at all"),
        (vec!["--config", &config("limits: { reviews: 0 }")], "hook.yaml: limits.reviews: 0 is not"),
        (
            vec!["--config", &config("limits: { bodiesBytes: 1024 }")],
            "hook.yaml: limits.bodiesBytes: less than limits.bodyBytes",
        ),
        (vec!["--config", &config("onError: Allow")], "hook.yaml: onError: unknown variant"),
        (vec!["--config", &config("evidence: [{ folder: { path: x } }]")], "hook.yaml: evidence[0]"),
        (
            vec!["--config", &config("policy: a\npolicy: b")],
            "hook.yaml: the member \"policy\" stands twice at line 2 column 1",
        ),
    ] {
        let (code, text) = start(&arguments);
        assert_eq!(code, Some(3), "{text}");
        assert!(text.contains(expected), "{expected}\n{text}");
        assert!(text.lines().all(|line| line.starts_with("dokimos-hook: ")), "{text}");
    }
    let (_, text) = start(&[&["--policy", &bad][..], &tls].concat());
    assert!(text.lines().count() >= 2, "every problem: {text}");
    assert_eq!(refused(&["serve", "--key", &key]).0, Some(2));
}
