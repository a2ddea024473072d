// What the keyboard adds to a case. Every action works without this file.
(() => {
  // One of the reasons is enough; without one it has to be written.
  const reasonGiven = (form) => {
    const text = form.querySelector("[data-quick]");
    if (text && form.querySelector("[data-code]")) text.required = !form.querySelector("[data-code]:checked");
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-code]")) reasonGiven(event.target.form);
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.shiftKey) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-quick]")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    const form = event.target.closest("details.action[open] form");
    const isTyping = event.target.closest("input:not([type=radio]), select, textarea");
    if (form && !isTyping && !event.ctrlKey && !event.metaKey && event.key.length === 1) {
      const code = form.querySelector(`[data-code="${event.key}"]`);
      if (code) {
        event.preventDefault();
        event.stopImmediatePropagation();
        code.checked = true;
        reasonGiven(form);
        form.requestSubmit();
        return;
      }
      // A letter begins a reason of one's own.
      if (event.target.matches("[data-code]") && /[^\d\s?/]/.test(event.key)) form.querySelector("[data-quick]")?.focus();
    }
    if (!isTyping && !form && !event.ctrlKey && !event.metaKey && /^[1-9]$/.test(event.key)) {
      document.querySelector(`[data-disabled="${event.key}"]`)?.focus(); // so that it is read why
    }
  }, true); // before the keys of every page, which open another action

  // The text may grow past the limit, so that a pasted one is not cut unseen; the counter says by how much.
  const count = (text) => {
    const told = text.nextElementSibling;
    const limit = Number(text.dataset.limit);
    const over = text.value.length - limit;
    told.hidden = over < -limit / 10;
    told.classList.toggle("over", over > 0);
    const number = Math.abs(over).toLocaleString(document.documentElement.lang);
    const wording = `${number} ${over > 0 ? told.dataset.over : told.dataset.left}`;
    if (told.textContent !== wording) told.textContent = wording;
  };
  document.querySelectorAll("[data-limit]").forEach((text) => {
    text.addEventListener("input", () => count(text));
    count(text);
  });

  // Who else has the case open, and whether it has moved on: heard every half minute while it is looked at.
  const place = document.querySelector("[data-here]");
  const hear = async () => {
    if (document.hidden) return;
    const body = new URLSearchParams({ seen: place.dataset.seen });
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
    const answer = await fetch(place.dataset.here, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const told = await answer.json();
    const say = (part, text) => { if (part.textContent !== text) part.textContent = text; };
    say(place.querySelector("[data-presence]"), told.here);
    say(place.querySelector("[data-moved]"), told.moved && `${told.moved} Load the page again before you decide.`);
  };
  if (place && document.querySelector("[name=csrfmiddlewaretoken]")) {
    setInterval(hear, 30000);
    document.addEventListener("visibilitychange", hear);
  }

  document.getElementById("problem")?.focus();
})();
