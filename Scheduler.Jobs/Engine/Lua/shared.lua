-- Included first by every script that reads or changes jobs. Nothing here writes by itself.
-- ARGV[1]  prefix with its hash tag; every key is built from it and so lies in the slot of KEYS[1] = {prefix}tx.
local P = ARGV[1]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
-- As text, made once: Lua formats a number anew, and slowly, each time it is joined to a string or sent to a command.
local NOW = string.format('%d', now)

-- So many processes died with a job that it runs alone.
local SUSPECT_AFTER = 2

local FINAL = { Succeeded = 'job.succeeded', Failed = 'job.failed', Deleted = 'job.deleted' }

local function job_key(id) return P .. 'job:' .. id end

-- Redis does not roll back: a wrong type must be found before the first write.
local function is_type(key, wanted)
  local found = redis.call('TYPE', key)
  if type(found) == 'table' then found = found.ok end
  return found == wanted or found == 'none'
end

-- What a job does is one text, in pieces of at most 64 bytes: Redis keeps a hash small, and quick, while no value is longer.
--   created (ms), '+' where it came in a large batch, LF, contract, LF, arguments                       a typed job
--   created, LF, LF, type, LF, method, LF, parameter types, LF, arguments                               a Hangfire expression
-- The first piece holds the contract whole. A text over 1,024 bytes is one piece.
local CALL = { 'Call' }
for i = 1, 15 do CALL[i + 1] = 'Call' .. i end

local function whole_call(id, first)
  if #first < 64 then return first end
  local pieces = redis.call('HMGET', job_key(id), unpack(CALL, 2))
  for i = 1, #CALL - 1 do
    if not pieces[i] then return first .. table.concat(pieces, '', 1, i - 1) end
  end
  return first .. table.concat(pieces)
end

-- The contract that a call's first piece names; nil for an expression, and for a hash that the stock package wrote.
local function contract_of(call) return call and string.match(call, '^%d+%+?\n([^\n]+)\n') end

-- include: history

-- The fields that every transition needs, and those a script asks for besides, as a map without the absent ones, with the
-- Contract and the whole History; nil where there is no such job (or a foreign key).
local JOB_FIELDS = { 'State', 'Fence', 'Call', 'Queue', 'Attempt', 'History', 'Start', 'End', 'Tags', 'RecurringId', 'Continuations' }
local function load_job(id, ...)
  local values = redis.pcall('HMGET', job_key(id), unpack(JOB_FIELDS))
  if values.err or not values[1] then return nil end
  local job = { id = id }
  for i = 1, #JOB_FIELDS do job[JOB_FIELDS[i]] = values[i] or nil end
  job.Contract = contract_of(job.Call)
  job.History = whole_history(job.History, job.Start, job.End, job.State)
  for _, name in ipairs({ ... }) do job[name] = redis.call('HGET', job_key(id), name) or nil end
  return job
end

-- A JSON string. Not cjson: the embedded server's leaves control characters as they are.
quote = function(text)
  if not string.find(text, '[%c"\\]') then return '"' .. text .. '"' end
  return '"' .. string.gsub(text, '[%c"\\]', function(c)
    if c == '"' or c == '\\' then return '\\' .. c end
    return string.format('\\u%04x', string.byte(c))
  end) .. '"'
end

local function expression_name(class, method)
  return (string.match(class or '', '([^%.%+,]+),') or class or '?') .. '.' .. (method or '?')
end

-- The API's name of a job's type: its contract, or Class.Method of a Hangfire expression.
local function type_of(job)
  if job.Contract then return job.Contract end
  if job.Call then return expression_name(string.match(whole_call(job.id, job.Call), '^[^\n]*\n\n([^\n]*)\n([^\n]*)')) end
  local names = redis.call('HMGET', job_key(job.id), 'Type', 'Method')
  return expression_name(names[1] or nil, names[2] or nil)
end

-- include: dead_letters

-- include: script_events

-- include: pace

local INDEXED, index_job, index_new, unindex, index_state, index_start, write_indexes -- as long as no optional index is on

local function publish_events()
  if INDEXED then write_indexes() end
  if event_count > 0 then write_record(event_count, render_events()) end
  write_pace()
end

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

local function job_keys_are_sound(queue)
  return is_type(P .. 'queue:' .. queue, 'list') and is_type(P .. 'schedule', 'zset') and is_type(P .. 'jobs', 'list')
    and is_type(P .. 'queues', 'set') and is_type(P .. 'events', 'zset')
end

local function foreign_type(what) return 'SCHEDULER a key of the scheduler holds a value of a foreign type: ' .. what end
local function bad_key(what) return redis.error_reply(foreign_type(what)) end

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
