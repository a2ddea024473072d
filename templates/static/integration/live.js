// Shows what is under way anew every two seconds. Without this file: reload the page.
(() => {
  const EVERY = 2000;
  const SLOWEST = 30000;

  const say = (place, sentence) => {
    let told = place.querySelector(".progress-trouble");
    if (!told) {
      told = document.createElement("p");
      told.className = "progress-trouble";
      place.append(told);
    }
    told.textContent = sentence;
  };

  const renew = async (place, wait) => {
    if (document.hidden) return window.setTimeout(() => renew(place, wait), wait);
    try {
      const answer = await fetch(place.dataset.live, { redirect: "manual", credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".progress-told");
      if (!fresh.dataset.live) return window.location.reload();
      if (fresh.innerHTML !== place.innerHTML) {
        const at = [...place.querySelectorAll("a")].indexOf(document.activeElement);
        place.innerHTML = fresh.innerHTML;
        place.querySelectorAll("a")[at]?.focus();
      }
      return window.setTimeout(() => renew(place, EVERY), EVERY);
    } catch (error) {
      say(place, "These figures cannot be renewed at the moment. Reload the page if that lasts.");
      const longer = Math.min(wait * 2, SLOWEST);
      return window.setTimeout(() => renew(place, longer), longer);
    }
  };

  document.querySelectorAll("[data-live]").forEach((place) => window.setTimeout(() => renew(place, EVERY), EVERY));
})();
