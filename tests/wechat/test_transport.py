"""The way to WeChat itself: what certainly never left, an end in time under TLS too, and forks."""

import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from wechat.errors import NoClearAnswer, NotSent
from wechat.gateway import App, Gateway
from wechat.log_in import log_in
from wechat.transport import Flight, ending_within

PERSON = b'{"openid":"oM"}'
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + PERSON
LOG_IN = "/sns/jscode2session"


class Door:
    """A server of one connection after the other, which does as it is told with each."""

    def __init__(self, deed: Callable[[socket.socket], None]) -> None:
        self._deed = deed
        self.visits = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                visitor = self._listening.accept()[0]
                self.visits += 1
                with visitor, suppress(OSError):
                    self._deed(visitor)

    def close(self) -> None:
        """Let nobody in any more."""
        self._listening.close()


@pytest.fixture
def door() -> Iterator[Callable[[Callable[[socket.socket], None]], Door]]:
    """What opens a door that is closed after the test."""
    doors: list[Door] = []

    def opened(deed: Callable[[socket.socket], None]) -> Door:
        doors.append(Door(deed))
        return doors[-1]

    yield opened
    for one in doors:
        one.close()


Opens = Callable[[Callable[[socket.socket], None]], Door]


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """What seals a server called localhost, and the certificate to trust for that."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def gateway_to(url: str, timeout: tuple[float, float] = (0.3, 0.3)) -> Gateway:
    return Gateway(App("wx1", "secret"), base_url=url, redis=None, timeout=timeout)


def drip(wire: socket.socket) -> None:
    wire.recv(65536)
    wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
    for _ in range(200):
        wire.sendall(b" ")
        time.sleep(0.05)


def test_answer_under_tls_that_comes_byte_by_byte_is_broken_off_and_the_next_one_is_whole(
    door: Opens, sealed: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Control: without the thread that ends late calls this takes 10 s.
    context, certificate = sealed
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    turns = iter((GOOD, None, GOOD))

    def deed(visitor: socket.socket) -> None:
        with context.wrap_socket(visitor, server_side=True) as wire:
            for answer in turns:
                if answer is None:
                    drip(wire)
                    return
                wire.recv(65536)
                wire.sendall(answer)

    gateway = gateway_to(f"https://localhost:{door(deed).port}")
    assert log_in(gateway, "a").openid == "oM"
    began = time.monotonic()
    with pytest.raises(NoClearAnswer):
        log_in(gateway, "b")
    assert time.monotonic() - began < 3
    assert log_in(gateway, "c").openid == "oM"


def test_sealed_call_that_is_answered_in_clear_may_have_arrived(
    door: Opens, sealed: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # OpenSSL calls it the wrong version, as it does where a server speaks no TLS from the first.
    context, certificate = sealed
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    read: list[bytes] = []

    def deed(visitor: socket.socket) -> None:
        wire = context.wrap_socket(visitor, server_side=True)
        read.append(wire.recv(65536))
        with socket.socket(fileno=wire.detach()) as bare:
            bare.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    with pytest.raises(NoClearAnswer):
        log_in(gateway_to(f"https://localhost:{door(deed).port}"), "code")
    assert LOG_IN.encode() in read[0]


@pytest.mark.parametrize("meets", ["a stranger's certificate", "silence", "a closed door", "plain text"])
def test_handshake_that_comes_to_nothing_sent_nothing(
    door: Opens, sealed: tuple[ssl.SSLContext, Path], meets: str
) -> None:
    def deed(visitor: socket.socket) -> None:
        if meets == "silence":
            visitor.settimeout(2)
            while visitor.recv(65536):
                pass
        elif meets == "plain text":
            visitor.recv(65536)
            visitor.sendall(GOOD)
        elif meets != "a closed door":
            sealed[0].wrap_socket(visitor, server_side=True).close()

    with pytest.raises(NotSent):
        log_in(gateway_to(f"https://localhost:{door(deed).port}"), "code")


@pytest.mark.parametrize(
    "head",
    [b"302 Found\r\nLocation: http://[", b"302 Found\r\nLocation: /elsewhere", b"201 Created", b"204 No"],
)
def test_only_200_is_an_answer(door: Opens, head: bytes) -> None:
    def deed(visitor: socket.socket) -> None:
        visitor.recv(65536)
        visitor.sendall(b"HTTP/1.1 " + head + b"\r\nContent-Length: 15\r\n\r\n" + PERSON)

    opened = door(deed)
    with pytest.raises(NoClearAnswer):
        log_in(gateway_to(f"http://127.0.0.1:{opened.port}"), "code")
    assert opened.visits == 1


def test_answer_with_a_broken_head_puts_no_secret_into_the_log(
    door: Opens, caplog: pytest.LogCaptureFixture
) -> None:
    def deed(visitor: socket.socket) -> None:
        visitor.recv(65536)
        visitor.sendall(GOOD.replace(b"\r\nContent", b"\r\nno head at all\r\nContent", 1))

    with caplog.at_level(logging.DEBUG), suppress(NoClearAnswer):
        log_in(gateway_to(f"http://127.0.0.1:{door(deed).port}"), "the-code")
    told = caplog.text
    assert "secret=" not in told
    assert "the-code" not in told


def test_fork_ends_its_own_calls_and_leaves_its_parents_alone() -> None:
    # Control: `_start_anew` without its first line cuts the parent's, without its last the fork's never ends.
    (ours, theirs), (own, other) = socket.socketpair(), socket.socketpair()
    with ours, theirs, own, other, under_way(ours) as flight:
        pid = os.fork()
        if pid == 0:
            flight.until = 0
            own.settimeout(5)
            with suppress(OSError), ending_within(0) as late:
                late.sock = own
                os._exit(len(own.recv(1)))
            os._exit(1)
        assert os.waitpid(pid, 0)[1] == 0
        theirs.sendall(b"still here")
        assert ours.recv(10) == b"still here"


@contextmanager
def under_way(sock: socket.socket) -> Iterator[Flight]:
    """A call of another thread, whose answer is awaited by a socket."""
    flights, over = Queue[Flight](), threading.Event()

    def call() -> None:
        with ending_within(60) as flight:
            flight.sock = sock
            flights.put(flight)
            over.wait()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(call)
        try:
            yield flights.get()
        finally:
            over.set()
