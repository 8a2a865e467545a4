"""Cues of one message; see :mod:`prmktml.lexicon`."""

from typing import Final

from prmktml.lexicon import KEY_MIX, KEY_SHIFT, MAX_WORDS, PRESENT, SALTS, STEM, Lexicon, Salt
from prmktml.single.words import MASK, Words

__all__ = ["Cues"]

_WORD, _HEAD, _PHRASE, _STEM, _OPEN, _LINK = (
    int(SALTS[salt])
    for salt in (Salt.WORD, Salt.HEAD, Salt.PHRASE, Salt.STEM, Salt.OPEN, Salt.LINK)
)
_SHIFT: Final = int(KEY_SHIFT)


class Cues:
    """Finds cues in the words of one message.

    Parameters
    ----------
    lexicon : Lexicon
    """

    def __init__(self, lexicon: Lexicon) -> None:
        entries = zip(lexicon.salted.tolist(), lexicon.ids.tolist(), strict=True)
        self._entries: dict[int, int] = dict(entries)
        alone, at_end = (sizes[::-1].tolist() for sizes in lexicon.lengths)
        self._alone = [(size, int(SALTS[Salt.PREFIX + size])) for size in alone]
        self._at_end = [(size, int(SALTS[Salt.PHRASE_PREFIX + size])) for size in at_end]

    def find(self, words: Words) -> list[int]:
        """Return the class of each cue found, in no particular order."""
        entries, found = self._entries, list(self._single(words).values())
        for first, value in enumerate(words.core):
            if value ^ _HEAD in entries:
                found += self._phrases(words, first)
        return [cue for cue in found if cue < PRESENT]

    def _single(self, words: Words) -> dict[int, int]:
        """Return the classes of words: of the whole word or else of its longest prefix."""
        entries, starts, bares, ends = self._entries, words.starts, words.bares, words.ends
        found = {
            i: entries[value ^ _WORD]
            for i, value in enumerate(words.whole)
            if value ^ _WORD in entries
        }
        if bares is not starts:
            for i, start in enumerate(starts):
                if start != bares[i] and i not in found:
                    cue = entries.get(words.core[i] ^ _WORD)
                    if cue is None:
                        cue = self._prefix(words, start, ends[i])
                    if cue is not None:
                        found[i] = cue
        for i, value in enumerate(words.stem):
            if value ^ _STEM in entries and i not in found:
                cue = self._longest(self._alone, words, bares[i], ends[i])
                if cue is not None:
                    found[i] = cue
        return found

    def _prefix(self, words: Words, start: int, end: int) -> int | None:
        """Return the class of the longest prefix of a word that begins with a known stem."""
        stem = words.sums.item(min(start + STEM, end)) - words.sums.item(start)
        if (stem * words.factor(start) & MASK) ^ _STEM not in self._entries:
            return None
        return self._longest(self._alone, words, start, end)

    def _longest(
        self, lengths: list[tuple[int, int]], words: Words, start: int, end: int, link: int = 0
    ) -> int | None:
        """Return the class of the longest known prefix of a word; `link` is of words before it."""
        sums, before, factor = words.sums, words.sums.item(start), words.factor(start)
        for length, salt in lengths:
            if start + length <= end:
                prefix = (sums.item(start + length) - before) * factor + link & MASK
                if prefix ^ salt in self._entries:
                    return self._entries[prefix ^ salt]
        return None

    def _phrases(self, words: Words, first: int) -> list[int]:
        """Return the classes of the phrases that begin with a word."""
        entries, core, found = self._entries, words.core, []
        chain = core[first]
        for last in range(first + 1, min(first + MAX_WORDS, len(core))):
            cue, link = None, _link(chain)
            if chain ^ _OPEN in entries:
                cue = self._longest(self._at_end, words, words.bares[last], words.ends[last], link)
            chain = link + core[last] & MASK
            cue = entries.get(chain ^ _PHRASE, cue)
            if cue is not None:
                found.append(cue)
            if chain ^ _HEAD not in entries:
                break
        return found


def _link(chain: int) -> int:
    """Return what :func:`prmktml.lexicon.chain_key` adds the hash of a further word to."""
    mixed = (chain ^ _LINK) * KEY_MIX & MASK
    return mixed ^ mixed >> _SHIFT
