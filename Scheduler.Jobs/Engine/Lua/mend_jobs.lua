-- Puts jobs back that are missing where their state says they are: a key was deleted by hand, or a server lost it.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  time in which the worker of a running job may still renew its lease (ms)
-- ARGV[3+] job ids, up to 200
-- reply    number of jobs put back
-- Twice?   the second call finds them in place.
-- include: shared
-- include: transitions

-- A queue that is longer is not searched.
local LONGEST = 2000

-- What waits in a queue, as a set; false where that cannot be said. Looked at once for all jobs of this call.
local waiting = {}
local function waiting_in(queue)
  local key = P .. 'queue:' .. queue
  if waiting[queue] == nil then
    waiting[queue] = false
    -- A stock Hangfire server keeps what it fetched in a list of its own, and what it runs without a fence: not ours to judge.
    if is_type(key, 'list') and redis.call('LLEN', key) <= LONGEST and redis.call('EXISTS', key .. ':dequeued') == 0 then
      waiting[queue] = {}
      for _, found in ipairs(redis.call('LRANGE', key, 0, -1)) do waiting[queue][found] = true end
    end
  end
  return waiting[queue]
end

if not (is_type(P .. 'leases', 'zset') and is_type(P .. 'schedule', 'zset') and is_type(P .. 'final:Succeeded', 'zset')
    and is_type(P .. 'final:Failed', 'zset') and is_type(P .. 'final:Deleted', 'zset') and is_type(P .. 'queues', 'set')) then
  return bad_key('leases, schedule, final:..., or queues')
end
local some_parked = redis.call('EXISTS', P .. 'parked') == 1

-- Ended jobs, most of all there are: one write for all of a state.
local ended = {}
local function mend_later(id, state)
  if not ended[state] then ended[state] = {} end
  local members = ended[state]
  members[#members + 1] = NOW
  members[#members + 1] = id
  return 0
end

local function mend(id, state, queue, run_at, fence)
  if FINAL[state] then
    return mend_later(id, state)
  elseif state == 'Processing' and fence then
    return redis.call('ZADD', P .. 'leases', 'NX', now + tonumber(ARGV[2]), id)
  elseif state == 'Scheduled' and run_at then
    if redis.call('ZSCORE', P .. 'schedule', queue .. ':' .. id) then return 0 end
    return redis.call('ZADD', P .. 'schedule', 'NX', string.format('%.3f', tonumber(run_at) / 1000), id)
  elseif state == 'Enqueued' and not some_parked then
    local in_queue = waiting_in(queue)
    if in_queue and not in_queue[id] and not redis.call('ZSCORE', P .. 'leases', id) then
      push_to_queue(queue, id, true)
      in_queue[id] = true
      return 1
    end
  end
  return 0
end

-- Whatever stands in one of these is where it belongs: keys get lost, but scripts move a job as a whole. So most jobs need not be read.
local function in_none_of(indexes, ids)
  for _, index in ipairs(indexes) do
    if #ids == 0 then return ids end
    local scores, others = redis.call('ZMSCORE', P .. index, unpack(ids)), {}
    for i = 1, #ids do
      if not scores[i] then others[#others + 1] = ids[i] end
    end
    ids = others
  end
  return ids
end

local mended = 0
for _, id in ipairs(in_none_of({ 'final:Succeeded', 'leases', 'schedule', 'final:Failed', 'final:Deleted' }, { unpack(ARGV, 3) })) do
  local values = redis.pcall('HMGET', job_key(id), 'State', 'Queue', 'RunAt', 'Fence')
  if not values.err and values[1] then mended = mended + mend(id, values[1], values[2] or 'default', values[3], values[4]) end
end
for state, members in pairs(ended) do mended = mended + redis.call('ZADD', P .. 'final:' .. state, 'NX', unpack(members)) end
return mended
