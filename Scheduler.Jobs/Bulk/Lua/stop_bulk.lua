-- Stops a bulk operation; what it did stays done.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}bulk:{id}
-- ARGV[1]  prefix
-- ARGV[2]  id
-- reply    1 = stopped, 0 = no such operation, 2 = it has ended
-- Twice?   2 the second time.
-- include: shared

local state = redis.call('HGET', KEYS[2], 'State')
if not state then return 0 end
if state ~= 'running' then return 2 end
redis.call('HSET', KEYS[2], 'State', 'stopped', 'FinishedAt', NOW)
redis.call('HDEL', KEYS[2], 'Runner')
redis.call('ZREM', P .. 'bulk:open', ARGV[2])
redis.call('EXPIRE', KEYS[2], 604800)
redis.call('EXPIRE', KEYS[2] .. ':undo', 86400)
local source = redis.call('HGET', KEYS[2], 'Undoes')
if source and source ~= '' then redis.call('EXPIRE', P .. 'bulk:' .. source .. ':undo', 86400) end
return 1
