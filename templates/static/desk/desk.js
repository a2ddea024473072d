// What the keyboard adds to the desk. Every screen works without this file.
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const dialog = document.getElementById("keys");
  let marked = -1;

  const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");

  const mark = (index) => {
    const all = rows();
    if (!all.length) return;
    marked = Math.max(0, Math.min(index, all.length - 1));
    all.forEach((row, place) => row.classList.toggle("marked", place === marked));
    all[marked].querySelector("a[data-open]")?.focus({ preventScroll: true });
    all[marked].scrollIntoView({ block: "nearest" });
  };

  const follow = (selector) => document.querySelector(selector)?.click();

  const step = (by) => {
    if (rows().length) mark(marked + by);
    else follow(by > 0 ? "a[rel=next]" : "a[rel=prev]");
  };

  const openAction = (number) => {
    const action = document.querySelector(`[data-action="${number}"]`);
    if (!action) return;
    action.closest(".more-actions")?.setAttribute("open", "");
    action.open = true;
    (action.querySelector("input:not([type=hidden]), textarea, select, button") || action.querySelector("summary")).focus();
  };

  const resolve = () => {
    if (rows().length) {
      const link = rows()[Math.max(marked, 0)].querySelector("a[data-open]");
      if (link) window.location.assign(`${link.href}#resolve`);
      return;
    }
    const first = document.querySelector("[data-action].suggested") || document.querySelector("[data-action]");
    if (first) openAction(first.dataset.action);
  };

  // Single keys can be switched off: a voice that dictates, or a cat, types them too.
  const KEYS_OFF = "tieoutKeysOff";
  const areKeysOff = () => {
    try {
      return localStorage.getItem(KEYS_OFF) === "1";
    } catch {
      return false; // storage may be forbidden
    }
  };

  window.addEventListener("keydown", (event) => {
    const isSingle = event.key.length === 1 && !(event.ctrlKey || event.metaKey || event.altKey);
    if (isSingle && event.key !== " " && areKeysOff() && !isTyping(event.target)) event.stopImmediatePropagation();
  }, { capture: true });

  const showKeys = () => {
    const box = document.querySelector("[data-keys-on]");
    if (box) box.checked = !areKeysOff();
    document.documentElement.classList.toggle("keys-off", areKeysOff());
  };

  const assign = () => {
    const take = document.querySelector("[data-take]");
    if (!take || !rows().length) return;
    if (!document.querySelector("input[name=case]:checked")) {
      rows()[Math.max(marked, 0)].querySelector("input[name=case]")?.click();
    }
    take.click();
  };

  const keys = {
    a: assign,
    j: () => step(1),
    k: () => step(-1),
    o: () => rows()[marked]?.querySelector("a[data-open]")?.click(),
    x: () => rows()[marked]?.querySelector("input[type=checkbox]")?.click(),
    e: resolve,
    u: () => document.querySelector("[data-undo]")?.requestSubmit(),
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => dialog?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
    if (event.key === "Escape") {
      document.querySelectorAll("details.person[open]").forEach((menu) => { menu.open = false; });
      if (isTyping(event.target)) event.target.blur();
      return;
    }
    if (isTyping(event.target)) return;
    const act = keys[event.key] || (/^[1-9]$/.test(event.key) ? () => openAction(event.key) : null);
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) dialog?.showModal();
    const suggestion = event.target.closest("[data-suggest]");
    if (suggestion) {
      const field = document.getElementById(suggestion.dataset.suggest);
      field.value = suggestion.textContent.trim();
      field.focus();
    }
    const burger = event.target.closest(".burger");
    if (burger) {
      const open = burger.getAttribute("aria-expanded") !== "true";
      burger.setAttribute("aria-expanded", String(open));
      document.getElementById("navigation").classList.toggle("open", open);
    }
    document.querySelectorAll("details.person[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.submit();
    if (event.target.matches("[data-keys-on]")) {
      try {
        localStorage.setItem(KEYS_OFF, event.target.checked ? "0" : "1");
      } catch {
        // the choice then lasts until the next page
      }
      showKeys();
    }
    if (event.target.matches("[data-all]")) {
      rows().forEach((row) => {
        const box = row.querySelector("input[type=checkbox]");
        if (box) box.checked = event.target.checked;
      });
    }
  });

  rows().forEach((row, place) => row.addEventListener("focusin", () => {
    marked = place;
    rows().forEach((each, index) => each.classList.toggle("marked", index === place));
  }));

  // The bar goes when its time is over: the server refuses from then on.
  document.querySelectorAll("[data-undo]").forEach((bar) => {
    const end = Date.now() + Number(bar.dataset.undo) * 1000;
    const told = bar.querySelector("[data-left]");
    const clock = setInterval(() => {
      const left = Math.ceil((end - Date.now()) / 1000);
      told.textContent = `${Math.max(left, 0)} s`;
      if (left > 0) return;
      clearInterval(clock);
      bar.querySelectorAll("button, [data-left]").forEach((part) => part.remove());
    }, 1000);
  });

  // What is asked for is folded away where there is little room.
  const narrow = window.matchMedia("(max-width: 800px)");
  const fold = () => document.querySelectorAll("details[data-wide]").forEach((part) => { part.open = !narrow.matches; });
  narrow.addEventListener("change", fold);
  fold();

  showKeys();
  if (window.location.hash === "#resolve" && !rows().length) resolve();
})();
