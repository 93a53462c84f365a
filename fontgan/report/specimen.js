"use strict";

const data = JSON.parse(byId("data").textContent);
const box = byId("box"), grid = byId("grid"), large = byId("large");

function byId(id) {
  return document.getElementById(id);
}

// Whether the font has a character, or it is a space.
function isDrawn(char) {
  const code = char.codePointAt(0);
  return !char.trim() || data.has.some(([first, last]) => first <= code && code <= last);
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function hex(code) {
  return code.toString(16).toUpperCase().padStart(4, "0");
}

// All new characters, in blocks of 256 code points. The heights of those not yet seen are estimates.
function showGrid() {
  const blocks = new Map();
  for (const code of data.codes) {
    const block = code - code % 256;
    blocks.set(block, [...blocks.get(block) ?? [], code]);
  }
  const columns = Math.max(1, Math.floor(grid.clientWidth / 68));
  for (const [block, codes] of blocks) {
    const section = make("div", "block");
    section.style.setProperty("--height", `${Math.ceil(codes.length / columns) * 88 + 50}px`);
    const cells = make("div", "cells");
    cells.append(...codes.map(cell));
    section.append(make("h3", "", `U+${hex(block)}`), cells);
    grid.append(section);
  }
}

function cell(code) {
  const button = make("button", "new", String.fromCodePoint(code));
  button.dataset.code = hex(code);
  const reason = data.doubtful[code];
  if (reason) {
    button.classList.add("doubtful");
    button.title = reason;
  }
  return button;
}

// One character as large as the window permits, with what is doubtful about it.
function showLarge(code) {
  const [glyph, about] = large.children;
  glyph.textContent = String.fromCodePoint(code);
  about.textContent = [`U+${hex(code)}`, data.doubtful[code]].filter(Boolean).join(": ");
  large.showModal();
}

// The character itself, or its code point in hexadecimal.
function find(text) {
  grid.querySelector(".found")?.classList.remove("found");
  const wanted = text.trim();
  const written = /^(?:u\+?)?([0-9a-f]{4,6})$/i.exec(wanted);
  const code = written ? parseInt(written[1], 16) : wanted.codePointAt(0);
  const button = code === undefined ? null : grid.querySelector(`[data-code="${hex(code)}"]`);
  byId("found").textContent = wanted && !button ? "not among the new characters" : "";
  if (button) {
    showDoubtful(false);
    button.classList.add("found");
    button.scrollIntoView({block: "center"});
  }
}

// What is typed and the font lacks is pale, as in the texts above.
function markLacking() {
  if (!CSS.highlights) return;
  const lacking = new Highlight();
  const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    let at = 0;
    for (const char of node.data) {
      const end = at + char.length;
      if (!isDrawn(char)) {
        lacking.add(new StaticRange({startContainer: node, startOffset: at, endContainer: node, endOffset: end}));
      }
      at = end;
    }
  }
  CSS.highlights.set("lacking", lacking);
}

// Either the list of doubtful characters with the reasons, or all characters.
function showDoubtful(only) {
  if (!byId("doubtful")) return;
  byId("doubtful").checked = only;
  byId("reasons").hidden = !only;
  grid.hidden = only;
}

function setSize() {
  const size = `${byId("size").value}px`;
  box.style.fontSize = size;
  byId("pixels").textContent = size.replace("px", " px");
}

// Pasted text comes without the look that it had elsewhere.
box.addEventListener("paste", event => {
  event.preventDefault();
  document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
});
box.addEventListener("input", markLacking);
byId("size").addEventListener("input", setSize);
byId("vertical").addEventListener("change", event => box.classList.toggle("vertical", event.target.checked));
byId("find").addEventListener("input", event => find(event.target.value));
byId("doubtful")?.addEventListener("change", event => showDoubtful(event.target.checked));
document.addEventListener("click", event => {
  const button = event.target.closest("[data-code]");
  if (button) showLarge(parseInt(button.dataset.code, 16));
});
large.addEventListener("click", () => large.close());

showGrid();
setSize();
markLacking();
