"""keystone: how much load an event-to-lakehouse pipeline holds, what it loses when things break, what it costs.

\b
Exit codes: 0 all is well, 1 a verdict failed, 2 a bad scenario or usage, 3 the target did not start or died,
4 none failed and some could not be judged, 130 Ctrl-C (or SIGTERM, SIGHUP: what was broken is made whole first).
"""

import errno
import os
import signal
import sys
from pathlib import Path

import click

from loadgen.errors import LoadgenError, NoServerError, WorkerError
from scenarios.cli.canary import canary
from scenarios.cli.capacity import capacity
from scenarios.cli.controls import controls
from scenarios.cli.dag import dag
from scenarios.cli.doctor import doctor
from scenarios.cli.lake import lake
from scenarios.cli.load_worker import load_worker
from scenarios.cli.run import run
from scenarios.cli.runs import audit, list_runs, report, show
from scenarios.cli.scenarios import init, scenarios, schema, validate
from scenarios.cli.sql import sql
from scenarios.cli.stack import down, kill_part, start_part, status, stop_part, up
from scenarios.model.errors import ScenarioError
from scenarios.targets.embedded.state_dir import DEFAULT as DEFAULT_STATE_DIR
from scenarios.targets.errors import TargetError, WrongUse


class _Commands(click.Group):
    """Turns the errors that a user can do something about into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        _end_as_on_ctrl_c()
        try:
            return super().invoke(ctx)
        except (TargetError, NoServerError, WorkerError) as error:
            _say(error)
            sys.exit(3)
        except (LoadgenError, ScenarioError, WrongUse) as error:
            _say(error)
            sys.exit(2)
        except (KeyboardInterrupt, click.Abort):
            click.echo("keystone: interrupted", err=True)
            sys.exit(130)
        except BrokenPipeError:
            # Whoever read our output has seen enough.
            _write_no_more()
            sys.exit(0)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            _write_no_more()
            _say(error)
            sys.exit(3)


@click.group(cls=_Commands, help=__doc__, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="keystone-nexus")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_STATE_DIR,
    show_default=True,
    help="Folder of the embedded stack; each command takes it too, at its end.",
)
def main(state_dir: Path) -> None:
    pass


def _write_no_more() -> None:
    """What is still to be written to our output goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_as_on_ctrl_c() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Not one that is ignored: nohup means it.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _say(error: Exception) -> None:
    click.echo(f"keystone: {error}", err=True)


for command in (
    up,
    status,
    down,
    stop_part,
    start_part,
    kill_part,
    run,
    list_runs,
    show,
    report,
    audit,
    scenarios,
    controls,
    canary,
    capacity,
    load_worker,
    validate,
    init,
    schema,
    lake,
    sql,
    dag,
    doctor,
):
    main.add_command(command)
