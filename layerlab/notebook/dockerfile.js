// The skin of the Dockerfile bench: its instructions stand there to be edited, dragged and moved by
// keys. Python builds after each change, and the whole view comes back.

function render({ model, el }) {
  const view = () => model.get("view");
  const send = (move, more = {}) => model.send({ move, ...more });
  const { name, hint, controls: rows, head } = view();
  const controls = makeControls(rows, send);
  const root = make("div", { class: "ll-bench ll-desk ll-dockerfile", role: "group", "aria-label": name });
  const list = make("ol", { "aria-label": "Instructions" });
  const picture = makePicture(() => {});
  const words = makeWords(head);
  root.append(
    make("p", {}, hint), ...controls.elements, words.said, list, picture.element, ...words.rest,
  );
  el.append(root);

  const items = new Map(); // an instruction keeps its element, and so its focus, wherever it goes
  const number = (item) => 1 + [...list.children].indexOf(item);
  const moveTo = (item, to) => {
    if (to >= 1 && to <= list.children.length && to !== number(item)) {
      send("move", { number: String(number(item)), to: String(to) });
    }
  };
  let dragged = null;

  const makeItem = () => {
    const item = make("li");
    const handle = make("span", { class: "handle", draggable: "true", "aria-hidden": "true", title: "Drag" });
    const field = make("textarea", {
      rows: "1", spellcheck: "false", autocomplete: "off",
      "data-lm-suppress-shortcuts": "true", // else JupyterLab would run the cell on Shift+Enter
    });
    const tool = (sign, act) => {
      const made = make("button", { type: "button" }, sign);
      made.addEventListener("click", act);
      return made;
    };
    const tools = {
      up: tool("↑", () => moveTo(item, number(item) - 1)),
      down: tool("↓", () => moveTo(item, number(item) + 1)),
      add: tool("+", () => send("add", { number: String(number(item)) })),
      remove: tool("✕", () => send("remove", { number: String(number(item)) })),
    };
    const verdict = make("button", { type: "button", class: "verdict" });
    verdict.addEventListener("click", () => send("select", { number: String(number(item)) }));
    const commit = () => {
      if (field.value !== item.row.text) send("edit", { number: String(number(item)), text: field.value });
    };
    field.addEventListener("change", commit);
    field.addEventListener("input", () => fitField(field));
    field.addEventListener("keydown", (event) => {
      const { key, altKey, shiftKey } = event;
      if (altKey && key === "ArrowUp") moveTo(item, number(item) - 1);
      else if (altKey && key === "ArrowDown") moveTo(item, number(item) + 1);
      else if (key === "Enter" && !shiftKey && !event.isComposing) commit();
      else if (key === "Enter" && shiftKey) { // JupyterLab keeps the browser from doing it
        field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
        fitField(field);
      } else if (key === "Escape") { field.value = item.row.text; fitField(field); }
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    handle.addEventListener("dragstart", (event) => {
      dragged = item;
      item.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", field.value);
      event.dataTransfer.setDragImage(item, 8, 8);
    });
    handle.addEventListener("dragend", () => { dragged = null; item.classList.remove("dragged"); });
    item.addEventListener("dragenter", () => { if (dragged) item.classList.add("target"); });
    item.addEventListener("dragleave", (event) => {
      if (!item.contains(event.relatedTarget)) item.classList.remove("target");
    });
    item.addEventListener("dragover", (event) => { if (dragged) event.preventDefault(); });
    item.addEventListener("drop", (event) => {
      item.classList.remove("target");
      if (!dragged) return;
      event.preventDefault();
      moveTo(dragged, number(item));
    });
    item.append(handle, field, make("span", { class: "tools" }, ...Object.values(tools)), verdict);
    return Object.assign(item, { handle, field, tools, verdict });
  };

  const showItem = (item, row, place, count) => {
    const unsent = item.row && document.activeElement === item.field && item.field.value !== item.row.text;
    if (!unsent || row.text !== item.row.text) item.field.value = row.text;
    item.row = row;
    item.handle.replaceChildren(make("span", { class: "disc" }, String(place)));
    item.handle.style.background = row.fill || "transparent";
    item.className = [row.kind, row.fill ? "" : "empty"].filter(Boolean).join(" ");
    item.field.setAttribute("aria-label", `Instruction ${place}`);
    const names = { up: "Move up", down: "Move down", add: "Add below", remove: "Remove" };
    for (const [tool, text] of Object.entries(names)) {
      item.tools[tool].setAttribute("aria-label", `${text}: instruction ${place}`);
      item.tools[tool].title = text;
    }
    const ends = [["up", place === 1], ["down", place === count], ["remove", count === 1]];
    for (const [tool, off] of ends) {
      item.tools[tool].disabled = off && document.activeElement !== item.tools[tool];
    }
    item.verdict.replaceChildren(
      make("span", { class: "sign" }, row.said), make("span", { class: "size" }, row.size),
      make("span", { class: "why" }, row.why),
    );
    item.verdict.setAttribute("aria-pressed", String(row.selected));
    item.verdict.setAttribute("aria-label", `Instruction ${place}: ${row.said} ${row.size}, ${row.why}`);
  };

  const drawList = (rows) => {
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const keys = new Set(rows.map((row) => row.key));
    const at = focused ? number(focused.closest("li")) : 0;
    for (const [key, item] of items) if (!keys.has(key)) { item.remove(); items.delete(key); }
    rows.forEach((row, place) => {
      if (!items.has(row.key)) items.set(row.key, makeItem());
      const item = items.get(row.key);
      if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
      showItem(item, row, place + 1, rows.length);
      fitField(item.field);
    });
    if (!focused || focused === document.activeElement) return;
    const left = focused.isConnected ? focused : list.children[Math.min(at, rows.length) - 1].field;
    left.focus({ preventScroll: true });
  };

  const draw = () => {
    const now = view();
    controls.fill(controls.fields.path, now.files);
    controls.show(now);
    drawList(now.rows);
    picture.show(now.svg);
    words.show(now);
  };
  const refit = new ResizeObserver(() => items.forEach((item) => fitField(item.field)));
  refit.observe(list);
  model.on("change:view", draw);
  draw();
  return () => { refit.disconnect(); model.off("change:view", draw); };
}

// As many lines as it has.
function fitField(field) {
  field.rows = field.value.split("\n").length;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`; // and its two borders
}

export default { render };
