// What the keyboard adds to a case. Every action works without this file.
(() => {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.shiftKey) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-quick]")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    const isTyping = event.target.closest("input, select, textarea");
    if (!isTyping && !event.ctrlKey && !event.metaKey && /^[1-9]$/.test(event.key)) {
      document.querySelector(`[data-disabled="${event.key}"]`)?.focus(); // so that it is read why
    }
  });

  // The text may grow past the limit, so that a pasted one is not cut unseen; the counter says by how much.
  const count = (text) => {
    const told = text.nextElementSibling;
    const limit = Number(text.dataset.limit);
    const over = text.value.length - limit;
    told.hidden = over < -limit / 10;
    told.classList.toggle("over", over > 0);
    const wording = over > 0 ? `${over.toLocaleString("en")} characters too many` : `${(-over).toLocaleString("en")} characters left`;
    if (told.textContent !== wording) told.textContent = wording;
  };
  document.querySelectorAll("[data-limit]").forEach((text) => {
    text.addEventListener("input", () => count(text));
    count(text);
  });

  document.getElementById("problem")?.focus();
})();
