-- Asks a worker to claim nothing more.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  worker id
-- reply    1 = told, 0 = no such worker
-- Twice?   harmless.
-- include: shared

local key = P .. 'server:' .. ARGV[2]
if redis.call('HEXISTS', key, 'Heartbeat') == 0 then return 0 end
redis.call('HSET', key, 'Drain', now)
redis.call('PUBLISH', P .. 'control', 'drain ' .. ARGV[2])
return 1
