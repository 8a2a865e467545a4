import pytest

from prmktml.codebook import Language
from prmktml.corpus import read_corpus
from prmktml.features import read_batch
from prmktml.language import identify, read_language_words
from prmktml.resources import find
from prmktml.tables import open_table


@pytest.fixture(scope="module")
def told():
    words = read_language_words(find("data/lexicon/languages.tsv"))
    return lambda texts: [list(Language)[i] for i in identify(read_batch(texts), words)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("خصم على كل الأحذية", "ar"),
        ("Half price on all shoes", "en"),
        ("عندنا new collection من أحلى shoes", "mixed"),
        ("3andna khasm 3la kol el gezam w el shonat", "ar"),
        ("Скидка на всю обувь до пятницы", "unknown"),
        ("鞋子半价", "unknown"),
        ("Toutes nos chaussures sont à moitié prix cette semaine", "unknown"),
        ("Tüm ayakkabılarda yarı fiyat, sadece bu hafta", "unknown"),
        ("همه کفش‌ها این هفته با تخفیف ویژه برای شما", "unknown"),
        ("اس ہفتے تمام جوتوں پر آدھی قیمت", "unknown"),
        ("🔥🔥 50%", "unknown"),
        ("", "unknown"),
    ],
)
def test_languages(told, text, language):
    assert told([text]) == [language]


def test_the_corpus_is_told_right_nearly_always(told):
    corpus = read_corpus(find("data/corpus.csv"))
    gold = corpus.column("language")
    right = sum(a == b for a, b in zip(told(corpus.texts), gold, strict=True))
    assert right / len(corpus) >= 0.97


def test_other_languages_are_not_taken_for_ours(told):
    with open_table(find("data/language_probe.csv")) as table:
        rows = [table.record(row) for row in table]
    for language in ("fr", "fa", "ur", "tr"):
        texts = [row["text"] for row in rows if row["language"] == language]
        assert len(texts) == 50
        found = told(texts)
        assert found.count(Language.UNKNOWN) / len(found) >= 0.9, language
