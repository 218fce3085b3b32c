"""Where a base address leads: to this machine, to a private network, or out of the building."""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import getproxies

from jmedlora.core.errors import UserError

ServerPlace = Literal["this machine", "a private network", "outside"]
PORTS = {"http": 80, "https": 443}
CONNECT_SECONDS = 10
PRIVATE = tuple(
    ipaddress.ip_network(each)
    for each in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "0.0.0.0/32"),
        *("fc00::/7", "fe80::/10", "::/128"),
    )
)
"""Networks of RFC 1918 and RFC 4193, link-local of IPv6, and unspecified: this machine.

Not 169.254.0.0/16 and METADATA, where clouds keep the secrets of a machine. Not all that Python's
``is_private`` holds: proxies give names of the whole Internet addresses of 198.18.0.0/15.
"""
METADATA = ipaddress.ip_address("fd00:ec2::254")
"""As 169.254.169.254, in IPv6."""


class ServerError(UserError):
    """A server that cannot be used; the text names it, the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its base address. host: name and port. place: where the name leads."""

    base_url: str
    host: str
    place: ServerPlace
    encrypted: bool

    def __str__(self) -> str:
        open_line = ", not encrypted" if self.place == "outside" and not self.encrypted else ""
        return f"{self.base_url} ({self.place}{open_line})"


def locate_server(base_url: str, *, allow_external: bool) -> Server:
    """The server at ``base_url`` (http or https), its name resolved. Raises ServerError.

    A name that leads to any address that is neither loopback nor private needs ``allow_external``.
    """
    name, port, scheme = _split_address(base_url)
    try:
        place = _classify(_resolve(base_url, name, port))
    except ServerError:
        if not (allow_external and getproxies()):
            raise
        place = "outside"  # behind a proxy, which resolves names that this machine cannot
    if place == "outside" and not allow_external:
        raise ServerError(
            f"{base_url}: {name} is neither this machine nor in a private network, and the "
            "documents would leave the building; name a server of your own, or add --allow-external"
        )
    host = f"{f'[{name}]' if ':' in name else name}:{port}"
    # Put together anew, so that the client reads what was checked here and nothing else.
    path = urlsplit(base_url.strip()).path.rstrip("/")
    return Server(f"{scheme}://{host}{path}", host, place, scheme == "https")


def check_reachable(server: Server) -> None:
    """Opens a connection and closes it. Raises ServerError if nothing listens there.

    A server outside is not tried: it may be reached through a proxy only.
    """
    if server.place == "outside":
        return
    name, port, _ = _split_address(server.base_url)
    try:
        socket.create_connection((name, port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ServerError(
            f"{server.base_url}: no server answers ({reason}); start one, such as vllm serve MODEL "
            "or transformers serve, or name its address with --base-url"
        ) from error


def _split_address(base_url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(base_url.strip())
        port = parts.port
        name = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:
        raise ServerError(f"{base_url}: is no address ({error}); {_address_example()}") from error
    if parts.scheme not in PORTS or not name:
        raise ServerError(f"{base_url}: is no address of a server; {_address_example()}")
    if parts.username or parts.password or parts.query or parts.fragment:
        shown = f"{parts.scheme}://{parts.hostname}"
        raise ServerError(f"{shown}: give the address alone, and the key in the environment")
    return name, port or PORTS[parts.scheme], parts.scheme


def _address_example() -> str:
    return "give it as in http://127.0.0.1:8000/v1"


def _resolve(base_url: str, name: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ServerError(
            f"{base_url}: {name} leads nowhere ({reason}); check the name and the network"
        ) from error
    return [str(address[0]).partition("%")[0] for *_, address in found]


def _classify(addresses: list[str]) -> ServerPlace:
    parsed = [ipaddress.ip_address(address) for address in addresses]
    plain = [getattr(each, "ipv4_mapped", None) or each for each in parsed]
    if all(each.is_loopback for each in plain):
        return "this machine"
    if METADATA in plain:
        return "outside"
    if all(each.is_loopback or any(each in network for network in PRIVATE) for each in plain):
        return "a private network"
    return "outside"
