// Counts what the stream brings, and asks now and then how much waits and runs.
import { call } from './api.js';

const ASK_EVERY_MS = 2000;
const number = new Intl.NumberFormat();

export class Counters {
  #byId;
  #seen = { succeeded: 0, failed: 0, deleted: 0 };
  #timer = null;

  constructor(byId) { this.#byId = byId; }

  add(state) {
    if (!(state in this.#seen)) return;
    this.#seen[state]++;
    this.#show(state, this.#seen[state]);
  }

  start() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => { if (!document.hidden) this.#ask(); }, ASK_EVERY_MS);
    this.#ask();
  }

  async #ask() {
    const [queues, workers] = await Promise.all([call('/api/v1/queues'), call('/api/v1/workers')]);
    if (queues.status === 401 || queues.status === 403) clearInterval(this.#timer);
    const list = queues.status === 200 ? queues.body.items : null;
    this.#show('waiting', list && list.reduce((sum, queue) => sum + queue.length, 0));
    this.#show('running', list && list.reduce((sum, queue) => sum + queue.processing, 0));
    this.#show('workers', workers.status === 200 ? workers.body.items.length : null);
  }

  #show(name, value) {
    this.#byId(`count-${name}`).textContent = value === null || value === undefined ? '–' : number.format(value);
  }
}
