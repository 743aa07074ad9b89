-- A stock Hangfire server starts.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  server id
-- ARGV[3]  number of its threads
-- ARGV[4]  queues as JSON
-- ARGV[5+] queues
-- reply    1
-- Twice?   harmless.
-- include: shared

local key = P .. 'server:' .. ARGV[2]
if not (is_type(key, 'hash') and is_type(key .. ':queues', 'list') and is_type(P .. 'servers', 'set')) then return bad_key('servers') end
redis.call('SADD', P .. 'servers', ARGV[2])
redis.call('HSET', key, 'WorkerCount', ARGV[3], 'Queues', ARGV[4], 'StartedAt', now, 'Heartbeat', now)
redis.call('DEL', key .. ':queues')
if #ARGV > 4 then redis.call('RPUSH', key .. ':queues', unpack(ARGV, 5)) end
return 1
