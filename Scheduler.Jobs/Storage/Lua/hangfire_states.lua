-- How a job enters a state that Hangfire's state machine chose. Included by apply_transaction after shared.
-- These transitions own the indexes, counters, queues and events; what Hangfire's state handlers ask for beside them is left
-- out by the caller (schedule, stats:*, the push of Enqueued).
-- job  from load_job, or { id = ... } for one that has no state yet
-- s    state, reason, data (JSON), queue, due (ms), result (JSON), error (JSON), duration (ms), worker, parent; '' = none

local function some(text) return text ~= '' and text or nil end

local function set_state(job, s)
  leave_state(job)
  redis.call('HSET', job_key(job.id), 'State', s.state,
    'History', append_history(job.History, history_line(s.state, s.reason, s.worker, s.data)))
end

-- A job that leaves a final state is counted out of it, and what its end wrote is removed.
local function reopen(job, to_final)
  if not FINAL[job.State] then return end
  if job.State ~= 'Failed' then redis.call('DECR', P .. 'stats:' .. string.lower(job.State)) end
  if to_final then return end
  redis.call('PERSIST', job_key(job.id))
  redis.call('HSET', job_key(job.id), 'Attempt', 0, 'Lost', 0)
  redis.call('HDEL', job_key(job.id), 'Result', 'Error', 'Progress', 'LostUnder')
  job.Attempt, job.Lost = 0, nil
end

local function emit_retry(job, s, state)
  if job.State ~= 'Processing' or s.error == '' then return end
  redis.call('HSET', job_key(job.id), 'Error', s.error)
  emit('job.retrying', job, state, '"error":' .. s.error)
end

-- No field means the default queue.
local function set_queue(job, queue)
  if INDEXED then index_job(job) end
  if queue == 'default' then redis.call('HDEL', job_key(job.id), 'Queue') else redis.call('HSET', job_key(job.id), 'Queue', queue) end
  job.Queue = queue
end

local enter = {}

function enter.Enqueued(job, s)
  reopen(job)
  emit_retry(job, s, 'Enqueued')
  if s.queue ~= '' and s.queue ~= (job.Queue or 'default') then
    leave_state(job)
    job.State = nil
    set_queue(job, s.queue)
  end
  enqueue_again(job, s.reason, false, s.data)
end

function enter.Scheduled(job, s)
  reopen(job)
  if s.queue ~= '' and not job.Queue then set_queue(job, s.queue) end
  emit_retry(job, s, 'Scheduled')
  schedule_again(job, tonumber(s.due), s.reason, nil, s.data)
end

function enter.Processing(job, s)
  if job.State ~= 'Processing' then
    reopen(job)
    set_state(job, s)
    emit('job.started', job, 'Processing')
    return
  end
  if INDEXED then index_job(job) end
  -- The claim wrote this start already: its line gets Hangfire's data.
  local before = string.match(job.History or '', '^(.*)\n[^\n]*$')
  local line = history_line('Processing', s.reason, s.worker, s.data)
  redis.call('HSET', job_key(job.id), 'History', before and before .. '\n' .. line or line)
  redis.call('HDEL', job_key(job.id), 'Start')
end

function enter.Awaiting(job, s)
  reopen(job)
  set_state(job, s)
  redis.call('ZADD', P .. 'awaiting', NOW, job.id)
  -- A parent that ended while its continuation was being written is looked at once more.
  local parent = redis.call('HGET', job_key(s.parent), 'State')
  if parent == 'Succeeded' or parent == 'Deleted' then release_continuations(s.parent) end
end

local function finish(job, s)
  reopen(job, true)
  finish_job(job, s.state, s.reason, some(s.result), some(s.error), some(s.duration), s.data)
end
enter.Succeeded, enter.Failed, enter.Deleted = finish, finish, finish

local function enter_other(job, s)
  reopen(job)
  set_state(job, s)
end

local function to_map(flat)
  local map = {}
  for i = 1, #flat, 2 do map[flat[i]] = flat[i + 1] end
  return map
end

-- The first state of a job. flat: its fields as a name/value list.
local function start_job(id, s, flat)
  local map = to_map(flat)
  -- Its client dated it.
  local created = tonumber(string.match(map.Call or map.CreatedAt or '', '^%d+'))
  map.id, map.Contract, map.State = id, contract_of(map.Call), nil
  redis.call('PERSIST', job_key(id))
  if s.state ~= 'Enqueued' and s.state ~= 'Scheduled' then
    redis.call('HSET', job_key(id), unpack(flat))
    add_to_index({ id }, created)
    link({ id }, {}, map.RecurringId)
    local go = enter[s.state] or enter_other
    return go(map, s)
  end
  local due = tonumber(some(s.due) or 0)
  local is_due = due <= now
  local state, queue = is_due and 'Enqueued' or 'Scheduled', some(s.queue) or map.Queue or 'default'
  local function add(name, value) flat[#flat + 1] = name; flat[#flat + 1] = value end
  add('State', state)
  if queue ~= (map.Queue or 'default') then add('Queue', queue) end
  if not is_due then add('RunAt', string.format('%d', due)) end
  if s.reason ~= '' or not is_due then add('History', history_line(state, s.reason)) end
  redis.call('HSET', job_key(id), unpack(flat))
  show_jobs({ id }, queue, is_due and 0 or due, {}, map.RecurringId, created)
  map.Queue = queue
  emit('job.enqueued', map, state)
end
