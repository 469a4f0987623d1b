// The skin of the union explorer. Python keeps the state; a click sends a move and the whole
// view comes back.

const MOVES = [
  ["add_file", "Add file"],
  ["add_directory", "Add directory"],
  ["whiteout", "Whiteout"],
  ["make_opaque", "Make opaque"],
  ["clear", "Clear"],
];

function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

function render({ model, el }) {
  const send = (move, more = {}) => model.send({ move, ...more });
  const view = () => model.get("view");
  const button = (text, act) => {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  };

  // What stays in place: only its state changes, so focus is kept.
  const root = make("div", { class: "ll-explorer", role: "group", "aria-label": "Union explorer" });
  const layer = make("select", { "aria-label": "Layer" });
  const path = make("input", { type: "text", "aria-label": "Path", spellcheck: "false", autocomplete: "off" });
  // Chosen here at once, so that a move clicked before Python has answered goes where it is meant.
  const select = (chosen) => {
    if (chosen.layer !== undefined) layer.value = chosen.layer;
    if (chosen.path !== undefined) path.value = chosen.path;
    send("select", chosen);
  };
  const moves = MOVES.map(([move, text]) =>
    button(text, () => send(move, { layer: layer.value, path: path.value })));
  const picture = make("div", { class: "picture" });
  const tree = make("ul", { "aria-label": "The merged tree" });
  const said = make("p", { class: "said", role: "status", "aria-live": "polite" });
  const state = make("pre", { tabindex: "0", "aria-label": "The stack in words" });
  const up = button("Move up", () => send("move_up", { layer: layer.value }));
  const down = button("Move down", () => send("move_down", { layer: layer.value }));
  const remove = button("Remove layer", () => send("remove_layer", { layer: layer.value }));
  layer.addEventListener("change", () => send("select", { layer: layer.value }));
  path.addEventListener("change", () => send("select", { path: path.value }));
  root.append(
    make("p", {}, "Choose a layer and a path, or click in the picture; then change what the layer has there."),
    make("fieldset", { "aria-label": "Layers" }, make("label", {}, "Layer", layer),
      up, down, button("Add layer", () => send("add_layer")), remove,
      button("Reset", () => send("reset"))),
    make("fieldset", { "aria-label": "Paths" }, make("label", {}, "Path", path), ...moves),
    picture, said, make("p", { class: "head" }, "The merged tree"), tree,
    make("p", { class: "head" }, "In words"), state,
  );
  el.append(root);

  // The picture is one stop for Tab; the arrow keys move in it.
  const parts = () => [...picture.querySelectorAll("[role=button]")];
  const key = (part) => `${part.dataset.layer ?? ""}|${part.dataset.path ?? ""}`;
  const pick = (part) => {
    const names = [...view().layers].reverse();
    const chosen = {};
    if (part.dataset.layer !== undefined) chosen.layer = names[Number(part.dataset.layer)];
    if (part.dataset.path !== undefined) chosen.path = part.dataset.path;
    select(chosen);
  };
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
  picture.addEventListener("click", (event) => {
    const part = event.target.closest("[role=button]");
    if (part) { focusOn(part); pick(part); }
  });
  picture.addEventListener("keydown", (event) => {
    const part = event.target.closest("[role=button]");
    if (!part) return;
    if (event.key === "Enter" || event.key === " ") pick(part);
    else if (event.key in ARROWS) { const next = near(part, ARROWS[event.key]); if (next) focusOn(next); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  let drawn = null;
  const drawPicture = (svg) => {
    if (svg === drawn) return;
    const focused = picture.contains(document.activeElement) ? key(document.activeElement) : null;
    picture.innerHTML = drawn = svg; // from our own Python, which escapes every name
    const all = parts();
    const stop = all.find((part) => key(part) === focused)
      ?? all.find((part) => part.getAttribute("aria-pressed") === "true") ?? all[0];
    all.forEach((part) => part.setAttribute("tabindex", part === stop ? "0" : "-1"));
    if (focused !== null) stop?.focus();
  };
  const drawTree = (lines) => {
    const focused = tree.contains(document.activeElement) ? document.activeElement.dataset.path : null;
    tree.replaceChildren(...lines.map((line) => {
      const swatches = line.fills.map((fill) => {
        const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
        swatch.style.background = fill;
        return swatch;
      });
      const pressed = String(line.path === view().path);
      const made = button("", () => select({ path: line.path }));
      made.setAttribute("aria-pressed", pressed);
      made.dataset.path = line.path;
      made.title = line.said;
      made.append(make("span", { class: "name" }, line.name), ...swatches, `from ${line.from}`);
      const item = make("li", {}, made);
      item.style.paddingLeft = `${line.depth * 22}px`;
      return item;
    }));
    if (focused !== null) {
      [...tree.querySelectorAll("button")].find((each) => each.dataset.path === focused)?.focus();
    }
  };
  const draw = () => {
    const now = view();
    layer.replaceChildren(...now.layers.map((name) => make("option", { value: name }, name)));
    layer.value = now.layer;
    if (!now.failed) path.value = now.path;
    drawPicture(now.svg);
    drawTree(now.tree);
    said.textContent = now.said;
    said.classList.toggle("failed", now.failed);
    state.textContent = now.text;
    up.disabled = now.layers[0] === now.layer && document.activeElement !== up;
    down.disabled = now.layers.at(-1) === now.layer && document.activeElement !== down;
    remove.disabled = now.layers.length === 1 && document.activeElement !== remove;
  };
  model.on("change:view", draw);
  draw();
  return () => model.off("change:view", draw);
}

export default { render };
