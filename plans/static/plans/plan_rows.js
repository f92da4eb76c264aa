// The sheet of a plan's tasks: rows dragged, added, opened; dependencies chosen by code. What is sent is an ordinary form.
(() => {
  "use strict";

  const start = (sheet) => {
    const list = sheet.querySelector(".gw-sheet");
    const template = sheet.querySelector("template");
    const total = sheet.querySelector(`[name=${sheet.dataset.prefix}-TOTAL_FORMS]`);
    const rows = () => [...list.children];

    const renumber = () => rows().forEach((row, place) => { row.querySelector(".gw-place input").value = place; });

    // One place typed moves that row there; the others close up.
    const moveTyped = (input) => {
      const row = input.closest("[data-row]");
      const wanted = Math.max(0, Math.min(Number.parseInt(input.value, 10) || 0, list.children.length - 1));
      row.remove();
      list.insertBefore(row, list.children[wanted] || null);
      renumber();
      input.focus();
    };

    const open = (row, wanted) => {
      row.querySelector(".gw-row-body").hidden = !wanted;
      row.querySelector("[data-open]").setAttribute("aria-expanded", wanted);
    };
    const isOpen = (row) => !row.querySelector(".gw-row-body").hidden;

    const add = () => {
      const index = Number.parseInt(total.value, 10);
      const holder = document.createElement("ol");
      holder.innerHTML = template.innerHTML.replaceAll("__prefix__", index);
      const row = holder.firstElementChild;
      list.append(row);
      total.value = index + 1;
      renumber();
      count();
      row.querySelector(".gw-title input").focus();
      row.scrollIntoView({ block: "center" });
    };

    const count = () => {
      sheet.querySelector("[data-count]").textContent = rows().filter((row) => !isDropped(row)).length;
    };
    const isDropped = (row) => row.querySelector(".gw-drop input").checked;

    // Dependencies: each is a ticked box; a code typed or chosen from the list adds one.
    const titles = new Map([...sheet.querySelectorAll("#gw-codes option")].map((o) => [o.value, o.textContent]));
    const addCode = (input) => {
      const code = input.value.trim().toUpperCase();
      const field = input.closest("[data-dependencies]");
      if (!titles.has(code)) return false;
      input.value = "";
      const boxes = [...field.querySelectorAll(".gw-chip input")];
      const there = boxes.find((box) => box.value === code);
      if (there) there.checked = true;
      else field.querySelector(".gw-chips").append(chip(field.dataset.dependencies, code));
      tellAfter(field.closest("[data-row]"));
      return true;
    };
    // What no task is called stays as it was typed, with a word next to it.
    const addOrTell = (input) => tellUnknown(input, addCode(input) ? "" : input.value.trim());
    const tellUnknown = (input, typed) => {
      const told = input.closest("[data-dependencies]").querySelector("[data-no-such]");
      told.textContent = typed ? `No such task: ${typed}` : "";
      told.hidden = !typed;
      input.setAttribute("aria-invalid", Boolean(typed));
    };
    const chip = (name, code) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      const bold = document.createElement("b");
      label.className = "gw-chip";
      Object.assign(box, { type: "checkbox", name, value: code, checked: true });
      bold.textContent = code;
      label.append(box, " ", bold, " ", titles.get(code));
      return label;
    };
    const tellAfter = (row) => {
      const codes = [...row.querySelectorAll(".gw-chip input:checked")].map((box) => box.value);
      row.querySelector("[data-after]").textContent = codes.length ? `after ${codes.join(", ")}` : "";
    };

    // Dragging, by the handle only, with mouse or finger.
    let dragged = null;
    list.addEventListener("pointerdown", (event) => {
      if (!event.target.closest(".gw-handle")) return;
      dragged = event.target.closest("[data-row]");
      dragged.classList.add("gw-dragged");
      list.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    list.addEventListener("pointermove", (event) => {
      if (!dragged) return;
      if (event.clientY < 80) window.scrollBy(0, -20);
      if (event.clientY > window.innerHeight - 120) window.scrollBy(0, 20);
      const after = rows().filter((row) => row !== dragged).find((row) => {
        const box = row.getBoundingClientRect();
        return event.clientY < box.top + box.height / 2;
      });
      if (dragged.nextElementSibling !== (after || null)) list.insertBefore(dragged, after || null);
    });
    const drop = () => {
      if (!dragged) return;
      dragged.classList.remove("gw-dragged");
      dragged = null;
      renumber();
    };
    list.addEventListener("pointerup", drop);
    list.addEventListener("pointercancel", drop);

    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-open]");
      if (button) open(button.closest("[data-row]"), !isOpen(button.closest("[data-row]")));
    });
    list.addEventListener("change", (event) => {
      if (event.target.matches(".gw-place input")) moveTyped(event.target);
      if (event.target.matches("[data-add-code]")) addOrTell(event.target);
      if (event.target.matches(".gw-title input")) event.target.closest(".gw-title").title = event.target.value;
      if (event.target.matches(".gw-chip input")) tellAfter(event.target.closest("[data-row]"));
      if (event.target.matches(".gw-drop input")) {
        const row = event.target.closest("[data-row]");
        row.classList.toggle("gw-row-dropped", isDropped(row));
        count();
      }
    });
    list.addEventListener("input", (event) => {
      if (!event.target.matches("[data-add-code]")) return;
      tellUnknown(event.target, "");
      if (event.inputType !== "insertText") addCode(event.target);
    });
    list.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      if (event.target.matches("[data-add-code]")) { event.preventDefault(); addOrTell(event.target); }
      if (event.target.matches(".gw-place input")) { event.preventDefault(); moveTyped(event.target); }
    });
    sheet.querySelectorAll("[data-add-row]").forEach((button) => button.addEventListener("click", add));
    const all = sheet.querySelector("[data-toggle-all]");
    all.addEventListener("click", () => {
      const wanted = rows().some((row) => !isOpen(row));
      rows().forEach((row) => open(row, wanted));
      all.textContent = wanted ? "Close all" : "Open all";
    });

    // A page sent back with errors shows the rows as they were: in their places, the dropped ones marked.
    rows()
      .map((row) => [row, Number.parseInt(row.querySelector(".gw-place input").value, 10)])
      .sort(([, a], [, b]) => (Number.isNaN(a) ? Infinity : a) - (Number.isNaN(b) ? Infinity : b))
      .forEach(([row]) => { list.append(row); row.classList.toggle("gw-row-dropped", isDropped(row)); });
    count();
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-plan-rows]").forEach(start));
})();
