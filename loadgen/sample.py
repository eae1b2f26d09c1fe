"""The `generated:N` source: made-up orders for when no real ones are at hand.

The values are plausible and of the right shape and size. They claim to match no real distribution: not of prices,
not of hours, states or delivery times. The same arguments give the same orders.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count as count_up
from random import Random
from typing import Final

from loadgen.events import Basket, Dates, Event, Order, Payment, order_event, render_item

LAST_DAY: Final = date(2018, 8, 31)
DAYS: Final = 30

_STATES = ("SP", "RJ", "MG", "RS", "PR", "SC", "BA", "DF", "ES", "GO", "PE", "CE")
_STATE_WEIGHTS = (42, 13, 12, 6, 5, 4, 4, 3, 3, 3, 3, 2)
_PAYMENT_TYPES = ("credit_card", "boleto", "voucher", "debit_card")
_PAYMENT_WEIGHTS = (74, 19, 5, 2)
_ITEM_COUNTS = (1, 2, 3, 4)
_ITEM_WEIGHTS = (89, 8, 2, 1)
_PRODUCTS = 5_000
_SELLERS = 500


def generate_orders(
    count: int | None,
    *,
    seed: int,
    last_day: date = LAST_DAY,
    days: int = DAYS,
    shift_to: datetime | None = None,
) -> Iterator[Event]:
    """`count` orders (None: without end) purchased on `days` days, the last of them `last_day`, each with its own id.

    With `shift_to` (local time, fractions of a second are dropped) every order is purchased at that moment instead.
    """
    # Reproducible, not secret: that is what the module is for.
    random = Random(seed)  # noqa: S311 - made-up orders, no secret
    first = datetime.combine(last_day - timedelta(days=days - 1), time.min)
    for index in count_up() if count is None else range(count):
        purchase = first + timedelta(seconds=random.randrange(days * 86_400))
        yield _order(random, index, purchase if shift_to is None else shift_to.replace(microsecond=0))


def _order(random: Random, index: int, purchase: datetime) -> Event:
    basket = _basket(random)
    delivered = random.random() < 0.97
    return order_event(
        Order(
            order_id=f"{random.getrandbits(96):024x}{index:08x}",
            customer_id=f"{random.getrandbits(128):032x}",
            customer_state=random.choices(_STATES, _STATE_WEIGHTS)[0],
            status="delivered" if delivered else "shipped",
            dates=_dates(random, purchase, delivered),
            basket=basket,
            payment=Payment(
                random.choices(_PAYMENT_TYPES, _PAYMENT_WEIGHTS)[0], basket.price_cents + basket.freight_cents
            ),
        )
    )


def _basket(random: Random) -> Basket:
    """One to four items; prices around 75.00, most of them ending in .90."""
    items, prices, freights = [], 0, 0
    for _ in range(random.choices(_ITEM_COUNTS, _ITEM_WEIGHTS)[0]):
        price = max(90, round(random.lognormvariate(4.3, 0.9)) * 100 - 10)
        freight = random.randrange(800, 3_000)
        product_id = f"{random.randrange(_PRODUCTS) * 2_654_435_761:032x}"
        seller_id = f"{random.randrange(_SELLERS) * 2_246_822_519:032x}"
        items.append(render_item(product_id, seller_id, price, freight))
        prices += price
        freights += freight
    return Basket(",".join(items), prices, freights)


def _dates(random: Random, purchase: datetime, delivered: bool) -> Dates:
    """Approved within hours, with the carrier within days, then, if delivered, with the customer."""
    approved = purchase + timedelta(seconds=random.randrange(600, 86_400))
    carrier = approved + timedelta(seconds=random.randrange(3_600, 5 * 86_400))
    customer = carrier + timedelta(seconds=random.randrange(86_400, 20 * 86_400))
    estimated = datetime.combine(purchase.date() + timedelta(days=random.randrange(10, 40)), time.min)
    return Dates(
        purchase=str(purchase),
        approved=str(approved),
        carrier=str(carrier),
        customer=str(customer) if delivered else "",
        estimated=str(estimated),
    )
