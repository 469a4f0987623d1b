// The skin of the playground: an operation, a path, and a line of shell. Python makes the move, and
// the whole view comes back.

function render({ model, el }) {
  const view = () => model.get("view");
  const send = (move, more = {}) => model.send({ move, ...more });
  const { name, hint, controls: rows, head, operations } = view();
  const controls = makeControls(rows, send);
  const root = make("div", { class: "ll-bench ll-desk ll-playground", role: "group", "aria-label": name });
  const select = (chosen) => { show(chosen); send("select", { path: chosen }); };
  const picture = makePicture(({ path: chosen }) => { if (chosen !== undefined) select(chosen); });
  const tree = makeTree(select);
  const words = makeWords(head, "The log");
  const field = (text, attributes = {}) => {
    const made = make("input", { type: "text", spellcheck: "false", autocomplete: "off", ...attributes });
    return [make("label", { class: "wide" }, text, made), made];
  };
  const act = (text, go) => {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", go);
    return made;
  };
  const onEnter = (made, go) => made.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    go();
  });

  const op = make("select", { "aria-label": "Operation", ...OWN_LETTERS });
  op.append(...operations.map((each) => make("option", { value: each.op }, each.label)));
  const list = make("datalist", { id: `ll-paths-${Math.random().toString(36).slice(2)}` });
  const [pathLabel, path] = field("Path", { list: list.id });
  const [moreLabel, more] = field("");
  const moreText = document.createTextNode("");
  moreLabel.prepend(moreText);
  const beside = () => `${path.value}.new`;
  const fit = () => {
    const { needs, default: first } = operations.find((each) => each.op === op.value);
    moreLabel.hidden = !needs;
    moreText.textContent = needs;
    more.value = needs === "New path" ? beside() : first;
  };
  const show = (chosen) => {
    path.value = chosen;
    if (moreText.textContent === "New path") more.value = beside();
  };
  const go = () => send("do", { op: op.value, path: path.value, more: moreLabel.hidden ? "" : more.value });
  op.addEventListener("change", fit);
  [path, more].forEach((each) => onEnter(each, go));
  const [lineLabel, line] = field("$", { "aria-label": "A line of shell", placeholder: "echo hello >> /etc/motd" });
  const type = () => { if (line.value.trim()) send("sh", { line: line.value }); };
  onEnter(line, type);
  const question = make("p", { class: "question" });
  const next = act("", () => send("next"));
  const [stage, container] = controls.elements;
  root.append(
    make("p", {}, hint), stage,
    make("fieldset", { "aria-label": "The moves of the stage" }, question, next),
    make("fieldset", { "aria-label": "Do" }, op, pathLabel, list, moreLabel, act("Do it", go)),
    make("fieldset", { "aria-label": "Shell" }, lineLabel, act("Run", type)),
    container,
    words.said, picture.element,
    make("details", {}, make("summary", {}, "The merged tree"), tree.element), ...words.rest,
  );
  el.append(root);

  let shown = null; // the path that Python had last
  fit();
  const draw = () => {
    const now = view();
    controls.fill(controls.fields.box, now.boxes);
    controls.show(now);
    list.replaceChildren(...now.tree.map((each) => make("option", { value: each.path })));
    if (now.path !== shown) show(shown = now.path); // else what was typed since stays
    question.textContent = now.question;
    next.textContent = now.next ? `Next: ${now.next}` : "All moves are made";
    next.hidden = !now.question;
    next.disabled = !now.next && document.activeElement !== next;
    picture.show(now.svg);
    tree.show(now.tree, now.path);
    words.show(now);
  };
  model.on("change:view", draw);
  draw();
  return () => model.off("change:view", draw);
}

export default { render };
