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

  document.getElementById("problem")?.focus();
})();
