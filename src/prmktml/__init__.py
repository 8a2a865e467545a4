"""Tells public relations from marketing in Arabic and English campaign messages.

Importing this package costs nothing; each name is brought in when it is first used.

Examples
--------
>>> import prmktml
>>> model = prmktml.load()
>>> model.predict("Thank you to every nurse who stayed").label.value
'pr'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prmktml.decision import Prediction
    from prmktml.errors import DataError, ModelError, PrmktmlError, UsageError
    from prmktml.model import Model
    from prmktml.modelfile import load, save
    from prmktml.normalization import normalize
    from prmktml.training import fit

__all__ = [
    "DataError",
    "Model",
    "ModelError",
    "Prediction",
    "PrmktmlError",
    "UsageError",
    "__version__",
    "fit",
    "load",
    "normalize",
    "save",
]

_HOMES = {
    "DataError": "errors",
    "Model": "model",
    "ModelError": "errors",
    "Prediction": "decision",
    "PrmktmlError": "errors",
    "UsageError": "errors",
    "fit": "training",
    "load": "modelfile",
    "normalize": "normalization",
    "save": "modelfile",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("prmktml")
    if name not in _HOMES:
        raise AttributeError(f"module 'prmktml' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"prmktml.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
