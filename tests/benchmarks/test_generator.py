"""How fast made-up orders are drawn and written, beside Python's own writing of one order that is drawn already."""

import time
from collections.abc import Callable

from pytest_benchmark.fixture import BenchmarkFixture

from loadgen.events import Basket, Dates, Order, Payment, order_event, render_item
from loadgen.generated import GeneratedOrders
from loadgen.order_settings import OrderSettings
from tests.benchmarks.figures import Round, measure

DRAWN = 1_000_000
WRITTEN = 50_000
BLOCK = 4096
ORDER = Order(
    "0" * 32,
    "1" * 32,
    "SP",
    "delivered",
    Dates(
        "2018-05-24 13:45:00",
        "2018-05-24 14:00:00",
        "2018-05-25 08:00:00",
        "2018-06-01 10:00:00",
        "2018-06-10 00:00:00",
    ),
    Basket(render_item("2" * 32, "3" * 32, 3590, 1520), 3590, 1520),
    Payment("boleto", 5110),
)


def test_orders_drawn_and_written(benchmark: BenchmarkFixture) -> None:
    orders = GeneratedOrders(None, OrderSettings())

    def draw() -> None:
        for _ in range(DRAWN // BLOCK):
            orders.take(BLOCK)

    def write() -> None:
        for _ in range(WRITTEN):
            order_event(ORDER)

    def once() -> Round:
        drawn, written = _per_cpu_second(draw, DRAWN), _per_cpu_second(write, WRITTEN)
        return {
            ("Generator: orders drawn and written, one core", "events/s"): drawn,
            ("Python writing one order again and again, one core", "events/s"): written,
            ("Generator ÷ Python", "times"): drawn / written,
        }

    measure(benchmark, once)


def _per_cpu_second(work: Callable[[], None], events: int) -> float:
    began = time.process_time()
    work()
    return events / (time.process_time() - began)
