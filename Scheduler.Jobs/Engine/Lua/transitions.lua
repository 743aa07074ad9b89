-- A job that exists goes from one state to another: queues, schedule, indexes of its state, events. Included after shared.
-- include: dead_letters

-- Puts a job id at the tail (new) or head (returned) of its queue, and wakes workers where the queue was empty.
local function push_to_queue(queue, id, at_head)
  local length = redis.call(at_head and 'RPUSH' or 'LPUSH', P .. 'queue:' .. queue, id)
  if length == 1 then
    redis.call('SADD', P .. 'queues', queue)
    redis.call('PUBLISH', P .. 'wake', 'queue ' .. queue)
  end
end

-- Parks a job until due (ms), and wakes sleepers where it is now the first.
local function add_to_schedule(id, due)
  redis.call('ZADD', P .. 'schedule', string.format('%.3f', due / 1000), id)
  if redis.call('ZRANGE', P .. 'schedule', 0, 0)[1] == id then
    redis.call('PUBLISH', P .. 'wake', 'schedule')
  end
end

-- Takes a job out of the index of the state it is in. A queue over 10,000 long is not searched: the claim drops the id later.
local function leave_state(job)
  if INDEXED then index_job(job) end
  if job.State == 'Processing' then
    note_end(job.Queue or 'default', start_of(job))
    redis.call('ZREM', P .. 'leases', job.id)
  elseif job.State == 'Scheduled' then
    redis.call('ZREM', P .. 'schedule', job.id, (job.Queue or 'default') .. ':' .. job.id)
    -- Hangfire's list of scheduled retries.
    if not job.Contract or tonumber(job.Attempt or 0) > 0 then redis.call('ZREM', P .. 'retries', job.id) end
  elseif job.State == 'Enqueued' then
    local queue = P .. 'queue:' .. (job.Queue or 'default')
    if redis.call('LLEN', queue) <= 10000 and redis.call('LREM', queue, 1, job.id) == 0 then
      local parked = P .. 'parked:' .. (job.Queue or 'default') .. ':'
      if redis.call('LREM', parked .. type_of(job), 1, job.id) == 0 then redis.call('LREM', parked .. '!' .. (job.Contract or ''), 1, job.id) end
    end
  elseif job.State == 'Awaiting' then
    redis.call('ZREM', P .. 'awaiting', job.id)
  elseif FINAL[job.State] then
    redis.call('ZREM', P .. 'final:' .. job.State, job.id)
    if job.State == 'Failed' then unbury(job.id) end
  end
end

-- Says that jobs wait for this one, which has ended as Hangfire's continuations understand it: not by failing.
local function release_continuations(id)
  redis.call('ZADD', P .. 'continuations', NOW, id)
  redis.call('PUBLISH', P .. 'wake', 'continuations')
end

-- include: final_counts

-- Where a stock client looks for the state of a job that it has made, before it adds a continuation to it.
local function tell_stock(id, state)
  if #id == 36 then redis.pcall('HSET', job_key(id) .. ':state', 'State', state) end
end

-- What an event of a job's end tells besides. Most ends of a batch say the same, and share one text.
local plain_ends = {}
local function end_details(duration, result, error)
  if result or error then
    return '"durationMs":' .. (duration or 0) .. ',"result":' .. (result and #result <= 4096 and result or 'null') .. ',"error":' .. (error or 'null')
  end
  local key = duration or 0
  if not plain_ends[key] then plain_ends[key] = '"durationMs":' .. key .. ',"result":null,"error":null' end
  return plain_ends[key]
end

local run_ended -- what a schedule learns from the end of its job: schedule_runs.lua, below

-- Makes a job final: index, hash, counters, event. result and error are JSON text or nil. The fence stays: it tells a
-- completion that is sent again after a lost reply from a stale one.
local function finish_job(job, state, reason, result, error, duration, data)
  leave_state(job)
  local flat = { 'State', state }
  local function add(name, value) if value then flat[#flat + 1] = name; flat[#flat + 1] = value end end
  if (reason or '') == '' and (data or '') == '' then
    add('End', NOW)
  else
    add('History', append_history(job.History, history_line(state, reason, nil, data)))
  end
  add('Result', result)
  add('Error', error)
  redis.call('HSET', job_key(job.id), unpack(flat))
  redis.call('ZADD', P .. 'final:' .. state, NOW, job.id)
  tell_stock(job.id, state)
  if state == 'Failed' then bury(job, error or '{}') end
  if job.Continuations and state ~= 'Failed' then release_continuations(job.id) end
  count_final(state)
  if job.RecurringId then run_ended(job.RecurringId, job.id, job.Queue, state) end
  emit(FINAL[state], job, state, end_details(duration, result, error))
end

-- Puts a job that is not final, or is requeued, into its queue again.
local function enqueue_again(job, reason, at_head, data)
  leave_state(job)
  redis.call('HSET', job_key(job.id), 'State', 'Enqueued',
    'History', append_history(job.History, history_line('Enqueued', reason, nil, data)))
  redis.call('HDEL', job_key(job.id), 'Fence', 'RunAt', 'Start', 'End')
  tell_stock(job.id, 'Enqueued')
  push_to_queue(job.Queue or 'default', job.id, at_head)
  emit('job.enqueued', job, 'Enqueued')
end

-- Schedules a job again, after a failed attempt or a snooze.
local function schedule_again(job, due, reason, error, data)
  leave_state(job)
  redis.call('HSET', job_key(job.id), 'State', 'Scheduled', 'RunAt', due,
    'History', append_history(job.History, history_line('Scheduled', reason, nil, data)))
  if error then
    redis.call('HSET', job_key(job.id), 'Error', error)
    redis.call('ZADD', P .. 'retries', 0, job.id)
  end
  add_to_schedule(job.id, due)
end

-- include: schedule_runs
