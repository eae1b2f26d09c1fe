"""keystone load-worker: a share of the load of a run on another machine."""

import os
import signal

import click

from scenarios.cli.senders import address_of, key_of_environment


@click.command("load-worker")
@click.argument("coordinator", metavar="HOST:PORT")
def load_worker(coordinator: str) -> None:
    """Send a share of the load of a run that waits at HOST:PORT, which is another machine's `keystone run --listen`.

    \b
    there:  KEYSTONE_LOAD_KEY=... keystone run quickstart --target staging.yaml --workers 2 --listen 10.0.0.5:5560
    here:   KEYSTONE_LOAD_KEY=... keystone load-worker 10.0.0.5:5560

    Events go straight from here to the server; the plan, and what became of each event, between the two machines. The
    key is proven on both sides; what follows is neither encrypted nor signed, and whoever can alter it can run programs
    on both machines: use it within a network that you trust. Ends with the run; Ctrl-C here ends the run, too.
    """
    from loadgen.worker import work  # noqa: PLC0415 - usage errors need not wait for imports

    address, key = address_of(coordinator), key_of_environment()
    # What it knows by then is lost all the same, and it may be waiting for the others.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    work(address, key, lambda text: click.echo(f"keystone: {text}", err=True))
