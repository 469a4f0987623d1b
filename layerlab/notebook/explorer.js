// The skin of the union explorer. Python keeps the state; a click sends a move and the whole
// view comes back.

const MOVES = [
  ["add_file", "Add file"],
  ["add_directory", "Add directory"],
  ["whiteout", "Whiteout"],
  ["make_opaque", "Make opaque"],
  ["clear", "Clear"],
];

function render({ model, el }) {
  let sent = 0; // messages, which Python answers in order
  const send = (move, more = {}) => model.send({ move, ...more, number: ++sent });
  const view = () => model.get("view");
  const button = (text, act) => {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  };

  // What stays in place: only its state changes, so focus is kept.
  const root = make("div", { class: "ll-bench ll-explorer", role: "group", "aria-label": "Union explorer" });
  const layer = make("select", { "aria-label": "Layer", ...OWN_LETTERS });
  const path = make("input", { type: "text", "aria-label": "Path", spellcheck: "false", autocomplete: "off" });
  // Chosen here at once, so that a move clicked before Python has answered goes where it is meant.
  const select = (chosen) => {
    if (chosen.layer !== undefined) layer.value = chosen.layer;
    if (chosen.path !== undefined) path.value = chosen.path;
    send("select", chosen);
  };
  const moves = MOVES.map(([move, text]) =>
    button(text, () => send(move, { layer: layer.value, path: path.value })));
  const picture = makePicture(({ layer: number, path: where }) => {
    const names = [...view().layers].reverse();
    const chosen = {};
    if (number !== undefined) chosen.layer = names[Number(number)];
    if (where !== undefined) chosen.path = where;
    select(chosen);
  });
  const tree = makeTree((path) => select({ path }));
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
    picture.element, said, make("p", { class: "head" }, "The merged tree"), tree.element,
    make("p", { class: "head" }, "In words"), state,
  );
  el.append(root);

  const draw = () => {
    const now = view();
    const current = now.answered >= sent; // else something newer was chosen here meanwhile
    const chosen = current ? now.layer : layer.value;
    layer.replaceChildren(...now.layers.map((name) => make("option", { value: name }, name)));
    layer.value = chosen;
    if (current && !now.failed) path.value = now.path;
    picture.show(now.svg);
    tree.show(now.tree, now.path);
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
