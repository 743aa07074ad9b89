-- Reads one list of the ids of all jobs.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  number of the list wanted, or of the next older one that there is; '' = the newest
-- reply    {its number, ids in no special order} | {} = there is none
-- Twice?   reads only.
-- include: shared

local newest = tonumber(redis.call('ZRANGE', P .. 'jobs:full', -1, -1)[1] or 0)
local wanted = tonumber(ARGV[2]) or newest + 1
-- The list that still grows will have the next number.
if wanted > newest and redis.call('EXISTS', P .. 'jobs') == 1 then
  return { newest + 1, unpack(redis.call('LRANGE', P .. 'jobs', 0, -1)) }
end
local number = redis.call('ZREVRANGEBYSCORE', P .. 'jobs:full', wanted, '-inf', 'LIMIT', 0, 1)[1]
if not number then return {} end
return { number, unpack(redis.call('LRANGE', P .. 'jobs:' .. number, 0, -1)) }
