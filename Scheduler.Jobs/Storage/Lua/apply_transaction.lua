-- Commits one Hangfire transaction: all of its operations, or none.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2+] operations in order, each as: name, number of arguments, arguments
--          guard   id, fence                    the caller's claim must still hold, else 'stale'
--          expect  id, state                    what the caller decided on must still be true, else 'conflict'
--          create  id, keep (ms), field, value...    a job without a state, removed after that time
--          state   id, state, reason, data, queue, due, result, error, duration, worker, parent
--          line    id, state, reason, data      a line of history only
--          queue   name, id  ·  param id, field, value  ·  unparam id, field  ·  keep id, ms or '' = for ever
--          incr key, by, keep (ms or '')  ·  zadd key, score, member  ·  zrem key, member  ·  lpush key, value
--          lrem key, value  ·  ltrim key, first, last  ·  hset key, field, value...  ·  del key  ·  expire key, ms or ''
--          index   schedule                     its place in recurring-jobs follows its NextAt
--          wake    text
-- reply    {'ok'} | {'stale', id} | {'conflict', id, its state}; the last two wrote nothing
-- Twice?   states: yes where guarded or expected (the second is refused); counters and lists double, as in any storage.
-- include: shared
-- include: transitions
-- include: new_jobs
-- include: hangfire_states

local TYPES = { incr = 'string', zadd = 'zset', zrem = 'zset', lpush = 'list', lrem = 'list', ltrim = 'list', hset = 'hash',
  create = 'hash', state = 'hash', line = 'hash', param = 'hash', unparam = 'hash', queue = 'list', index = 'zset' }

local ops, created, guarded, at = {}, {}, {}, 2
while at <= #ARGV do
  local count = tonumber(ARGV[at + 1])
  ops[#ops + 1] = { name = ARGV[at], unpack(ARGV, at + 2, at + 1 + count) }
  at = at + 2 + count
end

local function key_of(op)
  if op.name == 'queue' then return P .. 'queue:' .. op[1] end
  if op.name == 'index' then return P .. 'recurring-jobs' end
  return (TYPES[op.name] == 'hash' and op.name ~= 'hset') and job_key(op[1]) or P .. op[1]
end

-- First pass: nothing is written before all is known to fit.
local check = {
  guard = function(op)
    local held = redis.call('HMGET', job_key(op[1]), 'State', 'Fence')
    if held[1] ~= 'Processing' or held[2] ~= op[2] then return { 'stale', op[1] } end
    guarded[op[1]] = true
  end,
  expect = function(op)
    local state = redis.call('HGET', job_key(op[1]), 'State') or ''
    if state ~= op[2] then return { 'conflict', op[1], state } end
  end,
}
for _, op in ipairs(ops) do
  if TYPES[op.name] and not is_type(key_of(op), TYPES[op.name]) then return bad_key(op[1]) end
  if op.name == 'index' and not is_type(P .. 'recurring-job:' .. op[1], 'hash') then return bad_key(op[1]) end
  if op.name == 'state' and not (job_keys_are_sound(op[5]) and is_type(P .. 'leases', 'zset')) then return bad_key(op[5]) end
  local refused = check[op.name] and check[op.name](op)
  if refused then return refused end
end

local function set_keep(key, ms)
  if ms == '' then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ms) end
end

local function change_state(op)
  local id = op[1]
  local s = { state = op[2], reason = op[3], data = op[4], queue = op[5], due = op[6], result = op[7], error = op[8],
    duration = op[9], worker = op[10], parent = op[11] }
  local job = load_job(id)
  if job then
    if job.State == 'Processing' and s.state ~= 'Processing' and not guarded[id] then
      redis.call('PUBLISH', P .. 'control', 'cancel ' .. id)
    end
    local go = enter[s.state] or enter_other
    return go(job, s)
  end
  local flat = created[id] or redis.call('HGETALL', job_key(id))
  created[id] = nil
  if #flat > 0 then start_job(id, s, flat) end
end

local run = {
  guard = function() end,
  expect = function() end,
  create = function(op) created[op[1]] = { unpack(op, 3) } end,
  state = change_state,
  line = function(op)
    local job = load_job(op[1])
    if job then redis.call('HSET', job_key(op[1]), 'History', append_history(job.History, history_line(op[2], op[3], nil, op[4]))) end
  end,
  queue = function(op)
    local job = load_job(op[2])
    -- Stock Hangfire's poller moves due jobs with a queue of their own this way, without a state change.
    if job and job.State == 'Scheduled' then
      return enter.Enqueued(job, { queue = op[1], error = '' })
    end
    push_to_queue(op[1], op[2])
  end,
  param = function(op)
    local flat = created[op[1]]
    if flat then flat[#flat + 1] = op[2]; flat[#flat + 1] = op[3]; return end
    if redis.call('EXISTS', job_key(op[1])) == 1 then redis.call('HSET', job_key(op[1]), op[2], op[3]) end
  end,
  unparam = function(op) redis.call('HDEL', job_key(op[1]), op[2]) end,
  keep = function(op)
    -- The stock package keeps a job in three keys.
    for _, name in ipairs({ '', ':state', ':history' }) do set_keep(job_key(op[1]) .. name, op[2]) end
  end,
  incr = function(op)
    redis.call('INCRBY', P .. op[1], op[2])
    if op[3] ~= '' then redis.call('PEXPIRE', P .. op[1], op[3]) end
  end,
  zadd = function(op) redis.call('ZADD', P .. op[1], op[2], op[3]) end,
  zrem = function(op) redis.call('ZREM', P .. op[1], op[2]) end,
  lpush = function(op) redis.call('LPUSH', P .. op[1], op[2]) end,
  lrem = function(op) redis.call('LREM', P .. op[1], 0, op[2]) end,
  ltrim = function(op) redis.call('LTRIM', P .. op[1], op[2], op[3]) end,
  hset = function(op) redis.call('HSET', P .. op[1], unpack(op, 2)) end,
  del = function(op) redis.call('DEL', P .. op[1]) end,
  expire = function(op) set_keep(P .. op[1], op[2]) end,
  index = function(op)
    local next_at = redis.call('HGET', P .. 'recurring-job:' .. op[1], 'NextAt')
    redis.call('ZADD', P .. 'recurring-jobs', next_at and string.format('%.3f', tonumber(next_at) / 1000) or -1, op[1])
  end,
  wake = function(op) redis.call('PUBLISH', P .. 'wake', op[1]) end,
}
for _, op in ipairs(ops) do run[op.name](op) end

-- Jobs that got no state in this transaction wait for one, but not for ever.
for _, op in ipairs(ops) do
  if op.name == 'create' and created[op[1]] then
    redis.call('HSET', job_key(op[1]), unpack(created[op[1]]))
    redis.call('PEXPIRE', job_key(op[1]), op[2])
  end
end
write_counts()
publish_events()
return { 'ok' }
