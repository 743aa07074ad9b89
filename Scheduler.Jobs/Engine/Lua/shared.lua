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
local CALL = { 'Call', 'Call1', 'Call2', 'Call3', 'Call4', 'Call5', 'Call6', 'Call7', 'Call8', 'Call9', 'Call10', 'Call11', 'Call12',
  'Call13', 'Call14', 'Call15' }

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

-- include: script_events

-- include: pace

local INDEXED, index_job, index_new, unindex, index_state, index_start, write_indexes -- as long as no optional index is on

local function publish_events()
  if INDEXED then write_indexes() end
  if event_count > 0 then write_record(event_count, render_events()) end
  write_pace()
end

local function job_keys_are_sound(queue)
  return is_type(P .. 'queue:' .. queue, 'list') and is_type(P .. 'schedule', 'zset') and is_type(P .. 'jobs', 'list')
    and is_type(P .. 'queues', 'set') and is_type(P .. 'events', 'zset')
end

local function foreign_type(what) return 'SCHEDULER a key of the scheduler holds a value of a foreign type: ' .. what end
local function bad_key(what) return redis.error_reply(foreign_type(what)) end
