// The keys of the queue. The page works without them: every key presses a button or a choice that stands on the page.
"use strict";

(() => {
  const choices = Array.from(document.querySelectorAll("input[name=number]:not([disabled])"));

  const choose = (choice) => {
    if (!choice) return;
    choice.checked = true;
    choice.focus();
    choice.closest("li").scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const at = choices.findIndex((choice) => choice.checked);
    choose(choices[Math.min(Math.max(at + by, 0), choices.length - 1)]);
  };
  const press = (id) => () => document.getElementById(id)?.click();

  const keys = {
    a: press("accept"), r: press("reject"), l: press("later"), u: press("undo"),
    c: () => document.getElementById("code")?.focus(),
    j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const typing = event.target.matches("input[type=text], textarea");
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const place = choices.find((choice) => choice.dataset.place === event.key);
    if (place) choose(place);
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
  });
})();
