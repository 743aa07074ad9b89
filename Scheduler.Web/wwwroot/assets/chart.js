// Completions per second over the last minute, as stacked bars. Only attributes are set: the page allows no inline styles.
const SECONDS = 60;
const STATES = ['succeeded', 'failed', 'deleted'];
const HEIGHT = 100;
const STEP = 10;
const SVG = 'http://www.w3.org/2000/svg';

export class RateChart {
  #svg; #note;
  #now = empty();
  #history = Array.from({ length: SECONDS }, empty);
  #bars;

  constructor(svg, note) {
    this.#svg = svg;
    this.#note = note;
    for (const y of [25, 50, 75]) svg.append(make('line', { class: 'grid', x1: 0, x2: SECONDS * STEP, y1: y, y2: y }));
    this.#bars = this.#history.map((_, i) => STATES.map(state => {
      const bar = make('rect', { class: state, x: i * STEP + 1, width: STEP - 2, y: HEIGHT, height: 0, rx: 1 });
      svg.append(bar);
      return bar;
    }));
    setInterval(() => this.#tick(), 1000);
  }

  add(state) {
    if (state in this.#now) this.#now[state]++;
  }

  #tick() {
    this.#history.shift();
    this.#history.push(this.#now);
    this.#now = empty();
    if (document.hidden) return;
    const totals = this.#history.map(total);
    const peak = Math.max(...totals);
    const scale = HEIGHT / Math.max(niceCeiling(peak), 1);
    this.#history.forEach((second, i) => this.#drawBar(this.#bars[i], second, scale));
    const text = `now ${totals.at(-1)} · peak ${peak} · last minute ${totals.reduce((a, b) => a + b)}`;
    if (this.#note.textContent === text) return;
    this.#note.textContent = text;
    this.#svg.setAttribute('aria-label', `Completions per second over the last minute: ${text}`);
  }

  #drawBar(parts, second, scale) {
    let top = HEIGHT;
    STATES.forEach((state, i) => {
      const height = second[state] * scale;
      top -= height;
      parts[i].setAttribute('y', top);
      parts[i].setAttribute('height', height);
    });
  }
}

const empty = () => ({ succeeded: 0, failed: 0, deleted: 0 });
const total = second => second.succeeded + second.failed + second.deleted;

// 1, 2, 5, 10, 20, 50...: the scale stays calm while the peak moves.
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map(step => step * power).find(step => step >= value);
}

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
