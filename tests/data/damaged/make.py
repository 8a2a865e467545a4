"""Writes the damaged files of this folder; what each of them must come to is in
``tests/test_damaged_files.py``.

Run it from anywhere: ``python tests/data/damaged/make.py``.
"""

import gzip
import io
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
THANKS, SALE = "شكرا لكل من شارك معنا في الحملة", "خصم خمسين بالمئة على كل المنتجات"
PLAIN = f"id,text\n1,{THANKS}\n2,{SALE}\n"

TEXTS = {
    "blank-lines.csv": "\n\nid,text\n1,thanks\n\n2,sale\n\n",
    "bom.csv": "\ufeff" + PLAIN,
    "cr.csv": "id,text\r1,thanks\r2,sale\r",
    "crlf.csv": 'id,text\r\n1,"thanks,\r\nall"\r\n2,sale\r\n',
    "duplicate-names.csv": "note,text,note\na,thanks,b\n",
    "duplicate-text.csv": "text,text\nthanks,sale\n",
    "empty-names.csv": "id,,text,\n1,a,thanks,b\n",
    "header-only.csv": "id,text\n",
    "missing-words.csv": 'id,text\n1,null\n2,NA\n3,\n4,""\n5,NaN\n',
    "nothing.csv": "",
    "no-final-newline.csv": "id,text\n1,thanks\n2,sale",
    "one-column.csv": 'text\nhalf price, today\n\n"quoted, too"\n',
    "quote-in-header.csv": '"id,text\n1,thanks\n',
    "quote-unbalanced.csv": 'id,text\n1,"thanks\n2,sale\n3,half "price"\n4,"a ""real""\nbreak"\n',
    "quote-unclosed.csv": 'id,text\n1,thanks\n2,"sale\n3,gift\n',
    "ragged.csv": "id,text,note\n1,thanks,a\n2,half price, today,b\n3\n4,sale,c\n",
    "semicolons.csv": "id;text\n1;thanks, all\n2;sale\n",
    "separator-told.csv": "sep=|\nid|text\n1|thanks; all\n",
    "tabs.csv": "id\ttext\n1\tthanks, all\n",
    "broken.jsonl": (
        '{"id": 1, "text": "thanks"}\n'
        '{"id": 2, "text": "sale\n'
        '{"id": 3, "text": 30}\n'
        '["sale"]\n'
        "\n"
        '{"id": 4, "text": null}\n'
        '{"id": 5}\n'
        '{"id": 6, "text": "\\ud83d half an emoji"}\n'
    ),
    "pretty-printed.jsonl": '[\n  {\n    "text": "thanks"\n  }\n]\n',
}
BYTES = {
    "cp1256.csv": PLAIN.encode("cp1256"),
    "utf-16.csv": PLAIN.encode("utf-16"),
    "utf-16-no-bom.csv": PLAIN.encode("utf-16-le"),
    "utf-16-odd-end.csv": PLAIN.encode("utf-16") + b"3",
    "mixed.csv": PLAIN.encode() + f"3,{THANKS}\n".encode("cp1256") + f"4,{SALE}\n".encode(),
    "mixed.txt": f"{THANKS}\n".encode() + b"caf\xe9\n" + "café\n".encode(),
    "mixed.jsonl": b'{"text": "ol\xe9"}\n' + '{"text": "olé"}\n'.encode(),
    "nul.csv": b"id,text\n1,thanks\n2,sa\0le\n3,gift\n",
    "nul-header.csv": b"i\0d,text\n1,thanks\n",
    "truncated.csv.gz": gzip.compress(PLAIN.encode() * 50, mtime=0)[:-20],
    "plain.csv.gz": PLAIN.encode(),
    "gzip.csv": gzip.compress(PLAIN.encode(), mtime=0),
    "old-excel.csv": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
    "no-workbook.xlsx": PLAIN.encode(),
}

_FORMATS = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns="{_FORMATS}/spreadsheetml/2006/main"'
_LINKS = f"{_FORMATS}/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="/xl/{part}.xml" ContentType="{_KIND}.{kind}+xml"/>'


def _links(*targets: str, kind: str) -> str:
    found = "".join(
        f'<Relationship Id="rId{i}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for i, target in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_FORMATS}/package/2006/relationships">{found}</Relationships>'


def workbook(*sheets: tuple[str, str, str]) -> bytes:
    """Return a workbook of sheets, each a title, a state and the XML that follows its rows' tag."""
    numbered = list(enumerate(sheets, 1))
    paths = [f"worksheets/sheet{i}" for i, _ in numbered]
    names = "".join(
        f'<sheet name="{title}" sheetId="{i}" state="{state}" r:id="rId{i}"/>'
        for i, (title, state, _) in numbered
    )
    kinds = "".join(_override(path, "worksheet") for path in paths)
    types = (
        f'<Types xmlns="{_FORMATS}/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{_override('workbook', 'sheet.main')}{kinds}</Types>"
    )
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": _links("xl/workbook.xml", kind="officeDocument"),
        "xl/workbook.xml": (
            f'<workbook {_MAIN} xmlns:r="{_LINKS}"><sheets>{names}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _links(*(f"{p}.xml" for p in paths), kind="worksheet"),
    }
    for path, (_, _, rows) in zip(paths, sheets, strict=True):
        parts[f"xl/{path}.xml"] = f"<worksheet {_MAIN}>{rows}</worksheet>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def row(number: int, *cells: str) -> str:
    """Return a row; a cell that is no XML is a text, an empty one is left out."""
    found = [
        cell.format(at=f"{'ABCDEFG'[i]}{number}")
        if cell.startswith("<")
        else f'<c r="{"ABCDEFG"[i]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for i, cell in enumerate(cells)
        if cell
    ]
    return f'<row r="{number}">{"".join(found)}</row>'


def sheet(*rows: str, after: str = "") -> str:
    """Return the rows of a sheet and what follows them."""
    return f"<sheetData>{''.join(rows)}</sheetData>{after}"


TEXT_FORMULA = '<c r="{at}" t="str"><f>UPPER("sale")</f><v>SALE</v></c>'
LOST_FORMULA = '<c r="{at}" t="str"><f>UPPER("sale")</f></c>'
NUMBER = '<c r="{at}"><v>30</v></c>'
MERGED = '<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>'
HEADER = row(1, "id", "text")
WORKBOOKS = {
    "formulas.xlsx": workbook(
        (
            "Posts",
            "visible",
            sheet(
                HEADER,
                row(2, "1", TEXT_FORMULA),
                row(3, "2", LOST_FORMULA),
                row(4, "3", NUMBER),
                row(6, "4", "thanks"),
            ),
        )
    ),
    "merged.xlsx": workbook(
        ("Posts", "visible", sheet(HEADER, row(2, "1", "thanks"), row(3, "2"), after=MERGED))
    ),
    "hidden.xlsx": workbook(
        ("Draft", "hidden", sheet(HEADER, row(2, "1", "secret"))),
        ("Posts", "visible", sheet(HEADER, row(2, "1", "thanks"))),
    ),
    "all-hidden.xlsx": workbook(("Draft", "veryHidden", sheet(HEADER, row(2, "1", "secret")))),
    "ragged.xlsx": workbook(
        ("Posts", "visible", sheet(HEADER, row(2, "1", "thanks", "", "more"), row(3, "2", "sale")))
    ),
    "empty.xlsx": workbook(("Posts", "visible", sheet())),
    "one-column.xlsx": workbook(
        ("Posts", "visible", sheet(row(1, "text"), row(2, "thanks"), row(4, "sale"), row(9)))
    ),
    "far-row.xlsx": workbook(
        ("Posts", "visible", sheet(HEADER, row(2, "1", "thanks"), row(4_000_000_000, "2", "sale")))
    ),
}
WORKBOOKS["truncated.xlsx"] = WORKBOOKS["merged.xlsx"][:-100]


def _parquet() -> dict[str, bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def packed(**columns: pa.Array) -> bytes:
        sink = io.BytesIO()
        pq.write_table(pa.table(columns), sink)
        return sink.getvalue()

    sound = packed(id=pa.array([1, 2]), text=pa.array(["thanks", None]))
    broken = pa.array([b"thanks", b"ol\xe9"], pa.binary()).cast(pa.string(), safe=False)
    return {
        "null.parquet": sound,
        "truncated.parquet": sound[:-40],
        "middle-lost.parquet": sound[:10] + bytes(40) + sound[50:],
        "numbers.parquet": packed(text=pa.array([1, 2])),
        "not-utf-8.parquet": packed(
            text=pa.Array.from_buffers(pa.string(), len(broken), broken.buffers())
        ),
    }


def main() -> None:
    """Write all files."""
    files = {name: text.encode() for name, text in TEXTS.items()} | BYTES | WORKBOOKS | _parquet()
    for name, data in files.items():
        (HERE / name).write_bytes(data)


if __name__ == "__main__":
    main()
