"use strict";
// Shows the tests of the report: what is asked for in the address, a part at a time. It loads and sends nothing.
const DATA = JSON.parse(document.getElementById("data").textContent);
const POOL = DATA.pool;
const WORD = DATA.words, OUTCOME = DATA.outcomes;
// The members of a row, as `compact.py` writes them.
const [NAME, OPERATION, CASE, STATE, RESULT, ATTEMPTS, WAITS, VIOLATIONS, SITES, MET, REQUESTS, ANSWERS, REPLAYED, DID, SAID, STATUS] =
  Array.from({ length: 16 }, (_, at) => at);
const CONTRACT = "contract", ON_FILE = "the success on file";
const STEP = 50, ROWS = 200;
const FILTERS = ["q", "state", "operation", "column", "rule", "outcome"];
const form = document.querySelector("form.filter");
const list = document.getElementById("list"), more = document.getElementById("more"), summary = document.getElementById("summary");

const make = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children.filter((each) => each !== "" && each !== null && each !== undefined));
  return made;
};
const drawn = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const mark = (state, text = state) => make("span", { class: `mark ${state}` }, text);
const code = (text) => make("code", {}, text);
const seconds = (value) => `${Math.round(value * 10) / 10} s`;
const fact = (name, ...values) => make("div", {}, make("dt", {}, name), make("dd", {}, ...values));
const nodeid = (name, row) => name + (named(row) ? `[${named(row)}]` : "");
const named = (row) => POOL[row[NAME]] || "";
const family = (row) => (row[CASE] ? DATA.families[POOL[row[CASE]]][1] : "");
const violations = (row) => POOL[row[VIOLATIONS]].map(([state, ...members]) =>
  Object.fromEntries([["state", WORD[state]], ...DATA.violation.map((name, at) => [name, POOL[members[at]] || ""])]));

// ---- what is asked for -------------------------------------------------------------------------------------------

// One text for each list of violations, to search in; most rows share theirs.
const texts = new Map();
const searched = (row) => {
  const place = row[VIOLATIONS];
  if (!texts.has(place)) {
    texts.set(place, violations(row).map((each) => `${each.rule} ${each.where} ${each.sent_from} ${each.got}`).join(" ").toLowerCase());
  }
  return texts.get(place);
};

const asked = () => {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries([...FILTERS, "test"].map((name) => [name, given.get(name) || ""]));
};

// A test of the violations of a row, done once for all rows that have the same ones.
const once = (test) => {
  const known = new Map();
  return (row) => {
    if (!known.has(row[VIOLATIONS])) known.set(row[VIOLATIONS], violations(row).some(test));
    return known.get(row[VIOLATIONS]);
  };
};

const matcher = (want) => {
  const state = WORD.indexOf(want.state), outcome = OUTCOME.indexOf(want.outcome);
  const operation = want.operation ? DATA.operations[want.operation] ?? -1 : 0;
  const words = want.q.toLowerCase().split(/\s+/).filter(Boolean);
  const inRules = once((each) => each.rule === want.rule);
  const inColumn = want.column === CONTRACT ? once((each) => each.where) : (row) => family(row) === want.column;
  return (name, row) =>
    (!want.state || row[STATE] === state) &&
    (!want.outcome || row[RESULT] === outcome) &&
    (!operation || row[OPERATION] === operation) &&
    (!want.column || inColumn(row)) &&
    (!want.rule || inRules(row)) &&
    (!words.length || found(words, name, row)) &&
    (!want.test || want.test === name || want.test === nodeid(name, row));
};

const found = (words, name, row) => {
  const text = `${name}[${named(row)}] ${POOL[row[OPERATION]] || ""} ${POOL[row[SAID]] || ""} ${POOL[row[SITES]].join(" ")}`.toLowerCase();
  return words.every((word) => text.includes(word) || searched(row).includes(word));
};

// ---- the list ----------------------------------------------------------------------------------------------------

let shown = [], next = 0;

const show = () => {
  const want = asked();
  for (const name of FILTERS) {
    const field = form.elements[name];
    if (field.value !== want[name] && document.activeElement !== field) field.value = want[name];
  }
  const matches = matcher(want);
  shown = [];
  let rows = 0;
  for (const [name, all] of DATA.functions) {
    const fitting = all.filter((row) => matches(name, row));
    if (fitting.length) shown.push([name, fitting]);
    rows += fitting.length;
  }
  shown.sort(([, a], [, b]) => order(a) - order(b));
  list.replaceChildren();
  next = 0;
  const total = DATA.functions.reduce((sum, [, all]) => sum + all.length, 0);
  summary.textContent = rows === total
    ? `${counted(rows, "verdict")} in ${counted(shown.length, "test function")}`
    : `${counted(rows, "verdict")} of ${total.toLocaleString("en")} in ${counted(shown.length, "test function")}`;
  extend();
  const broken = shown.length === 1 ? list.querySelector("details") : null;
  if (broken) broken.open = true;
  if (want.test && broken) opened(broken, want.test);
};

const opened = async (group, test) => {
  await new Promise((done) => setTimeout(done));
  const rows = [...group.querySelectorAll("details")];
  const row = rows.find((each) => each.dataset.test === test) || (rows.length === 1 ? rows[0] : null);
  if (row) row.open = true;
  (row || group).scrollIntoView({ block: "start" });
};

const extend = () => {
  const until = Math.min(next + STEP, shown.length);
  list.append(...shown.slice(next, until).map(group));
  next = until;
  const rest = shown.length - next;
  more.hidden = !rest;
  more.textContent = `Show ${Math.min(rest, STEP)} more of ${counted(rest, "test function")}`;
};

// The worst state first; what is ok comes after all others.
const rank = (state) => (state === 0 ? WORD.length : state);
const worst = (rows) => rows.reduce((state, row) => (rank(row[STATE]) < rank(state) ? row[STATE] : state), 0);
const order = (rows) => rank(worst(rows));

const group = ([name, rows]) => {
  const counts = new Map();
  for (const row of rows) counts.set(row[STATE], (counts.get(row[STATE]) || 0) + 1);
  const [path, ...rest] = name.split("::");
  const strip = make("span", { class: "strip", "aria-hidden": "true" }, ...rows.slice(0, 80).map((row) => make("i", { class: WORD[row[STATE]] })));
  const said = [...counts].sort(([a], [b]) => a - b).map(([state, number]) => `${number} ${WORD[state]}`).join(", ");
  const operations = [...new Set(rows.map((row) => POOL[row[OPERATION]]).filter(Boolean))];
  const details = make("details", { class: WORD[worst(rows)] },
    make("summary", {},
      mark(WORD[worst(rows)]),
      make("span", { class: "name" }, make("b", {}, rest.join("::") || path), " ", make("span", { class: "muted" }, rest.length ? path : "")),
      make("span", { class: "muted operations" }, operations.slice(0, 3).join(", ") + (operations.length > 3 ? " …" : "")),
      rows.length > 1 ? strip : "",
      make("span", { class: "count" }, rows.length > 1 ? said : "")));
  details.addEventListener("toggle", () => fill(details, () => inside(name, rows)));
  return make("li", {}, details);
};

// What is inside is made when it is first opened.
const fill = (details, contents) => {
  if (details.open && !details.dataset.filled) {
    details.dataset.filled = "yes";
    details.append(...contents());
  }
};

const inside = (name, rows) => {
  const verdicts = make("ol", { class: "verdicts" }, ...rows.slice(0, ROWS).map((row) => verdict(name, row, rows.length === 1)));
  const rest = rows.length - ROWS;
  return rest > 0 ? [verdicts, make("p", { class: "muted" }, `… and ${counted(rest, "verdict")} more: narrow the filter to see them.`)] : [verdicts];
};

const verdict = (name, row, alone) => {
  const waits = POOL[row[WAITS]];
  const said = [counted(row[ATTEMPTS], "attempt"), waits.length ? `waited ${waits.slice(0, 6).map((each) => Math.round(each * 100) / 100).join(", ")}${waits.length > 6 ? ", …" : ""} s` : ""];
  const details = make("details", { class: WORD[row[STATE]], "data-test": nodeid(name, row) },
    make("summary", {},
      mark(WORD[row[STATE]]),
      make("span", { class: "case" }, named(row) || POOL[row[CASE]] || "without a case"),
      make("span", { class: "operation" }, POOL[row[OPERATION]] || ""),
      make("span", { class: "outcome" }, OUTCOME[row[RESULT]]),
      make("span", { class: "muted" }, row[OPERATION] ? said.filter(Boolean).join(", ") : "")));
  details.addEventListener("toggle", () => fill(details, () => [whole(name, row)]));
  if (alone) details.open = true;
  return make("li", {}, details);
};

// ---- one verdict -------------------------------------------------------------------------------------------------

const whole = (name, row) => make("div", { class: "inside" },
  ...(POOL[row[SAID]] && !POOL[row[VIOLATIONS]].length ? [make("p", { class: `said ${WORD[row[STATE]]}` }, POOL[row[SAID]])] : []),
  ...violations(row).map(violation),
  ...(POOL[row[REPLAYED]] ? [timeline(POOL[row[REPLAYED]])] : []),
  facts(name, row),
  ...answer(row),
  ...POOL[row[REQUESTS]].map((one) => request(row, one)));

const violation = (each) => make("div", { class: `problem ${each.state}` },
  make("p", { class: "title" }, mark(each.state), " ", make("strong", {}, each.rule), " ", each.where ? code(each.where) : ""),
  make("dl", {},
    fact("expected", each.expected), fact("got", each.got),
    each.error ? fact("would draw", each.error, each.source ? make("span", { class: "muted" }, ` (${each.source})`) : "") : "",
    each.sent_from ? fact("sent from", code(each.sent_from)) : "",
    each.hint ? fact("what to do", each.hint) : "",
    each.allowed ? fact("allowed", each.allowed) : "",
    each.known && each.known !== true ? fact("known", each.known) : ""));

const facts = (name, row) => {
  const did = POOL[row[DID]] || {};
  const link = make("a", { href: `#${new URLSearchParams({ test: nodeid(name, row) })}` }, nodeid(name, row));
  return make("dl", { class: "facts" },
    fact("test", link, POOL[row[STATUS]] ? ` (pytest: ${POOL[row[STATUS]]})` : ""),
    POOL[row[SITES]].length ? fact("sent from", ...POOL[row[SITES]].flatMap((site, at) => [at ? ", " : "", code(site)])) : "",
    POOL[row[MET]].length ? fact("met at", ...POOL[row[MET]].flatMap((site, at) => [at ? ", " : "", code(site)])) : "",
    did.raised ? fact("raised", code(did.raised)) : "",
    did.logged ? fact("logged by", did.logged) : "",
    did.payloads > 1 ? fact("payloads", `${did.payloads} met the error; this is the one that fared worst`) : "");
};

const timeline = (attempts) => {
  const end = Math.max(...attempts.map(([at]) => at)), least = 54, margin = 28;
  const wide = Math.max(attempts.length > 1 ? 560 : 140, attempts.length * least + 2 * margin);
  const spare = wide - 2 * margin - (attempts.length - 1) * least;
  let at = attempts.length > 1 ? margin : wide / 2;
  const places = attempts.map(([moment], number) => {
    if (number) at += least + (end ? ((moment - attempts[number - 1][0]) / end) * spare : 0);
    return at;
  });
  const said = attempts.map(([moment, answer], number) => `attempt ${number + 1} at ${seconds(moment)}: ${answer}`).join("; ");
  const picture = drawn("svg", { viewBox: `0 0 ${wide} 78`, width: wide, height: 78, role: "img", class: "timeline" });
  picture.append(Object.assign(drawn("title"), { textContent: said }));
  places.forEach((place, number) => {
    const [moment, answer, met] = attempts[number];
    if (number) {
      const before = places[number - 1], waited = moment - attempts[number - 1][0];
      picture.append(drawn("line", { x1: before + 8, x2: place - 8, y1: 38, y2: 38, class: waited >= 0.05 ? "wait" : "none" }));
      if (waited >= 0.05) picture.append(label((before + place) / 2, 30, `${seconds(waited)}`, "muted"));
    }
    picture.append(drawn("circle", { cx: place, cy: 38, r: 7, class: met ? "met" : "passed" }));
    picture.append(label(place, 18, answer.length > 9 && attempts.length > 1 ? answer.replace(/-/, "\u2010").slice(0, 12) : answer, met ? "met" : "passed"));
    picture.append(label(place, 62, seconds(moment), "muted"));
  });
  return make("figure", { class: "attempts" },
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Timeline of attempts" }, picture),
    make("figcaption", { class: "muted" }, attempts.length > 1 ? `${counted(attempts.length, "attempt")} and the waits between them, in virtual seconds` : "1 attempt"));
};

const label = (x, y, text, name) => Object.assign(drawn("text", { x, y, class: name, "text-anchor": "middle" }), { textContent: text });

const answer = (row) => {
  const known = DATA.answers[POOL[row[OPERATION]] || ""] || {};
  const case_ = POOL[row[REPLAYED]] ? known[POOL[row[CASE]]] : undefined;
  const onFile = POOL[row[ANSWERS]].some(([, why]) => why === ON_FILE);
  return [case_ && source("the error", case_), onFile && known[""] && source("the success", known[""])].filter(Boolean);
};

const source = (what, one) => make("details", { class: "source" },
  make("summary", {}, make("span", { class: "muted" }, what), " ", make("b", {}, one.answer), " ", mark("source", one.source), " ", make("span", { class: "muted" }, one.date || "")),
  make("dl", { class: "facts" },
    one.cause ? fact("cause", one.cause) : "", one.todo ? fact("what to do", one.todo) : "",
    one.body ? fact("body", code(one.body)) : "",
    one.environment ? fact("where", one.environment) : "", one.note ? fact("note", one.note) : "",
    one.evidence.length ? fact("evidence", ...one.evidence.flatMap((each, at) => [at ? make("br") : "", address(each)])) : ""));

const address = (text) => (/^https?:\/\//.test(text) ? make("a", { href: text, rel: "noreferrer noopener" }, text) : text);

const request = (row, one) => make("div", { class: "request" },
  make("p", { class: "title" }, code(one.request || "a call that was never sent")),
  make("dl", { class: "facts" },
    one.sent_from ? fact("sent from", code(one.sent_from)) : "",
    fact("heard at", one.client),
    one.answer ? fact("answered", one.answer, make("span", { class: "muted" }, ` by ${answered(row, one)}`)) : ""),
  one.payload ? make("pre", { tabindex: "0", "aria-label": "Payload" }, one.payload) : "");

// Who gave an answer: a mock of the suite's, a case, a recording, or the success on file.
const answered = (row, one) => {
  if (one.by_mock) return "a mock of the suite's own";
  const fits = ([text, , place]) => place === one.sent_from && text.split(" ")[0] === one.answer;
  return [...new Set(POOL[row[ANSWERS]].filter(fits).map(([, why]) => why))].join(" or ") || "the plugin";
};

// ---- the form and the keys ---------------------------------------------------------------------------------------

const options = (name, any, values) => {
  form.elements[name].replaceChildren(make("option", { value: "" }, any), ...values.map((each) => make("option", {}, each)));
};

const go = () => {
  const given = new URLSearchParams();
  for (const name of FILTERS) if (form.elements[name].value) given.set(name, form.elements[name].value);
  history.replaceState(null, "", `#${given.size ? given : "tests"}`);
  show();
};

const isFilter = () => [...new URLSearchParams(location.hash.slice(1)).keys()].some((name) => FILTERS.includes(name) || name === "test");

const step = (by) => {
  const all = [...list.querySelectorAll("summary")].filter((each) => each.checkVisibility());
  const at = all.indexOf(document.activeElement);
  const there = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  there?.focus();
  there?.scrollIntoView({ block: "nearest" });
};

const states = new Set(), outcomes = new Set(), columns = new Set(), every = new Set();
for (const [, rows] of DATA.functions) {
  for (const row of rows) {
    states.add(row[STATE]);
    outcomes.add(row[RESULT]);
    every.add(row[VIOLATIONS]);
    if (row[CASE]) columns.add(row[CASE]);
  }
}
const families = new Set([...columns].map((place) => DATA.families[POOL[place]][1]));
const known = new Set([...every].flatMap((place) => POOL[place].map(([, rule]) => POOL[rule])));
options("state", "any", WORD.filter((_, at) => states.has(at)));
options("operation", "any", Object.keys(DATA.operations));
options("column", "any", [CONTRACT, ...[...families].sort()]);
options("rule", "any", [...known].sort());
options("outcome", "any", OUTCOME.filter((each, at) => each && outcomes.has(at)));

let waiting = 0;
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(go, 120); });
form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
form.addEventListener("reset", () => setTimeout(go));
more.addEventListener("click", () => {
  const first = list.children.length;
  extend();
  list.children[first]?.querySelector("summary").focus();
});
window.addEventListener("hashchange", () => {
  if (!isFilter()) return;
  show();
  if (!asked().test) document.getElementById("tests").scrollIntoView();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) {
    if (event.key === "Escape" && event.target === form.elements.q) { form.elements.q.value = ""; go(); }
    return;
  }
  const does = { "/": () => form.elements.q.focus(), j: () => step(1), k: () => step(-1) }[event.key];
  if (does) { event.preventDefault(); does(); }
});
show();
if (isFilter() && !asked().test) document.getElementById("tests").scrollIntoView();
