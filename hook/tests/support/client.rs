//! HTTP/1.1 by hand: a test sees what is on the wire.

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

pub struct Client(BufReader<StreamOwned<ClientConnection, TcpStream>>);

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }
}

/// What a client trusts and speaks.
pub fn config(authority: &str, protocol: &[u8]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    config
}

impl Client {
    pub fn connect(address: SocketAddr, authority: &str) -> io::Result<Self> {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config(authority, b"http/1.1")), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
        stream.sock.set_read_timeout(Some(super::PATIENCE))?;
        stream.flush()?;
        Ok(Self(BufReader::new(stream)))
    }

    pub fn post(&mut self, path: &str, body: &str) -> Reply {
        self.try_post(path, body).unwrap()
    }

    pub fn try_post(&mut self, path: &str, body: &str) -> io::Result<Reply> {
        self.send(&format!("POST {path} HTTP/1.1"), &format!("Content-Length: {}\r\n", body.len()), body)?;
        self.receive()
    }

    pub fn get(&mut self, path: &str) -> Reply {
        self.send(&format!("GET {path} HTTP/1.1"), "", "").unwrap();
        self.receive().unwrap()
    }

    pub fn send(&mut self, line: &str, headers: &str, body: &str) -> io::Result<()> {
        let stream = self.0.get_mut();
        stream.write_all(format!("{line}\r\nHost: localhost\r\n{headers}\r\n{body}").as_bytes())?;
        stream.flush()
    }

    /// More of a body that was begun.
    pub fn send_more(&mut self, body: &str) -> io::Result<()> {
        let stream = self.0.get_mut();
        stream.write_all(body.as_bytes())?;
        stream.flush()
    }

    pub fn receive(&mut self) -> io::Result<Reply> {
        receive(&mut self.0)
    }
}

pub fn get_plain(address: SocketAddr, path: &str) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(super::PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    receive(&mut BufReader::new(stream)).unwrap()
}

fn receive(stream: &mut impl BufRead) -> io::Result<Reply> {
    let mut head = String::new();
    loop {
        if stream.read_line(&mut head)? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed"));
        }
        if head.ends_with("\r\n\r\n") {
            break;
        }
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.unwrap().trim().parse().unwrap()];
    stream.read_exact(&mut body)?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Ok(Reply { status, head, body: String::from_utf8(body).unwrap() })
}
