// A skin for a state with moves: rows of controls, a picture, what the last move did, and the
// state in words. Python keeps the state; a click sends a move and the whole view comes back.

function render({ model, el }) {
  const view = () => model.get("view");
  const fields = {};
  const chosen = (names) => Object.fromEntries(names.map((name) => [name, fields[name].value]));
  const send = (move, more = {}) => model.send({ move, ...more });
  const buttons = [];

  // What stays in place: only its state changes, so focus is kept.
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
    fields[name] = make("select", { "aria-label": text },
      ...options.map((option) => make("option", { value: option }, option)));
    if (move) fields[name].addEventListener("change", () => send(move, chosen([name])));
    return make("label", {}, text, fields[name]);
  };
  const { name, hint, controls, head } = view();
  const root = make("div", { class: "ll-bench ll-desk", role: "group", "aria-label": name });
  const picture = makePicture((part) => send("select", part));
  const said = make("p", { class: "said", role: "status", "aria-live": "polite" });
  const state = make("pre", { tabindex: "0", "aria-label": head });
  const notes = make("p", { class: "notes" });
  const detailHead = make("p", { class: "head" });
  const detail = make("pre", { class: "whole", tabindex: "0", "aria-label": "The selected part" });
  root.append(
    make("p", {}, hint),
    ...controls.map(([label, ...row]) =>
      make("fieldset", { "aria-label": label }, make("span", { class: "row" }, label), ...row.map(control))),
    said, picture.element, notes, detailHead, detail, make("p", { class: "head" }, head), state,
  );
  el.append(root);

  const draw = () => {
    const now = view();
    for (const [field, value] of Object.entries(now.values)) fields[field].value = value;
    for (const [button, move] of buttons) {
      button.disabled = now.off.includes(move) && document.activeElement !== button;
    }
    picture.show(now.svg);
    said.textContent = now.said;
    said.classList.toggle("failed", now.failed);
    notes.textContent = now.notes;
    [detailHead.textContent, detail.textContent] = now.detail;
    state.textContent = now.text;
  };
  model.on("change:view", draw);
  draw();
  return () => model.off("change:view", draw);
}

export default { render };
