"""Lists, maps and structs of other values in the same places, nulls kept."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence


def fields(array: Any) -> "list[pa.Array[Any]]":
    """A struct's fields, by place; null where the struct is."""
    flat: list[pa.Array[Any]] = array.flatten()
    return flat


def struct_of(like: Any, parts: "Sequence[pa.Array[Any]]", kind: Any) -> "pa.Array[Any]":
    """Structs of other fields, null where `like` is."""
    return pa.StructArray.from_arrays(list(parts), fields=list(kind), mask=like.is_null())


def contents(array: Any) -> "tuple[Any, list[pa.Array[Any]]]":
    """Lists, or maps, without an offset, which what is in them would not heed; and all that is in them."""
    if isinstance(array.type, pa.LargeListType):
        array = array.cast(pa.list_(array.type.value_field))
    whole = array.take(pa.array(range(len(array)), pa.int64())) if array.offset else array
    return whole, [whole.keys, whole.items] if isinstance(whole.type, pa.MapType) else [whole.values]


def with_contents(whole: Any, parts: "Sequence[pa.Array[Any]]", kind: Any) -> "pa.Array[Any]":
    """Lists, or maps, in which other values are.

    Args:
        whole: as `contents` gives it.
        kind: the Arrow type of what is made.
    """
    child = parts[0]
    if isinstance(kind, pa.MapType):
        child = pa.StructArray.from_arrays(list(parts), fields=[kind.key_field, kind.item_field])
    small = pa.list_(kind.value_field) if isinstance(kind, pa.LargeListType) else kind
    made = pa.Array.from_buffers(small, len(whole), whole.buffers()[:2], children=[child])
    return made if small == kind else made.cast(kind)
