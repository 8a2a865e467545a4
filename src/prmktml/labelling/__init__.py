"""Labelling messages one by one: which comes next, what was answered, and the file of it.

The session is pure logic without a terminal; the keys, the words on the screen and the file have
modules of their own. The terminal itself is left to the command ``label``.
"""

from prmktml.labelling.answers import AnswerFile
from prmktml.labelling.messages import Messages, read_messages
from prmktml.labelling.session import Answer, Session, press

__all__ = ["Answer", "AnswerFile", "Messages", "Session", "press", "read_messages"]
