"""What a server that stands still for a while does to latency, in closed form."""


def frozen_quantile_s(quantile: float, freeze_s: float, load_s: float) -> float:
    """A quantile of latency from the intended time, in seconds.

    Events are due evenly for `load_s` seconds; for `freeze_s` of them the server stands still, and else it answers at
    once. An event due t seconds into the freeze waits for freeze_s - t, so that of all latencies the largest share of
    freeze_s / load_s is spread evenly from 0 to freeze_s, and the others are 0.

    Args:
        quantile: 0 to 1; 1 is the maximum.
    """
    return max(0.0, freeze_s - (1 - quantile) * load_s)
