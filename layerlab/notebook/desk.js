// A skin for a state with moves: rows of controls, a picture, what the last move did, and the
// state in words. Python keeps the state; a click sends a move and the whole view comes back.

function render({ model, el }) {
  const view = () => model.get("view");
  const send = (move, more = {}) => model.send({ move, ...more });
  const { name, hint, controls: rows, head } = view();
  const controls = makeControls(rows, send);
  const root = make("div", { class: "ll-bench ll-desk", role: "group", "aria-label": name });
  const picture = makePicture((part) => send("select", part));
  const words = makeWords(head);
  root.append(
    make("p", {}, hint), ...controls.elements, words.said, picture.element, ...words.rest,
  );
  el.append(root);

  const draw = () => {
    const now = view();
    controls.show(now);
    picture.show(now.svg);
    words.show(now);
  };
  model.on("change:view", draw);
  draw();
  return () => model.off("change:view", draw);
}

export default { render };
