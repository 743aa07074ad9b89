// The newest completions. Arrivals are collected and drawn once a frame, so that a thousand a second do not stop the page.
import { call } from './api.js';

const MAX_ROWS = 50;
const SPEAK_EVERY_MS = 3000;

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

export class CompletionTable {
  #body; #empty; #status;
  #arrived = [];
  #shown = new Set();
  #isDrawing = false;
  #unspoken = 0;

  constructor(body, empty, status) {
    this.#body = body;
    this.#empty = empty;
    this.#status = status;
    setInterval(() => this.#speak(), SPEAK_EVERY_MS);
  }

  add(event) {
    this.#unspoken++;
    this.#arrived.push(event);
    if (this.#arrived.length > MAX_ROWS) this.#arrived.shift();
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => this.#draw());
  }

  say(text) { this.#status.textContent = text; }

  /** What finished before the stream was open. Asked again when it is: between the two something may have finished. */
  async loadRecent() {
    const lists = await Promise.all(['succeeded', 'failed'].map(state => call(`/api/v1/jobs?state=${state}&limit=10`)));
    const jobs = lists.flatMap(list => list.status === 200 ? list.body.items : []).filter(job => job.finishedAt);
    jobs.sort((a, b) => a.finishedAt < b.finishedAt ? 1 : -1);
    for (const job of jobs.slice(0, 10)) {
      const row = this.#row({
        ...job, jobId: job.id, at: job.finishedAt,
        durationMs: job.startedAt ? new Date(job.finishedAt) - new Date(job.startedAt) : null,
      });
      if (row) this.#place(row);
    }
    this.#tidy();
    if (jobs.length > 0 && this.#unspoken === 0) this.say('These finished last.');
  }

  // Newest first, wherever the row comes from.
  #place(row) {
    const older = Array.from(this.#body.rows).find(other => other.dataset.at < row.dataset.at);
    this.#body.insertBefore(row, older ?? null);
  }

  #draw() {
    this.#isDrawing = false;
    for (const event of this.#arrived.splice(0)) {
      const row = this.#row(event);
      if (!row) continue;
      row.className = 'fresh';
      this.#body.prepend(row);
    }
    this.#tidy();
  }

  #tidy() {
    while (this.#body.rows.length > MAX_ROWS) {
      this.#shown.delete(this.#body.lastElementChild.dataset.key);
      this.#body.lastElementChild.remove();
    }
    this.#empty.hidden = this.#body.rows.length > 0;
  }

  #speak() {
    if (this.#unspoken > 0) this.say(`${this.#unspoken} finished in the last ${SPEAK_EVERY_MS / 1000} seconds.`);
    else if (this.#body.rows.length > 0 && this.#status.textContent.includes(' finished ')) this.say('Quiet now.');
    this.#unspoken = 0;
  }

  #row(event) {
    const key = `${event.jobId} ${event.state} ${event.at}`;
    if (this.#shown.has(key)) return null;
    this.#shown.add(key);
    const row = document.createElement('tr');
    row.dataset.key = key;
    row.dataset.job = event.jobId;
    row.dataset.at = event.at;
    row.append(
      cell('state', badge(event.state)),
      cell('type', event.type),
      cell('id', jobLink(event.jobId)),
      cell('took', took(event.durationMs)),
      cell('outcome', outcome(event)),
      cell('at', time.format(new Date(event.at))));
    return row;
  }
}

function cell(name, content) {
  const td = document.createElement('td');
  td.className = name;
  td.append(content);
  if (typeof content === 'string' && content.length > 24) td.title = content;
  return td;
}

function badge(state) {
  const span = document.createElement('span');
  span.className = `badge ${state}`;
  span.textContent = state;
  return span;
}

function jobLink(id) {
  const link = document.createElement('a');
  link.href = `/hangfire/jobs/details/${encodeURIComponent(id)}`;
  link.textContent = `…${id.slice(-8)}`;
  link.title = id;
  link.setAttribute('aria-label', `Job ${id} in the dashboard`);
  return link;
}

const took = ms => ms === null || ms === undefined ? '' : ms < 1000 ? `${ms} ms` : ms < 60000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60000)} min`;

function outcome(event) {
  if (event.error) return event.error.message;
  return event.result === null || event.result === undefined ? '' : JSON.stringify(event.result);
}
