//! Connections whose bytes a test writes and reads itself, from any address of this machine; and what the server's process uses.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{Customer, Server};

/// The media type of the bodies below.
pub const MULTIPART: &str = "multipart/form-data; boundary=cut";

/// Connects from another address of this machine, such as 127.0.0.2.
pub async fn connect_from(last: u8, port: u16) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0)))?;
    socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Connects with a small buffer, so that what the client has not read stays with the server.
pub async fn connect_slow_reader(port: u16) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(16 * 1024).expect("a small buffer");
    socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.expect("connects")
}

/// Lets this process open this many files.
pub fn allow_files(wanted: u64) {
    let now = getrlimit(Resource::Nofile);
    if now.current.is_some_and(|current| current < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum }).expect("the hard limit allows it");
    }
}

/// The head of a GET that keeps the connection.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes()
}

/// The head of a POST with a body of this length, by this device.
pub fn post(customer: &Customer, path: &str, media_type: &str, length: usize) -> Vec<u8> {
    let cookies = cookies(customer);
    format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n").into_bytes()
}

/// The device's cookies as one header.
pub fn cookies(customer: &Customer) -> String {
    customer.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// The beginning of a part with a file.
pub fn file_part(name: &str) -> Vec<u8> {
    format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.jpg\"\r\n\r\n").into_bytes()
}

/// Sends a request and reads the whole answer by its Content-Length: the status and the body.
pub async fn ask(connection: &mut TcpStream, request: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
    connection.write_all(request).await?;
    let mut received = Vec::new();
    loop {
        if let Some((status, head, length)) = head_of(&received)
            && received.len() >= head + length
        {
            return Ok((status, received[head..head + length].to_vec()));
        }
        if connection.read_buf(&mut received).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The status of an answer, the length of its head, and that of its body.
pub fn head_of(received: &[u8]) -> Option<(u16, usize, usize)> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&received[..end]).expect("a head of ASCII");
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().expect("a length"));
    Some((status, end, length))
}

/// A line of the server's `/proc/…/status`, in KiB: `VmRSS` for what it uses, `VmHWM` for the most it has used.
pub fn memory_kib(server: &Server, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("the server runs");
    let line = status.lines().find_map(|all| all.strip_prefix(line)?.strip_prefix(':')).expect("Linux reports it");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// The processor time that the server has used, to 10 ms (`man 5 proc`: in USER_HZ, which is 100).
pub fn processor_time(server: &Server) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.id())).expect("the server runs");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks: u64 = [11, 12].into_iter().map(|at| fields[at].parse::<u64>().expect("a number of ticks")).sum();
    Duration::from_millis(ticks * 10)
}

/// How many temporary files of uploads the server has open. They have no name.
pub fn open_spools(server: &Server) -> usize {
    let open = fs::read_dir(format!("/proc/{}/fd", server.id())).expect("the server runs");
    let target = |entry: std::io::Result<fs::DirEntry>| fs::read_link(entry.ok()?.path()).ok();
    open.filter_map(target).filter(|path| path.to_string_lossy().contains("/data/#") || path.to_string_lossy().ends_with("(deleted)")).count()
}
