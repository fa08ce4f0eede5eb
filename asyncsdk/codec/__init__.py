"""Between wire JSON and attrs models, without loss either way.

What a server sent travels with the model in one hidden slot. `to_dict` gives the raw value back for every field that was not
changed, so that get, `attrs.evolve`, put never drops or alters what this SDK has not heard of.
"""

from .lists import as_list, as_part
from .marks import OMIT, WHOLE
from .model import Model, keep_wire, wire
from .pydantic import install
from .reading import converter, from_dict
from .replies import Created, Receipt, as_json, as_model, created, receipt
from .times import instant, timestamp
from .writing import encode, same, to_dict

install(Model)

__all__ = [
    "OMIT",
    "WHOLE",
    "Created",
    "Model",
    "Receipt",
    "as_json",
    "as_list",
    "as_model",
    "as_part",
    "converter",
    "created",
    "encode",
    "from_dict",
    "instant",
    "keep_wire",
    "receipt",
    "same",
    "timestamp",
    "to_dict",
    "wire",
]
