"use strict";
// The slider of epochs: it swaps drawings, shades strengths, and moves the mark through curves and rows.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const slider = document.getElementById("epoch");
  const said = document.getElementById("said");
  const play = document.getElementById("play");
  const every = (selector, of = document) => Array.from(of.querySelectorAll(selector));
  const frames = every(".frames").map((box) => ({ cell: data.cells[box.dataset.cell], of: every("[data-frame]", box) }));
  const heats = every(".heat").map((table) => ({ heat: data.cells[table.dataset.cell].heat, of: every("td", table) }));
  const marks = every(".now").map((mark) => ({ mark, step: Number(mark.dataset.step), first: mark.dataset.first }));
  const changes = every("#changed tr[data-epoch]");
  let timer = null;

  function shade({ heat, of }, place) {
    const [low, high] = heat.bounds;
    const kept = new Set(heat.kept[place]);
    of.forEach((box, number) => {
      const value = heat.values[place][number];
      box.className = kept.has(number) ? "kept" : "";
      if (value === null) {
        box.removeAttribute("style");
        box.textContent = "";
        return;
      }
      box.style.setProperty("--v", high > low ? ((value - low) / (high - low)).toFixed(3) : 1);
      box.textContent = (value / 10000).toFixed(3).replace(/^0/, "");
    });
  }

  function show() {
    const place = Number(slider.value);
    const epoch = data.epochs[place];
    said.textContent = data.said[place];
    slider.setAttribute("aria-valuetext", data.said[place]);
    for (const { cell, of } of frames) {
      of.forEach((frame, number) => { frame.hidden = number !== cell.frames[place]; });
    }
    heats.forEach((one) => shade(one, place));
    for (const { mark, step, first } of marks) {
      const by = first === undefined ? place : epoch - Number(first);
      mark.setAttribute("transform", `translate(${(by * step).toFixed(2)})`);
    }
    for (const row of changes) {
      row.classList.toggle("here", Number(row.dataset.epoch) === epoch);
    }
  }

  function go(place) {
    slider.value = Math.max(0, Math.min(data.epochs.length - 1, place));
    show();
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }

  function step() {
    if (Number(slider.value) >= data.epochs.length - 1) {
      stop();
    } else {
      go(Number(slider.value) + 1);
    }
  }

  slider.addEventListener("input", () => { stop(); show(); });
  document.getElementById("before").addEventListener("click", () => { stop(); go(Number(slider.value) - 1); });
  document.getElementById("next").addEventListener("click", () => { stop(); go(Number(slider.value) + 1); });
  play.addEventListener("click", () => {
    if (timer !== null) {
      stop();
      return;
    }
    if (Number(slider.value) >= data.epochs.length - 1) {
      go(0);
    }
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(step, Math.max(120, Math.min(900, 12000 / data.epochs.length)));
  });
  for (const tip of every(".tip[data-epoch]")) {
    tip.addEventListener("click", () => {
      const place = data.epochs.indexOf(Number(tip.dataset.epoch));
      if (place >= 0) {
        stop();
        go(place);
      }
    });
  }
  document.body.classList.add("live");
  show();
})();
