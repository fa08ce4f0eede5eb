"""Between wire JSON and attrs models, without loss either way.

What a server sent travels with the model in one hidden slot. `to_dict` gives the raw value back for every field that was not
changed, so that get, `attrs.evolve`, put never drops or alters what this SDK has not heard of.
"""

from .lists import as_list, as_part
from .model import OMIT, WHOLE, Model, wire
from .pydantic import install
from .reading import converter, from_dict
from .replies import Receipt, as_json, as_model, receipt
from .times import instant, timestamp
from .writing import encode, same, to_dict

install(Model)

__all__ = [
    "OMIT",
    "WHOLE",
    "Model",
    "Receipt",
    "as_json",
    "as_list",
    "as_model",
    "as_part",
    "converter",
    "encode",
    "from_dict",
    "instant",
    "receipt",
    "same",
    "timestamp",
    "to_dict",
    "wire",
]
