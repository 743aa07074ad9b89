-- Begins a bulk operation: any node takes its steps from now on.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}bulk:{id}
-- KEYS[3]  {prefix}bulk:{source}         undo: the operation to take back; else absent
-- KEYS[4]  {prefix}bulk:{source}:undo    undo: what it deleted
-- ARGV[1]  prefix
-- ARGV[2]  id
-- ARGV[3+] further hash fields as name, value...
-- reply    1 = begun, 0 = the source cannot be taken back (not a delete, not ended, over 24 hours old, or taken back before)
-- Twice?   the same id twice is one operation.
-- include: shared

if redis.call('EXISTS', KEYS[2]) == 1 then return 1 end
if #KEYS > 2 then
  local source = redis.call('HMGET', KEYS[3], 'Action', 'State', 'UndoneBy')
  if source[1] ~= 'delete' or source[2] == 'running' or source[3] or redis.call('EXISTS', KEYS[4]) == 0 then return 0 end
  redis.call('HSET', KEYS[3], 'UndoneBy', ARGV[2])
  redis.call('PERSIST', KEYS[4])
end
redis.call('HSET', KEYS[2], 'State', 'running', 'CreatedAt', NOW, 'Position', 'start', 'Done', 0, 'Skipped', 0, unpack(ARGV, 3))
redis.call('ZADD', P .. 'bulk', NOW, ARGV[2])
redis.call('ZREMRANGEBYSCORE', P .. 'bulk', '-inf', string.format('%d', now - 30 * 86400000))
redis.call('ZADD', P .. 'bulk:open', NOW, ARGV[2])
return 1
