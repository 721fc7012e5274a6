// Plays live figures whose pictures were computed by the course's own Python (tools/site/record.py). It knows
// no mathematics: a frame is a list of pieces of SVG, and the controls choose the frame.

const NARROW = 560; // px: below this, panels that stand side by side are put one below the other
const SMALLEST = 9; // px of the smallest letters
const LARGEST = 1.5; // px for a point of the figure
const BEFORE_A_TOUCH = 950_000; // bytes that a page fetches by itself
const REST = 80; // ms that a control rests before a file is fetched: a drag passes many

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

// Where control `c` stands in frame `number`.
function place(c, number) {
  return Math.floor(number / c.weight) % c.shown.length;
}

function whenIdle(act) {
  (window.requestIdleCallback ?? setTimeout)(act);
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
      `<g>${about.still}${"<g></g>".repeat(about.slots)}</g></svg>`;
    this.svg = this.box.firstChild;
    this.all = this.svg.lastChild;
    this.layOut();
    this.put(about.frame, about.caption);
    place.replaceChildren(this.controls, this.box, this.caption);
    place.classList.add("live");
    new ResizeObserver(() => this.layOut()).observe(place);
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
    return this.fetch(this.index(number));
  }

  index(number) {
    return this.about.files.findLastIndex((first) => first <= number);
  }

  fetch(index) {
    this.files[index] ??= { index, first: this.about.files[index] };
    const file = this.files[index];
    file.loading ??= load(`${this.folder}/${index}.bin`).then(
      (data) => (file.data = data),
      () => (file.loading = undefined),
    );
    return file;
  }

  // What comes first: all of a light figure; of others the frames along each control, and a coarse grid.
  async begin() {
    if (!this.about.first) return this.fetch(0).loading;
    this.few = await load(`${this.folder}/first.bin`);
  }

  async draw() {
    const number = this.number;
    this.place.removeAttribute("aria-busy");
    if (this.show(number)) return;
    const nearest = this.nearest();
    this.show(nearest);
    this.place.setAttribute("aria-busy", "true");
    await new Promise((rested) => setTimeout(rested, REST));
    if (number !== this.number) return;
    const file = this.file(number);
    await file.loading;
    if (number !== this.number) return;
    this.place.removeAttribute("aria-busy");
    if (this.show(number)) this.next(file.index);
    else this.say(`${this.place.dataset.offline} ${this.differing(nearest)}${this.caption.textContent}`);
  }

  // Frame `number`, if it is at hand.
  show(number) {
    const file = this.about.first && this.few ? this.about.first.indexOf(number) : -1;
    const [data, at] = file >= 0 ? [this.few, file] : this.fetched(number);
    if (!data) return false;
    this.put(data.frames[at].map((piece) => data.pieces[piece]), data.captions[at]);
    return true;
  }

  fetched(number) {
    const file = this.files.findLast((file) => file && file.first <= number);
    const at = number - (file?.first ?? 0);
    return [at < file?.data?.frames.length ? file.data : undefined, at];
  }

  // Of the frames that came first the nearest to where the controls stand; a choice is not exchanged for another.
  nearest() {
    let best, least = Infinity;
    for (const number of this.about.first ?? []) {
      let far = 0;
      for (const c of this.about.controls) {
        const away = Math.abs(this.at[c.name] - place(c, number));
        far += c.kind === "range" ? away / c.shown.length : 9 * (away > 0);
      }
      if (far < least) [best, least] = [number, far];
    }
    return best ?? this.about.start;
  }

  // The controls whose place is another one in frame `number`, and what they say there.
  differing(number) {
    const others = this.about.controls.filter((c) => place(c, number) !== this.at[c.name]);
    return others.map((c) => `${c.label} = ${c.shown[place(c, number)]} · `).join("");
  }

  // The files beside the one in use, fetched while nothing else is to be done.
  next(index) {
    whenIdle(() => {
      for (const other of [index + 1, index - 1]) if (other in this.about.files) this.fetch(other);
    });
  }

  put(pieces, caption) {
    const mine = this.about.remembers?.[this.pen];
    pieces.forEach((piece, slot) => {
      if (this.shown[slot] === piece || (mine && this.shown.length && !mine.includes(slot))) return;
      this.fill(slot, piece);
    });
    if (!mine) for (let slot = pieces.length; slot < this.about.slots; slot++) this.fill(slot, "");
    this.say(mine ? this.remember(caption) : caption);
  }

  // A piece goes into every panel; a `use` of one in all would copy the still parts as well, each time.
  fill(slot, piece) {
    this.shown[slot] = piece;
    for (const panel of this.panels) panel[slot].innerHTML = piece;
  }

  say(words) {
    this.caption.textContent = words;
    const seam = /[。？！：；」）]$/.test(this.about.alt) ? "" : " "; // Chinese has its space in the mark
    this.svg.setAttribute("aria-label", `${this.about.alt}${seam}${words}`);
  }

  get pen() {
    const control = this.about.controls.findLast((c) => c.kind === "buttons");
    return control && this.at[control.name];
  }

  // Of a figure that remembers: what its pens hold, and how many settings have been tried.
  remember(caption) {
    const pens = this.about.controls.findLast((c) => c.kind === "buttons");
    const pieces = caption.split(" · ");
    const last = pieces.pop();
    const letter = pens.shown[this.pen];
    this.pens[letter] = pieces.find((piece) => piece.startsWith(letter)); // a colon differs by language
    this.tried.add(JSON.stringify({ ...this.at, [pens.name]: 0 }));
    const count = last.replace(/\d+/, this.tried.size);
    return [...Object.keys(this.pens).sort().map((key) => this.pens[key]), count].join(" · ");
  }

  layOut() {
    const { width, height, columns, letters } = this.about;
    const stacked = this.place.clientWidth < NARROW && columns.length > 2;
    const widest = Math.max(...columns.slice(1).map((right, k) => right - columns[k]));
    const shown = stacked ? widest : width;
    this.svg.style.minWidth = `${Math.ceil((shown * SMALLEST) / letters)}px`;
    this.svg.style.maxWidth = `${Math.ceil(shown * LARGEST)}px`;
    if (stacked === this.stacked) return;
    this.stacked = stacked;
    const edges = stacked ? columns : [0, width];
    this.svg.setAttribute("viewBox", `0 0 ${shown} ${height * (edges.length - 1)}`);
    this.svg.querySelectorAll("svg").forEach((panel) => panel.remove());
    this.panels = edges.slice(1).map((right, k) => {
      const panel = document.createElementNS(this.svg.namespaceURI, "svg");
      const size = { x: 0, y: k * height, width: right - edges[k], height };
      for (const [name, value] of Object.entries(size)) panel.setAttribute(name, value);
      panel.setAttribute("viewBox", `${edges[k]} 0 ${right - edges[k]} ${height}`);
      panel.append(k ? this.all.cloneNode(true) : this.all);
      this.svg.append(panel);
      return [...panel.firstChild.children].slice(-this.about.slots);
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
  for (const figure of figures) await figure.begin().catch(() => {});
  document.documentElement.dataset.liveFigures = "ready";
  whenIdle(() => fetchMore(figures));
}

// What a page may hold is fetched before anybody asks for it: then it moves without a connection as well.
async function fetchMore(figures) {
  if (navigator.connection?.saveData) return;
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  let left = BEFORE_A_TOUCH - all.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
  const whole = (figure) => figure.about.sizes.reduce((sum, size) => sum + size, 0);
  for (const figure of figures.filter((f) => f.about.first).sort((a, b) => whole(a) - whole(b))) {
    const start = figure.index(figure.about.start);
    const away = (index) => Math.abs(index - start);
    for (const index of Object.keys(figure.about.files).map(Number).sort((a, b) => away(a) - away(b))) {
      left -= figure.about.sizes[index];
      if (left > 0) await figure.fetch(index).loading;
    }
  }
}
start();
