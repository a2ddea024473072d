// Sets light or dark before the page is painted. The admin keeps its choice under the same name.
(() => {
  const KEY = "adminTheme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => {
    try {
      const kept = (localStorage.getItem(KEY) || "").replaceAll('"', "");
      return ["light", "dark"].includes(kept) ? kept : "auto";
    } catch {
      return "auto"; // storage may be forbidden
    }
  };

  const show = () => {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.documentElement.classList.toggle("dark", dark); // the theme of the tables does not watch the system
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };

  document.documentElement.classList.add("js");
  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      localStorage.setItem(KEY, JSON.stringify(button.dataset.themeChoice));
    } catch {
      // the choice then lasts until the next page
    }
    show();
  });
})();
