-- A stock Hangfire server says that it lives.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}server:{id}   hash
-- ARGV[1]  prefix
-- reply    1 = noted, 0 = its record was removed while it was silent
-- Twice?   harmless.
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
local clock = redis.call('TIME')
redis.call('HSET', KEYS[2], 'Heartbeat', tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000))
return 1
