"""What a coder reads around the messages, in English and in Arabic; nothing is printed here.

Lines of Arabic begin with an Arabic letter, so that a terminal which orders text by its first
letter sets them from right to left. Messages come without frames and indents for the same reason.
"""

import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

from prmktml.codebook import Aspect, Label, Verdict
from prmktml.decision import Prediction
from prmktml.labelling.session import ASPECT_KEYS, LABEL_KEYS, Answer, can_choose

__all__ = ["WORDS", "Words", "legible"]

_NAMES_AR: Final[dict[str, str]] = {
    Label.PR: "علاقات عامة",
    Label.MARKETING: "تسويق",
    Label.OTHER: "غير ذلك",
    Aspect.VALUES: "القيم",
    Aspect.ISSUES: "القضايا",
    Aspect.RELATIONSHIPS: "العلاقات",
    Aspect.SALES: "البيع",
    Aspect.OFFERS: "العروض",
    Aspect.TRAFFIC: "الزيارة والتفاعل",
    Verdict.CLEAR: "واضح",
    Verdict.MIXED: "مختلط",
    Verdict.UNCLEAR: "غير واضح",
}
_NAMES_EN: Final[dict[str, str]] = {Label.PR: "PR"}

_HELP_EN: Final = """\
What does the sender want the reader to do or feel right after reading?
  p  PR: trust, respect or feel close to the organisation, or act for a cause
  m  marketing: buy, subscribe, use an offer, or come (visit, click, follow,
     download, sign up)
  o  other: no campaign message (private talk, customers' questions and
     complaints, codes, invoices, order tracking, job adverts, others' news)
Then the aspects: the primary one first, of the label's side; a second one may
be of the other side.
  1  values: what it believes and promises; awards as proof of character
  2  issues: a matter people care about, awareness, donations, volunteering
  3  relationships: thanks, greetings, condolences, apologies, staff, partners
  4  sales: something to be bought or used; features, price, opening, booking
  5  offers: a reason to buy now; discount, coupon, gift, limited time
  6  traffic: the goal is a visit, click, follow, share, download, sign-up
Where the two meet:
  -  a call to buy, visit or subscribe outweighs words of value
  -  a number alone is no offer; a greeting is 3 without an offer, 5 with one
  -  an apology, outage or recall is 3, even with a voucher
  -  buy-and-we-donate is 4, its second aspect 2; share-and-win is 6
  -  advice without a product is 2; where the product is the answer it is 4
  -  both in equal weight: the side that the message ends on or asks for
s  comes back after all others      u  takes back answer after answer
q  stops; the same command goes on  The keys of an Arabic keyboard do as well.
The model's opinion is not shown, so that it does not sway you; --show-model
shows it after each answer."""

_HELP_AR: Final = """\
ما الذي يريد المرسِل من القارئ أن يفعله أو يشعر به بعد القراءة مباشرة؟
علاقات عامة p: أن يثق بالمؤسسة أو يحترمها أو يشعر بقربها، أو أن يعمل لقضية
تسويق m: أن يشتري أو يشترك أو يستفيد من عرض أو يأتي (زيارة، متابعة، تنزيل)
غير ذلك o: ليست رسالة حملة: حديث خاص، أسئلة العملاء وشكاواهم، رموز تحقق،
فواتير، إعلانات وظائف، تتبع طلبات، أخبار الغير
ثم الجوانب: الأساسي أولًا وهو من جهة التصنيف، ويجوز ثانٍ من الجهة الأخرى.
القيم 1: ما تؤمن به المؤسسة وتعد به، والجوائز والنتائج دليلًا على أخلاقها
القضايا 2: أمر يهم الناس، والتوعية والتبرع والتطوع
العلاقات 3: شكر وتهنئة وتعزية واعتذار وأزمة وموظفون وشركاء
البيع 4: منتج أو خدمة للشراء أو الاستعمال: مزايا، سعر، افتتاح، حجز
العروض 5: سبب للشراء الآن: خصم، كوبون، هدية، تقسيط، مدة محدودة
الزيارة والتفاعل 6: الهدف زيارة أو نقرة أو متابعة أو مشاركة أو تنزيل أو تسجيل
حيث تلتقي الجهتان:
الدعوة إلى الشراء أو الزيارة أو الاشتراك أرجح من كلمات القيم.
الرقم وحده ليس عرضًا. التهنئة من 3 بلا عرض، ومن 5 مع عرض.
الاعتذار وانقطاع الخدمة وسحب المنتج من 3 ولو مع قسيمة.
«اشترِ ونتبرع» من 4 وجانبها الثاني 2، و«شارك لتربح» من 6.
النصيحة بلا منتج من 2، وحيث يكون المنتج هو الحل فمن 4.
الجهتان بقدر واحد: الجهة التي تنتهي إليها الرسالة أو تطلبها، وجانب من كل جهة.
تخطَّ s: تعود الرسالة بعد سواها. تراجع u: عن الإجابات واحدة بعد أخرى.
توقف q: والأمر نفسه يكمل لاحقًا. وتصلح المفاتيح نفسها على لوحة عربية.
رأي النموذج لا يظهر كي لا يؤثر فيك، ومع \u200e--show-model يظهر بعد كل إجابة."""


class Words(NamedTuple):
    """What is said in one language; braces are filled in.

    Attributes
    ----------
    names : dict
        Of labels, aspects and verdicts; what it lacks is called as in the codebook.
    """

    names: dict[str, str]
    key: str
    commands: str
    progress: str
    aspects: str
    onward: str
    comma: str
    no_key: str
    other_side: str
    skipped: str
    undone: str
    nothing_to_undo: str
    model: str
    passed_over: str
    summary: str
    complete: str
    remain: str
    help: str

    def name(self, what: Label | Aspect | Verdict) -> str:
        """Return what a label, an aspect or a verdict is called."""
        return self.names.get(what, what.value)

    def label_line(self) -> str:
        """Return the keys that label, and the others."""
        keys = [self.key.format(key=k, name=self.name(label)) for k, label in LABEL_KEYS.items()]
        return "   ".join([*keys, self.commands])

    def aspect_line(self, answer: Answer) -> str:
        """Return the answer so far and, below, the keys of the aspects that can be chosen."""
        keys = [
            self.key.format(key=k, name=self.name(aspect))
            for k, aspect in ASPECT_KEYS.items()
            if can_choose(answer, aspect)
        ]
        return f"{self.told(answer)} · {self.aspects}\n" + "   ".join([*keys, self.onward])

    def told(self, answer: Answer) -> str:
        """Return an answer in words."""
        named: Sequence[Label | Aspect] = (*filter(None, (answer.label,)), *answer.aspects)
        return self.comma.join(map(self.name, named))

    def opinion(self, said: Prediction) -> str:
        """Return what the model says, a percentage being of all three labels."""
        label = Label(max(said.probabilities, key=said.probabilities.__getitem__))
        aspect = said.aspect if label is said.label else None
        told = self.told(Answer(0, label, (aspect,) if aspect else ()))
        percent = round(100 * said.probabilities[label])
        return self.model.format(told=told, percent=percent, verdict=self.name(said.verdict))


WORDS: Final = {
    "en": Words(
        names=_NAMES_EN,
        key="{key} {name}",
        commands="s skip   u undo   ? help   q stop",
        progress="{now} of {all}",
        aspects="aspects, the primary one first",
        onward="Enter next",
        comma=", ",
        no_key="no key here: {key}",
        other_side="the first aspect stands on the label's side",
        skipped="skipped for now",
        undone="taken back",
        nothing_to_undo="there is nothing to take back",
        model="model: {told} ({percent}%, {verdict})",
        passed_over="rows passed over: {no_text} without text, {unreadable} unreadable, "
        "{copies} copies of others",
        summary="{path}: {labelled} labelled ({now} of them now), {left} waiting",
        complete="all messages have a label",
        remain="go on with the same command; train with: prmktml train {path} --extend -o "
        "ours.safetensors",
        help=_HELP_EN,
    ),
    "ar": Words(
        names=_NAMES_AR,
        key="{name} {key}",
        commands="تخطَّ s   تراجع u   مساعدة ?   توقف q",
        progress="الرسالة {now} من {all}",
        aspects="الجوانب، الأساسي أولًا",
        onward="التالي Enter",
        comma="، ",
        no_key="لا عمل لهذا المفتاح هنا: {key}",
        other_side="الجانب الأساسي يكون من جهة التصنيف",
        skipped="أُجِّلت",
        undone="أُلغيت الإجابة",
        nothing_to_undo="ليس هناك ما يُتراجع عنه",
        model="النموذج: {told} ({percent}%، {verdict})",
        passed_over="صفوف لا تُعرض: بلا نص {no_text}، لا تُقرأ {unreadable}، مكررة {copies}",
        summary="الحصيلة في {path}: مصنّفة {labelled} (منها الآن {now})، وفي الانتظار {left}",
        complete="صُنّفت الرسائل كلها",
        remain="أكمل بالأمر نفسه، ودرّب النموذج بالأمر: prmktml train {path} --extend -o "
        "ours.safetensors",
        help=_HELP_AR,
    ),
}


def legible(text: str) -> str:
    r"""Return a message without what could steer a terminal or cannot be encoded.

    Examples
    --------
    >>> legible("Sale\x1b[2J\r\ntoday")
    'Sale\ufffd[2J\ntoday'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs") else "\ufffd"
        for char in lines
    )
