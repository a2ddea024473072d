// Completes @names in the comment box from the list beneath it. The box works without this file.
(() => {
  const box = document.querySelector("#comment");
  const known = [...document.querySelectorAll("details.callable li")].map((item) => ({
    name: item.querySelector("b").textContent.slice(1),
    told: item.textContent.trim(),
  }));
  if (!box || !known.length) return;
  const MOST = 6;
  const list = document.createElement("ul");
  list.id = "comment-names";
  list.className = "names";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.names);
  box.after(list);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  let chosen = 0;

  // The @ and what follows it, up to the cursor; an @ within an address begins nothing.
  const begun = () => /(?:^|[^\p{L}\p{N}_.@+-])@([\p{L}\p{N}_.+-]*)$/u.exec(box.value.slice(0, box.selectionStart));
  const hide = () => { list.hidden = true; box.removeAttribute("aria-activedescendant"); };
  const mark = () => {
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
    box.setAttribute("aria-activedescendant", `name-${chosen}`);
  };
  const show = () => {
    const asked = begun();
    if (!asked) return hide();
    const part = asked[1].toLowerCase();
    const found = known.filter((each) => each.told.toLowerCase().includes(part)).slice(0, MOST);
    if (!found.length) return hide();
    list.replaceChildren(...found.map((each, place) => {
      const item = document.createElement("li");
      item.id = `name-${place}`;
      item.dataset.name = each.name;
      item.setAttribute("role", "option");
      item.textContent = each.told;
      return item;
    }));
    chosen = 0;
    list.hidden = false;
    mark();
  };
  const take = (item) => {
    const asked = begun();
    if (!asked) return;
    const end = box.selectionStart;
    box.setRangeText(`${item.dataset.name} `, end - asked[1].length, end, "end");
    hide();
    box.focus();
  };

  box.addEventListener("input", show);
  box.addEventListener("blur", hide);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the box keeps the focus
    const item = event.target.closest("li");
    if (item) take(item);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      chosen = (chosen + step + list.children.length) % list.children.length;
      mark();
    } else if (event.key === "Enter" || event.key === "Tab") {
      take(list.children[chosen]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      hide();
    } else return;
    event.preventDefault();
  });
})();
