"""Where the model, the corpus and the lexicon lie."""

from pathlib import Path

from prmktml.errors import ModelError

__all__ = ["find"]

_HERE = Path(__file__).parent


def find(relative: str) -> Path:
    """Return the path of a bundled file: the package's own data, else the checkout's folders.

    Parameters
    ----------
    relative : str
        Such as ``"models/prmktml.safetensors"`` or ``"data/corpus.csv"``.

    Raises
    ------
    ModelError
        If neither place has it.

    Examples
    --------
    >>> find("data/lexicon").name
    'lexicon'
    """
    places = (_HERE / relative, _HERE.parents[1] / relative)
    for place in places:
        if place.exists():
            return place
    raise ModelError(
        f"{relative} is neither at {places[0]} nor at {places[1]}; reinstall prmktml, "
        "or name a file of your own"
    )
