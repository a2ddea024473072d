// Copies a text that is on the page. Without this file: mark it and copy it by hand.
(() => {
  const mark = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
  };

  const copy = async (button) => {
    const text = document.getElementById(button.dataset.copy);
    const said = button.parentElement.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = "Copied.";
    } catch (error) {
      mark(text);
      said.textContent = "The browser does not let us copy it; it is marked, copy it with the keyboard.";
    }
  };

  document.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", () => copy(button)));
})();
