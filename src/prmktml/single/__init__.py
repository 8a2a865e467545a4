"""One message by plain Python, where an array operation costs more than it saves.

A batch is judged by array arithmetic, whose operations cost the same for one message as for a
thousand; some 450 of them are most of what one message takes. Here arrays only hash n-grams and
add up weights; finding numbers, words, cues, the language and the verdict is left to strings,
dictionaries and :mod:`math`. What is rare (links, elongation, phones, code points that NFKC could
change) is normalized by :mod:`prmktml.normalization`, and long messages go the other way
altogether. Both ways come to the same answers, and tests hold them together.
"""

from prmktml.single.judge import Single
from prmktml.single.ngrams import Ngrams

__all__ = ["Ngrams", "Single"]
