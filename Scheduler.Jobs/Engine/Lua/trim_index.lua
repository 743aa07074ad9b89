-- Forgets jobs that are gone: looks at one list of ids, and writes it anew where at least half of them name no job any more. Notes
-- besides, of a list that an older version wrote, what is in it.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  number of the list looked at last, 0 = begin with the oldest
-- reply    {number of the list looked at, or 0 where it was the newest; ids removed; 1 = it had no note}
-- Twice?   looks at the same list again.
-- include: shared
-- include: job_index

local number = redis.call('ZRANGEBYSCORE', P .. 'jobs:full', '(' .. ARGV[2], '+inf', 'LIMIT', 0, 1)[1]
local key = P .. 'jobs' .. (number and ':' .. number or '')
if not is_type(key, 'list') then return { number or 0, 0, 0 } end

local ids = redis.call('LRANGE', key, 0, -1)
local keys = {}
for i = 1, #ids do keys[i] = job_key(ids[i]) end
local living = #ids > 0 and redis.call('EXISTS', unpack(keys)) or 0

-- Of jobs that are gone nobody asks. A stock client's may have an instant that is not read here: it may be any.
local function note_missing()
  if not number or living == 0 or redis.pcall('HEXISTS', SPANS, number) ~= 0 then return 0 end
  local earliest, latest = math.huge, 0
  for i = 1, #keys do
    local call = redis.pcall('HGET', keys[i], 'Call')
    local created = tonumber(type(call) == 'string' and string.match(call, '^%d+') or nil)
    if created then
      earliest, latest = math.min(earliest, created), math.max(latest, created)
    elseif redis.call('EXISTS', keys[i]) == 1 then
      earliest, latest = 0, now
    end
  end
  note_span(number, earliest, latest, ids)
  return 1
end

local noted = note_missing()
if #ids == 0 or living * 2 > #ids then return { number or 0, 0, noted } end

redis.call('DEL', key)
if living > 0 then
  local kept = {}
  for i = 1, #ids do
    if redis.call('EXISTS', keys[i]) == 1 then kept[#kept + 1] = ids[i] end
  end
  redis.call('RPUSH', key, unpack(kept))
else
  if number then redis.call('ZREM', P .. 'jobs:full', number) end
  redis.pcall('HDEL', SPANS, number or 'new')
end
return { number or 0, #ids - living, noted }
