// Plays live figures whose pictures were computed by the course's own Python (tools/site/record.py). It knows
// no mathematics: a frame is a list of pieces of SVG, and the controls choose the frame.

const NARROW = 560; // px: below this, panels that stand side by side are put one below the other
const SMALLEST = 9; // px of the smallest letters

async function load(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).json();
}

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

class LiveFigure {
  constructor(place, folder, about) {
    Object.assign(this, { place, folder, about, files: [], at: {}, shown: [], pens: {}, tried: new Set() });
    for (const control of about.controls) this.at[control.name] = control.start;
    this.caption = make("figcaption");
    this.caption.setAttribute("role", "status");
    this.controls = make("div", { className: "live-controls" }, ...about.controls.map((c) => this.control(c)));
    this.box = make("div", { className: "live-picture", tabIndex: -1 });
    this.box.innerHTML =
      `<svg xmlns="http://www.w3.org/2000/svg" role="img"><defs>${about.defs}</defs>` +
      `<g class="live-all">${about.still}${"<g></g>".repeat(about.slots)}</g></svg>`;
    this.svg = this.box.firstChild;
    this.all = this.svg.querySelector(".live-all");
    this.all.id = `live-${folder.replace(/\W+/g, "-")}`;
    this.slots = [...this.all.children].slice(-about.slots);
    this.put(about.frame, about.caption);
    place.replaceChildren(this.controls, this.box, this.caption);
    place.classList.add("live");
    new ResizeObserver(() => this.layOut()).observe(place);
    this.layOut();
  }

  control(c) {
    const name = `${this.folder}-${c.name}`;
    const move = (index) => {
      this.at[c.name] = index;
      this.draw();
    };
    if (c.kind === "buttons") {
      const options = c.shown.map((words, index) => {
        const input = make("input", { type: "radio", name, checked: index === c.start });
        input.addEventListener("change", () => move(index));
        return make("label", {}, input, words);
      });
      return make("fieldset", {}, make("legend", { textContent: c.label }), ...options);
    }
    if (c.kind === "select") {
      const options = c.shown.map((textContent, value) => make("option", { textContent, value }));
      const input = make("select", {}, ...options);
      input.value = c.start;
      input.addEventListener("input", () => move(+input.value));
      return make("label", {}, make("span", { textContent: c.label }), input);
    }
    const input = make("input", { type: "range", min: 0, max: c.shown.length - 1, step: 1, value: c.start });
    const output = make("output");
    const say = () => {
      output.textContent = c.shown[input.value];
      input.setAttribute("aria-valuetext", c.shown[input.value]);
    };
    input.addEventListener("input", () => {
      say();
      move(+input.value);
    });
    say();
    return make("label", {}, make("span", { textContent: c.label }), input, output);
  }

  get number() {
    return this.about.controls.reduce((sum, c) => sum + c.weight * this.at[c.name], 0);
  }

  // The file that holds frame `number`; it is fetched once.
  file(number) {
    const index = this.about.files.findLastIndex((first) => first <= number);
    this.files[index] ??= { index, first: this.about.files[index] };
    const file = this.files[index];
    file.loading ??= load(`${this.folder}/${index}.bin`).then(
      (data) => (file.data = data),
      () => (file.loading = undefined),
    );
    return file;
  }

  async draw() {
    const number = this.number;
    const file = this.file(number);
    if (!file.data) {
      this.place.setAttribute("aria-busy", "true");
      await file.loading;
      if (number !== this.number) return;
      this.place.removeAttribute("aria-busy");
    }
    if (!file.data) this.caption.textContent = this.place.dataset.offline;
    else {
      const frame = file.data.frames[number - file.first];
      this.put(frame.map((piece) => file.data.pieces[piece]), file.data.captions[number - file.first]);
      this.next(file.index);
    }
  }

  // The files beside the one in use, fetched while nothing else is to be done.
  next(index) {
    if (this.about.files.length === 1) return;
    (window.requestIdleCallback ?? setTimeout)(() => {
      for (const first of [this.about.files[index + 1], this.about.files[index - 1]])
        if (first !== undefined) this.file(first);
    });
  }

  put(pieces, caption) {
    const mine = this.about.remembers?.[this.pen];
    pieces.forEach((piece, slot) => {
      if (this.shown[slot] === piece || (mine && this.shown.length && !mine.includes(slot))) return;
      this.slots[slot].innerHTML = this.shown[slot] = piece;
    });
    if (!mine)
      for (let slot = pieces.length; slot < this.slots.length; slot++)
        this.slots[slot].innerHTML = this.shown[slot] = "";
    this.caption.textContent = mine ? this.remember(caption) : caption;
    this.svg.setAttribute("aria-label", `${this.about.alt} ${this.caption.textContent}`);
  }

  get pen() {
    const control = this.about.controls.findLast((c) => c.kind === "buttons");
    return control && this.at[control.name];
  }

  // Of a figure that remembers: what its pens hold, and how many settings have been tried.
  remember(caption) {
    const pens = this.about.controls.findLast((c) => c.kind === "buttons");
    const pieces = caption.split(" · ");
    const letter = pens.shown[this.pen];
    this.pens[letter] = pieces.find((piece) => piece.startsWith(`${letter}:`));
    this.tried.add(JSON.stringify({ ...this.at, [pens.name]: 0 }));
    const count = pieces.at(-1).replace(/\d+/, this.tried.size);
    return [...Object.keys(this.pens).sort().map((key) => this.pens[key]), count].join(" · ");
  }

  layOut() {
    const { width, height, columns, letters } = this.about;
    const stacked = this.place.clientWidth < NARROW && columns.length > 2;
    const widest = Math.max(...columns.slice(1).map((right, k) => right - columns[k]));
    const shown = stacked ? widest : width;
    this.svg.style.minWidth = `${Math.ceil((shown * SMALLEST) / letters)}px`;
    if (stacked === this.stacked) return;
    this.stacked = stacked;
    this.svg.querySelectorAll("svg").forEach((panel) => panel.remove());
    if (!stacked) {
      this.svg.append(this.all);
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      return;
    }
    this.svg.querySelector("defs").append(this.all);
    this.svg.setAttribute("viewBox", `0 0 ${widest} ${height * (columns.length - 1)}`);
    columns.slice(1).forEach((right, k) => {
      const panel = document.createElementNS(this.svg.namespaceURI, "svg");
      const size = { x: 0, y: k * height, width: right - columns[k], height };
      for (const [name, value] of Object.entries(size)) panel.setAttribute(name, value);
      panel.setAttribute("viewBox", `${columns[k]} 0 ${right - columns[k]} ${height}`);
      panel.innerHTML = `<use href="#${this.all.id}"/>`;
      this.svg.append(panel);
    });
  }
}

// One after the other, those that can be seen first: first the figure as it stands, then its first file.
async function start() {
  const figures = [];
  for (const place of document.querySelectorAll("figure[data-live]")) {
    const folder = place.dataset.live;
    try {
      const figure = new LiveFigure(place, folder, await load(`${folder}/figure.bin`));
      figures.push(figure);
      place.live = figure;
    } catch (error) {
      console.info(`The still picture stays: ${error.message}`);
    }
  }
  for (const figure of figures) await figure.file(figure.number).loading;
  document.documentElement.dataset.liveFigures = "ready";
}
start();
