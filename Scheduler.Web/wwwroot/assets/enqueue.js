// The form that sends jobs: any type this host knows, the demo types with example arguments.
import { call } from './api.js';

const EXAMPLES = {
  'demo.echo': { hello: 'world' },
  'demo.sleep': { duration: 'PT2S' },
  'demo.spin': { milliseconds: 500 },
  'demo.fail': { times: 1, message: 'on purpose' },
  'demo.progress': { steps: 5, stepMs: 400 },
  'http.request': { url: 'http://127.0.0.1:5080/health/live', method: 'GET' },
  'process.run': { command: 'name', arguments: [] },
};
const HIDDEN = ['demo.crash'];

export class EnqueueForm {
  #type; #args; #count; #delay; #button; #answer; #description; #keyNeeded;
  #types = [];

  constructor(byId, keyNeeded) {
    this.#type = byId('job-type');
    this.#args = byId('job-args');
    this.#count = byId('job-count');
    this.#delay = byId('job-delay');
    this.#button = byId('enqueue-button');
    this.#answer = byId('enqueue-answer');
    this.#description = byId('job-description');
    this.#keyNeeded = keyNeeded;
    this.#type.addEventListener('change', () => this.#showType());
    byId('enqueue-form').addEventListener('submit', event => { event.preventDefault(); this.#send(); });
  }

  async loadTypes() {
    const { status, body } = await call('/api/v1/job-types');
    if (status !== 200) {
      if (status === 401) return;
      this.#say(status === 403 ? 'This key may not read job types (scope jobs:read).' : 'The job types cannot be read now.', true);
      return;
    }
    this.#types = body.filter(t => !HIDDEN.includes(t.type)).sort((a, b) => rank(a) - rank(b) || (a.type < b.type ? -1 : 1));
    this.#type.replaceChildren(...this.#types.map(t => new Option(t.type, t.type)));
    this.#showType();
  }

  #showType() {
    const type = this.#types.find(t => t.type === this.#type.value);
    if (!type) return;
    this.#description.textContent = type.description ?? '';
    this.#args.value = JSON.stringify(EXAMPLES[type.type] ?? {}, null, 2);
  }

  async #send() {
    const job = this.#read();
    if (!job) return;
    const count = Number(this.#count.value);
    this.#button.disabled = true;
    const { status, body } = count === 1
      ? await call('/api/v1/jobs', job)
      : await call('/api/v1/jobs/bulk', { jobs: Array.from({ length: count }, () => job) });
    this.#button.disabled = false;
    this.#answer.dataset.status = status;
    if (status === 202) this.#say(count === 1 ? `Enqueued ${body.id}` : `Enqueued ${body.accepted} jobs`);
    else if (status === 401) this.#keyNeeded('');
    else this.#say(status === 0 ? 'The host cannot be reached.' : problem(body), true);
  }

  #read() {
    const job = { type: this.#type.value };
    try {
      job.args = JSON.parse(this.#args.value || '{}');
    } catch (error) {
      this.#say(`The arguments are no JSON: ${error.message}`, true);
      return null;
    }
    if (Number(this.#delay.value) > 0) job.delay = `PT${Number(this.#delay.value)}S`;
    return job;
  }

  #say(text, isError = false) {
    this.#answer.textContent = text;
    this.#answer.classList.toggle('error', isError);
  }
}

const rank = type => type.type.startsWith('demo.') ? 0 : 1;

function problem(body) {
  const first = Object.entries(body?.errors ?? {})[0];
  return first ? `${first[0]} ${first[1][0]}` : body?.detail ?? body?.title ?? 'The host refused the job.';
}
