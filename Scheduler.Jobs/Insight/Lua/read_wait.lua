-- Where a waiting job stands in its queue. Reads only.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  job id
-- ARGV[3]  queue
-- ARGV[4]  job type
-- reply    {now (ms), jobs in the queue, jobs before this one, or -1 where it is not among the 100,000 next,
--           1 = it is set aside because the worker that met it cannot run its type, or no more of them, 2 = because it must run alone,
--           the queue's pause as stored or ''}
-- Twice?   harmless.
-- include: shared

local REACH = 100000

-- Jobs leave a list at its right end.
local function before(key)
  local index = redis.call('LPOS', key, ARGV[2], 'RANK', -1, 'MAXLEN', REACH)
  return index and redis.call('LLEN', key) - 1 - index or -1
end

local queue, parked = P .. 'queue:' .. ARGV[3], P .. 'parked:' .. ARGV[3] .. ':' .. ARGV[4]
local pause = redis.call('HGET', P .. 'queues:paused', ARGV[3]) or ''
if not is_type(queue, 'list') then return { now, 0, -1, 0, pause } end

local ahead, set_aside = before(queue), 0
if ahead < 0 then
  ahead = before(parked)
  set_aside = ahead >= 0 and 1 or 0
end
-- The list of suspects: of their type, or of all expressions.
for _, name in ipairs({ '!' .. ARGV[4], '!' }) do
  if ahead < 0 then
    ahead = before(P .. 'parked:' .. ARGV[3] .. ':' .. name)
    set_aside = ahead >= 0 and 2 or 0
  end
end
return { now, redis.call('LLEN', queue), ahead, set_aside, pause }
