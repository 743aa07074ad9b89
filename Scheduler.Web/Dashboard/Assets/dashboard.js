// Keeps our panels of the dashboard up to date while somebody looks at them. Text is only ever set as text.
(() => {
  'use strict';
  const final = ['succeeded', 'failed', 'deleted'];

  async function read(path) {
    const response = await fetch(path, { headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  function list(target, texts) {
    target.replaceChildren(...texts.map(text => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }));
  }

  function showLog(panel, log) {
    const box = panel.querySelector('.sched-log');
    const isAtEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
    box.textContent = log.items.map(l => `${l.at}  #${l.attempt}  ${l.level.padEnd(11)}  ${l.message}`).join('\n');
    if (isAtEnd) box.scrollTop = box.scrollHeight;
    const note = panel.querySelector('.sched-note');
    note.hidden = !log.truncated;
    note.textContent = 'Older lines were dropped: the newest 64 KB are kept.';
  }

  function showProgress(panel, progress) {
    const box = panel.querySelector('.sched-progress');
    box.hidden = !progress;
    if (!progress) return;
    box.querySelector('progress').value = progress.percent;
    box.querySelector('span').textContent = `${Math.round(progress.percent * 100) / 100} %${progress.message ? ': ' + progress.message : ''}`;
  }

  async function refresh(panel) {
    const job = `${panel.dataset.schedApi}/jobs/${encodeURIComponent(panel.dataset.schedJob)}`;
    const [shown, found, log] = await Promise.all([read(job), read(job + '/explain'), read(job + '/logs')]);
    panel.querySelector('.sched-summary').textContent = found.summary;
    list(panel.querySelector('.sched-reasons'), found.reasons.slice(1).map(r => r.text));
    showProgress(panel, shown.progress);
    showLog(panel, log);
    return final.includes(shown.state);
  }

  async function follow(panel) {
    try {
      if (!document.hidden && await refresh(panel)) return;
    } catch (error) {
      panel.querySelector('.sched-summary').textContent = 'Nothing can be said now: ' + error.message;
    }
    setTimeout(follow, 1000, panel);
  }

  document.querySelectorAll('[data-sched-job]').forEach(follow);

  // Hangfire's page knows one cron for each schedule; others are shown as they are.
  const timingOf = schedule => schedule.interval ? 'every ' + schedule.interval.every : (schedule.crons ?? [schedule.cron]).join('\n');

  async function correctTimings(api) {
    const cells = new Map([...document.querySelectorAll('tbody td > code')].map(code => [code.parentElement.previousElementSibling?.textContent.trim(), code]));
    for (let cursor = ''; cells.size > 0 && cursor !== null;) {
      const page = await read(`${api}/recurring?limit=500&cursor=${cursor}`);
      for (const schedule of page.items.filter(s => s.interval || s.crons)) {
        const cell = cells.get(schedule.id);
        if (cell) Object.assign(cell, { textContent: timingOf(schedule), title: '' });
      }
      cursor = page.nextCursor;
    }
  }

  const [site, page] = location.pathname.split('/hangfire');
  if (page === '/recurring') correctTimings(site + '/api/v1').catch(error => console.warn(error));

  // Hangfire's words are of a storage that keeps failed jobs for ever.
  if (page === '/jobs/failed') {
    document.querySelector('.alert-warning')?.replaceChildren(
      'Failed jobs stay here until they are requeued, deleted, or older than Scheduler:Retention:Failed (30 days where nothing else is set). Dead letters shows them in groups.');
  }

  // Reading a form must not be disturbed.
  document.querySelectorAll('[data-sched-reload]').forEach(box =>
    setTimeout(() => { if (!document.hidden) location.reload(); }, Number(box.dataset.schedReload)));
})();
