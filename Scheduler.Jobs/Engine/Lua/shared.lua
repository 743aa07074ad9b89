-- Included first by every script that reads or changes jobs. Nothing here writes by itself.
-- ARGV[1]  prefix with its hash tag; every key is built from it and so lies in the slot of KEYS[1] = {prefix}tx.
local P = ARGV[1]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
-- As text, made once: Lua formats a number anew, and slowly, each time it is joined to a string or sent to a command.
local NOW = string.format('%d', now)

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

-- Events of this script, written as one record by publish_events at its end.
local LOWER = { Enqueued = 'enqueued', Scheduled = 'scheduled', Processing = 'processing', Succeeded = 'succeeded',
  Failed = 'failed', Deleted = 'deleted', Awaiting = 'awaiting' }
local event_groups, event_count, open_group = {}, 0, nil
-- extra: further members as JSON text without the braces, for example '"percent":50', or nil. The schedule is one of them, so that
-- the jobs of many schedules share an object too.
local function emit_of(name, id, kind, queue, tags, attempt, recurring, state, extra)
  event_count = event_count + 1
  if recurring then extra = '"recurringId":' .. quote(recurring) .. (extra and ',' .. extra or '') end
  local g = open_group
  if not (g and g.name == name and g.kind == kind and g.queue == queue and g.tags == tags and g.attempt == attempt
      and g.state == state and (g.extras == nil) == (extra == nil)) then
    g = { name = name, kind = kind, queue = queue, tags = tags, attempt = attempt, state = state, ids = {}, extras = extra and {} }
    open_group = g
    event_groups[#event_groups + 1] = g
  end
  local count = #g.ids + 1
  g.ids[count] = id
  if extra then g.extras[count] = extra end
end
-- The same for many jobs that share all of it.
local function emit_all(name, ids, kind, queue, tags, attempt, recurring, state)
  if #ids == 0 then return end
  emit_of(name, ids[1], kind, queue, tags, attempt, recurring, state)
  local group, extra = open_group.ids, open_group.extras and open_group.extras[#open_group.extras]
  for i = 2, #ids do
    group[#group + 1] = ids[i]
    if extra then open_group.extras[#group] = extra end
  end
  event_count = event_count + #ids - 1
end
local function emit(name, job, state, extra)
  emit_of(name, job.id, job.Contract or type_of(job), job.Queue or 'default', job.Tags or '[]', job.Attempt or 0, job.RecurringId, state, extra)
end

local function all_equal(texts)
  for i = 2, #texts do
    if texts[i] ~= texts[1] then return false end
  end
  return true
end

-- Neighbours that differ only in their job share one object: {"event":..,"jobIds":[..],..,"each":[{..},..]}; further members that
-- are the same for all, or those of a single job, which has "jobId", are inline. One object for a batch of starts costs a twentieth
-- of one for each.
local function render_group(g)
  if g.raw then return g.raw end
  local shared = ',"type":' .. quote(g.kind) .. ',"queue":"' .. g.queue .. '","state":"' .. LOWER[g.state] .. '","at":' .. NOW ..
    ',"attempt":' .. g.attempt .. ',"tags":' .. g.tags
  if not g.extras then shared = shared .. '}'
  elseif all_equal(g.extras) then shared = shared .. ',' .. g.extras[1] .. '}'
  else shared = shared .. ',"each":[{' .. table.concat(g.extras, '},{') .. '}]}' end
  if #g.ids == 1 then return '{"event":"' .. g.name .. '","jobId":"' .. g.ids[1] .. '"' .. shared end
  return '{"event":"' .. g.name .. '","jobIds":["' .. table.concat(g.ids, '","') .. '"]' .. shared
end

local function render_events()
  local rendered = {}
  for i, g in ipairs(event_groups) do rendered[i] = render_group(g) end
  return table.concat(rendered, ',')
end

-- A record holds the events of one script; its score is the number of its last event.
local function write_record(count, events)
  local last = redis.call('INCRBY', P .. 'events:seq', count)
  local record = '{"first":' .. (last - count + 1) .. ',"at":' .. NOW .. ',"events":[' .. events .. ']}'
  redis.call('ZADD', P .. 'events', last, record)
  redis.call('PUBLISH', P .. 'events', record)
end

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
  if job.RecurringId then run_ended(job, state) end
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
