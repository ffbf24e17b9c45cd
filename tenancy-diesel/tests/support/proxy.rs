use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Stands between client and server and counts round trips: how often the client spoke after the server had.
pub(crate) struct CountingProxy {
    port: u16,
    trips: Arc<AtomicUsize>,
}

impl CountingProxy {
    /// A proxy to the server of `url`.
    pub(crate) fn to(url: &str) -> Self {
        let target = address(url);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let trips = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&trips);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&target).unwrap());
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let (mut client_reads, mut server_writes) =
                    (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (mut server_reads, mut client_writes) = (server, client);
                let counter = Arc::clone(&counter);
                // libpq sends each request in one piece (these are far below a packet), so one read is one trip.
                thread::spawn(move || {
                    pump(&mut client_reads, &mut server_writes, || {
                        counter.fetch_add(1, Ordering::SeqCst);
                    })
                });
                thread::spawn(move || pump(&mut server_reads, &mut client_writes, || {}));
            }
        });
        Self { port, trips }
    }

    /// `url` through the proxy.
    pub(crate) fn url(&self, url: &str) -> String {
        url.replace(&address(url), &format!("127.0.0.1:{}", self.port))
    }

    /// Round trips so far.
    pub(crate) fn trips(&self) -> usize {
        self.trips.load(Ordering::SeqCst)
    }
}

fn pump(from: &mut TcpStream, to: &mut TcpStream, mut seen: impl FnMut()) {
    let mut buffer = [0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        seen();
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

fn address(url: &str) -> String {
    let rest = url.split_once("://").unwrap().1;
    let authority = rest.split(['/', '?']).next().unwrap();
    authority.rsplit('@').next().unwrap().to_owned()
}
