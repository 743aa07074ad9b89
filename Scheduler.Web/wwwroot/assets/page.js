import { hasKey, useKey, forgetKey } from './api.js';
import { CompletionStream } from './stream.js';
import { CompletionTable } from './table.js';
import { RateChart } from './chart.js';
import { Counters } from './counters.js';
import { EnqueueForm } from './enqueue.js';

const byId = id => document.getElementById(id);

const table = new CompletionTable(byId('completions'), byId('empty'), byId('live-status'));
const chart = new RateChart(byId('chart'), byId('chart-note'));
const counters = new Counters(byId);
const enqueue = new EnqueueForm(byId, keyNeeded);

const stream = new CompletionStream({
  completion: event => {
    table.add(event);
    chart.add(event.state);
    counters.add(event.state);
  },
  gap: () => {
    table.say('Some completions were missed; the dashboard has them all.');
    table.loadRecent();
  },
  state: showLink,
  keyNeeded,
});

function showLink(state, text) {
  byId('link-state').dataset.state = state;
  byId('link-text').textContent = text;
  if (state === 'live') table.loadRecent();
}

function keyNeeded(message) {
  showLink('lost', 'API key needed');
  byId('key-form').hidden = false;
  byId('key-error').textContent = message ?? '';
  byId('forget-key').hidden = !hasKey();
}

function start() {
  byId('key-form').hidden = true;
  byId('forget-key').hidden = !hasKey();
  stream.start();
  table.loadRecent();
  counters.start();
  enqueue.loadTypes();
}

byId('key-form').addEventListener('submit', event => {
  event.preventDefault();
  useKey(byId('key').value.trim());
  byId('key').value = '';
  start();
});

byId('forget-key').addEventListener('click', () => {
  forgetKey();
  location.reload();
});

start();
