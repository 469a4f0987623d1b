// The skin of the image browser: where the image comes from, its layers, its waste, the tree, the
// map and the selected path. Python keeps the state and sends only what is open.

function render({ model, el }) {
  const view = () => model.get("view");
  const send = (move, more = {}) => model.send({ move, ...more });
  const frame = view();
  const root = make("div", { class: "ll-bench ll-desk ll-browse", role: "group", "aria-label": frame.name });
  const picture = makePicture((part) => send("pick", part));
  const words = makeWords(frame.head);
  const [notes, detailHead, detail, , state] = words.rest;
  const button = (text, act) => {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  };
  const head = (text) => make("p", { class: "head" }, text);
  const disc = (number, fill) => {
    const made = make("span", { class: "disc" }, String(number));
    if (fill) made.style.borderColor = fill;
    return made;
  };

  // ---- where the image comes from ----
  const known = make("datalist", { id: `ll-near-${Math.random().toString(36).slice(2)}` });
  const path = make("input", {
    type: "text", list: known.id, "aria-label": "Path of an archive or layout", spellcheck: "false",
    autocomplete: "off", placeholder: "image.tar",
  });
  const load = () => send("load", { path: path.value });
  path.addEventListener("keydown", (event) => { if (event.key === "Enter") load(); });
  const file = make("input", { type: "file", "aria-label": "Send a file of your own" });
  const progress = make("progress", { max: "1", value: "0", "aria-label": "Sent so far" });
  progress.hidden = true;
  const upload = makeUpload(model, file, progress, frame, words.said);
  const names = make("select", { "aria-label": "Image" });
  names.addEventListener("change", () => send("choose", { name: names.value }));
  const several = make("label", {}, "Image", names);
  const title = make("p", { class: "head" });

  // ---- lists ----
  const layers = make("ul", { class: "list", "aria-label": "Layers" });
  const findings = make("ul", { class: "list", "aria-label": "Waste" });
  const fill = (list, lines) => {
    const at = [...list.querySelectorAll("button")].indexOf(document.activeElement);
    list.replaceChildren(...lines.map(({ act, pressed, inside }) => {
      const made = button("", act);
      made.append(...inside);
      made.setAttribute("aria-pressed", String(pressed));
      return make("li", {}, made);
    }));
    if (at >= 0) list.querySelectorAll("button")[at]?.focus();
  };
  const span = (cls, text) => make("span", { class: cls }, text);

  // ---- the tree ----
  const pattern = make("input", {
    type: "text", "aria-label": "Filter", placeholder: "*.so", spellcheck: "false", autocomplete: "off",
  });
  let waiting = 0;
  const filter = () => { clearTimeout(waiting); send("filter", { pattern: pattern.value }); };
  pattern.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 250); });
  pattern.addEventListener("keydown", (event) => { if (event.key === "Enter") filter(); });
  const only = make("input", { type: "checkbox" });
  only.addEventListener("change", () => send("waste", { only: String(only.checked) }));
  const order = make("select", { "aria-label": "Sort by" }, ...["name", "size"].map((each) =>
    make("option", { value: each }, each)));
  order.addEventListener("change", () => send("sort", { order: order.value }));
  const treeHead = head("");
  const tree = makePaths(send);
  const everything = button("All paths", () => send("finding", { number: "" }));
  const zoomIn = button("Zoom to the selected", () => send("zoom"));
  const zoomOut = button("Zoom out", () => send("zoom_out"));

  root.append(
    make("p", {}, frame.hint),
    make("div", { class: "bar" },
      make("label", { class: "wide" }, "Archive", path), known, button("Open", load),
      make("label", { class: "file" }, "Send a file…", file), progress, several,
      button("Reset", () => send("reset"))),
    words.said, title, layers, head("Waste"), findings, treeHead,
    make("div", { class: "bar" },
      make("label", {}, "Filter", pattern), make("label", {}, only, "only waste"),
      make("label", {}, "Sort by", order), everything),
    tree.element, head("Where the bytes are"),
    make("div", { class: "bar" }, zoomIn, zoomOut), picture.element,
    make("details", {}, make("summary", {}, frame.head), state),
  );
  tree.element.after(notes, detailHead, detail); // these are of the selected path
  el.append(root);

  const draw = () => {
    const now = view();
    upload.stop();
    known.replaceChildren(...now.near.map((each) => make("option", { value: each })));
    if (document.activeElement !== names) {
      names.replaceChildren(...now.names.map((each) => make("option", { value: each }, each)));
    }
    names.value = now.values.name;
    several.hidden = now.names.length < 2;
    title.textContent = now.title;
    fill(layers, [
      {
        act: () => send("layer", { number: "" }), pressed: now.layer === null && now.found === null,
        inside: [makeGlyph(now.eye), span("text", "The merged tree: what a container sees"), span("side", ""), span("size", "")],
      },
      ...now.layers.map(({ number, name, ident, size, wasted, fill: colour }) => ({
        act: () => send("layer", { number: String(number) }), pressed: now.layer === number,
        inside: [disc(number, colour), span("text", name),
          span("side", [wasted, ident].filter(Boolean).join(" · ")), span("size", size)],
      })),
    ]);
    fill(findings, now.findings.map(({ saves, said, layer, advice, fill: colour }, at) => ({
      act: () => send("finding", { number: now.found === at ? "" : String(at + 1) }),
      pressed: now.found === at,
      inside: [disc(layer, colour), Object.assign(span("text", said), { title: advice }),
        span("side", ""), span("size", saves)],
    })));
    const none = now.findings.length ? "" : "None was found.";
    const rest = now.rest ? `and ${now.rest} smaller` : none;
    if (rest) findings.append(make("li", { class: "none" }, rest));
    treeHead.textContent = `${now.tree}: ${now.sum}`;
    if (document.activeElement !== pattern) pattern.value = now.values.pattern;
    only.checked = now.only;
    order.value = now.values.order;
    everything.disabled = now.found === null && document.activeElement !== everything;
    zoomOut.disabled = now.off.includes("zoom_out") && document.activeElement !== zoomOut;
    tree.show(now.rows, now.tree);
    picture.show(now.svg);
    words.show(now);
  };
  model.on("change:view", draw);
  draw();
  return () => { upload.end(); model.off("change:view", draw); };
}

// A drawing of 12 by 12 px.
function makeGlyph(d) {
  const part = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const glyph = part("svg", { class: "glyph", viewBox: "0 0 12 12", "aria-hidden": "true" });
  glyph.append(part("path", { d }));
  return glyph;
}

// A tree with one stop for Tab; the arrow keys move, open and close (WAI-ARIA APG, tree view).
function makePaths(send) {
  const element = make("div", { role: "tree", "aria-label": "Paths" });
  let rows = [], stop = null, drawn = null;
  const items = () => [...element.children];
  const focusOn = (item) => {
    if (!item) return;
    items().forEach((each) => each.setAttribute("tabindex", each === item ? "0" : "-1"));
    stop = item.dataset.key;
    item.focus();
  };
  const at = (event) => event.target.closest("[role=treeitem]");
  const turn = (row) => send(row.open ? "collapse" : "expand", { path: row.path });
  const pick = (row) => send(row.more ? "more" : "visit", { path: row.path });
  element.addEventListener("click", (event) => {
    const item = at(event);
    if (!item) return;
    focusOn(item);
    const row = rows[items().indexOf(item)];
    if (event.target.closest(".twist") && row.open) turn(row); else pick(row);
  });
  element.addEventListener("keydown", (event) => {
    const item = at(event);
    if (!item || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = items(), here = all.indexOf(item), row = rows[here];
    const folder = !row.more && row.open !== null;
    const up = () => all.slice(0, here).findLast((_, place) => rows[place].depth < row.depth);
    switch (event.key) {
      case "ArrowDown": focusOn(all[here + 1]); break;
      case "ArrowUp": focusOn(all[here - 1]); break;
      case "Home": focusOn(all[0]); break;
      case "End": focusOn(all.at(-1)); break;
      case "ArrowRight":
        if (folder && !row.open) turn(row);
        else if (folder && rows[here + 1]?.depth > row.depth) focusOn(all[here + 1]);
        break;
      case "ArrowLeft": if (folder && row.open) turn(row); else focusOn(up()); break;
      case "Enter": case " ": pick(row); break;
      default: return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  const makeItem = (row) => {
    const item = make("div", {
      role: "treeitem", "aria-level": String(row.depth + 1), "aria-posinset": String(row.place),
      "aria-setsize": String(row.count), "aria-selected": String(Boolean(row.selected)), tabindex: "-1",
    });
    item.dataset.key = row.more ? `${row.path}\n` : row.path;
    item.style.paddingLeft = `${4 + row.depth * 18}px`;
    if (row.more) {
      item.append(make("span", { class: "twist" }), `… ${row.more.toLocaleString("en")} more`);
      return item;
    }
    if (row.open !== null) item.setAttribute("aria-expanded", String(row.open));
    const twist = make("span", { class: "twist", "aria-hidden": "true" });
    twist.textContent = row.open === null ? "" : row.open ? "▾" : "▸";
    item.append(twist, makeGlyph(row.glyph), make("span", { class: "name" }, row.target ? `${row.name} → ${row.target}` : row.name));
    item.title = [row.name, row.note].filter(Boolean).join(": ");
    if (row.gone) item.classList.add("gone");
    if (row.note) item.append(make("span", { class: "note" }, row.note));
    item.append(make("span", { class: "size" }, row.size));
    const from = make("span", { class: "from" });
    if (row.layer >= 0) {
      const disc = make("span", { class: "disc", "aria-label": `layer ${row.layer}`, role: "img" }, String(row.layer));
      disc.style.borderColor = row.fill;
      from.append(disc);
    }
    item.append(from);
    return item;
  };
  const show = (now, label) => {
    const text = JSON.stringify([now, label]);
    if (text === drawn) return;
    drawn = text;
    const focused = element.contains(document.activeElement);
    const jumped = element.getAttribute("aria-label") !== label;
    rows = now;
    element.setAttribute("aria-label", label);
    const all = replaceItems(now);
    const selected = all[now.findIndex((row) => row.selected)];
    const again = all.find((item) => item.dataset.key === stop);
    const first = (jumped ? selected : again) ?? selected ?? again ?? all[0];
    first?.setAttribute("tabindex", "0");
    if (focused) first?.focus({ preventScroll: true });
    reveal(focused ? first : selected);
  };
  // What is the same stays where it is, so that a click under way is not lost.
  let made = new Map();
  const replaceItems = (now) => {
    const before = made;
    made = new Map(now.map((row) => {
      const text = JSON.stringify(row);
      return [text, before.get(text) ?? makeItem(row)];
    }));
    const all = [...made.values()], kept = new Set(all);
    items().forEach((item) => { if (!kept.has(item)) item.remove(); });
    all.forEach((item, place) => {
      if (element.children[place] !== item) element.insertBefore(item, element.children[place] ?? null);
    });
    all.forEach((item) => item.setAttribute("tabindex", "-1"));
    return all;
  };
  const reveal = (item) => {
    if (!item) return;
    const [part, whole] = [item.getBoundingClientRect(), element.getBoundingClientRect()];
    if (part.top < whole.top) element.scrollTop += part.top - whole.top - 60;
    else if (part.bottom > whole.bottom) element.scrollTop += part.bottom - whole.bottom + 60;
  };
  // Where nothing can be scrolled yet, once it has come into the page.
  const placed = new ResizeObserver(() => {
    if (!element.clientHeight) return;
    reveal(element.querySelector("[aria-selected=true]"));
    placed.disconnect();
  });
  placed.observe(element);
  return { element, show };
}

// Sends a file part by part, each when the one before has arrived: a message of more than 10 MiB
// would cost the connection to the kernel.
function makeUpload(model, file, progress, { part, most }, said) {
  let current = null;
  const sendPart = async (start) => {
    const sending = current;
    const bytes = await sending.slice(start, start + part).arrayBuffer();
    if (current !== sending) return;
    model.send({ move: "upload", name: sending.name, size: sending.size, start }, undefined, [new Uint8Array(bytes)]);
  };
  const answered = (message) => {
    if (!current || typeof message?.taken !== "number") return;
    progress.value = message.taken / current.size;
    sendPart(message.taken);
  };
  const stop = () => { current = null; progress.hidden = true; file.value = ""; };
  file.addEventListener("change", () => {
    if (!file.files.length) return;
    [current] = file.files;
    progress.value = 0;
    progress.hidden = false;
    said.classList.remove("failed");
    said.textContent = `Sending ${current.name} …`;
    if (current.size > most || current.size === 0) { // Python says why
      model.send({ move: "upload", name: current.name, size: current.size, start: 0 }, undefined, [new Uint8Array(1)]);
    } else sendPart(0);
  });
  model.on("msg:custom", answered);
  return { stop, end: () => { stop(); model.off("msg:custom", answered); } };
}

export default { render };
