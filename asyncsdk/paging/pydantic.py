"""A page inside pydantic's models. Nothing of pydantic is imported before it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import attrs

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


def page_schema(cls: type[Any], source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    """How pydantic is to read and write a page.

    Args:
        cls: the class of the page.
        source: the same with the type of its items, such as ``Page[User]``.
        handler: pydantic's own.
    """
    from pydantic_core import core_schema as core

    (item,) = get_args(source) or (Any,)
    kinds: dict[str, Any] = {"items": list[item], "number": int | None, "total_pages": int | None}  # type: ignore[valid-type]
    kinds |= {"cursor": str | None, "total": int | None}
    members = {
        name: core.typed_dict_field(handler.generate_schema(kind), required=name == "items")
        for name, kind in kinds.items()
    }
    whole = core.typed_dict_schema(members)
    made = core.no_info_after_validator_function(lambda found: cls(**found), whole)
    name = f"{getattr(item, '__module__', '')}.{getattr(item, '__qualname__', item)}:{id(item)}"
    return core.no_info_before_validator_function(
        _members,
        made,
        ref=f"{cls.__module__}.{cls.__qualname__}:{id(cls)}[{name}]",
        serialization=core.wrap_serializer_function_ser_schema(lambda page, write: write(_members(page)), schema=whole),
    )


def _members(page: Any) -> Any:
    if not attrs.has(type(page)):
        return page
    return {each.name: getattr(page, each.name) for each in attrs.fields(type(page))} | {"items": list(page.items)}
