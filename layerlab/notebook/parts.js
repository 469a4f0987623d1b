// What the skins share: elements, and a picture whose parts are buttons.

function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

// The picture is one stop for Tab; the arrow keys move in it. `pick` gets a part's dataset.
function makePicture(pick) {
  const element = make("div", { class: "picture" });
  const parts = () => [...element.querySelectorAll("[role=button]")];
  const key = (part) => JSON.stringify(part.dataset);
  const near = (from, [right, below]) => {
    const middle = (part) => {
      const box = part.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const [x, y] = middle(from);
    let best = null, least = Infinity;
    for (const part of parts()) {
      const [dx, dy] = [middle(part)[0] - x, middle(part)[1] - y];
      const along = dx * right + dy * below, aside = Math.abs(dx * below) + Math.abs(dy * right);
      const far = along + 4 * aside;
      if (part !== from && along > 4 && aside < 2 * along && far < least) [best, least] = [part, far];
    }
    return best;
  };
  const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const focusOn = (part) => {
    parts().forEach((each) => each.setAttribute("tabindex", each === part ? "0" : "-1"));
    part.focus();
  };
  element.addEventListener("click", (event) => {
    const part = event.target.closest("[role=button]");
    if (part) { focusOn(part); pick({ ...part.dataset }); }
  });
  element.addEventListener("keydown", (event) => {
    const part = event.target.closest("[role=button]");
    if (!part) return;
    if (event.key === "Enter" || event.key === " ") pick({ ...part.dataset });
    else if (event.key in ARROWS) { const next = near(part, ARROWS[event.key]); if (next) focusOn(next); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  let drawn = null;
  const show = (svg) => {
    if (svg === drawn) return;
    const focused = element.contains(document.activeElement) ? key(document.activeElement) : null;
    element.innerHTML = drawn = svg; // from our own Python, which escapes every name
    const all = parts();
    const stop = all.find((part) => key(part) === focused)
      ?? all.find((part) => part.getAttribute("aria-pressed") === "true") ?? all[0];
    all.forEach((part) => part.setAttribute("tabindex", part === stop ? "0" : "-1"));
    if (focused !== null) stop?.focus();
  };
  return { element, show };
}


// A letter finds an entry of a list: JupyterLab would take it for a command on the cell.
const OWN_LETTERS = { "data-lm-suppress-shortcuts": "true" };

// The merged tree as buttons, each path with the colours of the layers that it comes from.
function makeTree(select) {
  const element = make("ul", { class: "tree", "aria-label": "The merged tree" });
  const line = ({ path, depth, name, from, said, fills }, chosen) => {
    const swatches = fills.map((fill) => {
      const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.background = fill;
      return swatch;
    });
    const made = make("button", { type: "button", "aria-pressed": String(path === chosen), title: said });
    made.addEventListener("click", () => select(path));
    made.dataset.path = path;
    made.append(make("span", { class: "name" }, name), ...swatches, `from ${from}`);
    const item = make("li", {}, made);
    item.style.paddingLeft = `${depth * 22}px`;
    return item;
  };
  const show = (lines, chosen) => {
    const focused = element.contains(document.activeElement) ? document.activeElement.dataset.path : null;
    element.replaceChildren(...lines.map((each) => line(each, chosen)));
    if (focused !== null) {
      [...element.querySelectorAll("button")].find((each) => each.dataset.path === focused)?.focus();
    }
  };
  return { element, show };
}

// Rows of controls. They stay in place: only their state changes, so focus is kept.
function makeControls(rows, send) {
  const fields = {}, buttons = [];
  const chosen = (names) => Object.fromEntries(names.map((name) => [name, fields[name].value]));
  const fill = (field, options) =>
    field.replaceChildren(...options.map((option) => make("option", { value: option }, option)));
  const control = ({ kind, move, name, text, options = [], sends = [] }) => {
    if (kind === "button") {
      const made = make("button", { type: "button" }, text);
      made.addEventListener("click", () => send(move, chosen(sends)));
      buttons.push([made, move]);
      return made;
    }
    if (kind === "text") {
      return fields[name] = make("textarea", { "aria-label": text, rows: "2", spellcheck: "false" });
    }
    fields[name] = make("select", { "aria-label": text, ...OWN_LETTERS });
    fill(fields[name], options);
    if (move) fields[name].addEventListener("change", () => send(move, chosen([name])));
    return make("label", {}, text, fields[name]);
  };
  const elements = rows.map(([label, ...row]) =>
    make("fieldset", { "aria-label": label }, make("span", { class: "row" }, label), ...row.map(control)));
  const show = (now) => {
    for (const [field, value] of Object.entries(now.values)) fields[field].value = value;
    for (const [button, move] of buttons) {
      button.disabled = now.off.includes(move) && document.activeElement !== button;
    }
  };
  return { elements, fields, fill, show };
}

// What the last move did, and the state in words.
function makeWords(head, part = "The selected part") {
  const said = make("p", { class: "said", role: "status", "aria-live": "polite" });
  const notes = make("p", { class: "notes" });
  const detailHead = make("p", { class: "head" });
  const detail = make("pre", { class: "whole", tabindex: "0", "aria-label": part });
  const state = make("pre", { tabindex: "0", "aria-label": head });
  const show = (now) => {
    said.textContent = now.said;
    said.classList.toggle("failed", now.failed);
    notes.textContent = now.notes;
    [detailHead.textContent, detail.textContent] = now.detail;
    state.textContent = now.text;
  };
  return { said, rest: [notes, detailHead, detail, make("p", { class: "head" }, head), state], show };
}
