"""Labelling without a terminal: what keys do to a session, the order of doubt, the file."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

import prmktml
from prmktml.codebook import Aspect, Label, Verdict
from prmktml.corpus import read_corpus
from prmktml.errors import DataError, UsageError
from prmktml.labelling import Answer, AnswerFile, Session, press, read_messages
from prmktml.labelling.keys import _ESCAPES
from prmktml.labelling.messages import by_doubt
from prmktml.labelling.session import can_choose, standard_key
from prmktml.labelling.wording import WORDS
from prmktml.tables import open_table

TEXTS = [
    "خصم 30% لحد الخميس",
    "Thank you to every nurse who stayed",
    "We stand by what we promised our neighbours",
    "شكرا لكل متطوع شارك في الحملة",
    "Your code is 482913",
]
KEYS = st.lists(st.sampled_from([*"pmosu123456", "\n", "z"]), max_size=40)


def played(keys, session):
    for key in keys:
        session = press(session, key)
    return session


@pytest.fixture
def posts(tmp_path):
    def write(rows, columns=("text",), name="posts.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
        return path

    return write


@pytest.fixture
def messages(posts, model):
    return read_messages(posts([[text] for text in TEXTS]), model)


# What a key does


@given(KEYS)
def test_every_message_is_labelled_at_most_once_and_none_is_lost(keys):
    session = played(keys, Session((3, 0, 2, 1)))
    labelled = [answer.place for answer in session.labelled]
    assert sorted([*labelled, *session.waiting]) == [0, 1, 2, 3]


@given(KEYS)
def test_undoing_leads_through_all_sessions_before(keys):
    session = Session((3, 0, 2, 1))
    before = []
    for key in keys:
        after = press(session, key)
        if key == "u":
            assert after == (before.pop() if before else session)
        elif key in "pmos" and after != session:
            before.append(session)
        session = after
    while before:
        session = press(session, "u")
        assert session == before.pop()
    assert press(session, "u") == session == Session((3, 0, 2, 1))


@given(KEYS)
def test_answers_are_what_the_codebook_allows(keys):
    for answer in played(keys, Session((3, 0, 2, 1))).labelled:
        assert len(set(answer.aspects)) == len(answer.aspects) <= 2
        if answer.aspects:
            assert can_choose(Answer(0, answer.label), answer.aspects[0])
        assert answer.label is not Label.OTHER or not answer.aspects


@pytest.mark.parametrize(
    ("keys", "done", "place"),
    [
        ("p1\n", [(0, "pr", ["values"])], 1),
        ("p\n", [(0, "pr", [])], 1),
        ("p3", [(0, "pr", ["relationships"])], 0),
        ("p35", [(0, "pr", ["relationships", "offers"])], 1),
        ("p53", [(0, "pr", ["relationships"])], 0),
        ("m55 ", [(0, "marketing", ["offers"])], 1),
        ("mpo", [(0, "marketing", [])], 0),
        ("o", [(0, "other", [])], 1),
        ("so", [(1, "other", [])], 2),
        ("soo", [(1, "other", []), (2, "other", [])], 0),
        ("sooo", [(1, "other", []), (2, "other", []), (0, "other", [])], None),
        ("ooooo", [(0, "other", []), (1, "other", []), (2, "other", [])], None),
        ("ouu", [], 0),
    ],
)
def test_keys_by_hand(keys, done, place):
    session = played(keys, Session((0, 1, 2)))
    assert [
        (a.place, a.label.value, [aspect.value for aspect in a.aspects]) for a in session.labelled
    ] == done
    assert session.place == place


def test_an_arabic_keyboard_has_the_same_keys():
    assert [standard_key(key) for key in "حةخسعض؟١٦"] == list("pmosuq?16")


def test_function_keys_hold_no_letter_that_was_pressed():
    """F1 sends ESC O P, arrow right ESC [ C; a person who presses p then F1 pressed p alone."""
    assert _ESCAPES.sub("", "p\x1bOP\x1b[C\x1b[15~m") == "pm"


# Which message comes next


def test_doubt_comes_first(model):
    opinions = model.predict(TEXTS)
    order, alike = by_doubt(TEXTS, opinions)
    sure = [opinions[i].verdict in (Verdict.CLEAR, Verdict.OTHER) for i in order]
    assert sure == sorted(sure)
    assert sorted(order) == alike == [0, 1, 2, 3, 4]
    for group in (True, False):
        margins = []
        for place, is_sure in zip(order, sure, strict=True):
            if is_sure is group:
                p = sorted(opinions[place].probabilities.values())
                margins.append(p[2] - p[1])
        assert margins == sorted(margins)


def test_near_duplicates_come_behind_all_that_differ(model):
    """However doubtful the copies are, one of them is enough before all others were seen."""
    copies = [f"We stand by what we promised our neighbours {end}" for end in ("", "!", "now")]
    texts = [copies[0], TEXTS[0], copies[1], TEXTS[1], copies[2]]
    order, alike = by_doubt(texts, model.predict(texts))
    assert alike == [0, 1, 0, 3, 0]
    assert {1, 3} < set(order[:3])


def test_what_is_no_message_is_passed_over_and_counted(posts, model):
    texts = [TEXTS[0], "", " \u200f ", TEXTS[0] + "  ", "x y"]
    path = posts(list(enumerate(texts)), columns=("id", "text"))
    with path.open("ab") as file:
        file.write(b"12,good,too many\n")
    found = read_messages(path, model)
    assert found.texts == [TEXTS[0], "x y"]
    assert found.passed_over == (2, 1, 1)
    assert "row 7" in found.notes[0]


def test_a_file_without_any_message_is_refused(posts, model):
    with pytest.raises(DataError, match=r"none of its 1 rows holds a message"):
        read_messages(posts([["", "1"]], columns=("text", "id")), model)
    with pytest.raises(UsageError, match=r"--text-column"):
        read_messages(posts([["a", "1"]], columns=("body", "id")), model)


def test_columns_are_kept_and_what_labelling_writes_gets_a_name_of_its_own(posts, model, tmp_path):
    path = posts(
        [["1", TEXTS[0], "pr", "title", "en", ""], ["2", TEXTS[1], "pr", "", "", "mine"]],
        columns=("id", "body", "label", "text", "language", "group"),
    )
    messages = read_messages(path, model, text_column="body")
    file = AnswerFile(tmp_path / "out.csv", messages, "mona")
    file.save(played("m5\no", Session((0, 1))))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert rows[0] == {
        "id": "1",
        "text": TEXTS[0],
        "label": "marketing",
        "aspects": "offers",
        "coder": "mona",
        "label_before": "pr",
        "text_before": "title",
        "language": "en",
        "group": "posts-2",
    }
    assert (rows[1]["label"], rows[1]["language"], rows[1]["group"]) == ("other", "en", "mine")


# The file of answers


@given(KEYS, st.integers(0, 40))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_stopping_and_going_on_is_as_if_there_had_been_no_stop(messages, tmp_path, keys, cut):
    """A stop forgets what was skipped, and closes the choice of aspects, as Enter does."""
    keys = [key for key in keys if key != "s"]
    at_once, in_two = tmp_path / "one.csv", tmp_path / "two.csv"
    for path in (at_once, in_two):
        path.unlink(missing_ok=True)
    whole = AnswerFile(at_once, messages, "mona")
    first = AnswerFile(in_two, messages, "mona")
    first.save(played(keys[:cut], first.session))
    second = AnswerFile(in_two, messages, "mona")
    closed = [*keys[:cut], "\n", *keys[cut:]] if first.session.choosing else keys
    whole.save(played(closed, whole.session))
    assert second.session == first.session._replace(choosing=False)
    second.save(played(keys[cut:], second.session))
    assert second.session == whole.session
    assert in_two.read_bytes() == at_once.read_bytes()


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "xlsx", "parquet", "csv.gz"])
def test_every_format_remembers(messages, tmp_path, ending):
    path = tmp_path / f"labelled.{ending}"
    AnswerFile(path, messages).save(Session(tuple(messages.order)))
    assert AnswerFile(path, messages).session == Session(tuple(messages.order))
    done = played("m5\np3\no", Session(tuple(messages.order)))
    AnswerFile(path, messages, "mona").save(done)
    assert AnswerFile(path, messages).session == done


def test_a_file_is_what_training_reads(messages, tmp_path):
    path = tmp_path / "labelled.csv"
    AnswerFile(path, messages, "mona").save(played("m56p3\no", Session((0, 1, 4, 2, 3))))
    corpus = read_corpus(path)
    assert corpus.texts == [TEXTS[0], TEXTS[1], TEXTS[4]]
    assert corpus.labels.tolist() == [1, 0, 2]
    assert corpus.primary.tolist() == [list(Aspect).index(Aspect.OFFERS), 2, -1]
    assert corpus.has_groups


def test_rows_of_other_files_and_other_coders_stay(messages, tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text(
        f'text,label,note,coder\nof another file,pr,"a, b",omar\n{TEXTS[2]},pr,,omar\n',
        encoding="utf-8",
    )
    file = AnswerFile(path, messages, "mona")
    assert file.session.done == (Answer(2, Label.PR),)
    file.save(press(file.session, "o"))
    with open_table(path) as table:
        rows = [table.record(row) for row in table]
    assert [(row["text"], row["coder"]) for row in rows] == [
        ("of another file", "omar"),
        (TEXTS[2], "omar"),
        (messages.texts[file.session.done[1].place], "mona"),
    ]
    assert rows[0]["note"] == "a, b"


def test_an_answer_taken_back_and_given_anew_is_of_the_new_coder(messages, tmp_path):
    path = tmp_path / "labelled.csv"
    first = AnswerFile(path, messages, "omar")
    first.save(press(first.session, "o"))
    second = AnswerFile(path, messages, "mona")
    second.save(press(second.session, "u"))
    second.save(press(second.session, "o"))
    with open_table(path) as table:
        assert [table.record(row)["coder"] for row in table] == ["mona"]


def test_a_file_that_another_program_changed_is_left_alone(messages, tmp_path):
    path = tmp_path / "labelled.csv"
    file = AnswerFile(path, messages)
    file.save(press(file.session, "o"))
    path.write_text("changed", encoding="utf-8")
    with pytest.raises(DataError, match="changed by another program"):
        file.save(press(file.session, "o"))
    assert path.read_text(encoding="utf-8") == "changed"


def test_a_file_with_a_wrong_label_is_refused_with_its_row(messages, tmp_path):
    path = tmp_path / "labelled.csv"
    path.write_text(f"text,label\n{TEXTS[0]},sales\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"row 2, column label: found 'sales'"):
        AnswerFile(path, messages)


# What is said


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_all_that_is_said_fits_eighty_columns(lang, model):
    words = WORDS[lang]
    longest = Answer(0, Label.PR, (Aspect.RELATIONSHIPS,))
    said = [words.help, words.label_line(), words.aspect_line(longest)]
    said += [words.aspect_line(Answer(0, label)) for label in (Label.PR, Label.MARKETING)]
    said += [words.opinion(found) for found in model.predict(TEXTS)]
    assert max(cell_len(line) for text in said for line in text.split("\n")) <= 80


def test_arabic_lines_begin_with_arabic_so_that_terminals_set_them_right_to_left():
    words = WORDS["ar"]
    shown = [words.help, words.label_line(), words.aspect_line(Answer(0, Label.PR)), words.summary]
    shown += [words.opinion(prmktml.load().predict(TEXTS[0])), words.remain, words.passed_over]
    for line in "\n".join(shown).split("\n"):
        letters = [char for char in line if char.isalpha()]
        assert "\u0600" <= letters[0] <= "\u06ff", line
