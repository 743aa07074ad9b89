-- Says that a worker lives, what it serves and how busy it is.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  worker id
-- ARGV[3+] hash fields as name, value...
-- reply    1 = somebody asked it to drain, 0 = go on
-- Twice?   harmless.
-- include: shared

local key = P .. 'server:' .. ARGV[2]
local known = redis.pcall('HMGET', key, 'StartedAt', 'Drain')
-- The first write, which fails as a whole where its key is of another type.
if known.err or type(redis.pcall('SADD', P .. 'servers', ARGV[2])) ~= 'number' then return bad_key('servers') end
redis.call('HSET', key, 'StartedAt', known[1] or NOW, 'Heartbeat', NOW, unpack(ARGV, 3))
return known[2] and 1 or 0
