/* The page of agreement: what a ticked change needs is ticked with it, and small conveniences. Everything works without. */
(() => {
  "use strict";
  const startChoice = (form) => {
    const boxes = [...form.querySelectorAll("input[name=only]")];
    const byCode = new Map(boxes.map((box) => [box.value, box]));
    const count = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      const shown = form.querySelector("[data-chosen]");
      if (shown) shown.textContent = chosen ? ` (${chosen})` : "";
      const all = form.querySelector("[data-tick-all]");
      if (all) all.textContent = chosen === boxes.length ? "Untick all" : "Tick all";
    };
    const tick = (box) => {
      box.checked = true;
      box.dataset.needs.split(" ").filter(Boolean).forEach((code) => {
        const needed = byCode.get(code);
        if (needed && !needed.checked) tick(needed);
      });
    };
    form.addEventListener("change", (event) => {
      if (!event.target.matches("input[name=only]")) return;
      if (event.target.checked) tick(event.target);
      count();
    });
    const all = form.querySelector("[data-tick-all]");
    if (all) {
      all.hidden = false;
      all.addEventListener("click", () => {
        const wanted = boxes.some((box) => !box.checked);
        boxes.forEach((box) => { box.checked = wanted; });
        count();
      });
    }
    count();
  };

  const startComments = (say) => document.querySelectorAll("[data-about]").forEach((link) => {
    link.addEventListener("click", (event) => {
      const select = say.querySelector("[name=code]");
      select.value = link.dataset.about;
      if (!select.value) return;
      event.preventDefault();
      say.scrollIntoView({ block: "center" });
      say.querySelector("[name=body]").focus();
    });
  });

  const startOwn = (own) => own.addEventListener("input", () => {
    own.closest(".gw-take").querySelector("input[value=value]").checked = true;
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-choice]").forEach(startChoice);
    const say = document.getElementById("say");
    if (say) startComments(say);
    document.querySelectorAll("[data-own]").forEach(startOwn);
  });
})();
