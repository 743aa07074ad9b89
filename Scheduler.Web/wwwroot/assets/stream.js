// The event stream: EventSource where no key is needed, else fetch, because EventSource cannot send a header.
import { hasKey, headers } from './api.js';

const PATH = '/api/v1/events';
const COMPLETIONS = ['job.succeeded', 'job.failed', 'job.deleted'];
const RETRY_MS = 2000;

export class CompletionStream {
  #listener;
  #close = () => {};
  #lastId = null;
  #retry = RETRY_MS;

  constructor(listener) { this.#listener = listener; }

  start() {
    this.#close();
    this.#listener.state('connecting', 'Connecting');
    if (hasKey()) this.#fetchStream(); else this.#eventSource();
  }

  #eventSource() {
    const source = new EventSource(this.#lastId ? `${PATH}?after=${encodeURIComponent(this.#lastId)}` : PATH);
    this.#close = () => source.close();
    source.onopen = () => this.#listener.state('live', 'Live');
    for (const name of [...COMPLETIONS, 'gap'])
      source.addEventListener(name, e => this.#take(e.type, e.lastEventId, e.data));
    source.onerror = () => {
      this.#listener.state('lost', 'Reconnecting');
      // The browser comes again by itself, except after a refusal.
      if (source.readyState === EventSource.CLOSED) this.#fetchStream();
    };
  }

  async #fetchStream() {
    const stop = new AbortController();
    this.#close = () => stop.abort();
    try {
      const more = this.#lastId ? { 'Last-Event-ID': this.#lastId } : {};
      const response = await fetch(PATH, { headers: headers(more), signal: stop.signal, cache: 'no-store' });
      if (response.status === 401 || response.status === 403) {
        this.#listener.keyNeeded(response.status === 403 ? 'This key may not read events (scope events:read).'
          : hasKey() ? 'This key is not known here.' : '');
        return;
      }
      if (response.ok) {
        this.#listener.state('live', 'Live');
        await this.#read(response.body.pipeThrough(new TextDecoderStream()).getReader());
      }
    } catch {
      if (stop.signal.aborted) return;
    }
    this.#listener.state('lost', 'Reconnecting');
    setTimeout(() => { if (!stop.signal.aborted) this.start(); }, this.#retry);
  }

  async #read(reader) {
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      const blocks = text.split('\n\n');
      text = blocks.pop();
      blocks.forEach(block => this.#takeBlock(block));
    }
  }

  #takeBlock(block) {
    const fields = {};
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
    }
    if (fields.retry) this.#retry = Number(fields.retry) || RETRY_MS;
    if (fields.event) this.#take(fields.event, fields.id, fields.data);
  }

  #take(name, id, data) {
    if (name === 'gap') {
      this.#lastId = null;
      this.#listener.gap(JSON.parse(data));
      return;
    }
    this.#lastId = id || this.#lastId;
    this.#listener.completion(JSON.parse(data));
  }
}
