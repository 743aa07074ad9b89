-- The lists of ids of all jobs, for reading. Included after shared.
-- Gives the number and the ids, in no special order, of the list wanted ('' = the newest) or of the next older one that there is; nil = none.
local function list_of_index(wanted)
  local newest = tonumber(redis.call('ZRANGE', P .. 'jobs:full', -1, -1)[1] or 0)
  wanted = tonumber(wanted) or newest + 1
  -- The list that still grows will have the next number.
  if wanted > newest and redis.call('EXISTS', P .. 'jobs') == 1 then return newest + 1, redis.call('LRANGE', P .. 'jobs', 0, -1) end
  local number = redis.call('ZREVRANGEBYSCORE', P .. 'jobs:full', wanted, '-inf', 'LIMIT', 0, 1)[1]
  if not number then return nil end
  return tonumber(number), redis.call('LRANGE', P .. 'jobs:' .. number, 0, -1)
end
