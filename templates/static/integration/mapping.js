// The mapping editor's comforts: fields are dragged or chosen, the preview follows what is typed.
// Without this file: type the names, save the row, and look at the preview then.
(() => {
  const WAIT = 350;
  const form = document.querySelector("[data-preview]");
  const shown = document.getElementById("preview");
  if (!form || !shown) return;

  let waiting = 0;
  let asked = 0;

  const show = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.text();
      if (mine === asked) shown.innerHTML = told;
    } catch (error) {
      if (mine === asked) shown.textContent = "The preview cannot be renewed at the moment. Save the row to see what becomes of it.";
    }
  };

  const later = () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(show, WAIT);
  };

  const choose = (path) => {
    form.elements.source.value = path;
    form.elements.source.focus();
    later();
  };

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  document.querySelectorAll("[data-source]").forEach((leaf) => {
    leaf.addEventListener("click", () => choose(leaf.dataset.source));
    leaf.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", leaf.dataset.source));
  });
  document.querySelectorAll("[data-drop]").forEach((place) => {
    place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("dropping"); });
    place.addEventListener("dragleave", () => place.classList.remove("dropping"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      const told = new URLSearchParams({ row: place.dataset.drop, source: event.dataTransfer.getData("text/plain") });
      const record = form.elements.record.value;
      if (record) told.set("record", record);
      window.location.search = told.toString();
    });
  });
})();
