// BullMQ's side of the benchmarks: node bench.mjs produce|work PORT [CONCURRENCY]
// Speaks as Harness/Child.cs describes: READY, DONE count microseconds, and RESULT for each line on standard input.
import { Queue, Worker } from 'bullmq';
import readline from 'node:readline';

const [role, port, concurrency] = process.argv.slice(2);
const connection = { host: '127.0.0.1', port: Number(port) };
const payload = 'x'.repeat(100);
const options = { removeOnComplete: true, removeOnFail: true };
const nowUs = () => Number(process.hrtime.bigint() / 1000n);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function answer(commands) {
  const lines = readline.createInterface({ input: process.stdin });
  console.log('READY');
  for await (const line of lines) {
    const [word, ...rest] = line.split(' ');
    console.log(`RESULT ${await commands[word](...rest)}`);
  }
  process.exit(0);
}

async function inLanes(width, mayGoOn, call) {
  await Promise.all(Array.from({ length: width }, async () => { while (mayGoOn()) await call(); }));
}

async function produce() {
  const queue = new Queue('bench', { connection, defaultJobOptions: options });
  await queue.waitUntilReady();
  const dataOf = (kind) => (kind === 'stamp' ? { payload, startedUs: nowUs() } : { payload });
  const add = (kind) => queue.add(kind, dataOf(kind));
  const counted = (count) => { let left = count; return () => left-- > 0; };
  const seconds = async (work) => { const from = nowUs(); await work(); return (nowUs() - from) / 1e6; };

  const modes = {
    seq: (count, kind) => inLanes(1, counted(count), () => add(kind)),
    conc: (count, kind) => inLanes(32, counted(count), () => add(kind)),
    bulk: async (count, kind) => {
      for (let done = 0; done < count; done += 500) {
        const size = Math.min(500, count - done);
        await queue.addBulk(Array.from({ length: size }, () => ({ name: kind, data: dataOf(kind) })));
      }
    },
  };
  const warmUntil = nowUs() + 2e6;
  await inLanes(32, () => nowUs() < warmUntil, () => add('noop'));
  await answer({
    enqueue: (mode, count, kind) => seconds(() => modes[mode](Number(count), kind)),
    spaced: (count, ms) => seconds(async () => {
      for (let i = 0; i < Number(count); i++) { await add('stamp'); await pause(Number(ms)); }
    }),
    flood: (duration) => seconds(() => {
      const until = nowUs() + Number(duration) * 1e6;
      return inLanes(32, () => nowUs() < until, () => add('noop'));
    }),
    paced: (rate, duration) => seconds(async () => {
      const from = nowUs();
      let begun = 0;
      const calls = [];
      while (nowUs() - from < Number(duration) * 1e6) {
        const due = Math.floor((nowUs() - from) * Number(rate) / 1e6);
        for (; begun < due; begun++) calls.push(add('stamp'));
        await pause(1);
      }
      await Promise.all(calls);
    }),
  });
}

async function work() {
  let done = 0, reported = 0, samples = [];
  const handlers = {
    noop: (job) => job.data.payload.length,
    wait: (job) => pause(100).then(() => job.data.payload.length),
    stamp: (job) => { samples.push((nowUs() - job.data.startedUs) / 1000); return job.data.payload.length; },
  };
  setInterval(() => { if (done !== reported) { reported = done; console.log(`DONE ${done} ${nowUs()}`); } }, 10);
  const worker = new Worker('bench', async (job) => {
    const result = await handlers[job.name](job);
    done++;
    return result;
  }, { connection, concurrency: Number(concurrency) });
  await worker.waitUntilReady();
  await answer({ samples: () => { const taken = samples; samples = []; return taken.map((s) => s.toFixed(3)).join(' '); } });
}

await (role === 'work' ? work() : produce());
