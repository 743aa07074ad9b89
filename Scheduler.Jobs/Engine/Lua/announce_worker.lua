-- Says that a worker lives, what it serves and how busy it is.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  worker id
-- ARGV[3+] hash fields as name, value...
-- reply    1 = somebody asked it to drain, 0 = go on
-- Twice?   harmless.
-- include: shared

local key = P .. 'server:' .. ARGV[2]
if not (is_type(key, 'hash') and is_type(P .. 'servers', 'set')) then return bad_key('servers') end
redis.call('HSET', key, 'Heartbeat', now, unpack(ARGV, 3))
redis.call('HSETNX', key, 'StartedAt', now)
redis.call('SADD', P .. 'servers', ARGV[2])
return redis.call('HEXISTS', key, 'Drain')
