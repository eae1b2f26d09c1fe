"""Loopback ports are found free, and outside the range that outgoing connections take."""

import socket
import time
from pathlib import Path

import pytest

from scenarios.targets.embedded.ports import LAST, free_ports, is_free, is_listening, wait_until_listening
from scenarios.targets.errors import TargetError


def test_free_ports_are_different_and_can_be_listened_on() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()


def test_free_ports_stay_clear_of_outgoing_connections() -> None:
    first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert first_outgoing > LAST


def test_a_port_with_a_listener_is_neither_free_nor_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert (is_free(port), is_listening(port)) == (False, True)


def test_waiting_ends_when_whoever_should_listen_is_dead() -> None:
    [port] = free_ports(1)
    with pytest.raises(TargetError, match="nobody listens"):
        wait_until_listening(port, time.monotonic() + 60, alive=lambda: False)
