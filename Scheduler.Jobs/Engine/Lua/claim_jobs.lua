-- Hands up to N waiting jobs to one worker: state Processing, owner, fencing token, delivery count and lease in one step,
-- written before any handler starts.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  worker id
-- ARGV[3]  lease (ms)
-- ARGV[4]  N
-- ARGV[5]  job types the worker can run, as ',a,b,'
-- ARGV[6]  '1' where a suspect (a job two processes died with) may be taken; it then comes alone
-- ARGV[7]  most jobs of each group of limited types to take, as '2,4'
-- ARGV[8]  the groups (isolated types, CPU-bound ones), as 'a,b;c'; beyond their number jobs are set aside for whoever has room
-- ARGV[9+] queues in the order to take from
-- reply    {instant of the claim (ms), fence of all its jobs, then for each: id, hash (as it was before the claim)}; {} = none
--          A hash is a flat list; that of a job which is nothing but its call is the call's text, and that of a schedule's job which
--          is nothing more is {call, schedule, instant}.
-- Twice?   the second call claims other jobs; what a lost reply claimed is returned by its lease.
-- include: shared
-- include: transitions
-- include: expiry

local lease, max, types, allow_suspect = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6] == '1'
if not (is_type(P .. 'leases', 'zset') and is_type(P .. 'events', 'zset')) then return bad_key('leases or events') end

local call, pcall = redis.call, redis.pcall
local deadline, start = string.format('%d', now + lease), NOW .. ' ' .. ARGV[2]
local reply, leases, count, full = { NOW, '' }, {}, 0, false

local runnable, group_of, room, groups = {}, {}, {}, 0
for most in string.gmatch(ARGV[7], '%d+') do room[#room + 1] = tonumber(most) end
for names in string.gmatch(ARGV[8], '[^;]+') do
  groups = groups + 1
  for contract in string.gmatch(names, '[^,]+') do group_of[contract] = groups end
end
local function can_run(contract)
  if runnable[contract] == nil then runnable[contract] = string.find(types, ',' .. contract .. ',', 1, true) ~= nil end
  local group = group_of[contract]
  return runnable[contract] and not (group and room[group] <= 0)
end

-- Jobs that one claim may set aside: a queue of a million that nobody here can run must not hold up everybody else.
local asides = 2000

-- The state a waiting id must be in. Stock Hangfire moves due jobs into a queue, and puts fetched ones back, without a state change.
local function is_waiting(job)
  return job.State == 'Enqueued' or (job.State == 'Scheduled' and not job.RunAt) or (job.State == 'Processing' and not job.Fence)
end

-- Stock clients note a job's queue only where it was named: where it is taken from counts.
local function note_queue(key, flat, job, queue)
  if queue == (job.Queue or 'default') then return end
  if INDEXED then index_job(job) end
  job.Queue = queue
  call('HSET', key, 'Queue', queue)
  flat[#flat + 1] = 'Queue'
  flat[#flat + 1] = queue
end

local function park(queue, id, contract)
  asides = asides - 1
  local length = call('LPUSH', P .. 'parked:' .. queue .. ':' .. contract, id)
  if length == 1 then
    call('SADD', P .. 'parked', queue .. ' ' .. contract)
    call('PUBLISH', P .. 'wake', 'parked')
  end
end

-- The fencing token of all jobs of this claim: a job's next claim is another one. The clock (µs) is its floor, so that tokens
-- grow even where a server, or a replica that took over, has forgotten its last second.
local fence
local function draw_fence()
  if not fence then
    local last = math.max(tonumber(call('GET', P .. 'fence') or 0), tonumber(clock[1]) * 1000000 + tonumber(clock[2]))
    fence = string.format('%.0f', last + 1)
    call('SET', P .. 'fence', fence)
  end
  return fence
end

local function kind_of(job)
  if job.contract then return job.contract end
  if not job.Call then return expression_name(job.Type, job.Method) end
  local call = job.Call
  for i = 2, #CALL do call = call .. (job[CALL[i]] or '') end
  return expression_name(string.match(call, '^[^\n]*\n\n([^\n]*)\n([^\n]*)'))
end

-- What the worker is told of a job. Most have no field but their state and their call, and what names their schedule: a text crosses
-- quicker than a list.
local function told(flat, job)
  local pieces, is_run = #flat / 2 - 1, job.RecurringId and job.ScheduledFor
  if is_run then pieces = pieces - 2 end
  if not job.Call or not job[CALL[pieces]] then return flat end
  local call = job.Call
  for i = 2, pieces do call = call .. job[CALL[i]] end
  return is_run and { call, job.RecurringId, job.ScheduledFor } or call
end

local function hand_over(id, hash, contract)
  local group = contract and group_of[contract]
  if group then room[group] = room[group] - 1 end
  count = count + 1
  local at = count * 2
  leases[at - 1], leases[at] = deadline, id
  reply[at + 1], reply[at + 2] = id, hash
  full = count >= max
end

local function take(id, key, flat, job)
  if INDEXED then index_start(job, ARGV[2]) end
  if job.ExpiresAt then forget_expiry(id) end
  local token, attempt = fence or draw_fence(), job.Attempt and string.format('%d', job.Attempt + 1) or '1'
  local history = job.Start and whole_history(job.History, job.Start)
  if history ~= (job.Start and job.History) then
    call('HSET', key, 'State', 'Processing', 'Fence', token, 'Attempt', attempt, 'Start', start, 'History', history)
  else
    call('HSET', key, 'State', 'Processing', 'Fence', token, 'Attempt', attempt, 'Start', start)
  end
  emit_of('job.started', id, kind_of(job), job.Queue or 'default', job.Tags or '[]', attempt, job.RecurringId, 'Processing')
  hand_over(id, told(flat, job), job.contract)
end

-- The common case without the table of fields: a hash as a plain enqueue writes it, no more than its state and the pieces of its call,
-- which Redis gives in the order they were written. False where it is anything else, and then nothing is done.
local function take_plain(id, key, flat)
  local length = #flat
  if flat[1] ~= 'State' or flat[2] ~= 'Enqueued' or flat[3] ~= 'Call' or length > 8 or INDEXED or (length > 4 and flat[5] ~= 'Call1')
    or (length > 6 and flat[7] ~= 'Call2') then
    return false
  end
  local contract = contract_of(flat[4])
  if not contract or not can_run(contract) then return false end
  call('HSET', key, 'State', 'Processing', 'Fence', fence or draw_fence(), 'Attempt', '1', 'Start', start)
  emit_of('job.started', id, contract, 'default', '[]', '1', nil, 'Processing')
  hand_over(id, length == 8 and flat[4] .. flat[6] .. flat[8] or length == 6 and flat[4] .. flat[6] or flat[4], contract)
  return true
end

-- Looks at one id; gives false where it must stay where it is. A suspect that cannot be taken now is set aside, under its type with
-- a '!', so that its neighbours need not wait for it.
local function consider(queue, id, is_aside)
  local key = P .. 'job:' .. id
  local flat = pcall('HGETALL', key)
  if flat.err or #flat == 0 or (queue == 'default' and take_plain(id, key, flat)) then return true end
  -- With room for the fields of a plain job: a table that grows step by step is made anew each time.
  local job = { id = id, contract = nil, State = nil, Call = nil, Call1 = nil, Queue = nil, Tags = nil, RunAt = nil }
  for i = 1, #flat, 2 do job[flat[i]] = flat[i + 1] end
  if not is_waiting(job) then return true end
  job.contract = contract_of(job.Call)
  if job.contract and not can_run(job.contract) then park(queue, id, job.contract); return true end
  if job.ExpiresAt and tonumber(job.ExpiresAt) <= now then expire(load_job(id)); return true end
  local suspect = tonumber(job.Lost or 0) >= SUSPECT_AFTER
  if suspect and (not allow_suspect or count > 0) then
    if not is_aside then park(queue, id, '!' .. (job.contract or '')) end
    return not is_aside
  end
  note_queue(key, flat, job, queue)
  take(id, key, flat, job)
  full = full or suspect
  return true
end

local function take_from_queue(queue)
  local key = P .. 'queue:' .. queue
  while not full do
    local ids = call('LRANGE', key, -math.min(max - count, 200), -1)
    local done, stay = 0, false
    for i = #ids, 1, -1 do
      if full or asides <= 0 or not consider(queue, ids[i]) then stay = true; break end
      done = done + 1
    end
    if done > 0 then call('LTRIM', key, 0, -(done + 1)) end
    if stay or #ids == 0 then return end
  end
end

local function take_from_parked(queue)
  for _, member in ipairs(call('SMEMBERS', P .. 'parked')) do
    local parked_queue, contract = string.match(member, '^(%S+) (%S+)$')
    local is_suspect = contract and string.sub(contract, 1, 1) == '!'
    local function may_take()
      if not is_suspect then return can_run(contract) end
      return allow_suspect and count == 0 and (contract == '!' or can_run(string.sub(contract, 2)))
    end
    if parked_queue == queue and may_take() then
      local key = P .. 'parked:' .. queue .. ':' .. contract
      while not full and may_take() do
        local id = call('LINDEX', key, -1)
        if not id then call('SREM', P .. 'parked', member); break end
        if not consider(queue, id, is_suspect) then break end
        call('RPOP', key)
      end
    end
  end
end

local some_parked = call('EXISTS', P .. 'parked') == 1
for i = 9, #ARGV do
  local queue = ARGV[i]
  if not full and call('HEXISTS', P .. 'queues:paused', queue) == 0 and is_type(P .. 'queue:' .. queue, 'list') then
    if some_parked then take_from_parked(queue) end
    if not full then take_from_queue(queue) end
  end
end
if asides <= 0 then call('PUBLISH', P .. 'wake', 'parked') end
if count > 0 then call('ZADD', P .. 'leases', unpack(leases)) end
write_counts()
publish_events()
if count == 0 then return {} end
reply[2] = fence
return reply
