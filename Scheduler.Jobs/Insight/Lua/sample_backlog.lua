-- Notes how long a queue is, once in ten seconds: from two notes and the ends between them follows how many jobs arrived.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  queue
-- ARGV[3]  jobs that wait in it
-- reply    now (ms)
-- Twice?   the first note of a bucket stays.
-- include: shared

local key = P .. 'pace:' .. string.format('%d', math.floor(now / 10000))
local ended = redis.call('HGET', key, ARGV[2]) or '0'
redis.call('HSETNX', key, ARGV[2] .. ':len', NOW .. ' ' .. ARGV[3] .. ' ' .. ended)
redis.call('EXPIRE', key, 120)
return now
