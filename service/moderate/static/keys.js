"use strict";

// One key for each thing that a moderator does; every one presses a button that is on the page.
(() => {
  const cards = () => [...document.querySelectorAll("article")];
  const current = () => document.querySelector("article[aria-current]");
  // The page of one comment has no form for several.
  const ticked = () => [...(document.getElementById("bulk")?.elements ?? [])].filter((each) => each.checked);

  // Not decided on, as far as this page knows, since it was opened.
  const isOpen = (card) => !("done" in card.dataset);

  function frame(card) {
    current()?.removeAttribute("aria-current");
    card?.setAttribute("aria-current", "true");
  }

  function go(card) {
    frame(card);
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = cards();
    const at = all.indexOf(current());
    if (at < 0) go(by > 0 ? all[0] : all.at(-1));
    else go(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  }

  function isSeen(card) {
    const { top, bottom } = card.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  }

  function marked() {
    if (!current()) step(1);
    return current();
  }

  // Answers on their way together could change places, and `u` would take back what was decided before.
  let sent = 0;
  const later = [];

  function inTurn(act) {
    if (sent) later.push(act);
    else act();
  }

  const press = (id, button) => document.getElementById(id)?.querySelector(button)?.click();

  // The boxes that a key has decided on already; they stay ticked until the answer comes.
  let pressed = new WeakSet();

  // What is done is passed over, and after the last one none is marked: the next key would overrule it.
  function goOn() {
    const next = cards().slice(cards().indexOf(current())).find(isOpen);
    // htmx gives the focus back to what it replaces, and the frame would come with it.
    document.activeElement.blur();
    go(next);
    if (!next) document.querySelector("a[rel=next]")?.focus();
  }

  function decideTogether(boxes, button) {
    for (const box of boxes) {
      pressed.add(box);
      box.closest("article").dataset.done = "";
    }
    inTurn(() => {
      // What was ticked since is for the next key.
      const others = ticked().filter((box) => !boxes.includes(box));
      for (const box of others) box.checked = false;
      press("bulk", button);
      for (const box of others) box.checked = true;
    });
    if (current()) goOn();
  }

  function decide(label) {
    const button = `button[value=${label}]`;
    const boxes = ticked().filter((box) => !pressed.has(box));
    if (boxes.length) return decideTogether(boxes, button);
    const card = current();
    // Nothing is decided on that is not marked, or out of sight: it is first.
    if (!card || !isSeen(card)) return go(card ?? cards().find(isOpen));
    inTurn(() => press(card.id, button));
    card.dataset.done = "";
    goOn();
  }

  function undo() {
    const isOfLast = sent > 0 || document.querySelector("#status .undo");
    const id = isOfLast ? "status" : current()?.id;
    inTurn(() => press(id, ".undo"));
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => decide("ham"),
    s: () => decide("spam"),
    u: undo,
    x: () => marked()?.querySelector("input[type=checkbox]")?.click(),
    o: () => marked()?.querySelector("a.closer")?.click(),
    "/": () => document.getElementById("search")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
  };

  const takesText = (field) => field.closest("input:not([type=checkbox]), textarea, select, dialog");

  document.addEventListener("keydown", (event) => {
    const typing = takesText(event.target);
    if (event.key === "Escape") event.target.blur();
    // What a browser fills in by itself has no key.
    if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
    // Where the keyboard writes no Latin letters, its keys are known by where they are.
    const isOther = /^(?!\p{Script=Latin})\p{Letter}$/u.test(event.key);
    const key = (isOther ? event.code.replace("Key", "") : event.key).toLowerCase();
    if (!(key in keys)) return;
    event.preventDefault();
    // A key that is held down walks on, and decides on no more than one.
    if (!event.repeat || "jk".includes(key)) keys[key]();
  });

  // Whoever comes to a comment by Tab or by a click means that one.
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest("article");
    if (card) frame(card);
  });

  // Of a double click or tap the second one would press what the first one brought under it. Keys press what they name.
  const AGAIN = 500;
  const changedAt = {};
  document.addEventListener("click", (event) => {
    const button = event.target.closest(":is(article, #bulk, #status) button:not([type=button])");
    if (!button || !event.detail) return;
    const { id } = button.closest("article, #bulk, #status");
    const isAgain = event.timeStamp - (changedAt[id] ?? -AGAIN) < AGAIN;
    changedAt[id] = event.timeStamp;
    if (!isAgain) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });

  // What was replaced by its newer self stays the current one, and keeps the focus.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const card = fragment.firstElementChild;
    if (target.matches("article")) changedAt[target.id] = performance.now();
    if (target.hasAttribute("aria-current")) card.setAttribute("aria-current", "true");
    if (card.matches("article:has(.undo)")) card.dataset.done = "";
  });

  // Nothing that is told of what was decided last makes room for word that nothing was chosen.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.closest("#bulk") || ticked().length) return;
    event.preventDefault();
    document.getElementById("selected").textContent = "none selected";
  });

  // What a job has changed is loaded, but not over what somebody is about to write.
  document.addEventListener("htmx:afterSwap", () => {
    const fields = [...document.querySelectorAll("main input:not([type=hidden])")];
    const isBegun = document.querySelector("main details[open]") || fields.some((field) => field.value);
    if (document.getElementById("anew") && !isBegun) location.reload();
  });

  // A second look closes what the first one opened.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target } = event.detail;
    if (!elt.matches("a.closer") || !target.hasChildNodes()) return;
    event.preventDefault();
    target.replaceChildren();
  });

  const isPost = (event) => event.detail.requestConfig.verb === "post";
  document.addEventListener("htmx:beforeSend", (event) => {
    if (!isPost(event)) return;
    sent += 1;
    // It is about the decision before, and not about the one on its way.
    for (const button of document.querySelectorAll("#status .undo")) button.disabled = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // The page of one comment has no count.
    const count = document.getElementById("waiting");
    if (count) count.textContent = document.querySelector("#status [data-waiting]")?.dataset.waiting ?? count.textContent;
    if (document.activeElement === document.body) current()?.focus({ preventScroll: true });
    if (!isPost(event)) {
      // A closer look opens at the foot of its comment, which may be that of the window.
      event.detail.target.closest("article")?.scrollIntoView({ block: "nearest" });
      return;
    }
    sent -= 1;
    // What was pressed since was meant for a page on which this had been done.
    if (!event.detail.successful) {
      later.length = 0;
      // The next key is about what was not done, as whoever is told so will think.
      const boxes = event.detail.elt.closest("#bulk") ? ticked().filter((box) => pressed.has(box)) : [];
      const failed = (boxes[0] ?? event.detail.elt).closest("article");
      if (failed) (takesText(document.activeElement) ? frame : go)(failed);
      pressed = new WeakSet();
      for (const card of document.querySelectorAll("article:not(:has(.undo))")) delete card.dataset.done;
    }
    // Once htmx has let go of the form, which may be the next one too.
    queueMicrotask(() => {
      while (!sent && later.length) later.shift()();
    });
  });

  // What waits, or is on its way, would be lost without a word.
  function askFirst(event) {
    if (sent || later.length) event.preventDefault();
  }

  addEventListener("beforeunload", askFirst);
  // The form that whoever was signed out is sent to says so, and nothing is left to wait for.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) removeEventListener("beforeunload", askFirst);
  });

  function tell(why) {
    document.getElementById("status").textContent = `Not done: ${why}.`;
  }

  document.addEventListener("htmx:responseError", (event) => {
    const { status, responseText } = event.detail.xhr;
    const page = new DOMParser().parseFromString(responseText, "text/html");
    // Our own page of an error says why; one of a proxy, or of what nobody expected, does not.
    tell(page.querySelector("main > .box > h2 + p")?.textContent ?? `${status}, load the page again`);
  });
  for (const event of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(event, () => tell("Hamlet cannot be reached"));
  }

  const all = document.getElementById("all");
  if (all) {
    const selected = document.getElementById("selected");

    // Read out in two words and only once it has changed; of none nothing, since what became of them is told already.
    function count() {
      const text = ticked().length ? `${ticked().length} selected` : "";
      if (selected.textContent !== text) selected.textContent = text;
    }

    document.addEventListener("change", ({ target }) => {
      count();
      // On a phone the buttons come with the first one that is selected, perhaps over it.
      if (target.form?.id === "bulk") target.scrollIntoView({ block: "nearest" });
    });
    document.addEventListener("htmx:afterRequest", count);
    all.hidden = false;
    all.addEventListener("click", () => {
      // Whoever decided on some one by one means the rest.
      const some = cards().filter(isOpen);
      const boxes = (some.length ? some : cards()).map((card) => card.querySelector("input[form=bulk]"));
      const every = boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = !every;
      count();
    });
    const ask = document.getElementById("ask");
    ask.hidden = false;
    ask.addEventListener("click", keys["?"]);
  }
})();
