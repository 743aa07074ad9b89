-- Forgets jobs that are gone: looks at one list of ids, and writes it anew where at least half of them name no job any more.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  number of the list looked at last, 0 = begin with the oldest
-- reply    {number of the list looked at, or 0 where it was the newest; ids removed}
-- Twice?   looks at the same list again.
-- include: shared

local number = redis.call('ZRANGEBYSCORE', P .. 'jobs:full', '(' .. ARGV[2], '+inf', 'LIMIT', 0, 1)[1]
local key = P .. 'jobs' .. (number and ':' .. number or '')
if not is_type(key, 'list') then return { number or 0, 0 } end

local ids = redis.call('LRANGE', key, 0, -1)
local keys = {}
for i = 1, #ids do keys[i] = job_key(ids[i]) end
local living = #ids > 0 and redis.call('EXISTS', unpack(keys)) or 0
if #ids == 0 or living * 2 > #ids then return { number or 0, 0 } end

redis.call('DEL', key)
if living > 0 then
  local kept = {}
  for i = 1, #ids do
    if redis.call('EXISTS', keys[i]) == 1 then kept[#kept + 1] = ids[i] end
  end
  redis.call('RPUSH', key, unpack(kept))
elseif number then
  redis.call('ZREM', P .. 'jobs:full', number)
end
return { number or 0, #ids - living }
