-- Moves due jobs from the schedule into their queues.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  the most to move, up to 1,000
-- reply    {number looked at, milliseconds until the next one is due or -1}
-- Twice?   the second call moves what became due since. Never early: due and now are both this server's time.
-- include: shared
-- include: transitions

local SCHEDULE, call = P .. 'schedule', redis.call
if not is_type(SCHEDULE, 'zset') then return bad_key('schedule') end

local due = call('ZRANGEBYSCORE', SCHEDULE, '-inf', string.format('%.3f', now / 1000), 'LIMIT', 0, tonumber(ARGV[2]))
local line, queues, names, moved = history_line('Enqueued'), {}, {}, {}

-- The ids that this call puts into a queue; false where its key is of a foreign type: its jobs are looked at again in a minute.
local function ids_for(queue)
  if queues[queue] == nil then
    queues[queue] = is_type(P .. 'queue:' .. queue, 'list') and {}
    if queues[queue] then names[#names + 1] = queue end
  end
  return queues[queue]
end

-- Pushes what was collected for a queue, in the order in which it was due.
local function flush(queue)
  local ids = queues[queue]
  queues[queue] = {}
  if #ids == 0 or call('LPUSH', P .. 'queue:' .. queue, unpack(ids)) > #ids then return end
  call('SADD', P .. 'queues', queue)
  call('PUBLISH', P .. 'wake', 'queue ' .. queue)
end

-- The usual case, a job that has not run yet: one write of its own, all others are shared. Its RunAt stays: when it was due.
local function promote_fresh(id, key, job)
  local queue = job.Queue or 'default'
  local ids = ids_for(queue)
  if not ids then return false end
  call('HSET', key, 'State', 'Enqueued', 'History', append_history(job.History, line))
  ids[#ids + 1] = id
  if INDEXED then index_state(id, 'Scheduled', 'Enqueued') end
  emit_of('job.enqueued', id, contract_of(job.Call), queue, job.Tags or '[]', 0, job.RecurringId, 'Enqueued')
  return true
end

-- Moves a job that stays to a later instant.
local function put_off(member, ms) call('ZADD', SCHEDULE, string.format('%.3f', (now + ms) / 1000), member) end

-- The queue of a stock client's job may be known by its [Queue] attribute only: until somebody who can read that has taken the
-- job over, it waits another second.
local function must_wait(job, member)
  if #job.id ~= 36 or member ~= job.id or job.Queue or call('HEXISTS', job_key(job.id), 'TakenOver') == 1 then return false end
  call('PUBLISH', P .. 'wake', 'stock')
  return true
end

-- A hash that is small is read quicker whole than by name.
local function read_whole(key)
  local flat = redis.pcall('HGETALL', key)
  local job = {}
  if not flat.err then
    for i = 1, #flat, 2 do job[flat[i]] = flat[i + 1] end
  end
  return job
end

-- Milliseconds that the job stays; nil where it left the schedule.
local all_fresh = true
local function promote(member)
  local key = P .. 'job:' .. member
  local job = read_whole(key)
  if job.State == 'Scheduled' and not job.Attempt and not job.Start and contract_of(job.Call or '') then
    if promote_fresh(member, key, job) then return nil end
    all_fresh = false
    return 60000
  end
  all_fresh = false
  -- Stock Hangfire writes 'queue:id' for jobs with a queue of their own.
  local whole = load_job(member) or load_job(string.match(member, ':([^:]+)$') or member)
  if not whole or whole.State ~= 'Scheduled' then return nil end
  if must_wait(whole, member) then return 1000 end
  if not ids_for(whole.Queue or 'default') then return 60000 end
  flush(whole.Queue or 'default')
  enqueue_again(whole)
end

for _, member in ipairs(due) do
  local stays = promote(member)
  if stays then put_off(member, stays) else moved[#moved + 1] = member end
end
if all_fresh and #moved > 0 then
  -- They are the first, as they were read.
  call('ZREMRANGEBYRANK', SCHEDULE, 0, #moved - 1)
elseif #moved > 0 then
  call('ZREM', SCHEDULE, unpack(moved))
end
for _, queue in ipairs(names) do flush(queue) end
publish_events()
local next_due = call('ZRANGE', SCHEDULE, 0, 0, 'WITHSCORES')
local wait = next_due[2] and math.max(math.ceil(tonumber(next_due[2]) * 1000 - now), 0) or -1
return { #due, wait }
