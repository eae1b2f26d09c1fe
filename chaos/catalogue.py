"""All faults, as a scenario may name them."""

from typing import Annotated, Any, TypeAlias

from pydantic import Field, TypeAdapter

from chaos.freeze import Freeze
from chaos.kill import Kill
from chaos.memory_limit import MemoryLimit
from chaos.noop import Noop
from chaos.restart import Restart
from chaos.slow_consumer import SlowConsumer

AnyFault: TypeAlias = Annotated[
    Noop | Kill | Freeze | Restart | SlowConsumer | MemoryLimit, Field(discriminator="fault")
]

_adapter: TypeAdapter[Any] = TypeAdapter(AnyFault)


def parse_fault(values: dict[str, Any]) -> AnyFault:
    """The fault that `values` describe; `model_dump()` of it gives them back.

    Raises:
        pydantic.ValidationError: they describe none.
    """
    fault: AnyFault = _adapter.validate_python(values)
    return fault
