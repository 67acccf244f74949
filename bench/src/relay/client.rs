//! One connection of the load: what stage it is in, what it still has to write, and what it has had of its room.

use std::{
    io::{self, Read as _, Write as _},
    net::SocketAddr,
};

use anyhow::{Context as _, bail};
use mio::{Interest, Registry, Token, net::TcpStream};
use socket2::{Domain, SockRef, Socket, Type};

use super::{ledger::Position, ws};

/// The receive buffer of a client that will stop reading: the kernel's own would hide from the server that it did.
const SMALL: usize = 8 * 1_024;

/// What a client is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It stays and reads: each message is waited for at it.
    Steady,
    /// It stops reading for a while.
    Stalling,
    /// It is dropped and comes back.
    Churning,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// There is none.
    Away,
    /// TCP connects.
    Connecting,
    /// The handshake is under way.
    Shaking,
    /// It joins its room.
    Opening,
    /// It is in its room.
    Ready,
}

/// A client.
pub(crate) struct Client {
    stream: Option<TcpStream>,
    pub(crate) stage: Stage,
    pub(crate) role: Role,
    pub(crate) room: usize,
    pub(crate) position: Position,
    /// It reads what comes.
    pub(crate) reading: bool,
    /// It looks at each frame as a whole, to see that the others' shortcut is right.
    pub(crate) probe: bool,
    pub(crate) out: Vec<u8>,
    pub(crate) carry: ws::Carry,
    /// What came of the handshake's answer.
    pub(crate) head: Vec<u8>,
    /// The name of the room's history, where the protocol has one: then a client that comes back goes on where it was.
    pub(crate) epoch: Option<String>,
}

/// What reading gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Got {
    /// So many bytes.
    Bytes(usize),
    /// Nothing for now.
    Nothing,
    /// The end, or the connection broke.
    End,
}

impl Client {
    pub(crate) fn new(room: usize, role: Role) -> Self {
        Self {
            stream: None,
            stage: Stage::Away,
            role,
            room,
            position: None,
            reading: true,
            probe: false,
            out: Vec::new(),
            carry: ws::Carry::default(),
            head: Vec::new(),
            epoch: None,
        }
    }

    /// Begins to connect. `greeting` is written once the connection is there.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(crate) fn connect(
        &mut self,
        registry: &Registry,
        token: Token,
        address: SocketAddr,
        greeting: String,
    ) -> anyhow::Result<()> {
        let mut stream =
            if self.role == Role::Stalling { with_small_buffer(address)? } else { TcpStream::connect(address)? };
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.stream = Some(stream);
        self.stage = Stage::Connecting;
        self.out = greeting.into_bytes();
        self.carry = ws::Carry::default();
        self.head.clear();
        Ok(())
    }

    /// Whether TCP is connected by now.
    ///
    /// # Errors
    /// Where it cannot be.
    pub(crate) fn is_connected(&self) -> anyhow::Result<bool> {
        let Some(stream) = &self.stream else { return Ok(false) };
        if let Some(error) = stream.take_error()? {
            return Err(error).context("the server does not take connections");
        }
        match stream.peer_addr() {
            Ok(_) => {
                stream.set_nodelay(true)?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads once.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Got {
        let Some(stream) = &mut self.stream else { return Got::Nothing };
        loop {
            match stream.read(buffer) {
                Ok(0) => return Got::End,
                Ok(read) => return Got::Bytes(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Got::Nothing,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Got::End,
            }
        }
    }

    /// Writes what waits, as far as it goes.
    ///
    /// # Errors
    /// Where the connection is broken.
    pub(crate) fn flush(&mut self) -> anyhow::Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        while !self.out.is_empty() {
            match stream.write(&self.out) {
                Ok(0) => bail!("a connection takes nothing more"),
                Ok(written) => drop(self.out.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("a connection broke"),
            }
        }
        if self.out.capacity() > 1_024 {
            self.out = Vec::new();
        }
        Ok(())
    }

    /// Ends the connection as a broken link does. So no address is kept busy by it either, and the next can be made.
    pub(crate) fn cut(&mut self, registry: &Registry) {
        if let Some(mut stream) = self.stream.take() {
            // It may be gone already, which is what is wanted.
            drop(registry.deregister(&mut stream));
            drop(SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO)));
        }
        self.stage = Stage::Away;
        self.out.clear();
        if self.epoch.is_none() {
            self.position = None;
        }
    }
}

fn with_small_buffer(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_recv_buffer_size(SMALL)?;
    socket.connect(&address.into())?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}
