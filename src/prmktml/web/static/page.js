// The page's script: asks the server, and shows what it says by text nodes alone.
// A message lives in the page and, when shared, after the # of its address; nowhere else.

const told = JSON.parse(document.getElementById("told").textContent);
const say = told.say;
const $ = (id) => document.getElementById(id);
const fill = (phrase, values) => phrase.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const percent = (part) => Math.round(100 * part);
const surely = (part) => Math.floor(100 * part); // 99.7% is not called certain
const signs = { pr: "●", marketing: "◆" };
const noColumn = / has (no column|\d+ columns) /; // in what the server says of a file's header
const list = (items) => items.join(told.lang === "ar" ? "، " : ", ");

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function own(tag, className, text) {
  // The user's own words, which run in a direction of their own.
  const node = make(tag, className, text);
  node.dir = "auto";
  return node;
}

function inEnglish(tag, className) {
  // What the server says, on pages of both languages.
  return (text) => Object.assign(make(tag, className, text), { lang: "en", dir: "ltr" });
}

function tell(place, message, bad = false) {
  place.textContent = message;
  place.classList.toggle("bad", bad);
}

function tellError(place, error) {
  // What the server found is in English; what a person reads first is not.
  tell(place, error.message, true);
  if (!error.detail) return;
  place.append(inEnglish("span", "detail")(error.detail));
}

async function ask(path, options) {
  // Returns the answer, or throws what a person can read.
  let answer;
  try {
    answer = await fetch(path, { method: "POST", credentials: "omit", ...options });
  } catch {
    throw new Error(say.offline);
  }
  if (answer.ok) return answer.json();
  const { detail } = await answer.json().catch(() => ({ detail: answer.statusText }));
  const kind = noColumn.test(detail) ? "column" : answer.status;
  throw Object.assign(new Error(say.refusals[kind] ?? say.refusals.any), { detail, kind });
}

// ---- one message

function showHeadline(found) {
  const label = found.label === null ? say.no_label : say.labels[found.label];
  $("label").textContent = found.label ? `${signs[found.label]} ${label}` : label;
  $("label").className = `label ${found.label ?? ""}`;
  $("verdict").textContent = say.verdicts[found.verdict];
  $("verdict").className = `verdict ${found.verdict}`;
  $("sure").hidden = found.confidence === null;
  $("sure").className = `sure ${found.label ?? ""}`;
  if (found.confidence !== null) {
    $("sure-text").textContent = fill(say.sure, { p: surely(found.confidence) });
    $("meter").value = found.confidence;
  }
  const reasons = list(found.reasons.map((reason) => say.reasons[reason]));
  const meaning = say.meaning[found.verdict];
  $("reasons").textContent = reasons ? `${meaning.replace(/\.$/, "")}: ${reasons}.` : meaning;
  $("why").hidden = found.label === null;
}

const sideOf = (contribution) => (contribution > 0 ? "pr" : "marketing");

function showWords(found) {
  const points = Array.from(found.text); // offsets count code points, not UTF-16 units
  const parts = [];
  let done = 0;
  for (const span of found.explanation) {
    const strength = Math.abs(span.contribution);
    if (strength < told.weak) continue;
    parts.push(points.slice(done, span.start).join(""));
    const weight = strength < told.strong ? "w1" : "w2";
    const word = points.slice(span.start, span.end).join("");
    const mark = make("mark", `${sideOf(span.contribution)} ${weight}`, word);
    mark.title = spoken(span);
    parts.push(mark);
    done = span.end;
  }
  parts.push(points.slice(done).join(""));
  $("highlighted").replaceChildren(...parts);
}

function spoken(span) {
  const amount = (span.contribution > 0 ? "+" : "−") + Math.abs(span.contribution).toFixed(1);
  const facts = [say.speaks[sideOf(span.contribution)], `\u2066${amount}\u2069`];
  if (span.cue) facts.push(span.cue);
  return list(facts);
}

function showStrongest(found) {
  const strongest = found.explanation
    .filter((span) => Math.abs(span.contribution) >= told.weak)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, 6);
  $("strongest").replaceChildren(
    ...strongest.map((span) => {
      const side = make("span", `side-${sideOf(span.contribution)}`, spoken(span));
      return make("li", "", own("b", "", span.text), " ", side);
    }),
  );
  $("strongest-title").hidden = strongest.length === 0;
  const share = found.share;
  $("parts").hidden = share === null;
  if (share) {
    const pr = percent(share.pr);
    $("parts").textContent = fill(say.share, { pr, mk: 100 - pr });
  }
}

function showFlip(found) {
  const flip = found.flip;
  $("flipped").hidden = flip === null;
  if (flip === null) {
    $("flip").textContent = found.explanation.length <= told.exact ? say.firm : say.not_found;
    return;
  }
  const values = { label: say.short[flip.label], p: surely(flip.confidence) };
  $("flip").textContent = fill(say.flip, values);
  $("removed").replaceChildren(
    ...flip.remove.map((word) => make("li", "", own("del", "", word.text))),
  );
  $("left").textContent = flip.text;
}

function showAspects(found) {
  $("aspects").replaceChildren(
    ...Object.entries(found.aspects).map(([aspect, value]) => {
      const name = make("span", aspect === found.aspect ? "strongest-one" : "", say.aspects[aspect]);
      name.id = `aspect-${aspect}`;
      const bar = make("meter", "");
      bar.value = value ?? 0;
      bar.setAttribute("aria-labelledby", name.id);
      const number = make("span", "number", value === null ? "–" : String(percent(value)));
      return make("li", told.sides[aspect], name, bar, number);
    }),
  );
}

function show(found) {
  showHeadline(found);
  showWords(found);
  showStrongest(found);
  showFlip(found);
  showAspects(found);
  $("result").hidden = false;
}

let latest = 0; // an answer that was overtaken by another question is not shown

async function judge() {
  const text = $("text").value;
  const number = ++latest;
  $("result").hidden = true;
  if (!text.trim()) return tell($("status"), say.no_text, true);
  if (Array.from(text).length > told.longest) {
    return tell($("status"), fill(say.too_long, { n: told.longest.toLocaleString("en") }), true);
  }
  tell($("status"), say.working);
  try {
    const answer = await ask("/v1/explain", {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ texts: [text], lang: told.lang }),
    });
    if (number !== latest) return;
    show(answer.predictions[0]);
    tell($("status"), "");
    $("result").focus({ preventScroll: true });
    $("result").scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (number === latest) tellError($("status"), error);
  }
}

function judgeText(text) {
  $("text").value = text;
  judge();
}

// ---- the link: UTF-8 in base64url after the #, which browsers keep to themselves

function toFragment(text) {
  const bytes = new TextEncoder().encode(text);
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return "#t=" + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromFragment(fragment) {
  if (!fragment.startsWith("#t=")) return null;
  try {
    const letters = atob(fragment.slice(3).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null; // a link that was cut on its way
  }
}

async function share() {
  const text = $("text").value;
  if (!text.trim()) return tell($("status"), say.no_text, true);
  history.replaceState(null, "", toFragment(text));
  try {
    await navigator.clipboard.writeText(location.href);
    tell($("status"), say.copied);
  } catch {
    tell($("status"), say.not_copied);
  }
}

function readLink() {
  const text = fromFragment(location.hash);
  if (text) judgeText(text);
}

// ---- a file

function showTable(found) {
  const n = (count) => (count ?? 0).toLocaleString("en");
  const { pr = 0, marketing = 0 } = found.labels;
  const without = found.n_rows - pr - marketing;
  const unclear = found.n_rows - (found.verdicts.clear ?? 0);
  const counts = [
    make("span", "", fill(say.rows, { n: n(found.n_rows) })),
    make("span", "side-pr", `● ${say.labels.pr}: ${n(pr)}`),
    make("span", "side-marketing", `◆ ${say.labels.marketing}: ${n(marketing)}`),
  ];
  if (unclear) counts.push(make("span", "", fill(say.look, { n: n(unclear) })));
  if (without) counts.push(make("span", "", fill(say.without, { n: n(without) })));
  if (found.n_unreadable) {
    counts.push(make("span", "", fill(say.unreadable, { n: n(found.n_unreadable) })));
  }
  $("counts").replaceChildren(...counts);
  const parts = ["pr", "marketing"].filter((side) => found.labels[side]);
  $("mix").replaceChildren(
    ...parts.map((side) => {
      const part = make("i", side);
      part.style.flexGrow = found.labels[side];
      return part;
    }),
  );
  $("rows").replaceChildren(...found.rows.map(tableRow));
  const notes = found.notes.map(inEnglish("li"));
  if (found.rows.length < found.n_rows) {
    notes.unshift(make("li", "", fill(say.shown, { n: found.rows.length })));
  }
  $("notes").replaceChildren(...notes);
  $("judged").hidden = false;
}

function tableRow(row) {
  const found = row.prediction;
  const open = make("button", "", String(row.row));
  open.type = "button";
  open.setAttribute("aria-label", fill(say.open_row, { n: row.row }));
  open.addEventListener("click", () => judgeText(found.text));
  open.disabled = found.label === null;
  return make(
    "tr",
    "",
    make("td", "", open),
    make("td", "judged", ...judgedCell(found)),
    make("td", "words", own("span", "", row.problem ?? found.text)),
  );
}

function judgedCell(found) {
  const verdict = make("span", "quiet", say.verdicts[found.verdict]);
  if (found.label === null) return [make("span", "", "–"), verdict];
  const label = `${signs[found.label]} ${say.brief[found.label]} ${surely(found.confidence)}%`;
  if (found.aspect) verdict.append(` · ${say.aspects[found.aspect]}`);
  return [make("span", `side-${found.label}`, label), verdict];
}

let latestFile = 0;

async function judgeFile() {
  const number = ++latestFile;
  $("judged").hidden = true;
  $("file-name").firstChild.textContent = $("file").files[0]?.name ?? "";
  if (!$("file").files.length) return tell($("file-status"), "");
  tell($("file-status"), say.working);
  const form = new FormData();
  form.append("file", $("file").files[0]);
  form.append("text_column", $("file-form").elements.text_column.value);
  try {
    const found = await ask("/v1/table", { body: form });
    if (number !== latestFile) return;
    showTable(found);
    tell($("file-status"), "");
  } catch (error) {
    if (number !== latestFile) return;
    tellError($("file-status"), error);
    if (error.kind === "column") $("columns").open = true;
  }
}

function dropped(event) {
  event.preventDefault();
  $("drop").classList.remove("over");
  const files = event.dataTransfer.files;
  if (files.length > 1) return tell($("file-status"), say.several, true);
  if (files.length === 1) {
    $("file").files = files;
    judgeFile();
  }
}

// ---- what a person does

$("message").addEventListener("submit", (event) => {
  event.preventDefault();
  judge();
});
$("message").addEventListener("reset", () => {
  latest += 1;
  history.replaceState(null, "", location.pathname);
  $("result").hidden = true;
  tell($("status"), "");
  $("text").focus();
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) judge();
});
$("share").addEventListener("click", share);
$("try").addEventListener("click", () => judgeText($("left").textContent));
for (const button of document.querySelectorAll("[data-example]")) {
  button.addEventListener("click", () => judgeText(button.dataset.example));
}
$("other-language").addEventListener("click", (event) => {
  const text = $("text").value;
  if (text.trim()) event.currentTarget.hash = toFragment(text);
});
$("file").addEventListener("change", judgeFile);
$("again").addEventListener("click", judgeFile);
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    $("drop").classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) $("drop").classList.remove("over");
});
document.addEventListener("drop", dropped);
window.addEventListener("hashchange", readLink);
readLink();
