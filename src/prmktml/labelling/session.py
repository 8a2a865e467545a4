"""A sitting of one coder as pure logic: what waits, what was answered, and what a key does.

A session is a value. A key leads from one to the next, and undoing leads back to exactly the one
before; nothing is shown, read or written here.
"""

from typing import Final, NamedTuple

from prmktml.codebook import ASPECT_SIDE, Aspect, Label

__all__ = ["ASPECT_KEYS", "LABEL_KEYS", "Answer", "Session", "can_choose", "press", "standard_key"]

LABEL_KEYS: Final = {"p": Label.PR, "m": Label.MARKETING, "o": Label.OTHER}
ASPECT_KEYS: Final = {str(number): aspect for number, aspect in enumerate(Aspect, 1)}
MOST_ASPECTS: Final = 2
"""A message has a primary aspect and at most one other."""
_NEXT: Final = frozenset("\n\r ")
_SAME_PLACE: Final = str.maketrans("حةخسعض؟١٢٣٤٥٦", "pmosuq?123456")
"""What the keys of an Arabic keyboard write, and Arabic-Indic digits."""


class Answer(NamedTuple):
    """What a coder said of a message.

    Attributes
    ----------
    place : int
        Of the message.
    label : Label or None
        None where it was skipped for now.
    aspects : tuple of Aspect
        The primary one first; two at most.
    """

    place: int
    label: Label | None
    aspects: tuple[Aspect, ...] = ()


class Session(NamedTuple):
    """Where a coder stands.

    Attributes
    ----------
    waiting : tuple of int
        Places of the messages without a label, in the order in which they come.
    done : tuple of Answer
        In the order in which they were given, skips among them.
    choosing : bool
        Whether the last answer's aspects are being chosen.
    """

    waiting: tuple[int, ...]
    done: tuple[Answer, ...] = ()
    choosing: bool = False

    @property
    def place(self) -> int | None:
        """Of the message to show, None where all have a label."""
        if self.choosing:
            return self.done[-1].place
        return self.waiting[0] if self.waiting else None

    @property
    def labelled(self) -> tuple[Answer, ...]:
        """The answers that are no skips."""
        return tuple(answer for answer in self.done if answer.label)


def standard_key(key: str) -> str:
    """Return a key as this module knows it, whatever keyboard and case it was typed in.

    Examples
    --------
    >>> standard_key("P"), standard_key("ح"), standard_key("٣")
    ('p', 'p', '3')
    """
    return key.lower().translate(_SAME_PLACE)


def can_choose(answer: Answer, aspect: Aspect) -> bool:
    """Say whether an answer can get this aspect: the first must stand on the label's side.

    Examples
    --------
    >>> can_choose(Answer(0, Label.PR), Aspect.OFFERS)
    False
    >>> can_choose(Answer(0, Label.PR, (Aspect.VALUES,)), Aspect.OFFERS)
    True
    """
    if answer.aspects:
        return aspect not in answer.aspects and len(answer.aspects) < MOST_ASPECTS
    return ASPECT_SIDE[aspect] is answer.label


def press(session: Session, key: str) -> Session:
    r"""Return the session after a key; the same one where the key means nothing here.

    ``p``, ``m``, ``o`` label the message, ``s`` puts it behind all others, ``u`` takes back the
    last of these. After ``p`` and ``m``, ``1`` to ``6`` choose aspects: the first must stand on
    the label's side, and a second one, or Enter, leads to the next message.

    Examples
    --------
    >>> after = press(press(Session(waiting=(7, 4)), "m"), "5")
    >>> after.done[0].label.value, after.done[0].aspects[0].value, after.place
    ('marketing', 'offers', 7)
    >>> press(after, "\n").place
    4
    """
    if key == "u":
        return _undo(session)
    if session.choosing:
        return _choose(session, key)
    if not session.waiting:
        return session
    place, *rest = session.waiting
    if key == "s":
        return Session((*rest, place), (*session.done, Answer(place, None)))
    if key in LABEL_KEYS:
        label = LABEL_KEYS[key]
        answer = Answer(place, label)
        return Session(tuple(rest), (*session.done, answer), choosing=label is not Label.OTHER)
    return session


def _choose(session: Session, key: str) -> Session:
    *before, answer = session.done
    if key in _NEXT:
        return session._replace(choosing=False)
    aspect = ASPECT_KEYS.get(key)
    if aspect is None or not can_choose(answer, aspect):
        return session
    aspects = (*answer.aspects, aspect)
    done = (*before, answer._replace(aspects=aspects))
    return Session(session.waiting, done, choosing=len(aspects) < MOST_ASPECTS)


def _undo(session: Session) -> Session:
    if not session.done:
        return session
    *before, answer = session.done
    waiting = session.waiting if answer.label else session.waiting[:-1]
    return Session((answer.place, *waiting), tuple(before))
